"""What is made of the answers: each way to be wrong is told as what it is, and so is what does not come again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.case.verdicts import HarnessError
from harness.instruments.fuzzing.arena import Arena, Failure, Loop, SutGone
from harness.instruments.fuzzing.contact.as_station import AsStation
from harness.instruments.fuzzing.hunt import Hunt, Known, Listener, Outcome, hunts
from harness.instruments.fuzzing.mutations import FRAMES, framed
from harness.instruments.fuzzing.problem import Problem, word
from harness.instruments.fuzzing.steps import Step, call
from harness.instruments.fuzzing.table import VALID
from harness.instruments.fuzzing.v16 import csms
from harness.sut.reading.loading import parse
from ocppj import frames
from tests.harness.instruments.fuzzing.benches import CLAIMED, OF_CSMS
from tests.harness.instruments.fuzzing.scripted import Close, Scripted

PATIENCE_S = 0.3
"""Of an answer that does not come; those that come are at once there."""
HEARTBEAT = call(0, VALID, "Heartbeat", {}, "@run-1")
CUT_OFF = Step(line=0, kind="json-cut-off", action="Heartbeat", texts=('[2,"@run-2","Heartbeat",{}',), ids=(None,))


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.ends()


@pytest.fixture
def scripted(loop: Loop) -> Iterator[Scripted]:
    server = Scripted()
    loop.run(server.starts())
    yield server
    loop.run(server.stops())


@pytest.fixture
def arena(loop: Loop, scripted: Scripted) -> Arena:
    url = f"ws://127.0.0.1:{scripted.port}/ocpp"
    sut = parse(OF_CSMS.format(url=url) + CLAIMED, "sut.toml", folder=Path(), environ={})
    dialect = csms.dialect(sut, sut.lanes[0])
    contact = AsStation(sut, sut.lanes, dialect.protocol, dialect.answers)
    return Arena(dialect, contact, PATIENCE_S, loop, shortening=1.0)


def to(action: str, *answers: Any) -> Callable[[str], list[str] | None]:
    """Another answer to this action; `ID` stands for the id of the CALL."""

    def answer(text: str) -> list[str] | None:
        frame = frames.parse(text)
        if not isinstance(frame, frames.Call) or frame.action != action:
            return None
        return [json.dumps(one).replace('"ID"', json.dumps(frame.id)) for one in answers]

    return answer


def played(arena: Arena, *steps: Step) -> Problem:
    problem, _ = arena.plays(steps)
    assert problem is not None
    return problem


def test_what_is_right_has_no_problem(arena: Arena) -> None:
    problem, trace = arena.plays([HEARTBEAT, CUT_OFF])

    assert problem is None
    passed = [(entry.phase, entry.direction) for entry in trace if entry.kind == "frame"]
    assert passed[:2] == [("connection 1", "station->csms"), ("connection 1", "csms->station")]


@pytest.mark.parametrize(
    ("answers", "symptom", "rule", "seen"),
    [
        ([[4, "ID", "InternalError", "", {}]], "CALLERROR InternalError", "RPC-13", ("4 InternalError",)),
        ([], "silence", "RPC-13", ("silence",)),
        ([[3, "ID", {}]], "RPC-19", "RPC-19", ("3",)),
        ([[3, "ID", {"currentTime": "now"}]], "VAL-01", "VAL-01", ("3 currentTime",)),
    ],
)
def test_a_wrong_answer_is_told_by_what_it_is(
    arena: Arena, scripted: Scripted, answers: list[Any], symptom: str, rule: str, seen: tuple[str, ...]
) -> None:
    scripted.answer = to("Heartbeat", *answers)

    problem = played(arena, HEARTBEAT)

    assert (problem.symptom, problem.rule, problem.seen) == (symptom, rule, seen)
    assert problem.steps == (HEARTBEAT,)
    assert "Heartbeat" in problem.title


def test_a_code_of_another_spelling_is_the_same(arena: Arena, scripted: Scripted) -> None:
    missing = call(0, "member-missing", "Authorize", {}, "@run-1")
    scripted.answer = to("Authorize", [4, "ID", "OccurrenceConstraintViolation", "", {}])
    assert arena.plays([missing], health=False)[0] is None

    scripted.answer = to("Authorize", [4, "ID", "GenericError", "", {}])
    problem = played(arena, missing)
    assert (problem.symptom, problem.rule, problem.level) == ("CALLERROR GenericError", "ERR-04", "SHOULD")
    assert "FormationViolation" in problem.expected


def test_a_connection_that_is_ended_is_told_with_what_ended_it(arena: Arena, scripted: Scripted) -> None:
    def answer(text: str) -> list[str] | None:
        if text.endswith("{}"):
            raise Close
        return None

    scripted.answer = answer

    problem = played(arena, HEARTBEAT, CUT_OFF)

    assert problem.signature == ("closed", "json-cut-off", "Heartbeat")
    assert (problem.rule, problem.seen, problem.is_fatal) == ("ERR-14", ("closed",), True)
    assert problem.steps == (HEARTBEAT, CUT_OFF)


def test_a_session_that_is_dead_shows_at_the_next_message(arena: Arena, scripted: Scripted) -> None:
    def answer(text: str) -> list[str] | None:
        return [] if any(said.endswith("{}") for said in scripted.heard) else None

    scripted.answer = answer

    problem = played(arena, CUT_OFF)

    assert problem.symptom == "session dead"
    assert [step.action for step in problem.steps] == ["Heartbeat", "Heartbeat"]
    assert problem.steps[1].kind == VALID, "what shows it is part of the session, so that a script has it too"


def test_what_wants_no_answer_gets_none(arena: Arena, scripted: Scripted) -> None:
    stray = framed(next(frame for frame in FRAMES if frame.kind == "answer-to-nothing"), 0, "@run-1", "Heartbeat", {})
    assert arena.plays([stray])[0] is None

    def answer(text: str) -> list[str] | None:
        return ['[4,"-1","GenericError","",{}]'] if text.startswith("[3") else None

    scripted.answer = answer
    problem = played(arena, stray)
    assert (problem.symptom, problem.rule) == ("CALLERROR GenericError", "RPC-14")


def test_health_is_what_it_was_when_the_run_began(arena: Arena, scripted: Scripted) -> None:
    assert arena.plays(())[0] is None
    scripted.answer = to("Authorize", [3, "ID", {"idTagInfo": {"status": "Blocked"}}])

    problem = played(arena)

    assert problem.symptom == "health"
    assert problem.actual == "status is Blocked, and was Accepted when the run began"
    assert [step.action for step in problem.steps] == ["Authorize"]


def test_a_product_that_is_not_well_from_the_beginning_is_not_fuzzed(arena: Arena, scripted: Scripted) -> None:
    scripted.answer = to("Authorize")

    with pytest.raises(HarnessError, match="a plain session fails: Authorize"):
        hunts(arena, number=1, seconds=60, most=3)


def test_old_findings_are_played_first_and_those_that_are_gone_are_told(arena: Arena, scripted: Scripted) -> None:
    unknown = call(0, "action-unknown", "NoSuchAction", {}, "@run-1")
    old = Known(title="old one", signature=("CALLRESULT", "action-unknown", "NoSuchAction"), steps=(unknown,))
    told: list[str] = []

    class Listening(Listener):
        def found(self, finding: Any) -> None:
            told.append(finding.problem.title)

    gone = hunts(arena, number=1, seconds=60, most=0, known=[old], listener=Listening())
    scripted.answer = to("NoSuchAction", [3, "ID", {}])
    again = hunts(arena, number=1, seconds=60, most=0, known=[old, old], listener=Listening())

    assert (gone.gone, gone.findings) == (["old one"], [])
    assert [(finding.is_old, finding.is_sure) for finding in again.findings] == [(True, True)]
    assert told == ["NoSuchAction (action-unknown) is answered with a CALLRESULT"]


def failed(arena: Arena, *steps: Step) -> Failure:
    problem, trace = arena.plays(steps)
    assert problem is not None
    failure = arena.best[problem.signature] = Failure(problem, trace)
    return failure


def test_a_product_that_is_gone_after_a_message_is_a_finding_that_is_not_confirmed(
    arena: Arena, scripted: Scripted, loop: Loop
) -> None:
    scripted.answer = to("Heartbeat", [4, "ID", "InternalError", "", {}])
    failure = failed(arena, HEARTBEAT)
    hunt = Hunt(arena, Outcome(seed=1), Listener())
    loop.run(scripted.stops())

    with pytest.raises(SutGone) as gone:
        hunt.confirms(None)
    hunt.goes_no_further(str(gone.value))

    assert "is the CSMS running" in str(hunt.outcome.ended)
    (finding,) = hunt.outcome.findings
    assert (finding.problem, finding.is_sure) == (failure.problem, False)
    assert len(finding.trace) > 0


def test_a_product_that_is_not_there_at_all_is_not_fuzzed(arena: Arena, scripted: Scripted, loop: Loop) -> None:
    loop.run(scripted.stops())

    with pytest.raises(HarnessError, match="is the CSMS running"):
        hunts(arena, number=1, seconds=60, most=3)


def test_what_does_not_come_again_is_told_and_is_no_finding(arena: Arena, scripted: Scripted) -> None:
    scripted.answer = to("Heartbeat", [4, "ID", "InternalError", "", {}])
    failure = failed(arena, HEARTBEAT)
    scripted.answer = lambda text: None
    hunt = Hunt(arena, Outcome(seed=1), Listener())

    hunt.confirms(None)

    assert (hunt.outcome.findings, hunt.outcome.unsure) == ([], [failure.problem])
    assert arena.is_known(failure.problem.signature)


def test_a_session_is_shortened_to_what_shows_it(arena: Arena, scripted: Scripted) -> None:
    def answer(text: str) -> list[str] | None:
        boots = [place for place, said in enumerate(scripted.heard) if "BootNotification" in said]
        since = scripted.heard[boots[-1] :]
        return [] if "Heartbeat" in text and any('"vendorId":"bad"' in said for said in since) else None

    scripted.answer = answer
    bad = call(0, VALID, "StatusNotification", {"vendorId": "bad"}, "@run-2")
    between = [call(0, VALID, "Authorize", {"idTag": "@tag"}, f"@run-{number}") for number in (3, 4)]
    failed(arena, HEARTBEAT, bad, *between, call(0, VALID, "Heartbeat", {}, "@run-5"))
    hunt = Hunt(arena, Outcome(seed=1), Listener())

    hunt.confirms(None)

    (finding,) = hunt.outcome.findings
    assert [step.action for step in finding.problem.steps] == ["StatusNotification", "Heartbeat"]


def test_who_interrupts_has_what_there_is(arena: Arena, scripted: Scripted) -> None:
    scripted.answer = to("NoSuchAction", [3, "ID", {}])
    unknown = call(0, "action-unknown", "NoSuchAction", {}, "@run-1")
    old = Known(title="old one", signature=("CALLRESULT", "action-unknown", "NoSuchAction"), steps=(unknown,))

    class Impatient(Listener):
        def went_on(self, sessions: int, messages: int) -> None:
            raise KeyboardInterrupt

    outcome = hunts(arena, number=1, seconds=60, known=[old], listener=Impatient())

    assert (outcome.is_interrupted, len(outcome.findings), outcome.sessions) == (True, 1, 3)


def test_of_one_symptom_no_more_than_three_actions_are_told(arena: Arena) -> None:
    for action in ("Authorize", "Heartbeat", "StopTransaction"):
        assert not arena.is_known(("silence", VALID, "MeterValues"))
        arena.becomes_known(("silence", VALID, action))

    assert arena.is_known(("silence", VALID, "MeterValues"))
    assert not arena.is_known(("silence", "id-repeated", "MeterValues"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[3,"1",{"b":1,"a":2}]', "3 a b"),
        ('[3,"1",7]', "3 7"),
        ('[4,"1","X","",{}]', "4 X"),
        ('[2,"1","Reset",{}]', "2 Reset"),
        ("{", "no message"),
    ],
)
def test_an_answer_in_a_word(text: str, expected: str) -> None:
    assert word(frames.parse(text)) == expected


def test_the_name_of_a_finding_is_readable_and_its_own() -> None:
    common = {"title": "t", "rule": "r", "level": "MUST", "expected": "e", "actual": "a", "steps": (HEARTBEAT,)}
    one, other = Problem(symptom="CALLERROR X", **common), Problem(symptom="silence", **common)  # type: ignore[arg-type]

    assert one.slug.startswith("callerror-x-valid-heartbeat-")
    assert one.slug != other.slug
