"""The one place that knows which database is underneath.

SQLite gets a write-ahead log that is flushed at every commit and explicit transaction starts (its driver would
otherwise open transactions by its own rules, which breaks savepoints). Everything else in the store is plain
SQLAlchemy Core.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Table, bindparam, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

WRITER_OPTION = "plugproof_writer"
"""Execution option that marks the writer's connection: SQLite then takes the write lock at BEGIN, not in mid-
transaction."""


def open_engine(url: str) -> Engine:
    """Engine for a SQLAlchemy URL, with the settings durability needs."""
    parsed = make_url(url)
    engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def upsert(connection: Connection, table: Table, values: dict[str, Any], key: tuple[str, ...]) -> None:
    """Insert a row, or change the row with the same `key` columns to `values`."""
    connection.execute(_upsert(connection.dialect.name, table, tuple(values), key), values)


@cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table).values({name: bindparam(name) for name in columns})
    changed = {name: statement.excluded[name] for name in columns if name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=changed)


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writer = connection.get_execution_options().get(WRITER_OPTION, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")
