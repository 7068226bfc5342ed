"""The one place that knows which database is underneath.

SQLite gets a write-ahead log that is flushed at every commit and explicit transaction starts (its driver would
otherwise open transactions by its own rules, which leaves changes of the layout outside of them). PostgreSQL gets a
commit that waits for the disk, whatever its configuration says, and texts it can store. Everything else in the store
is plain SQLAlchemy Core.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, event, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url

from csms_core.store.database import sqlite_file
from csms_core.store.database.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

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
        sqlite_file.make_private(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def begin_text(connection: Connection) -> str:
    """What begins a transaction at the driver; empty where the driver does it by itself."""
    if connection.dialect.name != "sqlite":
        return ""
    return "BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITER_OPTION, False) else "BEGIN"


def upsert(connection: Connection, table: Table, values: dict[str, Any], key: tuple[str, ...]) -> None:
    """Insert a row, or change the row with the same `key` columns to `values`."""
    _upsert(connection.dialect.name, table, tuple(values), key).run(connection, values)


def insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT for a database by its name, which may say what is to be done about rows that are there already."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # late: importing it takes longer than opening an SQLite file

        return postgresql.insert(table)
    return sqlite.insert(table)


def or_change(
    statement: postgresql.Insert | sqlite.Insert, columns: Iterable[str], key: tuple[str, ...]
) -> postgresql.Insert | sqlite.Insert:
    """The INSERT of these columns, which changes the rows with the same `key` columns."""
    changed = {name: statement.excluded[name] for name in columns if name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=changed)


def lock_layout(connection: Connection) -> None:
    """Keep other processes from changing the layout until the transaction ends."""
    if connection.dialect.name == "postgresql":  # with SQLite, the writer's BEGIN has done it
        connection.execute(select(func.pg_advisory_xact_lock(_LAYOUT_LOCK)))


@cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Prepared:
    statement = insert(dialect, table).values({name: bindparam(name) for name in columns})
    return Prepared(or_change(statement, columns, key))


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # not through the connection, whose bookkeeping of a statement takes longer than the statement
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        driver.execute(begin_text(connection))


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
