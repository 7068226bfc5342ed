"""Which CALLERROR answers a CALL that cannot be processed (J §4.2.3, table 7)."""

from collections.abc import Iterator
from typing import Any

import pytest

from ocppj.frames import call, error
from ocppj.session.refusal import refusal
from ocppj.session.session import Session
from ocppj.v16 import PROTOCOL
from ocppj.v201 import PROTOCOL as V201
from tests.ocppj.support.spoken import Spoken, in_each_version

_METER = '[2,"1","MeterValues",{{"connectorId":1,"meterValue":{}}}]'
_SAMPLE = '[{"timestamp":"2030-01-01T00:00:00Z","sampledValue":[{"value":"1",%s}]}]'
_EMPTY = ("OccurenceConstraintViolation", "sampledValue")
_INVALID = ("PropertyConstraintViolation",)


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
        (_METER.format("[]"), "OccurenceConstraintViolation", "meterValue"),
        (_METER.format('[{"timestamp":"2030-01-01T00:00:00Z","sampledValue":[]}]'), *_EMPTY),
        (_METER.format('[{"timestamp":"2030-01-01T00:00:00Z"}]'), *_EMPTY),
        (_METER.format('[{"timestamp":"today","sampledValue":[{"value":"1"}]}]'), *_INVALID, "timestamp"),
        (_METER.format('[{"timestamp":9,"sampledValue":[{"value":"1"}]}]'), "TypeConstraintViolation", "timestamp"),
        (_METER.format(_SAMPLE % '"unit":"Volt"'), *_INVALID, "unit"),
        (_METER.format(_SAMPLE % '"unit":1'), "TypeConstraintViolation", "unit"),
        (_METER.format(_SAMPLE % '"more":1'), "FormationViolation", "more"),
        (_METER.replace("1,", "4294967296,", 1).format(_SAMPLE % '"unit":"V"'), *_INVALID, "connectorId"),
        (_METER.replace(":1,", ":1.5,").format(_SAMPLE % '"unit":"V"'), "TypeConstraintViolation", "connectorId"),
    ],
)
def test_the_code_says_what_is_wrong(text: str, code: str | None, words: str) -> None:
    session = Session("csms", PROTOCOL)
    refused = refusal(session.receive(text, 0), PROTOCOL, "csms")
    assert (refused and refused.code) == code
    assert words in (refused.description if refused else "")


def test_a_limit_that_no_double_has_is_an_invalid_value() -> None:
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.55}]},
    }
    session = Session("station", PROTOCOL)
    text = call("1", "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile}).raw

    refused = refusal(session.receive(text, 0), PROTOCOL, "station")

    assert refused is not None
    assert refused.code == "PropertyConstraintViolation"
    assert "limit" in refused.description


@pytest.mark.parametrize(
    ("text", "id", "code"),
    [
        ('[2,"1","Heartbeat",{}]', None, None),
        ('[2,"1","Heartbeat"]', "1", "RpcFrameworkError"),
        ('[2,7,"Heartbeat",{}]', "-1", "RpcFrameworkError"),
        ("[2]", "-1", "RpcFrameworkError"),
        ("x", "-1", "RpcFrameworkError"),
        (b"\xff", "-1", "RpcFrameworkError"),
        ('["x","1"]', "1", "RpcFrameworkError"),
        ('[9,"1"]', "1", "MessageTypeNotSupported"),
        ("[9]", "-1", "MessageTypeNotSupported"),
        ('[3,"1"]', None, None),
        ("[3]", None, None),
        ('[4,7,"GenericError","",{}]', None, None),
        ('[3,"1",{"a":1e400}]', None, None),
        ('[2,"1","Nonsense",{}]', "1", "NotImplemented"),
        ('[2,"1","Reset",{"type":"Immediate"}]', "1", "NotSupported"),
        ('[2,"1","Authorize",{}]', "1", "OccurrenceConstraintViolation"),
        ('[2,"1","Heartbeat",{"more":1}]', "1", "FormatViolation"),
        ('[2,"1","Heartbeat",[]]', "1", "TypeConstraintViolation"),
        ('[2,"1","Authorize",{"idToken":{"idToken":"A","type":"x"}}]', "1", "PropertyConstraintViolation"),
        (f'[2,"{"x" * 37}","Heartbeat",{{}}]', "x" * 37, "ProtocolError"),
    ],
)
def test_the_code_of_2_0_1_says_what_is_wrong(text: str | bytes, id: str | None, code: str | None) -> None:
    session = Session("csms", V201)
    refused = refusal(session.receive(text, 0), V201, "csms")
    assert (refused and (refused.id, refused.code)) == (code and (id, code))
    if refused is not None:
        assert not [one for one in session.send(refused, 0).findings if one.rule != "RPC-05"]


@in_each_version
def test_every_keyword_that_can_refuse_has_its_code(spoken: Spoken) -> None:
    known = spoken.protocol.schemas
    used = {word for action in known.actions for word in _keywords(known.schema(action, "call"))}

    assert used >= {"required", "minItems", "additionalProperties", "enum", "format"}
    assert used - _DESCRIPTIVE <= spoken.protocol.codes.of_keyword.keys()


_DESCRIPTIVE = {
    "$schema",
    "additionalItems",
    "comment",
    "default",
    "description",
    "id",
    "items",
    "javaType",
    "properties",
    "title",
}


def _keywords(schema: dict[str, Any]) -> Iterator[str]:
    yield from schema
    for inner in (*schema.get("properties", {}).values(), schema.get("items")):
        if inner is not None:
            yield from _keywords(inner)


def test_an_id_in_progress_is_refused_but_not_a_later_retry() -> None:
    session = Session("csms", PROTOCOL)
    text = '[2,"1","Heartbeat",{}]'
    session.receive(text, 0)
    refused = refusal(session.receive(text, 0), PROTOCOL, "csms")
    assert refused == error("1", "ProtocolError", "a CALL with this message id is being processed")

    session.close("station", 0)
    again = Session("csms", PROTOCOL, memory=session.memory)
    assert refusal(again.receive(text, 0), PROTOCOL, "csms") is None
