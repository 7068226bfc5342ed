"""What is drawn: right payloads are right, wrong ones are wrong, and the code table knows every kind of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from harness.instruments.fuzzing.mutations import DROPPED, FRAMES, OPERATORS, changed, framed, mutants, possible, room
from harness.instruments.fuzzing.steps import Words, call, message_id, size, written
from harness.instruments.fuzzing.table import AT_ONCE, REPEATED, VALID, Allowed, CodeTable
from harness.instruments.fuzzing.v16 import charge_point, csms
from harness.instruments.fuzzing.v16.table import FOR_KIND
from harness.instruments.fuzzing.values import payloads
from harness.sut.reading.loading import parse
from ocppj import frames
from ocppj.v16 import PROTOCOL
from tests.harness.instruments.fuzzing.benches import CLAIMED, OF_CSMS, OF_STATION

SCHEMAS = PROTOCOL.schemas
FEW = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
A_CSMS = parse(OF_CSMS.format(url="ws://127.0.0.1:9/ocpp") + CLAIMED, "sut.toml", folder=Path(), environ={})
A_STATION = parse(OF_STATION + CLAIMED, "sut.toml", folder=Path(), environ={})
DIALECTS = {
    "csms": csms.dialect(A_CSMS, A_CSMS.lanes[0]),
    "station": charge_point.dialect(A_STATION, A_STATION.lanes[0]),
}
SENT = [(role, action) for role, dialect in DIALECTS.items() for action in (*dialect.right, *dialect.broken)]


@pytest.mark.parametrize(("role", "action"), SENT)
def test_right_payloads_are_right_and_wrong_ones_are_wrong(role: str, action: str) -> None:
    dialect, schema = DIALECTS[role], SCHEMAS.schema(action, "call")
    right = payloads(schema, dialect.overrides(action))
    wrong = frozenset(kind for kind in possible(schema) if not FOR_KIND[kind].result)
    kinds: set[str] = set()

    @FEW
    @given(right, mutants(action, schema, right, wrong))
    def draws(payload: Any, mutant: Any) -> None:
        assert SCHEMAS.call[action](payload)
        if mutant is not None:
            kinds.add(mutant.kind)
            assert not _is_taken(action, mutant.payload)

    draws()

    assert bool(kinds) == bool(wrong)


def _is_taken(action: str, payload: Any) -> bool:
    try:
        return SCHEMAS.call[action](payload)
    except ValueError:
        return False


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
def test_every_action_is_sent_by_somebody_and_what_cannot_be_taken_back_is_never_right(dialect: Any) -> None:
    assert {*dialect.right, *dialect.broken, *dialect.foreign} == PROTOCOL.actions.keys()
    for action in dialect.broken:
        for kind in dialect.may_have(action, OPERATORS):
            assert not dialect.table.allowed(kind, action).result
    assert "Reset" in (*dialect.foreign, *dialect.broken)


def test_the_code_table_has_a_row_for_every_kind_and_no_other() -> None:
    drawn = {*OPERATORS, *(frame.kind for frame in FRAMES), VALID, AT_ONCE, REPEATED, "action-foreign"}

    assert FOR_KIND.keys() == drawn
    assert all(row.result or row.codes or row.silence for row in FOR_KIND.values())
    assert {row.rule for row in FOR_KIND.values()} >= {"ERR-02", "ERR-04", "ERR-05", "ERR-06", "RPC-11", "RPC-14"}
    codes = {code for row in FOR_KIND.values() for code in row.codes}
    assert codes <= PROTOCOL.codes.known - {"InternalError"}


def test_what_may_be_left_out_may_be_told_to_be() -> None:
    row = Allowed(rule="ERR-05", codes=frozenset({"TypeConstraintViolation"}))
    silent = Allowed(rule="RPC-11", silence=True)
    table = CodeTable(
        for_kind={"type-wrong": row, "type-unknown": silent},
        for_action={("type-wrong", "Authorize"): silent},
        optional=frozenset({"GetLog"}),
        unsupported=frozenset({"NotSupported"}),
        same={},
    )

    assert table.allowed("type-wrong", "GetLog").codes == {"TypeConstraintViolation", "NotSupported"}
    assert table.allowed("type-wrong", "Heartbeat") is row
    assert table.allowed("type-unknown", "GetLog") is silent
    assert table.allowed("type-wrong", "Authorize") is silent
    assert row.sentence == "a CALLERROR TypeConstraintViolation"
    assert Allowed(rule="X", result=True, silence=True).sentence == "a CALLRESULT, or no answer"
    with pytest.raises(KeyError):
        table.allowed("no-such-kind", "GetLog")


def test_a_change_leaves_the_payload_alone() -> None:
    payload = {"a": [{"b": 1, "c": 2}]}

    assert changed(payload, ("a", 0, "b"), DROPPED) == {"a": [{"c": 2}]}
    assert changed(payload, ("a", 0, "b"), None) == {"a": [{"b": None, "c": 2}]}
    assert changed(payload, (), []) == []
    assert payload == {"a": [{"b": 1, "c": 2}]}


def test_more_places_are_more_room() -> None:
    schemas = {action: SCHEMAS.schema(action, "call") for action in ("Heartbeat", "Authorize", "MeterValues")}
    missing = frozenset({"member-missing"})

    assert [room(schema, missing) for schema in schemas.values()] == [0, 1, 5]
    assert "payload-null-for-empty" in possible(schemas["Heartbeat"])
    assert "payload-null" not in possible(schemas["Heartbeat"])


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.kind)
def test_a_wrong_frame_is_none_or_has_its_id(frame: Any) -> None:
    step = framed(frame, 1, message_id(3), "Heartbeat", {})
    words = Words("0123abcd", "T")
    read = frames.parse(words.filled(step.texts[0]))

    assert (step.line, step.kind) == (1, frame.kind)
    if step.ids[0] is not None:
        assert read.id == words.filled(step.ids[0])
    elif not isinstance(read, frames.CallResult | frames.CallError):
        assert isinstance(read, frames.Malformed)


# ---- templates


def test_the_words_of_a_template_are_filled_in() -> None:
    words = Words("0123abcd", 'a"b')
    words.given = [17, 18]
    words.last = "x-1"

    assert words.filled('["@run-1","@last","@given1","@given0","@given7","@tag"]') == (
        '["0123abcd-1","x-1",18,17,1,"a\\"b"]'
    )


def test_letters_stand_as_they_are_unless_only_an_escape_can_write_them() -> None:
    assert written({"a": "é"}) == '{"a":"é"}'
    assert written({"a": "\ud800é"}) == '{"a":"\\ud800\\u00e9"}'


def test_fewer_messages_are_shorter_than_fewer_letters() -> None:
    short, long = call(0, VALID, "A", {}, "1"), call(0, VALID, "A", {"a": "x" * 100}, "1")

    assert size([long]) < size([short, short])
    assert size([short]) < size([long])
