"""A run over time: what is counted between two looks, in a bounded number of intervals."""

import pytest

from simulator.fleet.counting import timeline as module
from simulator.fleet.counting.kinds import KINDS
from simulator.fleet.counting.states import States
from simulator.fleet.counting.tally import Tally
from simulator.fleet.counting.timeline import Timeline, late_sentence
from simulator.fleet.counting.violations import Violation

MS = 1_000_000


def online(count: int) -> States:
    """So many stations, all online."""
    return States(online=count)


def answered(tally: Tally, *milliseconds: float) -> None:
    """CALLs that were answered after so long."""
    for each in milliseconds:
        counted = tally.action("Heartbeat")
        counted.sent += 1
        counted.samples.add(int(each * MS))
        tally.frames_sent += 1
        tally.frames_received += 1


def test_an_interval_has_what_came_since_the_last_look() -> None:
    tally, timeline = Tally(), Timeline()
    answered(tally, 1.0, 1.0, 9.0)
    timeline.look(tally, online(3))
    tally.action("Authorize").unanswered += 2
    timeline.look(tally, online(2))
    answered(tally, 4.0)
    timeline.look(tally, online(1), 0.5)

    first, second, third = timeline.facts()
    assert (first["at_s"], first["messages"], first["errors"], first["online"]) == (0.0, 6, 0, 3)
    assert first["milliseconds"]["p50"] == pytest.approx(1.0, rel=0.02)
    assert first["milliseconds"]["p99"] == pytest.approx(9.0, rel=0.02)
    assert (second["at_s"], second["seconds"], second["messages"]) == (1.0, 1.0, 0)
    assert (second["errors"], second["online"], second["milliseconds"]) == (2, 2, None)
    assert (second["late_ms"], second["is_late"], second["rss_mib"], second["actions"]) == (0.0, False, None, {})
    assert (third["at_s"], third["seconds"], third["messages"]) == (2.0, 0.5, 2)
    assert third["milliseconds"]["p95"] == pytest.approx(4.0, rel=0.02)


def test_a_long_run_has_longer_intervals_and_not_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 4)
    tally, timeline = Tally(), Timeline()
    for second in range(11):
        answered(tally, second + 1.0)
        timeline.look(tally, online(second))

    facts = timeline.facts()
    assert [one["at_s"] for one in facts] == [0.0, 4.0, 8.0]
    assert [one["seconds"] for one in facts] == [4.0, 4.0, 3.0]
    assert [one["messages"] for one in facts] == [8, 8, 6]
    assert [one["online"] for one in facts] == [3, 7, 10]
    assert facts[0]["milliseconds"]["p50"] == pytest.approx(2.0, rel=0.02)


def test_timelines_of_several_processes_are_added_interval_by_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 4)
    short, long = Tally(), Tally()
    one, other = Timeline(), Timeline()
    for _ in range(3):
        answered(short, 2.0)
        one.look(short, online(10))
    for _ in range(6):
        answered(long, 8.0, 8.0)
        other.look(long, online(20))

    facts = Timeline.together([one, other]).facts()
    assert [part["messages"] for part in facts] == [12, 10, 8]
    assert [part["online"] for part in facts] == [30, 30, 30]
    assert [part["seconds"] for part in facts] == [2.0, 2.0, 2.0]
    assert facts[0]["milliseconds"]["p95"] == pytest.approx(8.0, rel=0.02)
    assert Timeline.together([]).facts() == []


def test_an_interval_is_marked_by_its_latest_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    tally, timeline = Tally(), Timeline()
    assert Timeline().late_share is None, "nothing was measured"
    for late in (0.05, 0.0501, 0.2, 0.0):
        answered(tally, 1.0)
        timeline.look(tally, online(1), late=late)

    assert [(one["late_ms"], one["is_late"]) for one in timeline.facts()] == [
        (50.0, False),
        (50.1, True),
        (200.0, True),
        (0.0, False),
    ]
    assert timeline.late_share == 0.5
    monkeypatch.setattr(module, "MOST", 4)
    answered(tally, 1.0)
    timeline.look(tally, online(1))
    assert [one["late_ms"] for one in timeline.facts()] == [50.1, 200.0, 0.0]


def test_one_process_that_is_late_marks_the_interval_of_all() -> None:
    one, other = Timeline(), Timeline()
    one.look(Tally(), online(1), late=0.3)
    other.look(Tally(), online(1), late=0.01)

    (interval,) = Timeline.together([other, one]).facts()
    assert (interval["late_ms"], interval["is_late"]) == (300.0, True)


def test_the_sentence_says_how_much_was_measured_late() -> None:
    assert late_sentence(None) == late_sentence(0.0) == ""
    assert late_sentence(0.0834) == "8.34 % of the figures were taken while the load generator itself was late"


def test_an_interval_tells_each_action_each_state_and_each_kind_of_error() -> None:
    tally, timeline = Tally(), Timeline()
    answered(tally, 2.0)
    tally.action("Authorize").samples.add(50 * MS)
    tally.action("Authorize").refused += 1
    timeline.look(tally, States(charging=1, outage=2), resident=3 << 20)
    answered(tally, 4.0, 4.0)
    tally.frames_sent += 5
    tally.not_connected, tally.lost = 3, 1
    tally.violations["R", "MUST", "csms", ""] = Violation("R", "MUST", "csms", "", "", "", 4)
    timeline.look(tally, States(charging=1, lost=2), resident=5 << 19)

    first, second = timeline.facts()
    assert {name: times["p95"] for name, times in first["actions"].items()} == {
        "Authorize": pytest.approx(50.0, rel=0.02),
        "Heartbeat": pytest.approx(2.0, rel=0.02),
    }
    assert list(second["actions"]) == ["Heartbeat"]
    assert first["milliseconds"]["p99"] == pytest.approx(50.0, rel=0.02), "of all actions"
    assert (first["states"]["outage"], first["online"], second["states"]["lost"]) == (2, 1, 2)
    assert (second["sent"], second["received"], second["messages"]) == (7, 2, 9)
    assert first["kinds"] == {**dict.fromkeys(KINDS, 0), "refused": 1}
    assert second["kinds"] == {**dict.fromkeys(KINDS, 0), "failed": 3, "dropped": 1, "violations": 4}
    assert (first["errors"], second["errors"]) == (1, 0), "of CALLs alone"
    assert (first["rss_mib"], second["rss_mib"]) == (3.0, 2.5)


def test_the_latest_look_is_known_however_long_the_intervals_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    tally, timeline = Tally(), Timeline()
    for second in range(1, 8):
        answered(tally, float(second))
        timeline.look(tally, online(second))

    assert timeline.looks_each == 4
    latest = Timeline.together([timeline.glance(), timeline.glance()]).latest
    assert (latest.seconds, latest.sent, latest.states.online) == (1.0, 2, 14)
    assert latest.percentiles("Heartbeat") == pytest.approx((7 * MS,) * 3, rel=0.02)
    assert latest.percentiles("Authorize") is None


def test_memory_of_several_processes_is_added_and_what_is_not_known_is_none() -> None:
    one, other = Timeline(), Timeline()
    one.look(Tally(), online(1), resident=1 << 20)
    other.look(Tally(), online(1), resident=2 << 20)
    one.look(Tally(), online(1))
    other.look(Tally(), online(1))

    assert [part["rss_mib"] for part in Timeline.together([one, other]).facts()] == [3.0, None]
