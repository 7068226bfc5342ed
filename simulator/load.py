"""The fleet under locust, for load from many machines (docs/load.md, "Locust"). Needs the extra `load`.

    from simulator.load import StationUser

    class Station(StationUser):
        pass

An asyncio loop does not live inside a greenlet, so each worker starts one native thread, past gevent's patches, and the
fleet runs there on uvloop. A locust user is a handle: it adds its station when it starts and takes it away when it
stops. What the fleet measured is drained every 50 ms, in the greenlets' thread, into locust's request events; a broken
rule is a failed request of the type RULE. Only the modules `simulator.load*` import locust: it patches the process.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
import gevent.monkey
import locust
import uvloop
from locust import events
from locust.runners import WorkerRunner

from simulator.arguments import UsageError
from simulator.fleet import Fleet, Plan
from simulator.load_options import add_options, plan_from

log = logging.getLogger(__name__)

DRAIN = 0.05
"""Seconds between two looks at what the fleet has measured."""

PATIENCE = 15.0
"""Seconds the fleet has to start or to end."""

_A_WORKER = 1_000_000  # stations: the numbers of two workers never meet


class RequestFailed(Exception):
    """A CALL without a usable answer."""


class RuleBroken(Exception):
    """A rule of OCPP was broken."""


class FleetThread:
    """A fleet on an event loop of its own, in a native thread. The methods are for greenlets."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._calls: deque[tuple[str, int, int, str | None]] = deque()
        self._told: dict[tuple[str, str, str, str], int] = {}  # violations that locust knows
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
    global _fleet
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
    while _fleet is fleet:
        fleet.drain(environment)
        gevent.sleep(DRAIN)


def _rest(environment: Any, **_: Any) -> None:
    if _fleet is not None:
        _fleet.drain(environment)


def _judge(environment: Any, **_: Any) -> None:
    if not isinstance(environment.runner, WorkerRunner) and environment.parsed_options is not None:
        from simulator.load_limits import judge_run

        judge_run(environment)


def _end(**_: Any) -> None:
    """The process ends: so does the loop."""
    global _fleet
    fleet, _fleet = _fleet, None
    if fleet is not None:
        fleet.close()


events.init_command_line_parser.add_listener(_options)
events.test_start.add_listener(_begin)
events.test_stop.add_listener(_rest)
events.quitting.add_listener(_judge)
events.quit.add_listener(_end)
