"""Transactions of OCPP 1.6: StartTransaction, MeterValues, StopTransaction (OCPP 1.6 §4.7, §4.8, §4.10)."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, cast

from harness.instruments.analysis.transactions.ledger import Ledger
from harness.instruments.analysis.transactions.meters import readings
from ocppj.frames import Call, CallResult
from ocppj.rules.seen import Seen


def read(seen: Seen, ledger: Ledger, where: str) -> None:
    """Enter what a right frame tells of a transaction: a start when it is answered, the others when they are sent."""
    frame = seen.frame
    if type(frame) is Call:
        if frame.action == "MeterValues":
            _meter_values(frame.payload, ledger, where)
        elif frame.action == "StopTransaction":
            _stop(frame.payload, ledger, where)
    elif type(frame) is CallResult and seen.request is not None and seen.request.action == "StartTransaction":
        start = seen.request.payload
        if seen.request.valid and frame.payload["transactionId"] > 0:
            ledger.start(
                str(frame.payload["transactionId"]),
                where,
                connector=start["connectorId"],
                tag=start["idTag"],
                meter=float(start["meterStart"]),
                time=start["timestamp"],
                start=(start["connectorId"], start["idTag"].casefold(), start["meterStart"], start["timestamp"]),
            )


def _meter_values(members: Mapping[str, Any], ledger: Ledger, where: str) -> None:
    id = members.get("transactionId")
    if id is not None:
        for time, meter in readings(members["meterValue"], _wh):
            ledger.sample(str(id), where, time=time, meter=meter)


def _stop(members: Mapping[str, Any], ledger: Ledger, where: str) -> None:
    id = str(members["transactionId"])
    ledger.stop(
        id,
        where,
        meter=float(members["meterStop"]),
        time=members["timestamp"],
        reason=members.get("reason", "Local"),
        stop=(members["meterStop"], members["timestamp"]),
    )


def _wh(sampled: Mapping[str, Any]) -> float | None:
    if sampled.get("format") == "SignedData":
        return None
    try:
        value = float(cast(str, sampled["value"]))
    except ValueError:
        return None
    if not isfinite(value):
        return None
    return value * 1_000 if sampled.get("unit") == "kWh" else value
