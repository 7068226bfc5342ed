"""Faults of meter values (OCPP 1.6 §3.16, §4.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from ocppj.times import moment, timestamp
from simulator.faults.model import Calling, Fault, Message, Payload
from simulator.faults.words import call, override, said
from simulator.v16.core.configuration import Configuration
from simulator.v16.faults.words import key_read_as, unsent

_ACTION = "MeterValues"
_SHIFT = timedelta(seconds=7)


def faults() -> Iterator[Fault]:
    """The faults of this message."""
    yield call("meter-values-missing", "MeterValues are not sent.", _ACTION, unsent())
    yield call(
        "meter-context-other", "Every sampled value has the context Other.", _ACTION, _each_sample(context="Other")
    )
    yield call(
        "meter-location-ev", "Every sampled value is taken at the vehicle.", _ACTION, _each_sample(location="EV")
    )
    yield call(
        "meter-measurand-missing",
        "MeterValues lack the measurand that is listed last.",
        _ACTION,
        _each_value(_without_last),
    )
    yield call(
        "meter-timestamps-shifted", "The timestamps of MeterValues are 7 s late.", _ACTION, _each_value(_shifted)
    )
    for key, name in (("MeterValueSampleInterval", "sampled"), ("ClockAlignedDataInterval", "aligned")):
        yield override(
            f"{name}-values-rare", f"{key} counts double.", Configuration, key_read_as(key, lambda seconds: 2 * seconds)
        )


def _each_value(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Calling:
    def changed(_: Message, payload: Payload) -> Payload:
        return {**payload, "meterValue": [change(value) for value in payload["meterValue"]]}

    return said(changed)


def _each_sample(**members: str) -> Calling:
    return _each_value(lambda value: {**value, "sampledValue": [{**one, **members} for one in value["sampledValue"]]})


def _without_last(value: dict[str, Any]) -> dict[str, Any]:
    samples = value["sampledValue"]
    kept = [one for one in samples if one["measurand"] != samples[-1]["measurand"]]
    return {**value, "sampledValue": kept}


def _shifted(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "timestamp": timestamp(moment(value["timestamp"]) + _SHIFT)}
