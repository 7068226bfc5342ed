"""How every station is put together, and what its connection has to say to it.

A part knows those below it and those it was handed. What it cannot know it says to `Assembly`, which passes it on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Iterator
from typing import Any, ClassVar

from ocppj.errors import ConnectFailed
from ocppj.session.session import Seen
from ocppj.times import timestamp
from simulator.hardware.make import Facts
from simulator.hardware.supply import Supplied
from simulator.kernel.timekeeping import CsmsClock, Timekeeper
from simulator.pki.provision import Provision
from simulator.pki.vault import Vault
from simulator.station.context import Context
from simulator.station.feature import Features
from simulator.station.security_events import record
from simulator.wire.dialing import Dial, Line, Pauses
from simulator.wire.keepalive import KeepAlive
from simulator.wire.link import Link

_WHOLE = frozenset({"clock", "facts", "store"})
"""Attributes of the parts that are no part of this station alone."""


class Assembly(ABC):
    """The parts and the features of one station; it owns the connection (`link.Owner`)."""

    __slots__ = ("features", "keep_alive", "parts")

    _places: ClassVar[str]
    """The attribute of the parts with the places to charge, by number."""

    parts: Context
    features: Features
    keep_alive: KeepAlive

    def _context(
        self,
        facts: Facts,
        dial: Dial,
        *,
        provision: Provision,
        csms_clock: CsmsClock,
        back_off: Pauses | None,
        seed: int | None,
    ) -> None:
        """What every part can rely on, but for how the station is set and its registration."""
        parts = self.parts
        parts.facts = facts
        parts.supplied = Supplied()
        parts.vault = Vault(parts.store, provision)
        parts.link = Link(parts, dial, self, self._patience, back_off=back_off, seed=seed)
        parts.timekeeper = Timekeeper(parts, csms_clock, on_set=self._clock_set)
        self.keep_alive = KeepAlive(parts, parts.link, self._ping_interval)

    def pieces(self) -> Iterator[Any]:
        """Each thing of which this station has one of its own: parts, places to charge, features."""
        for kind in type(self.parts).__mro__:
            for name in getattr(kind, "__slots__", ()):
                if name not in _WHOLE and name != self._places:
                    yield getattr(self.parts, name)
        yield self.keep_alive
        yield from getattr(self.parts, self._places).values()
        yield self.features
        yield from self.features

    # --- the connection -----------------------------------------------------------------------------------------------

    @abstractmethod
    def _message_timeout(self) -> int:
        """How long a CALL waits for its answer unless the dial says so, seconds."""

    @abstractmethod
    def _ping_interval(self) -> int:
        """Between two pings, seconds; 0 is never."""

    @abstractmethod
    def answer(self, seen: Seen, line: Line) -> Awaitable[None]:
        """Answer a CALL of the CSMS."""

    def _patience(self) -> float:
        return self.parts.link.dial.call_timeout or self._message_timeout()

    def connecting(self) -> None:
        self.features.connecting()

    def not_connected(self, error: ConnectFailed) -> None:
        self.features.not_connected(error)

    def connected(self) -> None:
        self.keep_alive.arm()
        self.parts.registration.connected()

    def lost(self) -> None:
        self.keep_alive.disarm()
        self.parts.registration.disconnected()

    # --- what is said from below --------------------------------------------------------------------------------------

    def _clock_set(self, is_event: bool) -> None:
        if is_event:
            record(self.features, "SettingSystemTime", f"the clock was set to {timestamp(self.parts.clock.now())}")
        self._rearm()

    @abstractmethod
    def _rearm(self) -> None:
        """What waits for a time of day waits for the new one."""
