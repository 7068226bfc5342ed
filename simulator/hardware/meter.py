"""The energy meter of a connector: a register that is a real one.

It rises with power and time, never falls, and is never reset (rules TX-14, TX-15). Power in watt, energy in watt-hours.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

VOLTAGE = 230.0
"""Between phase and neutral, where nothing else is said."""


class Meter:
    """One register, integrating power over the clock."""

    __slots__ = ("_monotonic", "_power", "_register", "_since")

    def __init__(self, monotonic: Callable[[], float], register: float = 0.0) -> None:
        self._monotonic = monotonic
        self._register = register
        self._power = 0.0
        self._since = monotonic()

    @property
    def power(self) -> float:
        """What flows now, in watt."""
        return self._power

    @power.setter
    def power(self, watt: float) -> None:
        if watt < 0 or not math.isfinite(watt):
            raise ValueError(f"power is zero or more watt, not {watt}")
        self._integrate()
        self._power = watt

    @property
    def register(self) -> int:
        """The reading in whole watt-hours."""
        self._integrate()
        return math.floor(self._register + 1e-6)

    @property
    def exact(self) -> float:
        """The reading with its fraction, as it is kept over a loss of power."""
        self._integrate()
        return self._register

    def _integrate(self) -> None:
        now = self._monotonic()
        self._register += self._power * (now - self._since) / 3600.0
        self._since = now


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What the instruments of a connector, or of the whole station, show at one moment."""

    register: int  # Wh
    power: float  # W
    offered: float  # W
    phases: int  # 0: direct current
    soc: float | None  # percent; the main meter knows no vehicle
    voltage: float = VOLTAGE
