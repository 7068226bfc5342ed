"""Transactions of OCPP 2.0.1: TransactionEvent, whose numbers say what is missing (P2 E, §1.60)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.instruments.analysis.transactions.ledger import Ledger
from harness.instruments.analysis.transactions.meters import readings
from ocppj.frames import Call
from ocppj.rules.seen import Seen


def read(seen: Seen, ledger: Ledger, where: str) -> None:
    """Enter what a right TransactionEvent tells."""
    frame = seen.frame
    if type(frame) is not Call or frame.action != "TransactionEvent":
        return
    members = frame.payload
    id, kind, time = members["transactionInfo"]["transactionId"], members["eventType"], members["timestamp"]
    event = hash((kind, time, members["triggerReason"]))
    values = list(readings(members.get("meterValue", ()), _wh))
    energies = [meter for _, meter in values if meter is not None]
    if kind == "Started":
        ledger.start(
            id,
            where,
            connector=members.get("evse", {}).get("id"),
            tag=members.get("idToken", {}).get("idToken"),
            meter=energies[0] if energies else None,
            time=time,
        )
    elif kind == "Updated":
        for at, meter in values or [(time, None)]:
            ledger.sample(id, where, time=at, meter=meter)
    ledger.number(id, members["seqNo"], where, event)
    if kind == "Ended":
        ledger.stop(
            id,
            where,
            meter=energies[-1] if energies else None,
            time=time,
            reason=members["transactionInfo"].get("stoppedReason", "Local"),
            stop=event,
        )


def _wh(sampled: Mapping[str, Any]) -> float:
    unit = sampled.get("unitOfMeasure", {})
    value = float(sampled["value"]) * 10.0 ** int(unit.get("multiplier", 0))
    return value * 1_000 if unit.get("unit") == "kWh" else value
