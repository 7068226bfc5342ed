"""The durable state of the reference CSMS: stations and their credentials, jobs, certificates, and what the versions of
OCPP keep beside them.

SQLAlchemy Core, one code path: an embedded SQLite file by default, PostgreSQL by URL. `Store` owns the engine, the
one writer and a few readers; the modules beside it hold the questions and the bookings as plain functions over a
connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from csms_core.store.database import migrations
from csms_core.store.database.dialect import WRITER_OPTION, open_engine
from csms_core.store.groups import B, GroupWorker, StoreClosed, T
from csms_core.store.line import Ended
from csms_core.store.lookaside import Lookaside, Question
from csms_core.store.rounds import Batch

__all__ = ["Store", "StoreClosed", "StoreError", "UrlError"]

READERS = 4

_ADVICE = {
    "sqlite": "check that the folder exists and is writable",
    "postgresql": "check that the server runs and that the URL names a user and a database it knows",
}


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


class UrlError(StoreError):
    """The URL of the database is none that can be used."""


class Store:
    """An open database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="csms-reader")
        self._lookups = GroupWorker(engine, "csms-lookups")
        self._lookaside = Lookaside(self._lookups)
        writing = engine.execution_options(**{WRITER_OPTION: True})
        self.writer = GroupWorker(writing, "csms-writer", after_other=self._lookaside.forget)

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
        """Run any booking on the writer's connection; returns after its commit."""
        return await self.writer.submit(booking)

    def book(self, batch: Batch[B, T], booking: B) -> asyncio.Future[T]:
        """Run a booking of a kind that comes all the time together with others of its kind; done after its commit.

        A batch touches nothing but what messages of stations bring: nothing that `recall` asks for.
        """
        return self.writer.book(batch, booking)

    async def recall(self, question: Question[T], key: str) -> T:
        """Ask for a row by its key, or remember what was found when nothing but batches was run since."""
        return await self._lookaside.find(question, key)

    def tell_ends(self, listener: Callable[[Ended], None]) -> None:
        """Call `listener` in the loop that runs now for each transaction that a message of a station shows to be over,
        after the commit and before the message is answered."""
        loop = asyncio.get_running_loop()

        def tell_all(ended: list[Ended]) -> None:
            for each in ended:
                listener(each)

        def after_ends(ended: list[Ended]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(tell_all, ended)

        self.writer.after_ends = after_ends

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
    except ModuleNotFoundError as error:
        raise StoreError(
            f"The database URL needs the Python package '{error.name}', which is not installed; "
            "for PostgreSQL, `pip install 'plugproof[postgres]'` brings it."
        ) from None
    except (SQLAlchemyError, ImportError) as error:
        raise UrlError(
            f"The database URL cannot be used ({error}); give one such as sqlite:////path/file.db."
        ) from None
    name = engine.url.render_as_string()
    try:
        with engine.connect().execution_options(**{WRITER_OPTION: True}) as connection, connection.begin():
            migrations.bring_up_to_date(connection)
    except SQLAlchemyError as error:
        engine.dispose()
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise StoreError(
            f"The database {name} cannot be opened: {reason}; {_ADVICE.get(engine.dialect.name, 'check its URL')}, or "
            "choose another with --database."
        ) from None
    except migrations.WrongLayout as error:
        engine.dispose()
        raise StoreError(
            f"The database {name} has {error}; update plugproof, or choose another with --database."
        ) from None
    return engine
