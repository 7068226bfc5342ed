"""The sampled values made of what the meters read (P2 §2.30 MeterValueType, §2.43 SampledValueType)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ocppj.times import timestamp
from simulator.hardware.meter import Reading

_FREQUENCY = 50.0  # Hz


@dataclass(frozen=True, slots=True)
class Measurand:
    """How a measurand is read of a reading; `phase` is how a phase of it is written when it is read for each."""

    value: Callable[[Reading], float]
    unit: str | None
    phase: str | None = None
    location: str | None = None  # None: Outlet, which may be left out
    digits: int = 1


MEASURANDS: dict[str, Measurand] = {
    "Energy.Active.Import.Register": Measurand(lambda r: r.register, "Wh", digits=0),
    "Power.Active.Import": Measurand(lambda r: r.power, "W"),
    "Power.Offered": Measurand(lambda r: r.offered, "W"),
    "Current.Import": Measurand(lambda r: r.power / (r.phases or 1) / r.voltage, "A", phase="L{}"),
    "Current.Offered": Measurand(lambda r: r.offered / (r.phases or 1) / r.voltage, "A"),
    "Voltage": Measurand(lambda r: r.voltage, "V", phase="L{}-N"),
    "Frequency": Measurand(lambda _: _FREQUENCY, "Hz"),
    "SoC": Measurand(lambda r: r.soc or 0.0, "Percent", location="EV"),
}
"""The measurands the station knows, and how each is read."""


def meter_value(at: datetime, measurands: Iterable[str], context: str, reading: Reading) -> dict[str, Any] | None:
    """A MeterValueType; None: no measurand is wanted that can be read, and a MeterValueType without values is none."""
    values = [value for name in measurands for value in _sampled(name, context, reading)]
    return {"timestamp": timestamp(at), "sampledValue": values} if values else None


def _sampled(name: str, context: str, reading: Reading) -> Iterator[dict[str, Any]]:
    kind = MEASURANDS[name]
    if name == "SoC" and reading.soc is None:
        return
    for phase in range(1, reading.phases + 1) if kind.phase and reading.phases else (0,):
        value: dict[str, Any] = {
            "value": round(kind.value(reading), kind.digits),
            "context": context,
            "measurand": name,
        }
        if phase and kind.phase:
            value["phase"] = kind.phase.format(f"{phase}")
        if kind.location is not None:
            value["location"] = kind.location
        if kind.unit is not None:
            value["unitOfMeasure"] = {"unit": kind.unit}
        yield value
