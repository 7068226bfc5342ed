"""One thread that works in groups: what waits while one transaction is under way shares the next.

The writer is one: while one commit is being flushed to the disk, the next jobs gather, and then share one commit. A
job is awaited until its commit is on the disk, which is what makes an acknowledged message survive a kill (OCPP 1.6
§4.8: a StartTransaction.conf is a promise). The short questions of the handlers are the other. The queue is bounded:
when it is full, submitters wait their turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")


class StoreClosed(Exception):
    """The store was closed; nothing more can be written."""


class _Job(NamedTuple):
    run: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Any]


_Outcome = tuple[_Job, Any, Exception | None]


class GroupWorker:
    """A thread with a queue of jobs on one database."""

    def __init__(self, engine: Engine, name: str, *, capacity: int = 1024, group: int = 256) -> None:
        self._engine = engine
        self._group = group
        self._room = asyncio.Semaphore(capacity)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()  # bounded by _room
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._closed = False
        self._connection: Connection | None = None
        self.commits = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    async def submit(self, job: Callable[[Connection], T]) -> T:
        """Run `job` in a transaction of the thread; returns what it returned, after the commit.

        It may be run twice, so it must have no effect but on the connection. The first run was undone, unless the
        connection was lost in the middle of its commit: a booking must find out that it has been made already.

        Raises what the job raised (the job is then undone, its neighbours are not), or StoreClosed.
        """
        await self._room.acquire()
        if self._closed:
            self._room.release()
            raise StoreClosed("The store is closed.")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._jobs.put(_Job(job, loop, done))
        value: T = await done
        return value

    async def close(self) -> None:
        """Finish what was submitted, then stop."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        last = False
        try:
            while not last:
                group, last = self._gather()
                if group:
                    self._commit(group)
        finally:
            self._let_go()

    def _gather(self) -> tuple[list[_Job], bool]:
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) == self._group:
                return group, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Job]) -> None:
        try:
            outcomes = self._together(group)
        except Exception:  # a job is to blame, or the commit, or the connection: nothing of the group was stored
            outcomes = [self._alone(job) for job in group]
        by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
        for outcome in outcomes:
            by_loop.setdefault(outcome[0].loop, []).append(outcome)
        for loop, its in by_loop.items():
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                loop.call_soon_threadsafe(self._deliver, its)

    def _together(self, group: list[_Job]) -> list[_Outcome]:
        connection = self._connection
        if connection is None:
            connection = self._connection = self._engine.connect()
        try:
            with connection.begin():
                outcomes: list[_Outcome] = [(job, job.run(connection), None) for job in group]
        except BaseException:  # going back to the pool is what ends a transaction whose commit failed
            self._let_go()
            raise
        self.commits += 1
        return outcomes

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _alone(self, job: _Job) -> _Outcome:
        """Run one job in a transaction of its own.

        Savepoints within one transaction would be cheaper, but a failure that ends the transaction itself (a full
        disk, a lost connection) would then take jobs along that had succeeded before it.
        """
        try:
            return self._together([job])[0]
        except Exception as error:
            return job, None, error

    def _deliver(self, outcomes: list[_Outcome]) -> None:
        for job, value, error in outcomes:
            self._room.release()
            if job.done.done():  # the submitter was cancelled; the job is stored all the same
                continue
            if error is None:
                job.done.set_result(value)
            else:
                job.done.set_exception(error)
