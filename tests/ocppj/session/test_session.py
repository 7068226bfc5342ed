"""What the session keeps of a connection, and how little it keeps of a flood."""

from operator import attrgetter

import pytest

from ocppj import frames
from ocppj.evidence.trace import Role, Trace
from ocppj.rules.memory import Calls, Exchange, Memory
from ocppj.session.session import MAX_OPEN, Session
from ocppj.v16 import PROTOCOL
from tests.ocppj.support.line import Line
from tests.ocppj.support.spoken import Spoken, in_each_version


def _exchange(id: str, sender: Role = "station", size: int = 1) -> Exchange:
    return Exchange(id, "Heartbeat", {}, sender, 0, None, size=size)


def test_calls_are_bounded_in_number() -> None:
    calls = Calls(2)
    assert calls.add(_exchange("a")) == ()
    assert calls.add(_exchange("b")) == ()
    assert [gone.id for gone in calls.add(_exchange("c"))] == ["a"]
    assert [call.id for call in calls] == ["b", "c"]
    assert [call.id for call in calls.newest_first()] == ["c", "b"]


def test_calls_are_bounded_in_text_but_the_newest_stays() -> None:
    calls = Calls(10, most_text=10)
    for id in "ab":
        calls.add(_exchange(id, size=5))
    assert [gone.id for gone in calls.add(_exchange("c", size=6))] == ["a", "b"]
    assert calls.add(_exchange("d", size=4)) == ()
    assert [gone.id for gone in calls.add(_exchange("big", size=11))] == ["c", "d"]
    assert len(calls.by_id) == 1

    assert calls.pop("big") is not None
    assert calls.pop("big") is None
    calls.add(_exchange("e", size=10))
    calls.clear()
    assert calls.add(_exchange("f", size=10)) == ()


def test_a_call_with_a_used_id_takes_the_newest_place() -> None:
    calls = Calls(2)
    for id in "aba":
        calls.add(_exchange(id))
    assert [call.id for call in calls] == ["b", "a"]


def test_memory_keeps_the_newest_calls_of_each_sender() -> None:
    memory = Memory(2)
    for id in "abc":
        memory.of("station").add(_exchange(id))
    memory.of("csms").add(_exchange("a", "csms"))

    assert memory.find("station", "a") is None
    assert memory.find("csms", "a") is not None
    assert (memory.count("station"), memory.count("csms")) == (2, 1)


def test_memory_makes_what_is_known_when_it_is_asked_for_and_nothing_else() -> None:
    memory = Memory()
    known = memory.known
    assert memory.known is known
    with pytest.raises(AttributeError, match="remembered"):
        attrgetter("remembered")(memory)


def test_memory_finds_an_id_in_other_letters_among_the_newest() -> None:
    memory = Memory()
    memory.of("station").add(_exchange("aBc"))
    found = memory.find_folded("station", "AbC")
    assert found is not None
    assert found.id == "aBc"
    assert memory.find_folded("station", "aBc") is None  # the very id is no id in other letters
    assert memory.find_folded("csms", "AbC") is None

    for number in range(128):
        memory.of("station").add(_exchange(str(number)))
    assert memory.find_folded("station", "AbC") is None


@in_each_version
def test_a_call_and_its_answer_are_one_exchange(spoken: Spoken) -> None:
    line = Line("station", spoken)
    call = line.calls("1")
    assert [exchange.id for exchange in line.session.open_calls("station")] == ["1"]
    asked = call.request
    assert asked is not None
    assert asked.is_open

    line.passes(2)
    answer = line.is_answered("1")
    answered = answer.request
    assert answered is not None
    assert answered is call.request is asked
    assert (answered.at, answered.answered_at) == (0, 2_000_000_000)
    assert not answered.is_open
    assert line.session.open_calls("station") == ()
    assert line.session.last_from("station") is call
    assert line.session.last_from("csms") is answer
    assert [entry.seq for entry in line.trace] == [call.seq, answer.seq]


@in_each_version
def test_late_and_repeated_answers_are_told_apart(spoken: Spoken) -> None:
    line = Line("csms", spoken)
    line.is_called("1")
    line.session.time_out("1", line.now)
    late = line.answers("1")
    assert (late.late, late.repeated) == (True, False)
    again = line.answers("1")
    assert (again.late, again.repeated) == (False, True)


def test_what_the_lack_of_a_frame_breaks_is_told_also_when_no_more_is_kept() -> None:
    line = Line("csms", max_findings=1)
    for text in ("x", "y"):
        line.says(text)
    line.is_called("1")

    found = line.session.time_out("1", line.now)

    assert [finding.rule for finding in found] == ["RPC-13"]
    assert [finding.rule for finding in line.session.findings] == ["RPC-01"]
    assert line.session.close("csms", line.now) == ()


def test_timing_out_what_is_not_open_changes_nothing() -> None:
    line = Line("csms")
    assert line.session.time_out("1", line.now) == ()
    assert line.session.findings == []


def test_what_is_open_when_the_connection_ends_can_be_sent_again_on_the_next() -> None:
    first = Line("station")
    lost = first.calls("1")
    first.session.close("station", first.now)
    assert lost.request is not None
    assert lost.request.timed_out
    assert first.session.open_calls("station") == ()

    second = Line("station", memory=first.session.memory)
    again = second.calls("1")
    assert again.earlier is lost.request
    assert not again.earlier.is_open
    assert second.broken == []


