"""From the layout of an older version to the one of `csms_core.store.tables`, in one transaction at the start.

A new table, index or column that may be null needs no step: whatever the tables have and the database lacks is added.
Everything else (data, constraints, types) is a step from layout N to N + 1. A step is written in SQL of its own and
never uses the tables, which go on changing after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Column, Connection, Inspector, Table, inspect, select, text, update
from sqlalchemy.schema import CreateColumn

from csms_core.store import clock, codec
from csms_core.store.database import dialect
from csms_core.store.tables import LAYOUT, layout, metadata

Step = Callable[[Connection], None]


class WrongLayout(Exception):
    """The database was written by a version this one knows no way from; `found` is its layout."""

    def __init__(self, found: int) -> None:
        super().__init__(f"layout {found}, this version reads layouts 1 to {LAYOUT}")
        self.found = found


def bring_up_to_date(connection: Connection) -> None:
    """Give the database the present layout, from nothing or from an older one. Raises WrongLayout.

    Belongs into one transaction of the writer: a kill in the middle leaves the old layout as it was.
    """
    dialect.lock_layout(connection)
    found = _found(connection)
    if found is None:
        metadata.create_all(connection)
        connection.execute(layout.insert(), {"version": LAYOUT})
        return
    if not min(STEPS) <= found <= LAYOUT:
        raise WrongLayout(found)
    for number in range(found, LAYOUT):
        STEPS[number](connection)
    _add_what_is_missing(connection)
    connection.execute(update(layout), {"version": LAYOUT})


def _found(connection: Connection) -> int | None:
    if not inspect(connection).has_table(layout.name):
        return None
    return connection.execute(select(layout.c.version)).scalar()


def _add_what_is_missing(connection: Connection) -> None:
    metadata.create_all(connection)
    inspector = inspect(connection)
    for table in metadata.sorted_tables:
        _add_columns(connection, table, {column["name"] for column in inspector.get_columns(table.name)})
        _add_indexes(connection, table, inspector)


def _add_columns(connection: Connection, table: Table, there: set[str]) -> None:
    quote = connection.dialect.identifier_preparer.format_table
    for column in table.columns:
        if column.name not in there:
            _check_addable(column)
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(text(f"ALTER TABLE {quote(table)} ADD COLUMN {definition}"))


def _check_addable(column: Column[object]) -> None:
    if not column.nullable and column.server_default is None:
        raise AssertionError(f"{column} may not be null and has no server_default: it needs a step in migrations.py.")


def _add_indexes(connection: Connection, table: Table, inspector: Inspector) -> None:
    there = {index["name"] for index in inspector.get_indexes(table.name)}
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        if index.name not in there:
            index.create(connection)


def _stops_are_told_apart_by_what_they_say(connection: Connection) -> None:
    """Layout 2: an unmatched stop is a repetition when it says the same, and a transactionId is 64 bit wide.

    Before, two stops at the same moment with the same register counted as one: two connectors that lose their power
    while no transactionId is known (both stops name -1).
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE transactions ALTER COLUMN transaction_id TYPE BIGINT"))
        key = "SERIAL PRIMARY KEY"
    else:
        key = "INTEGER NOT NULL PRIMARY KEY"
    connection.execute(text("ALTER TABLE unmatched_stops RENAME TO unmatched_stops_1"))
    connection.execute(
        text(
            f"CREATE TABLE unmatched_stops (id {key}, identity VARCHAR(255) NOT NULL, transaction_id BIGINT NOT NULL, "
            "meter_stop BIGINT NOT NULL, stopped_at VARCHAR(60) NOT NULL, payload TEXT NOT NULL, "
            "received_at VARCHAR(40) NOT NULL, fingerprint VARCHAR(40) NOT NULL)"
        )
    )
    columns = "identity, transaction_id, meter_stop, stopped_at, payload, received_at"
    insert = text(
        f"INSERT INTO unmatched_stops ({columns}, fingerprint) VALUES (:identity, :transaction_id, :meter_stop, "
        ":stopped_at, :payload, :received_at, :fingerprint)"
    )
    for row in connection.execute(text(f"SELECT {columns} FROM unmatched_stops_1 ORDER BY id")).mappings().all():
        said = codec.from_text(row["payload"])
        values = [(clock.normal(v["timestamp"]), v["sampledValue"]) for v in said.get("transactionData", [])]
        said |= {"timestamp": clock.normal(said["timestamp"]), "transactionData": values}
        connection.execute(insert, {**row, "fingerprint": codec.fingerprint(said)})
    connection.execute(text("DROP TABLE unmatched_stops_1"))


