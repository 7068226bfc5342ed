"""The energy meter of a connector and the sampled values made from it (1.6 §3.16, §7.31, §7.43).

The register is a real one: it rises with power and time, never falls, and is never reset (rules TX-14, TX-15). Power in
watt, energy in watt-hours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

VOLTAGE = 230.0


class Meter:
    """One register, integrating power over the clock."""

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

    def _integrate(self) -> None:
        now = self._monotonic()
        self._register += self._power * (now - self._since) / 3600.0
        self._since = now


@dataclass(frozen=True, slots=True)
class Reading:
    """What the connector's instruments show at one moment."""

    register: int  # Wh
    power: float  # W
    offered: float  # W
    phases: int
    soc: float  # percent


def _energy(reading: Reading) -> list[dict[str, str]]:
    return [{"value": str(reading.register), "unit": "Wh"}]


def _power(reading: Reading) -> list[dict[str, str]]:
    return [{"value": _text(reading.power), "unit": "W"}]


def _power_offered(reading: Reading) -> list[dict[str, str]]:
    return [{"value": _text(reading.offered), "unit": "W"}]


def _current_offered(reading: Reading) -> list[dict[str, str]]:
    return [{"value": _text(reading.offered / reading.phases / VOLTAGE), "unit": "A"}]


def _current(reading: Reading) -> list[dict[str, str]]:
    value = _text(reading.power / reading.phases / VOLTAGE)
    return [{"value": value, "unit": "A", "phase": f"L{phase}"} for phase in range(1, reading.phases + 1)]


def _voltage(reading: Reading) -> list[dict[str, str]]:
    return [{"value": _text(VOLTAGE), "unit": "V", "phase": f"L{phase}-N"} for phase in range(1, reading.phases + 1)]


def _soc(reading: Reading) -> list[dict[str, str]]:
    return [{"value": _text(reading.soc), "unit": "Percent", "location": "EV"}]


MEASURANDS: dict[str, Callable[[Reading], list[dict[str, str]]]] = {
    "Energy.Active.Import.Register": _energy,
    "Power.Active.Import": _power,
    "Power.Offered": _power_offered,
    "Current.Import": _current,
    "Current.Offered": _current_offered,
    "Voltage": _voltage,
    "SoC": _soc,
}
"""The measurands the station knows, and how each is read."""


def meter_value(at: datetime, measurands: Iterable[str], context: str, reading: Reading) -> dict[str, Any]:
    """One element of `meterValue`; an empty list of measurands means the energy register (1.6 §7.43)."""
    names = tuple(measurands) or ("Energy.Active.Import.Register",)
    return {
        "timestamp": timestamp(at),
        "sampledValue": [
            {"context": context, "measurand": name, **value} for name in names for value in MEASURANDS[name](reading)
        ],
    }


def timestamp(at: datetime) -> str:
    """A time as the station writes it: UTC, milliseconds, `Z` (rule VAL-01)."""
    utc = at.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def seconds_to_boundary(at: datetime, interval: int) -> float:
    """Seconds from `at` to the next multiple of `interval` since midnight UTC, never 0 (1.6 §3.16.2, rule MV-02).

    Midnight itself is always a boundary, also when the interval does not divide a day.
    """
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (at - midnight).total_seconds()
    ahead = min((passed // interval + 1) * interval, 86_400.0)
    return ahead - passed


def _text(value: float) -> str:
    return f"{value:.1f}"
