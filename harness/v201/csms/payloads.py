"""Payloads that several cases have an operator ask for, and what is expected of them on the wire."""

from random import randrange
from typing import Any, Final

from harness.sut import Sut
from ocppj.matchers import MISSING, one_of

Payload = dict[str, Any]

LARGEST: Final = 2**31 - 1
"""The largest integer of OCPP (P2, primitive datatypes)."""
COMPONENT: Final = "OCPPCommCtrlr"
VARIABLE: Final = "OfflineThreshold"
"""The variable that cases read and set: every station has it, and it may be written (P2, referenced variables)."""
SECONDS: Final = "123"
"""What it is set to."""
of_actual: Final = one_of(MISSING, "Actual")
"""An attributeType that means Actual, which is also what a missing one means."""


def variable(**members: Any) -> Payload:
    """The variable of the cases as one item of a GetVariables or SetVariables."""
    return {"component": {"name": COMPONENT}, "variable": {"name": VARIABLE}, **members}


def first(payload: Any, member: str, **expected: Any) -> Payload:
    """Expect something of the first item of a list, however many there are."""
    items = payload.get(member) if isinstance(payload, dict) else None
    others = len(items) - 1 if isinstance(items, list) else 0
    return {member: [expected, *({} for _ in range(others))]}


def start(sut: Sut, idToken: Payload) -> Payload:
    """A RequestStartTransaction. Its remoteStartId is drawn; a CSMS that numbers its requests itself may choose one."""
    return {"idToken": idToken, "evseId": sut.answer("run.evse_id"), "remoteStartId": randrange(1, LARGEST)}
