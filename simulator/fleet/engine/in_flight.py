"""The CALL of a fleet station that is on its way, and how long it may be (OCPP-J §4.1: one at a time)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ocppj.frames import Call
from simulator.kernel.clock import Clock, Timer
from simulator.wire.dialing import Outcome

_SLACK: Final = 0.001
"""Seconds a timer may fire early."""


class InFlight:
    """Holds the open CALL of one line, if there is one; `timed_out` is told when it has waited long enough."""

    __slots__ = ("_clock", "_done", "_due", "_timed_out", "_timer", "call", "timeout")

    def __init__(self, clock: Clock, timed_out: Callable[[Call], None]) -> None:
        self._clock = clock
        self._timed_out = timed_out
        self.call: Call | None = None
        self.timeout = 0.0  # seconds it may wait in all
        self._done: Callable[[Outcome], None] | None = None  # is told what became of it
        self._due = 0.0  # until when it may wait (monotonic seconds)
        self._timer: Timer | None = None

    def begin(self, call: Call, timeout: float, done: Callable[[Outcome], None]) -> None:
        """A CALL has left, and waits `timeout` seconds for its answer."""
        self.call, self._done = call, done
        self._due = self._clock.monotonic() + timeout
        self.timeout = timeout
        if self._timer is None:
            self._timer = self._clock.call_later(timeout, self._look)

    def _look(self) -> None:
        """One timer that looks when it fires how long the open CALL may wait: cheaper than one for each CALL."""
        self._timer = None
        if self.call is not None:
            left = self._due - self._clock.monotonic()
            if left > _SLACK:
                self._timer = self._clock.call_later(left, self._look)
            else:
                self._timed_out(self.call)

    def over(self, outcome: Outcome) -> None:
        """The CALL is over, one way or the other; who sent it is told, and may send the next one."""
        done = self._done
        self.call = self._done = None
        if done is not None:
            done(outcome)

    def stop(self) -> None:
        """Nothing times out any more."""
        if self._timer is not None:
            self._timer.cancel()
