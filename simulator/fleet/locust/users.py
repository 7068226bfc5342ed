"""The fleet under locust, for load from many machines (docs/load.md, "Locust"). Needs the extra `load`.

    from simulator.fleet.locust.users import StationUser

    class Station(StationUser):
        pass

An asyncio loop does not live inside a greenlet, so each worker starts one native thread, past gevent's patches, and the
fleet runs there on uvloop. A locust user is a handle: it adds its station when it starts and takes it away when it
stops. What the fleet measured is drained every 50 ms, in the greenlets' thread, into locust's request events; a broken
rule is a failed request of the type RULE. Only `simulator.fleet.locust` imports locust: it patches the
process.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
import gevent.monkey
import locust
import uvloop
from locust import events
from locust.runners import WorkerRunner

from simulator.fleet import Fleet, Plan
from simulator.fleet.locust.limits import Told, judge_run, limits_of
from simulator.fleet.locust.options import add_options, plan_from
from simulator.fleet.report.limits import BadLimit
from simulator.options.arguments import UsageError

log = logging.getLogger(__name__)

DRAIN = 0.05
"""Seconds between two looks at what the fleet has measured."""

PATIENCE = 15.0
"""Seconds the fleet has to start or to end."""

_A_WORKER = 1_000_000  # stations: the numbers of two workers never meet


TELL = 1.0
"""Seconds from one time that a worker tells how its stations are to the next."""

_STATIONS = "plugproof_stations"
"""The kind of that message."""

_RUNNING = ("spawning", "running")


class RequestFailed(Exception):
    """A CALL without a usable answer."""


class NotConnected(Exception):
    """An attempt to connect that came to nothing."""


class RuleBroken(Exception):
    """A rule of OCPP was broken."""


class FleetThread:
    """A fleet on an event loop of its own, in a native thread. The methods are for greenlets."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._calls: deque[tuple[str, int, int, str | None]] = deque()
        self._told: dict[tuple[str, str, str, str], int] = {}  # violations that locust knows
        self._told_failures: dict[str, int] = {}  # and attempts that failed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._fleet: Fleet | None = None
        self._over: asyncio.Event | None = None
        self._ended = False
        self._failure: BaseException | None = None
        start = gevent.monkey.get_original("_thread", "start_new_thread")
        start(self._thread, ())
        self._wait(lambda: self._fleet is not None or self._ended)
        if self._failure is not None:
            raise self._failure

    def _thread(self) -> None:
        loop = uvloop.new_event_loop()
        try:
            loop.run_until_complete(self._main())
        except BaseException as error:
            self._failure = error
        finally:
            loop.close()
            self._ended = True

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        fleet = Fleet(self._plan, lambda *call: self._calls.append(call))
        self._fleet = fleet
        await self._over.wait()
        await fleet.close()

    @staticmethod
    def _wait(condition: Callable[[], object]) -> None:
        with gevent.Timeout(PATIENCE, False):
            while not condition():
                gevent.sleep(0.01)

    def _soon(self, work: Callable[..., object], *arguments: Any) -> None:
        if self._loop is not None and not self._ended:
            self._loop.call_soon_threadsafe(work, *arguments)

    def add(self, number: int) -> None:
        """Switch a station on."""
        assert self._fleet is not None
        self._soon(self._fleet.add, number)

    def remove(self, number: int) -> None:
        """Take a station away, and wait until it is gone."""
        gone: list[bool] = []

        async def remove() -> None:
            assert self._fleet is not None
            try:
                await self._fleet.remove(number)
            finally:
                gone.append(True)

        self._soon(lambda: asyncio.ensure_future(remove()))
        self._wait(lambda: gone or self._ended)

    def close(self) -> None:
        """End the fleet and its thread."""
        if self._over is not None:
            self._soon(self._over.set)
        self._wait(lambda: self._ended)

    def told(self) -> Told:
        """How the stations are."""
        return Told() if self._fleet is None else Told.of(self._fleet)

    def drain(self, environment: Any) -> None:
        """Tell locust what was measured since the last time."""
        fire = environment.events.request.fire
        while self._calls:
            action, nanoseconds, size, problem = self._calls.popleft()
            fire(
                request_type="CALL",
                name=action,
                response_time=nanoseconds / 1e6,
                response_length=size,
                exception=None if problem is None else RequestFailed(problem),
                context={},
            )
        if self._fleet is not None:
            for reason, count in list(self._fleet.tally.not_connected_by.items()):
                for _ in range(count - self._told_failures.get(reason, 0)):
                    fire(
                        request_type="CONNECT",
                        name="connection",
                        response_time=0,
                        response_length=0,
                        exception=NotConnected(reason),
                        context={},
                    )
                self._told_failures[reason] = count
            for key, violation in list(self._fleet.tally.violations.items()):
                rule, level, party, action = key
                for _ in range(violation.count - self._told.get(key, 0)):
                    fire(
                        request_type="RULE",
                        name=f"{rule} ({level}) by the {party}",
                        response_time=0,
                        response_length=0,
                        exception=RuleBroken(f"{action}: {violation.message}"),
                        context={},
                    )
                self._told[key] = violation.count


_fleet: FleetThread | None = None
_numbers = itertools.count(1)


