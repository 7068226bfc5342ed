"""Which CALLERROR answers a CALL that cannot be processed (J §4.2.3, table 7)."""

import pytest

import schemas
from ocppj.refusal import refusal
from ocppj.session import Session


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('[2,"1","Heartbeat",{}]', None, ""),
        ('[2,"1","Heartbeat",null]', None, ""),
        ('[2,"1","Heartbeat"]', "FormationViolation", "a CALL is"),
        ('[2,"1","Heartbeat",{"a":1e400}]', "FormationViolation", "too large"),
        ('[3,"1",{"a":1e400}]', None, ""),
        ('[2,7,"Heartbeat",{}]', None, ""),
        ("[2]", None, ""),
        ('[3,"1",{}]', None, ""),
        ('[3,"1"]', None, ""),
        ('[9,"1"]', None, ""),
        ("x", None, ""),
        (f'[2,"{"x" * 37}","Heartbeat",{{}}]', "ProtocolError", "more than 36"),
        ('[2,"1","NoSuchAction",{}]', "NotImplemented", "no action of OCPP 1.6"),
        ('[2,"1","Reset",{"type":"Soft"}]', "NotSupported", "not received by the csms"),
        ('[2,"1","Authorize",{}]', "OccurenceConstraintViolation", "idTag"),
        ('[2,"1","Authorize",{"idTag":5}]', "TypeConstraintViolation", "idTag"),
        ('[2,"1","Authorize",[]]', "TypeConstraintViolation", "payload"),
        ('[2,"1","Authorize",{"idTag":"123456789012345678901"}]', "PropertyConstraintViolation", "idTag"),
        ('[2,"1","Authorize",{"idTag":"1","more":1}]', "FormationViolation", "more"),
    ],
)
def test_the_code_says_what_is_wrong(text: str, code: str | None, words: str) -> None:
    session = Session("csms", schemas.load("1.6"))
    refused = refusal(session.receive(text, 0), session.schemas, "csms")
    assert (refused and refused[0]) == code
    assert words in (refused[1] if refused else "")


def test_an_id_in_progress_is_refused_but_not_a_later_retry() -> None:
    session = Session("csms", schemas.load("1.6"))
    text = '[2,"1","Heartbeat",{}]'
    session.receive(text, 0)
    refused = refusal(session.receive(text, 0), session.schemas, "csms")
    assert refused == ("ProtocolError", "a CALL with this message id is being processed")

    session.close("station", 0)
    again = Session("csms", session.schemas, memory=session.memory)
    assert refusal(again.receive(text, 0), session.schemas, "csms") is None
