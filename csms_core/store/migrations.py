"""From the layout of an older version to the one of `csms_core.store.tables`, in one transaction at the start.

A new table, index or column that may be null needs no step: whatever the tables have and the database lacks is added.
Everything else (data, constraints, types) is a step from layout N to N + 1. A step is written in SQL of its own and
never uses the tables, which go on changing after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Column, Connection, Inspector, Table, inspect, select, text, update
from sqlalchemy.schema import CreateColumn

from csms_core import clock
from csms_core.store import codec, dialect
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


STEPS: Mapping[int, Step] = {1: _stops_are_told_apart_by_what_they_say}
"""Layout N -> the step to layout N + 1."""
