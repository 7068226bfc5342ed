"""Meter values, and what breaks their rules."""

from __future__ import annotations

from typing import Any

from ocppj.times import moment
from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import Judge, Open, Proof, Record, prove, spaced
from tests.simulator.v16.faults.scenes.remote import charging

_MEASURANDS = "Energy.Active.Import.Register,SoC,Power.Active.Import"


async def sampled_values(open: Open) -> Bench:
    keys = {"MeterValueSampleInterval": "60", "ClockAlignedDataInterval": "0", "MeterValuesSampledData": _MEASURANDS}
    bench = await charging(open, configuration=keys)
    await bench.wait(250)
    return bench


async def aligned_values(open: Open) -> Bench:
    keys = {"MeterValueSampleInterval": "0", "ClockAlignedDataInterval": "20", "MeterValuesAlignedData": _MEASURANDS}
    bench = await charging(open, configuration=keys, connectors=1)
    await bench.wait(90)
    return bench


def _values(record: Record) -> list[dict[str, Any]]:
    return [value for one in record.calls("MeterValues") for value in one["meterValue"]]


def _samples(record: Record) -> list[dict[str, Any]]:
    return [sample for value in _values(record) for sample in value["sampledValue"]]


def _moments(record: Record) -> list[float]:
    return [moment(value["timestamp"]).timestamp() for value in _values(record)]


def _context(context: str) -> Judge:
    return lambda record: bool(_samples(record)) and {one["context"] for one in _samples(record)} == {context}


def _complete(record: Record) -> bool:
    told = [{sample["measurand"] for sample in value["sampledValue"]} for value in _values(record)]
    return bool(told) and all(one == set(_MEASURANDS.split(",")) for one in told)


def _at_the_outlet(record: Record) -> bool:
    return all(one.get("location") != "EV" for one in _samples(record) if one["measurand"] != "SoC")


def _metering() -> list[Proof]:
    return [
        *prove(
            sampled_values,
            ("meter-context-other meter-values-missing", _context("Sample.Periodic"), "070.R1"),
            ("sampled-values-rare", spaced(_moments, 60, 3), "070.R2"),
            ("meter-measurand-missing", _complete, "070.R3"),
            ("meter-location-ev", _at_the_outlet, "070.R4"),
        ),
        *prove(
            aligned_values,
            ("meter-context-other", _context("Sample.Clock"), "071.R1"),
            ("aligned-values-rare", spaced(_moments, 20, 3), "071.R2"),
            ("meter-timestamps-shifted", lambda r: all(at % 20 == 0 for at in _moments(r)), "071.R3"),
            ("meter-measurand-missing", _complete, "071.R4"),
        ),
    ]


PROOFS = _metering()
