"""A run under locust, as each of its processes sees it: what locust says of its course, and what the processes tell
each other.

Before locust sends users to its workers the master tells each of them what is wanted and which stations are its own.
Each worker makes its fleet, tells how it is once a second, and all that it has counted when the master says that the
time is over. The master judges. Without workers one process is both.
"""

from __future__ import annotations

import logging
import sys
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import gevent
from locust import argument_parser, events
from locust.runners import MasterRunner, WorkerRunner

from simulator.fleet.locust.options import add_options
from simulator.fleet.locust.places import Places
from simulator.fleet.locust.shape import ProfileShape
from simulator.fleet.locust.telling import NotTold, read, without_its_process
from simulator.fleet.locust.thread import PATIENCE, FleetThread
from simulator.fleet.locust.verdict import Ended, exit_code, hopeless, outcome_of, say, written
from simulator.fleet.locust.wanted import Settled, Wanted
from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Part
from simulator.fleet.profile.reading import built_in
from simulator.kernel.errors import BadValue, UnknownKey
from simulator.options.usage import Exit, UsageError

log = logging.getLogger(__name__)

DRAIN: Final = 0.05
"""Seconds between two looks at what the fleet has measured."""

TELL: Final = 1.0
"""Seconds from one time that a worker tells how its stations are to the next."""

SLACK: Final = 1.0
"""Seconds by which the users of a run may start after its time has begun."""

A_WORKER: Final = 1_000_000
"""Stations between those of a worker that came while the run was on and those of the next: nobody has their numbers."""

_WANTED, _LOOK, _OVER, _END = "plugproof_wanted", "plugproof_look", "plugproof_over", "plugproof_end"
"""The kinds of messages: from the master, from a worker, from the master, from a worker."""

_RUNNING = ("spawning", "running")

_LATER: Final = "ws://127.0.0.1"
"""In place of a host that is given in the web interface."""


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
        self.is_judged = False
        self.broken: Any = None
        self._looks: dict[str, bytes] = {}  # by the id of the worker: the last one
        self._ends: dict[str, bytes] = {}

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
        """A user has started."""
        self.thread.come(self.places.take(user))

    def goes(self, user: Any) -> None:
        """A user is being stopped."""
        if self._thread is None or not user.number:
            return
        if self.is_over:
            self._thread.remove(user.number)
        else:
            self._thread.leave(self.places.give_back(user))

    def bring_up(self, wanted: Wanted, first: int, step: int) -> None:
        """Make the fleet of this process. Raises `UsageError`."""
        self.settled = wanted.settled()
        self.places = Places(first, step)
        try:
            self._thread = FleetThread(self.settled.share(first, step))
        except (UnknownKey, BadValue) as error:
            raise UsageError(f"--profile: configuration: {error}") from None
        gevent.spawn(self._drain, self._thread)

    def _drain(self, thread: FleetThread) -> None:
        told = time.monotonic()
        while self._thread is thread:
            thread.drain(self.environment)
            if time.monotonic() - told >= TELL and not self.is_over:
                told = time.monotonic()
                self._tell(_LOOK, thread.look())
            gevent.sleep(DRAIN)

    def _tell(self, what: str, data: bytes | None) -> None:
        """Tell the process that will judge; without workers that is this one."""
        if data is not None:
            self.environment.runner.send_message(what, data)

    def close(self) -> None:
        """End the fleet of this process."""
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
        if self._thread is not None:
            self.is_told_over(in_time=not self.interrupted and self.broken is None)
        elif isinstance(self.environment.runner, MasterRunner):
            self._ask_workers()

    def is_told_over(self, *, in_time: bool) -> None:
        """The time of the fleet of this process is over."""
        self.is_over = True
        if self._thread is None:
            self._tell(_END, b"")
            return
        self._thread.over(in_time=in_time)
        self._tell(_END, self._thread.end())
        self._thread.drain(self.environment)
        if isinstance(self.environment.runner, WorkerRunner):
            # What was measured since the last report: a master that ends does not wait until all users have stopped.
            self.environment.runner._send_stats()

    def _ask_workers(self) -> None:
        runner = self.environment.runner
        runner.send_message(_OVER, {"in_time": not self.interrupted and self.broken is None})
        grace = 0.0 if self.settled is None else self.settled.plan.grace
        with gevent.Timeout(PATIENCE + grace, False):
            while any(one.id not in self._ends for one in runner.clients.all if one.state != "missing"):
                gevent.sleep(0.02)

    # --- its verdict --------------------------------------------------------------------------------------------------

    def hears(self, message: Any) -> None:
        """A worker tells how it is, or what came of it all."""
        (self._ends if message.type == _END else self._looks)[str(message.node_id)] = message.data
        if message.type == _LOOK and self.broken is None and self.settled is not None and self.settled.hopeless:
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
            if not data:  # it had nothing to do
                continue
            try:
                part = read(data, self.settled.plan)
            except NotTold as error:
                log.error("%s", error)
                continue
            is_gone = present is not None and id not in present and id not in self._ends
            parts.append(without_its_process(part) if is_gone else part)
        return parts

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
        if self.wanted is not None and (sentence := written(outcome, self.wanted.places)) is not None:
            log.error("%s", sentence)
            code = int(Exit.ERRORS)
        self.environment.process_exit_code = code


now: Run
"""The run that is on, or the last one."""

_quits = False


def _options(parser: Any) -> None:
    add_options(parser)
    # What a load profile needs is imported before locust forks, and not by each worker while the master waits for it.
    Wanted(_LATER, profile=built_in()[0]).settled()


def _profile_of(environment: Any) -> str | None:
    return getattr(environment.shape_class, "profile", None)


