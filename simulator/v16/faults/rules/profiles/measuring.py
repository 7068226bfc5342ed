"""Rules of meter values, broken (OCPP 1.6 §3.16; MV-01, MV-06, MV-09)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault, Message, Payload
from simulator.faults.words import call, drop, override, said
from simulator.v16.core.configuration import Configuration
from simulator.v16.faults.words import key_read_as


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    for key, name in (("MeterValueSampleInterval", "sampled"), ("ClockAlignedDataInterval", "aligned")):
        yield override(
            f"{name}-values-anyway",
            f"{key} = 0 counts as 1.",
            Configuration,
            key_read_as(key, lambda seconds: seconds or 1),
        )
    yield call(
        "transaction-data-anyway", "StopTransaction always has transactionData.", "StopTransaction", said(_with_data)
    )
    yield call(
        "meter-transaction-missing",
        "MeterValues name no transaction.",
        "MeterValues",
        said(drop("transactionId")),
    )


def _with_data(_: Message, payload: Payload) -> Payload:
    value = {"timestamp": payload["timestamp"], "sampledValue": [{"value": str(payload["meterStop"])}]}
    return {**payload, "transactionData": [value]}
