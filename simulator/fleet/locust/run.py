"""A run under locust, as one of its processes sees it: its stations, what is told of them, its verdict.

Each worker makes a fleet of what the master wants, tells how it is once a second, and all that it has counted when the
master says that the time is over. The master judges. Without workers one process is both.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import Any, Final

import gevent
from locust.exception import StopUser
from locust.runners import MasterRunner, WorkerRunner

from simulator.fleet.locust.places import Places
from simulator.fleet.locust.telling import NotTold, read, without_its_process
from simulator.fleet.locust.thread import PATIENCE, FleetThread, try_out
from simulator.fleet.locust.verdict import Ended, exit_code, hopeless, outcome_of, say, whole_of, written
from simulator.fleet.locust.wanted import Settled, Wanted
from simulator.fleet.processes.part import Part
from simulator.fleet.report.prometheus import exposition
from simulator.options.usage import Exit

log = logging.getLogger(__name__)

DRAIN: Final = 0.05
"""Seconds between two looks at what the fleet has measured."""

TELL: Final = 1.0
"""Seconds from one time that a worker tells how its stations are to the next."""

SLACK: Final = 1.0
"""Seconds by which the users of a run may start after its time has begun."""

OVER: Final = "plugproof_over"
"""The kind of the message with which a master says that the time is over."""

LOOK: Final = "plugproof_look"
END: Final = "plugproof_end"
GONE: Final = "plugproof_gone"
"""Those of a worker: how it is, what came of it all, and that its stations are gone and locust knows every CALL."""


class Run:
    """One run; a process of locust with a web interface has one after the other."""

    def __init__(self, environment: Any) -> None:
        self.environment = environment
        self.wanted: Wanted | None = None
        self.settled: Settled | None = None
        self.places = Places()
        self._thread: FleetThread | None = None
        self.began: float | None = None  # monotonic; None: it has not begun
        self.started = datetime.now(UTC)
        self.lasted = 0.0
        self.is_over = False  # its users are about to be stopped, or have been
        self.interrupted = False
        self.was_in_time: bool | None = None  # on a worker: what the master says of that
        self.is_judged = False
        self.broken: Any = None
        self.shares: dict[str, dict[str, Any]] = {}  # what was told to each worker
        self._looks: dict[str, bytes] = {}  # by the id of the worker: the last one
        self._ends: dict[str, bytes] = {}
        self._gone: set[str] = set()

    # --- the stations of this process ---------------------------------------------------------------------------------

    @property
    def thread(self) -> FleetThread:
        """The fleet of this process, as long as the run is on."""
        assert self._thread is not None
        return self._thread

    def identity(self, number: int) -> str:
        """The identity of a station."""
        assert self.settled is not None
        return self.settled.plan.identity(number)

    def comes(self, user: Any) -> None:
        """A user has started. On a worker it may be there a moment before what is wanted."""
        with gevent.Timeout(PATIENCE, False):
            while self._thread is None and not self.is_over:
                gevent.sleep(0.02)
        if self._thread is None:
            raise StopUser
        self._thread.come(self.places.take(user))

    def goes(self, user: Any) -> None:
        """A user is being stopped."""
        if self._thread is None or not user.number:
            return
        if self.is_over:
            self._thread.remove(user.number)
        else:
            self._thread.leave(self.places.give_back(user))

    def bring_up(self, wanted: Wanted, first: int, step: int, since: float) -> None:
        """Make the fleet of this process; the time of the run began so many seconds ago. Raises `UsageError`."""
        began = time.monotonic() - since
        self.settled = wanted.settled()
        self.places = Places(first, step)
        try_out(self.settled.plan)
        self._thread = FleetThread(self.settled.share(first, step), began)
        gevent.spawn(self._drain, self._thread)

    def _drain(self, thread: FleetThread) -> None:
        told = time.monotonic()
        while self._thread is thread:
            thread.drain(self.environment)
            if time.monotonic() - told >= TELL and not self.is_over:
                told = time.monotonic()
                self._tell(LOOK, thread.look())
            gevent.sleep(DRAIN)

    def _tell(self, what: str, data: bytes | None) -> None:
        """Tell the process that will judge; without workers that is this one."""
        if data is not None:
            self.environment.runner.send_message(what, data)

    def close(self) -> None:
        """End the fleet of this process."""
        self.rest()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.close()
            thread.drain(self.environment)

    # --- its end ------------------------------------------------------------------------------------------------------

    def ends(self) -> None:
        """The users are about to be stopped: what their stations are now counts."""
        if self.began is None or self.is_over:
            return
        self.is_over = True
        self.lasted = time.monotonic() - self.began
        if self.settled is not None and self.lasted + SLACK < self.settled.plan.duration < float("inf"):
            self.interrupted = self.broken is None
        in_time = not self.interrupted and self.broken is None
        if self._thread is not None:
            self._thread.over(in_time=in_time if self.was_in_time is None else self.was_in_time)
            self._tell(END, self._thread.end())
            self.rest()
        elif isinstance(self.environment.runner, MasterRunner):
            self._ask_workers(in_time=in_time)

    def rest(self) -> None:
        """Tell locust what was measured since the last time, and on a worker its master."""
        if self._thread is not None:
            self._thread.drain(self.environment)
            if isinstance(self.environment.runner, WorkerRunner):
                self.environment.runner._send_stats()

    def _ask_workers(self, *, in_time: bool) -> None:
        """Let the workers end. A master that quits gives locust half a second for their last words."""
        runner = self.environment.runner
        runner.send_message(OVER, {"in_time": in_time})
        grace = 0.0 if self.settled is None else self.settled.plan.grace
        with gevent.Timeout(PATIENCE + 2 * grace, False):
            while any(one.id not in self._gone for one in runner.clients.all if one.state != "missing"):
                gevent.sleep(0.02)

    # --- its verdict --------------------------------------------------------------------------------------------------

    def hears(self, message: Any) -> None:
        """A worker tells how it is, or what came of it all."""
        if message.type == GONE:
            self._gone.add(str(message.node_id))
            return
        (self._ends if message.type == END else self._looks)[str(message.node_id)] = message.data
        if message.type == LOOK and self.broken is None and self.settled is not None and self.settled.hopeless:
            self.broken = hopeless(self.settled, self.parts())
            if self.broken is not None:
                gevent.spawn(self._abort)

    def _abort(self) -> None:
        runner = self.environment.runner
        if self.environment.parsed_options.headless:
            runner.quit()
        else:
            runner.stop()

    def parts(self) -> list[Part]:
        """What each process with stations has told last."""
        assert self.settled is not None
        clients = getattr(self.environment.runner, "clients", None)
        present = None if clients is None else {one.id for one in clients.all if one.state != "missing"}
        parts = []
        for id, data in {**self._looks, **self._ends}.items():
            try:
                part = read(data, self.settled.plan)
            except NotTold as error:
                log.error("%s", error)
                continue
            is_gone = present is not None and id not in present and id not in self._ends
            parts.append(without_its_process(part) if is_gone else part)
        return parts

    def exposed(self) -> bytes:
        """The figures so far, as Prometheus reads them; nothing before the run has begun."""
        return b"" if self.settled is None else exposition(whole_of(self.settled, self.parts()))

    def judge(self) -> None:
        """Say what came of it, and set the exit code of locust."""
        if self.began is None or self.settled is None or self.is_judged:
            return
        self.is_judged = True
        ended = Ended(self.settled, self.parts(), self.started, self.lasted, self.interrupted, self.broken)
        outcome = outcome_of(ended)
        say(outcome)
        code = exit_code(outcome)
        if code is None and self.environment.runner.errors:
            log.info("requests have failed, and no limit was set: --exit-code-on-error of locust is the exit code")
        if (
            self.wanted is not None
            and (sentence := written(outcome, self.wanted.places, self.wanted.tables)) is not None
        ):
            log.error("%s", sentence)
            code = int(Exit.ERRORS)
        self.environment.process_exit_code = code


now: Run
"""The run that is on, or the last one."""


def anew(environment: Any) -> None:
    """A run that is over, or none, makes place for a new one."""
    global now
    if "now" not in globals() or now.is_over:
        now = Run(environment)
