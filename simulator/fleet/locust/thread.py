"""A fleet beside locust: on an event loop of its own, in a native thread past gevent's patches.

An asyncio loop does not live inside a greenlet. What the fleet measured is drained, in the greenlets' thread, into
locust's request events.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final

import gevent
import gevent.monkey

from simulator.fleet.engine.resources import allow_connections, loop_factory
from simulator.fleet.fleet import Fleet
from simulator.fleet.locust.telling import Teller
from simulator.fleet.plan import Plan
from simulator.fleet.spoken import SPOKEN
from simulator.kernel.errors import BadValue, UnknownKey
from simulator.options.usage import UsageError

PATIENCE: Final = 15.0
"""Seconds the fleet has to start, or to end beyond its grace."""

CALL: Final = f"OCPP {SPOKEN.version}"
"""The type of the requests that are CALLs; their names are the actions."""

DUE: Final = "DUE"
"""The type of the same CALLs in the statistics, from when they were due; they are no requests of their own."""


class RequestFailed(Exception):
    """A CALL without a usable answer."""


class NotConnected(Exception):
    """An attempt to connect that came to nothing."""


class RuleBroken(Exception):
    """A rule of OCPP was broken."""


def try_out(plan: Plan) -> None:
    """Make a fleet and let it go, so that a wrong configuration key shows where no station is. Raises `UsageError`."""
    loop = (loop_factory() or asyncio.new_event_loop)()

    async def make() -> None:
        await Fleet(plan).close()

    try:
        loop.run_until_complete(make())
    except (UnknownKey, BadValue) as error:
        raise UsageError(f"configuration keys: {error}; see --meter-every and the load profile") from None
    finally:
        loop.close()


class FleetThread:
    """The fleet of a process, as long as a run lasts. The methods are for greenlets."""

    def __init__(self, plan: Plan, began: float) -> None:
        """`began`: when the time of the run did, monotonic. Raises what `Fleet` raises; see `try_out`."""
        self._plan = plan
        self._began = began
        self._calls: deque[tuple[str, int, int, str | None, int | None]] = deque()
        self._told: dict[tuple[str, str, str, str], int] = {}  # violations that locust knows
        self._told_failures: dict[str, int] = {}  # and attempts that failed
        self._works: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._fleet: Fleet | None = None
        self._teller: Teller | None = None
        self._enough: asyncio.Event | None = None
        self._ended = False
        self._failure: BaseException | None = None
        allow_connections(len(plan.numbers()))
        start = gevent.monkey.get_original("_thread", "start_new_thread")
        start(self._thread, ())
        self._wait(lambda: self._teller is not None or self._ended)
        if self._failure is not None:
            raise self._failure

    def _thread(self) -> None:
        loop = (loop_factory() or asyncio.new_event_loop)()
        try:
            loop.run_until_complete(self._main())
        except BaseException as error:
            self._failure = error
        finally:
            loop.close()
            self._ended = True

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._enough = asyncio.Event()
        self._fleet = Fleet(self._plan, lambda *call: self._calls.append(call))
        self._fleet.begin(time.monotonic() - self._began)
        self._teller = Teller(self._fleet)
        await self._enough.wait()
        await self._fleet.close()

    def _wait(self, condition: Callable[[], object]) -> None:
        with gevent.Timeout(PATIENCE + self._plan.grace, False):
            while not condition():
                gevent.sleep(0.01)

    def _soon(self, work: Callable[..., object], *arguments: Any) -> None:
        if self._loop is not None and not self._ended:
            self._loop.call_soon_threadsafe(work, *arguments)

    def _done(self, work: Callable[[Fleet], Coroutine[Any, Any, Any]]) -> Any:
        """Run it in the fleet's thread, and wait for what it returns; None when the fleet has ended meanwhile."""
        results: list[Any] = []
        failures: list[BaseException] = []

        async def run() -> None:
            assert self._fleet is not None
            try:
                results.append(await work(self._fleet))
            except BaseException as error:
                failures.append(error)

        def begin() -> None:
            task = asyncio.ensure_future(run())
            self._works.add(task)
            task.add_done_callback(self._works.discard)

        self._soon(begin)
        self._wait(lambda: results or failures or self._ended)
        if failures:
            raise failures[0]
        return results[0] if results else None

    def come(self, number: int) -> None:
        """Switch a station on."""
        assert self._fleet is not None
        self._soon(self._fleet.come, number)

    def leave(self, number: int) -> None:
        """Switch a station off; it may come again as it was."""
        assert self._fleet is not None
        self._soon(self._fleet.leave, number)

    def remove(self, number: int) -> None:
        """Take a station away, and wait until it is gone."""
        self._done(lambda fleet: fleet.remove(number))

    def does(self, number: int, verb: str, *arguments: Any, **named: Any) -> Any:
        """Have a station do something, and wait until it is done. Raises what the station raises."""

        async def act(fleet: Fleet) -> Any:
            return await getattr(fleet.members[number].station, verb)(*arguments, **named)

        return self._done(act)

    def over(self, *, in_time: bool) -> None:
        """The time of the run is over: what the stations are now counts."""
        self._done(lambda fleet: fleet.over(in_time=in_time))

    def close(self) -> None:
        """End the fleet and its thread."""
        if self._enough is not None:
            self._soon(self._enough.set)
        self._wait(lambda: self._ended)

    def look(self) -> bytes | None:
        """How things are, as a message (`telling`); None when the fleet has ended."""
        return self._said(Teller.look)

    def end(self) -> bytes | None:
        """All that was counted, as a message; after `over`."""
        return self._said(Teller.end)

    def _said(self, what: Callable[[Teller], bytes]) -> bytes | None:
        async def say(_: Fleet) -> bytes:
            assert self._teller is not None
            return what(self._teller)

        said: bytes | None = self._done(say)
        return said

    def drain(self, environment: Any) -> None:
        """Tell locust what was measured since the last time."""
        fire = environment.events.request.fire
        while self._calls:
            action, nanoseconds, size, problem, due = self._calls.popleft()
            if due is not None:  # beside the total, which would count everything twice
                environment.stats.get(action, DUE).log(due / 1e6, 0)
            fire(
                request_type=CALL,
                name=action,
                response_time=nanoseconds / 1e6,
                response_length=size,
                exception=None if problem is None else RequestFailed(problem),
                context={},
            )
        if self._fleet is None:
            return
        for reason, count in list(self._fleet.tally.not_connected_by.items()):
            for _ in range(count - self._told_failures.get(reason, 0)):
                _failed(fire, "CONNECT", "connection", NotConnected(reason))
            self._told_failures[reason] = count
        for key, violation in list(self._fleet.tally.violations.items()):
            rule, level, party, action = key
            for _ in range(violation.count - self._told.get(key, 0)):
                error = RuleBroken(f"{action}: {violation.message}")
                _failed(fire, "RULE", f"{rule} ({level}) by the {party}", error)
            self._told[key] = violation.count


def _failed(fire: Callable[..., object], kind: str, name: str, error: Exception) -> None:
    fire(request_type=kind, name=name, response_time=0, response_length=0, exception=error, context={})