def test_without_a_trace_frames_have_no_number() -> None:
    session = Session("csms", PROTOCOL)
    first = session.receive('[2,"1","Heartbeat",{}]', 0)
    session.receive('[3,"0",{}]', 0)
    session.send(frames.result("1", {"currentTime": "2026-11-21T10:00:00Z"}), 0)
    again = session.receive('[2,"1","Heartbeat",{}]', 0)

    assert first.seq is None
    assert [finding.rule for finding in again.findings] == ["RPC-06"]
    assert "an earlier frame" in again.findings[0].message


def test_the_id_of_a_malformed_call_is_taken_too() -> None:
    line = Line("station")
    line.says('[2,"1","Authorize"]')
    line.refuses("1")
    assert line.hears('[4,"1","FormationViolation","",{}]').findings == ()
    line.calls("1")
    assert ("RPC-06", "MUST") in line.broken
    assert "a malformed CALL" in line.session.findings[-1].message


def test_a_malformed_answer_answers() -> None:
    line = Line("csms")
    line.is_called("1")
    seen = line.says('[3,"1"]')
    assert seen.request is not None
    assert line.session.open_calls("station") == ()
    assert line.says('[4,"stray"]').request is None


def test_an_answer_to_an_unknown_action_is_not_validated() -> None:
    line = Line("csms")
    line.is_called("1", "NoSuchAction", {})
    assert line.answers("1", {"any": "thing"}).valid
    assert line.broken == []


def test_a_payload_nested_too_deeply_is_only_refused() -> None:
    line = Line("station")
    deep = "[" * 900 + "]" * 900
    for _ in range(2):
        seen = line.says('[2,"1","Authorize",{"idTag":' + deep + "}]")
    assert not seen.valid
    assert line.says('[2,"2","Nonsense",{"idTag":' + deep + "}]").valid is False


def test_payloads_too_deep_to_compare_count_as_different() -> None:
    line = Line("station")
    for _ in range(2):
        deep: list[object] = []
        for _ in range(100_000):
            deep = [deep]
        seen = line.session.observe("station", frames.Call("1", "Nonsense", deep, ""), 0)
    assert "RPC-06" in [finding.rule for finding in seen.findings]


def test_what_json_cannot_express_is_refused_not_raised() -> None:
    line = Line("station")
    seen = line.session.send(frames.call("1", "DataTransfer", {7: "not a name"}), 0)
    answer = line.session.observe("station", frames.CallResult("1", {7: "not a name"}, ""), 0)
    assert not seen.valid
    assert not answer.valid
    assert [finding.party for finding in seen.findings] == ["csms"]


def test_findings_are_bounded_and_counted() -> None:
    session = Session("csms", PROTOCOL, max_findings=3)
    for _ in range(5):
        session.receive("x", 0)
    assert (len(session.findings), session.finding_count) == (3, 5)


def test_a_flood_leaves_little_behind() -> None:
    line = Line("station", memory=Memory(64))
    bulk = "x" * 1_000_000
    for number in range(20):
        line.says(f'[2,"{number}","DataTransfer",{{"vendorId":"v","data":"{bulk}"}}]')
        line.says(f'["{bulk}"]')
        line.says(f'[9,"{bulk}"]')
    kept = line.session.open_calls("station")
    assert sum(exchange.size for exchange in kept) <= 4 << 20
    assert kept[-1].id == "19"
    assert sum(len(text.raw) + len(text.id or "") for text in line.session.unusual("csms")) < 10_000
    assert sum(len(entry.text) for entry in line.trace) <= 64 << 20


def test_open_calls_are_bounded_and_the_oldest_counts_as_timed_out() -> None:
    line = Line("station")
    first = line.calls("first")
    for number in range(MAX_OPEN):
        line.calls(str(number))
    assert len(line.session.open_calls("station")) == MAX_OPEN
    assert first.request is not None
    assert first.request.timed_out
    assert line.is_answered("first").late


@in_each_version
@pytest.mark.parametrize("local", ["station", "csms"])
def test_sending_and_receiving_are_judged_alike(local: Role, spoken: Spoken) -> None:
    session = Session(local, spoken.protocol)
    session.send(frames.parse("x"), 0)
    session.receive("x", 0)
    assert {finding.party for finding in session.findings} == {"station", "csms"}


@in_each_version
def test_a_connection_outlives_the_trace_and_the_findings_of_what_was_said_about_it(spoken: Spoken) -> None:
    line = Line("station", spoken)
    line.says("x")
    line.calls("open")
    before = line.session.findings

    later = Trace()
    line.session.goes_on_in(later)
    assert (line.session.findings, line.session.finding_count) == ([], 0)
    assert before != []  # who has them keeps them

    answered = line.is_answered("open")
    assert answered.request is not None
    assert not answered.late
    line.session.goes_on_in(None)
    line.says("y")
    assert (len(line.trace), len(later)) == (2, 1)
    assert line.session.finding_count == 1


def test_a_connection_that_is_not_judged_is_validated_all_the_same() -> None:
    def findings(is_judged: bool) -> tuple[int, int, int]:
        line = Line("csms", is_judged=is_judged)
        stray = line.refuses("nobody-asked")
        line.is_called()
        against = line.answers(payload={"surplus": 1})
        line.is_called("2")
        line.session.time_out("2", line.now)
        assert not against.valid
        return len(stray.findings), len(against.findings), line.session.finding_count

    stray, against, count = findings(is_judged=True)
    assert stray > 0
    assert count > stray + against > stray
    assert findings(is_judged=False) == (0, against, against)