def _prepare(environment: Any, runner: Any, **_: Any) -> None:
    """Before anything runs: the options are judged, and the end is listened for."""
    global now
    now = Run(environment)
    # The last one that is added is the first one that is called: before the runner stops its users.
    environment.events.quitting.add_listener(_quitting)
    if isinstance(runner, WorkerRunner):
        # With each message that brings users locust makes a parser for each of its options: 0.4 s of CPU, every second.
        argument_parser.default_args_dict = cache(argument_parser.default_args_dict)
        runner.register_message(_WANTED, _is_wanted)
        runner.register_message(_OVER, _is_over)
        return
    options = environment.parsed_options
    if options is None:
        return
    for kind in (_LOOK, _END):
        runner.register_message(kind, lambda environment, msg: now.hears(msg))
    environment.events.worker_connect.add_listener(_late)
    try:
        wanted = Wanted.of(
            options, environment.host or (None if options.headless else _LATER), _profile_of(environment)
        )
        plan = wanted.settled().plan
        if isinstance(runner, MasterRunner):
            wanted.facts()
    except UsageError as error:
        log.error("%s", error)
        sys.exit(2)
    _shape(environment, wanted, plan)
    # The clock of gevent has stood still while everything was imported and read: --run-time would begin in the past.
    gevent.get_hub().loop.update_now()


def _shape(environment: Any, wanted: Wanted, plan: Plan) -> None:
    """A load profile without a shape gets ours, and says what locust would say of the users by itself."""
    shape = environment.shape_class
    if isinstance(shape, ProfileShape) and wanted.profile is None:
        log.error("--load-profile is missing: the shape %s has no profile of its own", type(shape).__name__)
        sys.exit(2)
    if wanted.profile is not None and shape is None:
        environment.shape_class = shape = _Played()
        shape.runner = environment.runner
    options = environment.parsed_options
    if wanted.profile is not None and options.num_users is None:
        options.num_users = plan.stations
    if wanted.profile is not None and options.spawn_rate is None:
        options.spawn_rate = plan.ramp


class _Played(ProfileShape):
    """The profile of `--load-profile`."""


def _begin(environment: Any, **_: Any) -> None:
    """A run begins. Where no master has told what is wanted, the options say it."""
    global now
    if now.is_over:
        now = Run(environment)
    now.began, now.started = time.monotonic(), datetime.now(UTC)
    if isinstance(environment.runner, WorkerRunner):
        return
    try:
        now.wanted = Wanted.of(environment.parsed_options, environment.host, _profile_of(environment), is_form=True)
        if isinstance(environment.runner, MasterRunner):
            now.settled = now.wanted.settled()
            _deal(environment.runner)
        else:
            now.bring_up(now.wanted, 1, 1)
    except UsageError as error:
        _complain(environment, error)


def _deal(runner: Any) -> None:
    """Tell each worker what is wanted; the stations are dealt out in the order in which locust sends the users."""
    assert now.wanted is not None
    facts = now.wanted.facts()
    nodes = list(getattr(runner._users_dispatcher, "_worker_nodes", None) or runner.clients.all)
    for at, node in enumerate(nodes):
        runner.send_message(_WANTED, {**facts, "first": at + 1, "step": len(nodes)}, client_id=node.id)


def _late(client_id: str, **_: Any) -> None:
    """A worker comes while the run is on: its stations are those that nobody else has."""
    if now.wanted is not None and now.began is not None and not now.is_over:
        runner = now.environment.runner
        first = (runner.get_worker_index(client_id) + 1) * A_WORKER + 1
        runner.send_message(_WANTED, {**now.wanted.facts(), "first": first, "step": 1}, client_id=client_id)


def _is_wanted(environment: Any, msg: Any) -> None:
    """On a worker: this is what is wanted."""
    global now
    if now.is_over:
        now = Run(environment)
    facts = msg.data
    try:
        now.bring_up(Wanted.read(facts), facts["first"], facts["step"])
    except UsageError as error:
        _complain(environment, error)


def _is_over(environment: Any, msg: Any) -> None:
    """On a worker: the time is over."""
    now.is_told_over(in_time=msg.data["in_time"])


def _complain(environment: Any, error: UsageError) -> None:
    log.error("%s", error)
    environment.process_exit_code = 2
    now.is_judged = True
    environment.runner.quit()


def _stopping(environment: Any, **_: Any) -> None:
    """The users are about to be stopped, and their stations with them."""
    now.ends()


def _stopped(environment: Any, **_: Any) -> None:
    """They have been."""
    now.close()
    if not isinstance(environment.runner, WorkerRunner):
        now.judge()


def _quitting(environment: Any, **_: Any) -> None:
    """The process is asked to end; while users are at work that is an interruption."""
    global _quits
    if _quits:
        # SIGTERM makes locust shut down twice, the second time with nothing left to write: who came first writes the
        # files and ends the process, and so this greenlet.
        gevent.sleep(2 * PATIENCE)
        return
    _quits = True
    now.interrupted = now.broken is None and not now.is_over and environment.runner.state in _RUNNING
    now.ends()


def _last_word(environment: Any, **_: Any) -> None:
    if not isinstance(environment.runner, WorkerRunner):
        now.judge()


def _end(**_: Any) -> None:
    """The process ends: so does the loop."""
    now.close()


events.init_command_line_parser.add_listener(_options)
events.init.add_listener(_prepare)
events.test_start.add_listener(_begin)
events.test_stopping.add_listener(_stopping)
events.test_stop.add_listener(_stopped)
events.quitting.add_listener(_last_word)
events.quit.add_listener(_end)
