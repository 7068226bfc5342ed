"""What is opened and ended in a CSMS, read off the frames of OCPP 2.0.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.case.left_open import LeftOpen

_DONE: Final = ("Accepted", "Scheduled")


def told(left: LeftOpen, station: str, event: Mapping[str, Any]) -> None:
    """A TransactionEvent was acknowledged. The idToken is the last one that was told; empty: none yet."""
    id = event["transactionInfo"]["transactionId"]
    if event["eventType"] == "Ended":
        left.ends("transaction", transactionId=id)
        return
    before = next((entry.facts for entry in left if entry.facts.get("transactionId") == id), {})
    tag = event.get("idToken", {}).get("idToken") or before.get("idTag", "")
    left.opens("transaction", station, id, {"transactionId": id, "idTag": tag, "seqNo": event["seqNo"]})


def answered(left: LeftOpen, station: str, action: str, call: Any, answer: Mapping[str, Any]) -> None:
    """The station answered a CALL of the CSMS."""
    if action != "ChangeAvailability" or not isinstance(call, dict) or answer.get("status") not in _DONE:
        return
    evse = call.get("evse")
    id = evse.get("id", 0) if isinstance(evse, dict) else 0
    if call.get("operationalStatus") == "Inoperative":
        left.opens("availability", station, str(id), {"evseId": id})
    else:
        left.ends("availability", **({"evseId": id} if id else {}))
