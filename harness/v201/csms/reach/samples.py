"""What the cases ask an operator for: one request of every kind, with the values of a SUT file.

`plugproof check --show-requests` shows what an operator makes of them. That they are those of the cases, no more and
no fewer, is looked at in `tests/testcases/v201/test_catalogue.py`.
"""

from __future__ import annotations

from typing import Any, Final

from harness.sut import Sut
from harness.v201.csms import payloads
from harness.v201.csms.id_tokens import id_token

Request = tuple[str, dict[str, Any]]
"""An action, and the members of its payload."""

TRANSACTION: Final = "5f6e1d3a-0000-4000-8000-000000000001"


def samples(sut: Sut, connectors: int = 1) -> list[Request]:
    """The requests in the order of the blocks of the standard; none depends on how many ``connectors`` there are."""
    evse = {"id": sut.answer("run.evse_id")}
    return [
        ("GetVariables", {"getVariableData": [payloads.variable()]}),
        ("SetVariables", {"setVariableData": [payloads.variable(attributeValue=payloads.SECONDS)]}),
        ("Reset", {"type": "OnIdle"}),
        ("RequestStartTransaction", {**payloads.start(sut, id_token(sut, sut.tags.valid or "")), "remoteStartId": 1}),
        ("RequestStopTransaction", {"transactionId": TRANSACTION}),
        ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
        ("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": evse}),
    ]
