"""The durable state of the reference CSMS: stations, tags, transactions, meter values.

SQLAlchemy Core, one code path: an embedded SQLite file by default, PostgreSQL by URL. `Store` owns the engine, the
one writer and a few readers; the modules beside it hold the questions and the bookings as plain functions over a
connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from csms_core.store import tables
from csms_core.store.dialect import WRITER_OPTION, open_engine
from csms_core.store.groups import GroupWorker, StoreClosed

__all__ = ["Store", "StoreClosed", "StoreError"]

T = TypeVar("T")
READERS = 4


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


class Store:
    """An open database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="csms-reader")
        self.writer = GroupWorker(engine.execution_options(**{WRITER_OPTION: True}), "csms-writer")
        self._lookups = GroupWorker(engine, "csms-lookups")

    @classmethod
    async def open(cls, url: str) -> Store:
        """Open the database at a SQLAlchemy URL, creating the tables when it is empty. Raises StoreError."""
        engine = await asyncio.to_thread(_open, url)
        store = cls(engine)
        store.writer.start()
        store._lookups.start()
        return store

    async def look_up(self, question: Callable[[Connection], T]) -> T:
        """Run a short question (some rows by their key) of a handler; many share one look into the database."""
        return await self._lookups.submit(question)

    async def read(self, question: Callable[[Connection], T]) -> T:
        """Run a question that may take a while."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._ask, question)

    async def write(self, booking: Callable[[Connection], T]) -> T:
        """Run a booking on the writer's connection; returns after its commit."""
        return await self.writer.submit(booking)

    async def close(self) -> None:
        """Commit what is under way and close every connection."""
        await self.writer.close()
        await self._lookups.close()
        await asyncio.to_thread(self._shut)

    def _ask(self, question: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            return question(connection)

    def _shut(self) -> None:
        self._readers.shutdown(wait=True)
        self._engine.dispose()


def _open(url: str) -> Engine:
    try:
        engine = open_engine(url)
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(
            f"The database URL cannot be used ({error}); give one such as sqlite:////path/file.db."
        ) from None
    try:
        with engine.connect().execution_options(**{WRITER_OPTION: True}) as connection, connection.begin():
            tables.metadata.create_all(connection)
            found = connection.execute(select(tables.layout.c.version)).scalar()
            if found is None:
                connection.execute(tables.layout.insert().values(version=tables.LAYOUT))
    except SQLAlchemyError as error:
        engine.dispose()
        reason = str(getattr(error, "orig", None) or error)
        raise StoreError(
            f"The database {engine.url.render_as_string()} cannot be opened: {reason}; check that the folder exists "
            "and is writable, or choose another with --database."
        ) from None
    if found not in (None, tables.LAYOUT):
        engine.dispose()
        raise StoreError(
            f"The database {engine.url.render_as_string()} has layout {found}, this version reads layout "
            f"{tables.LAYOUT}; choose another with --database."
        )
    return engine