def _indexes_have_the_time_first(connection: Connection) -> None:
    """Layout 3: the index that tells starts apart is one of its own, with the time first, as that of meter values; the
    index of tags holds running transactions only.

    Here the old ones go, the new ones are added like all that is missing.
    """
    connection.execute(text("DROP INDEX running_by_tag"))
    connection.execute(text("DROP INDEX IF EXISTS one_booking_per_meter_value"))  # came with layout 2
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE transactions DROP CONSTRAINT one_booking_per_start"))
        return
    # SQLite cannot take a constraint from a table
    columns = (
        "transaction_id, identity, connector_id, folded_tag, id_tag, meter_start, started_at, reservation_id, "
        "id_tag_info, start_received_at, meter_stop, stopped_at, stop_reason, stop_id_tag, stop_received_at"
    )
    for statement in (
        "ALTER TABLE transactions RENAME TO transactions_2",
        "CREATE TABLE transactions (transaction_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "
        "identity VARCHAR(255) NOT NULL, connector_id BIGINT NOT NULL, folded_tag VARCHAR(80) NOT NULL, "
        "id_tag VARCHAR(20) NOT NULL, meter_start BIGINT NOT NULL, started_at VARCHAR(60) NOT NULL, "
        "reservation_id BIGINT, id_tag_info TEXT NOT NULL, start_received_at VARCHAR(40) NOT NULL, meter_stop BIGINT, "
        "stopped_at VARCHAR(60), stop_reason VARCHAR(20), stop_id_tag VARCHAR(20), stop_received_at VARCHAR(40))",
        f"INSERT INTO transactions ({columns}) SELECT {columns} FROM transactions_2",
        # ids of rows that are gone are not given out again
        "DELETE FROM sqlite_sequence WHERE name = 'transactions'",
        "INSERT INTO sqlite_sequence SELECT 'transactions', seq FROM sqlite_sequence WHERE name = 'transactions_2'",
        "DROP TABLE transactions_2",
    ):
        connection.execute(text(statement))


def _stations_have_a_version(connection: Connection) -> None:
    """Layout 4: a station has the version of OCPP that it speaks, which was 1.6 before there was another. A job says
    itself whether its status is final, because that is a matter of the version."""
    connection.execute(text("ALTER TABLE stations ADD COLUMN ocpp VARCHAR(20)"))
    connection.execute(text("UPDATE stations SET ocpp = '1.6'"))
    if not inspect(connection).has_table("jobs"):  # which came without a step
        return
    connection.execute(text("ALTER TABLE jobs ADD COLUMN is_final BOOLEAN"))
    final = (
        "'BadMessage', 'DownloadFailed', 'InstallationFailed', 'Installed', 'InstallVerificationFailed', "
        "'InvalidSignature', 'NotSupportedOperation', 'PermissionDenied', 'Uploaded', 'UploadFailed', 'UploadFailure'"
    )
    connection.execute(text(f"UPDATE jobs SET is_final = (1 = 1) WHERE status IN ({final})"))


def _tags_are_as_long_as_any_version_has_them(connection: Connection) -> None:
    """Layout 5: a tag has up to 36 characters, as an idToken of OCPP 2.0.1. Its type is added like all that is new."""
    if connection.dialect.name == "postgresql":
        for column in ("id_tag", "parent_id_tag"):
            connection.execute(text(f"ALTER TABLE tags ALTER COLUMN {column} TYPE VARCHAR(36)"))
        return
    # SQLite cannot change the type of a column
    columns = "folded, id_tag, status, parent_id_tag, expiry_date"
    for statement in (
        "ALTER TABLE tags RENAME TO tags_4",
        "CREATE TABLE tags (folded VARCHAR(80) NOT NULL PRIMARY KEY, id_tag VARCHAR(36) NOT NULL, "
        "status VARCHAR(20) NOT NULL, parent_id_tag VARCHAR(36), expiry_date VARCHAR(40))",
        f"INSERT INTO tags ({columns}) SELECT {columns} FROM tags_4",
        "DROP TABLE tags_4",
    ):
        connection.execute(text(statement))


STEPS: Mapping[int, Step] = {
    1: _stops_are_told_apart_by_what_they_say,
    2: _indexes_have_the_time_first,
    3: _stations_have_a_version,
    4: _tags_are_as_long_as_any_version_has_them,
}
"""Layout N -> the step to layout N + 1."""