class _Run:
    """The run, as the process that judges it sees it."""

    def __init__(self) -> None:
        self.began: float | None = None  # monotonic; None: there has been none
        self.lasted = 0.0
        self.is_over = False  # its users are about to be stopped, or have been
        self.interrupted = False
        self.is_quitting = False
        self.workers: dict[str, Told] = {}  # by the id of the worker

    def end(self) -> None:
        """The users are about to be stopped: what their stations are now counts."""
        if self.began is not None and not self.is_over:
            self.is_over = True
            self.lasted = time.monotonic() - self.began


_run = _Run()


class StationUser(locust.User):  # type: ignore[misc]
    """One station of the fleet. `--host` is the endpoint of the CSMS."""

    abstract = True

    def on_start(self) -> None:
        """The station is switched on."""
        index = getattr(self.environment.runner, "worker_index", 0)
        self.number = max(index, 0) * _A_WORKER + next(_numbers)
        assert _fleet is not None
        _fleet.add(self.number)

    @locust.task  # type: ignore[untyped-decorator]
    def live(self) -> None:
        """Whatever the station does, it does in the fleet's thread."""
        gevent.sleep(3600.0)

    def on_stop(self) -> None:
        """The station stops its session, says what it has to say, and is taken away."""
        if _fleet is not None:
            _fleet.remove(self.number)


def _options(parser: Any) -> None:
    add_options(parser)


def _begin(environment: Any, **_: Any) -> None:
    """On each process that has users: bring the fleet's thread up."""
    global _fleet, _run
    if _run.began is None or _run.is_over:
        _run = _Run()
        _run.began = time.monotonic()
    if _fleet is not None or isinstance(environment.runner, locust.runners.MasterRunner):
        return
    try:
        plan = plan_from(environment.parsed_options, environment.host)
    except UsageError as error:
        log.error("%s", error)
        environment.process_exit_code = 2
        environment.runner.quit()
        return
    _fleet = FleetThread(plan)
    gevent.spawn(_drain, environment, _fleet)


def _drain(environment: Any, fleet: FleetThread) -> None:
    told = 0.0
    while _fleet is fleet:
        fleet.drain(environment)
        if time.monotonic() - told >= TELL and not _run.is_over:
            _tell(environment)
            told = time.monotonic()
        gevent.sleep(DRAIN)


def _tell(environment: Any) -> None:
    """Tell the process that will judge how the stations are; without workers that is this one."""
    if _fleet is not None:
        environment.runner.send_message(_STATIONS, _fleet.told().facts())


def _hear(environment: Any, msg: Any) -> None:
    _run.workers[str(msg.node_id)] = Told.read(msg.data)


def _stopping(environment: Any, **_: Any) -> None:
    """The users are about to be stopped, and their stations with them."""
    if not _run.is_over:
        _tell(environment)
        _run.end()
        _rest(environment)
        if isinstance(environment.runner, WorkerRunner):
            # What was measured since the last report: a master that ends does not wait until all users have stopped.
            environment.runner._send_stats()


def _rest(environment: Any, **_: Any) -> None:
    if _fleet is not None:
        _fleet.drain(environment)


def _prepare(environment: Any, runner: Any, **_: Any) -> None:
    """Before anything runs: the options are judged, and the end is listened for."""
    # The last one that is added is the first one that is called: before the runner stops its users.
    environment.events.quitting.add_listener(_quitting)
    if isinstance(runner, WorkerRunner) or environment.parsed_options is None:
        return
    runner.register_message(_STATIONS, _hear)
    options = environment.parsed_options
    try:
        limits_of(options.limit)
        if environment.host or options.headless:
            plan_from(options, environment.host)
    except (UsageError, BadLimit) as error:
        log.error("%s", error)
        sys.exit(2)
    # The clock of gevent has stood still while everything was imported and read: --run-time would begin in the past.
    gevent.get_hub().loop.update_now()


def _quitting(environment: Any, **_: Any) -> None:
    """The process is asked to end; while users are at work that is an interruption."""
    if _run.is_quitting:
        # SIGTERM makes locust shut down twice, the second time with nothing left to write: who came first writes the
        # files and ends the process, and so this greenlet.
        gevent.sleep(PATIENCE)
        return
    _run.is_quitting = True
    _run.interrupted = not _run.is_over and environment.runner.state in _RUNNING
    _stopping(environment)


def _judge(environment: Any, **_: Any) -> None:
    runner, options = environment.runner, environment.parsed_options
    if isinstance(runner, WorkerRunner) or options is None or _run.began is None:
        return
    if environment.process_exit_code == 2:  # an argument was wrong, and a sentence has said so
        return
    missing = {worker.id for worker in getattr(getattr(runner, "clients", None), "missing", ())}
    told = [one.without_its_process() if id in missing else one for id, one in _run.workers.items()]
    judge_run(environment, plan_from(options, environment.host), told, _run.lasted, interrupted=_run.interrupted)


def _end(**_: Any) -> None:
    """The process ends: so does the loop."""
    global _fleet
    fleet, _fleet = _fleet, None
    if fleet is not None:
        fleet.close()


events.init_command_line_parser.add_listener(_options)
events.init.add_listener(_prepare)
events.test_start.add_listener(_begin)
events.test_stopping.add_listener(_stopping)
events.test_stop.add_listener(_rest)
events.quitting.add_listener(_judge)
events.quit.add_listener(_end)
