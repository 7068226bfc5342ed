"""The one place that knows which database is underneath.

SQLite gets a write-ahead log that is flushed at every commit and explicit transaction starts (its driver would
otherwise open transactions by its own rules, which leaves changes of the layout outside of them). PostgreSQL gets a
commit that waits for the disk, whatever its configuration says, and texts it can store. Everything else in the store
is plain SQLAlchemy Core.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from csms_core.store.prepared import Prepared

WRITER_OPTION = "plugproof_writer"
"""Execution option that marks the writer's connection: SQLite then takes the write lock at BEGIN, not in mid-
transaction."""

_POSTGRESQL = ("postgres", "postgresql")
"""Spellings that name no driver; the one we install is psycopg."""

_LAYOUT_LOCK = 0x0C99_1600
"""PostgreSQL advisory lock: one process at a time changes the layout."""


def open_engine(url: str) -> Engine:
    """Engine for a SQLAlchemy URL, with the settings durability needs."""
    parsed = make_url(url)
    if parsed.drivername in _POSTGRESQL:
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def upsert(connection: Connection, table: Table, values: dict[str, Any], key: tuple[str, ...]) -> None:
    """Insert a row, or change the row with the same `key` columns to `values`."""
    _upsert(connection.dialect.name, table, tuple(values), key).run(connection, values)


def insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    """Insert the rows whose `key` columns are not taken; `key` is a unique index of the table.

    There is at least one row, and all have the same columns.
    """
    statement = _insert_new(connection.dialect.name, table, tuple(rows[0]), key)
    if len(rows) == 1:
        statement.run(connection, rows[0])
    else:
        statement.run_each(connection, rows)


def lock_layout(connection: Connection) -> None:
    """Keep other processes from changing the layout until the transaction ends."""
    if connection.dialect.name == "postgresql":  # with SQLite, the writer's BEGIN has done it
        connection.execute(select(func.pg_advisory_xact_lock(_LAYOUT_LOCK)))


def _insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _insert_new(dialect: str, table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Prepared:
    statement = _insert(dialect, table).on_conflict_do_nothing(index_elements=list(key))
    return Prepared(statement, columns)


@cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Prepared:
    statement = _insert(dialect, table).values({name: bindparam(name) for name in columns})
    changed = {name: statement.excluded[name] for name in columns if name not in key}
    return Prepared(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writer = connection.get_execution_options().get(WRITER_OPTION, False)
    # not through the connection, whose bookkeeping of a statement takes longer than the statement
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if writer else "BEGIN")


def _prepare_postgresql(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.adapters.register_dumper(str, _dumper_without_nul())
    dbapi_connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    dbapi_connection.commit()  # a setting made in a transaction that is undone would be undone with it


@cache
def _dumper_without_nul() -> type[Any]:
    from psycopg.types.string import StrDumperUnknown

    class WithoutNul(StrDumperUnknown):  # type: ignore[misc]  # psycopg is an extra, its types are not looked at
        """PostgreSQL stores every character but U+0000, and a station may send it in an idTag."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd"))

    return WithoutNul
