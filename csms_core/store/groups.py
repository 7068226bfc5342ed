"""One thread that works in groups: what waits while one transaction is under way shares the next.

The writer is one: while one commit is being flushed to the disk, the next jobs gather, and then share one commit. A
job is awaited until its commit is on the disk, which is what makes an acknowledged message survive a kill (OCPP 1.6
§4.8: a StartTransaction.conf is a promise). The short questions of the handlers are the other. The queue needs no
bound of its own: whoever submits waits, so it is never longer than there are stations and requests.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from csms_core.store.line import Ended, Line
from csms_core.store.rounds import Batch, Booking, Job, Outcome, run

T = TypeVar("T")
B = TypeVar("B", bound=Booking)


CROWD = 4
"""Jobs at once from which on many seem to come."""

PAUSE = 0.002
"""Seconds in which further jobs may join the first one when many come. A transaction of twenty takes twice the time of
one of eight, which shows with many stations; a few never wait."""


PORTION = 2
"""Outcomes of a group that are handed on in one turn of the loop. Each wakes a handler or a handshake up, and all of a
large group would hold up everybody else for as long as they all take."""


class StoreClosed(Exception):
    """The store was closed; nothing more can be written."""


def _nothing() -> None:
    pass


class GroupWorker:
    """A thread with a queue of jobs on one database.

    Both callbacks are called on the thread, before anybody learns of the jobs: `after_other` when jobs that are no
    bookings of a batch were run, whatever became of them, and `after_ends` with what a commit ended (`ends`).
    """

    def __init__(
        self, engine: Engine, name: str, *, group: int = 256, after_other: Callable[[], None] = _nothing
    ) -> None:
        self._engine = engine
        self._group = group
        self._after_other = after_other
        self._jobs: deque[Job] = deque()
        self._calls: queue.SimpleQueue[None] = queue.SimpleQueue()  # wake the thread
        self._caller: asyncio.AbstractEventLoop | None = None  # the loop that is going to
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self.after_ends: Callable[[list[Ended]], None] = lambda ended: None
        self._crowded = False
        self._closed = False
        self._line: Line | None = None
        self.commits = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, job: Callable[[Connection], T]) -> asyncio.Future[T]:
        """Run `job` in a transaction of the thread; the future has what it returned, after the commit.

        It may be run twice, so it must have no effect but on the connection. The first run was undone, unless the
        connection was lost in the middle of its commit: a booking must find out that it has been made already.

        The future has what the job raised (the job is then undone, its neighbours are not). Raises StoreClosed.
        """
        return self._submit(None, job)

    def book(self, batch: Batch[B, T], booking: B) -> asyncio.Future[T]:
        """The same for a booking of a kind that comes all the time: `batch` makes it together with others.

        The bookings of one station are made in the order in which they came.
        """
        return self._submit(batch, booking)

    def _submit(self, batch: Batch[Any, Any] | None, task: Any) -> asyncio.Future[Any]:
        if self._closed:
            raise StoreClosed("The store is closed.")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._jobs.append(Job(batch, task, loop, done))
        if self._caller is not loop:  # once for all that is submitted in this turn of the loop
            self._caller = loop
            if self._crowded:
                loop.call_later(PAUSE, self._call)
            else:
                loop.call_soon(self._call)
        return done

    def _call(self) -> None:
        self._caller = None
        if self._jobs:
            self._calls.put(None)

    async def close(self) -> None:
        """Finish what was submitted, then stop."""
        self._closed = True
        self._calls.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        try:
            last = False
            while not last:
                self._calls.get()
                last = self._closed  # before looking: what was submitted before the end is seen
                waiting = len(self._jobs)
                self._crowded = waiting >= CROWD
                for start in range(0, waiting, self._group):
                    self._commit([self._jobs.popleft() for _ in range(min(self._group, waiting - start))])
        finally:
            self._let_go()

    def _commit(self, group: list[Job]) -> None:
        try:
            outcomes = self._together(group)
        except Exception:  # a job is to blame, or the commit, or the connection: nothing of the group was stored
            outcomes = [self._alone(job) for job in group]
        if any(job.batch is None for job in group):
            self._after_other()
        by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
        for outcome in outcomes:
            by_loop.setdefault(outcome[0].loop, []).append(outcome)
        for loop, its in by_loop.items():
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                loop.call_soon_threadsafe(_deliver, its)

    def _together(self, group: list[Job]) -> list[Outcome]:
        try:
            line = self._line = self._line or Line(self._engine.connect())
            line.begin()
            outcomes = run(line, group)
            line.commit()
        except BaseException:
            self._let_go()
            raise
        self.commits += 1
        if line.ended:
            ended, line.ended = line.ended, []
            self.after_ends(ended)
        return outcomes

    def _let_go(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(Exception):  # the connection is dead, and its transaction with it
                line.driver.rollback()
            line.connection.close()

    def _alone(self, job: Job) -> Outcome:
        """Run one job in a transaction of its own.

        Savepoints within one transaction would be cheaper, but a failure that ends the transaction itself (a full
        disk, a lost connection) would then take jobs along that had succeeded before it.
        """
        try:
            return self._together([job])[0]
        except Exception as error:
            return job, None, error


def _deliver(outcomes: list[Outcome]) -> None:
    if len(outcomes) > PORTION:
        asyncio.get_running_loop().call_soon(_deliver, outcomes[PORTION:])
    for job, value, error in outcomes[:PORTION]:
        if job.done.done():  # the submitter was cancelled; the job is stored all the same
            continue
        if error is None:
            job.done.set_result(value)
        else:
            job.done.set_exception(error)
