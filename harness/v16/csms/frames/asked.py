"""What an operator of OCPP 1.6 asks for that a CSMS chooses itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from harness.case.run import CaseRun
from harness.peers import asked
from harness.peers.asked import Difference
from ocppj.rules import Finding
from ocppj.v16 import PROTOCOL

OWN: Final[Mapping[str, frozenset[str]]] = {
    "ReserveNow": frozenset({"reservationId"}),
    "SetChargingProfile": frozenset({"chargingProfileId"}),
    "RemoteStartTransaction": frozenset({"chargingProfileId"}),
    "SendLocalList": frozenset({"listVersion"}),
    "GetLog": frozenset({"requestId"}),
    "SignedUpdateFirmware": frozenset({"requestId"}),
}
"""Members that a CSMS numbers itself; what is named by such a number later is named by the one it chose."""


def own(action: str, members: Mapping[str, Any]) -> Collection[str]:
    """The members of an operation that a CSMS chooses itself: numbers, and passwords."""
    if action == "ChangeConfiguration" and str(members.get("key")).lower() in PROTOCOL.secrets.names:
        return ("value",)
    return OWN.get(action, ())


def findings(run: CaseRun, blamed: Collection[int]) -> Iterator[Finding]:
    """One for each operation of the case; ``blamed`` are the entries of the trace with which a rule was broken."""
    return asked.findings(run, blamed, own)


def differences(action: str, members: Mapping[str, Any], sent: Any) -> list[Difference]:
    """The members that were asked for and are others in the payload ``sent``."""
    return asked.differences(members, sent, own(action, members), PROTOCOL.folded)
