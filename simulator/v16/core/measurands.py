"""The sampled values made of what the meters read (1.6 §3.16, §7.31, §7.43).

A measurand is listed as in §9.1.14: `Voltage`, or `Voltage.L1` for one phase.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from ocppj.times import timestamp
from simulator.hardware.meter import Reading

_FREQUENCY = 50.0  # Hz
_COLD, _WARMING = 24.0, 0.001  # Celsius of an idle outlet, and how much each watt adds


@dataclass(frozen=True, slots=True)
class Measurand:
    """How a measurand is read: `value` of the reading, for `share` of all phases."""

    value: Callable[[Reading, float], float]
    unit: str | None
    each_phase: bool = False  # without a phase in its name it is reported for every phase
    phase: str | None = None  # how a phase of it is written; None: it has no phases
    location: str | None = None  # None: Outlet, which may be left out (rule MV-10)
    digits: int = 1


def _nothing(_reading: Reading, _share: float) -> float:
    return 0.0


MEASURANDS: dict[str, Measurand] = {
    "Energy.Active.Import.Register": Measurand(lambda r, share: r.register * share, "Wh", phase="L", digits=0),
    "Power.Active.Import": Measurand(lambda r, share: r.power * share, "W", phase="L"),
    "Power.Offered": Measurand(lambda r, _: r.offered, "W"),
    "Power.Reactive.Import": Measurand(_nothing, "var", phase="L"),
    "Power.Factor": Measurand(lambda r, _: 1.0, None, digits=2),
    "Current.Import": Measurand(lambda r, _: r.power / (r.phases or 1) / r.voltage, "A", each_phase=True, phase="L"),
    "Current.Offered": Measurand(lambda r, _: r.offered / (r.phases or 1) / r.voltage, "A"),
    "Voltage": Measurand(lambda r, _: r.voltage, "V", each_phase=True, phase="L-N"),
    "Frequency": Measurand(lambda r, _: _FREQUENCY, None),  # 1.6 has no unit for it (rule VAL-12)
    "Temperature": Measurand(lambda r, _: _COLD + r.power * _WARMING, "Celcius", location="Body"),  # spelling: JE 2.2
    "SoC": Measurand(lambda r, _: r.soc or 0.0, "Percent", location="EV"),
}
"""The measurands the station knows, and how each is read."""


def listable(phases: int, known: Iterable[str] = MEASURANDS) -> frozenset[str]:
    """What may stand in a list of measurands of a station with so many phases, whose meters know these."""
    known = frozenset(known)
    single = (f"{name}.L{n}" for name in known if MEASURANDS[name].phase for n in range(1, phases + 1))
    return known.union(single)


class _Sample(NamedTuple):
    """How a sampledValue is made: its value of the reading, and the members that are always the same."""

    value: Callable[[Reading, float], float]
    share: float  # of all phases
    digits: str
    members: dict[str, str]


@lru_cache(maxsize=1024)
def _samples(measurands: tuple[str, ...], context: str, phases: int, has_soc: bool) -> tuple[_Sample, ...]:
    """The samples of a list of measurands, made out once for all readings with so many phases."""
    made = []
    for listed in measurands or ("Energy.Active.Import.Register",):
        if listed in MEASURANDS:
            name = listed
            numbers = [*range(1, phases + 1)] or [0] if MEASURANDS[listed].each_phase else [0]
        else:
            name, _, single = listed.rpartition(".L")
            numbers = [int(single)]
        if name == "SoC" and not has_soc:
            continue
        kind = MEASURANDS[name]
        for phase in numbers:
            members = {"context": context, "measurand": name}
            if kind.unit is not None:
                members["unit"] = kind.unit
            if phase and kind.phase is not None:
                members["phase"] = kind.phase.replace("L", f"L{phase}")
            if kind.location is not None:
                members["location"] = kind.location
            made.append(_Sample(kind.value, 1.0 / phases if phase else 1.0, f".{kind.digits}f", members))
    return tuple(made)


def meter_value(at: datetime, measurands: Iterable[str], context: str, reading: Reading) -> dict[str, Any]:
    """One element of `meterValue`; an empty list of measurands means the energy register (1.6 §7.43)."""
    samples = _samples(tuple(measurands), context, reading.phases, reading.soc is not None)
    return {
        "timestamp": timestamp(at),
        "sampledValue": [
            {"value": format(value(reading, share), digits), **members} for value, share, digits, members in samples
        ],
    }
