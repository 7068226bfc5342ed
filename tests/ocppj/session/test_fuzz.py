"""Whatever is sent, the engine says what it is, never raises, and keeps little of it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import schemas
from ocppj import frames
from ocppj.evidence.trace import Role, Trace
from ocppj.frames import Call, CallError, CallResult, Malformed
from ocppj.protocol import UNREAD_ID
from ocppj.rules import Finding, signs
from ocppj.rules.memory import Memory
from ocppj.session.refusal import refusal
from ocppj.session.session import MAX_OPEN, OTHER, Session
from ocppj.v16 import PROTOCOL
from tests.ocppj.support.spoken import Spoken, in_each_version

ACTIONS = sorted(schemas.load("1.6").actions)

scalar = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-3, 10)
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(["2026-11-21T10:00:00Z", "2026-11-21T10:00:00+01:00", "Accepted", "MessageTimeout", "1"])
)
member = st.sampled_from(["idTag", "idTagInfo", "status", "key", "value", "currentTime", "connectorId", "x"])
json_value = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(member | st.text(max_size=8), inner, max_size=5),
    max_leaves=12,
)
id_text = st.sampled_from(["1", "2", "a", "A"]) | st.text(max_size=40)
action = st.sampled_from([*ACTIONS, "Authorize.req", "heartbeat"]) | st.text(max_size=20)

message = st.one_of(
    st.tuples(st.just(2), id_text, action, json_value),
    st.tuples(st.just(3), id_text, json_value),
    st.tuples(
        st.just(4), id_text, st.sampled_from(sorted(PROTOCOL.codes.known)) | st.text(max_size=20), scalar, json_value
    ),
    st.lists(st.integers(0, 9) | json_value, max_size=6),
).map(list)


def _text_of(value: Any) -> str:
    return json.dumps(value)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A message with a piece cut out, put in twice, or replaced."""
    text = _text_of(draw(message))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 12)))
    return (
        text[:start] + draw(st.sampled_from(["", text[start:end] * 2, '"', "]", "\\", "\x00", "9" * 30])) + text[end:]
    )


anything = st.text() | message.map(_text_of) | mutated() | st.binary(max_size=30)


@given(st.text() | mutated())
def test_parse_says_what_any_text_is(text: str) -> None:
    frame = frames.parse(text)
    assert isinstance(frame, Call | CallResult | CallError | Malformed)
    assert frame.raw == text


@given(message.map(_text_of))
def test_what_is_read_as_a_message_is_written_as_one(text: str) -> None:
    frame = frames.parse(text)
    if isinstance(frame, Call):
        again: Call | CallResult = frames.call(frame.id, frame.action, frame.payload)
    elif isinstance(frame, CallResult):
        again = frames.result(frame.id, frame.payload)
    else:
        return
    assert frames.parse(again.raw) == replace(again, is_ours=False)
    assert type(again) is type(frame)


@in_each_version
@settings(max_examples=150, deadline=None)
@given(traffic=st.lists(st.tuples(st.booleans(), anything, st.integers(0, 20)), max_size=25))
def test_a_session_takes_anything_in_both_directions_and_stays_small(
    traffic: list[tuple[bool, str | bytes, int]], spoken: Spoken
) -> None:
    trace = Trace(max_entries=20, secrets=["hunter2"])
    session = Session("csms", spoken.protocol, trace=trace, memory=Memory(8), max_findings=10)
    now = 0
    for is_received, text, seconds in traffic:
        now += seconds * 1_000_000_000
        if is_received or isinstance(text, bytes):
            seen = session.receive(text, now)
            refused = refusal(seen, spoken.protocol, session.local)
            if refused is not None:
                session.send(refused, now)
        else:
            seen = session.observe("csms", frames.parse(text), now)
        for call in session.open_calls("csms")[1:]:
            session.time_out(call.id, now)
    session.close("station", now)

    assert len(session.findings) == min(session.finding_count, 10)
    assert len(trace) <= 20
    for role in ("station", "csms"):
        assert session.memory.count(role) <= 8
        assert len(session.open_calls(role)) <= MAX_OPEN
        assert len(session.unusual(role)) <= 16
    assert trace.to_jsonl().count("\n") == len(trace)


@in_each_version
@given(text=message.map(_text_of))
def test_a_refusal_is_a_right_callerror(text: str, spoken: Spoken) -> None:
    session = Session("csms", spoken.protocol)
    seen = session.receive(text, 0)
    refused = refusal(seen, spoken.protocol, "csms")
    if refused is None:
        assert not isinstance(seen.frame, Call) or seen.valid
        return
    assert refused.id in (seen.frame.id, UNREAD_ID)
    answer = session.send(refused, 0)
    assert [finding.rule for finding in answer.findings if finding.rule != "RPC-05"] == []
    assert len(refused.description) <= 255


_NEARLY_RIGHT = (
    '[2,"{id}","Authorize",{{"idTag":"A"}}]',
    '[2,"{id}","Heartbeat",null]',
    '[2,"{id}","StatusNotification",{{"connectorId":1,"errorCode":"NoError","status":"Available","timestamp":"{at}"}}]',
    '[2,"{id}","GetConfiguration",{{}}]',
    '[2,"{id}","DataTransfer",{{"vendorId":"v"}}]',
    '[3,"{id}",{{"idTagInfo":{{"status":"Accepted"}}}}]',
    '[3,"{id}",{{"currentTime":"{at}"}}]',
    '[3,"{id}",{{"configurationKey":[{{"key":"MessageTimeout","readonly":true,"value":"9"}}]}}]',
    '[3,"{id}",{{}}]',
    '[3,"{id}",null]',
)
nearly_right = st.builds(
    lambda text, id, at: text.format(id=id, at=at),
    st.sampled_from(_NEARLY_RIGHT),
    st.sampled_from(["1", "2", "3", "x" * 37]),
    st.sampled_from(["2026-11-21T10:00:00Z", "2026-11-21T10:00:00-05:00", "2026-11-21T10:00:00.123456Z"]),
)


@in_each_version
@settings(max_examples=300, deadline=None)
@given(traffic=st.lists(st.tuples(st.sampled_from(["station", "csms"]), nearly_right, st.integers(0, 12)), max_size=12))
def test_a_frame_without_a_sign_is_one_without_findings(traffic: list[tuple[Role, str, int]], spoken: Spoken) -> None:
    def findings() -> list[Finding]:
        session, now = Session("csms", spoken.protocol), 0
        for sender, text, seconds in traffic:
            now += seconds * 1_000_000_000
            session.observe(sender, frames.parse(text), now)
        return session.findings

    found = findings()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "of_call", lambda seen, view, is_open: signs.ALL)
        patch.setattr(signs, "of_result", lambda seen: signs.ALL)
        assert findings() == found


@in_each_version
@pytest.mark.parametrize("sender", ["station", "csms"])
def test_what_is_right_has_no_sign(sender: Role, spoken: Spoken) -> None:
    session = Session("csms", spoken.protocol)
    call = session.observe(sender, frames.call("1", "DataTransfer", {"vendorId": "v"}), 0)
    assert signs.of_call(call, session, False) == 0
    assert signs.of_result(session.observe(OTHER[sender], frames.result("1", {"status": "Accepted"}), 0)) == 0
