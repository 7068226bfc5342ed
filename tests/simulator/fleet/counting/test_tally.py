"""What is counted of frames: texts and times go in, numbers come out."""

from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.session.session import Session
from ocppj.v16 import PROTOCOL
from simulator.fleet.counting import tally as module
from simulator.fleet.counting import violations
from simulator.fleet.counting.tally import Tally

HEARTBEAT = '{"currentTime":"2026-01-01T00:00:00Z"}'


Written = tuple[Role, str, int]
"""Who sends a frame, its text, and when in nanoseconds."""


def played(*texts: Written, tally: Tally | None = None) -> Tally:
    """A tally that has seen these frames."""
    tally = tally or Tally()
    session = Session("station", PROTOCOL)
    for sender, text, at in texts:
        count = tally.sent if sender == "station" else tally.received
        count(session.observe(sender, frames.parse(text), at))
    return tally


def test_an_answer_takes_from_the_write_to_the_read() -> None:
    tally = played(("station", '[2,"1","Heartbeat",{}]', 1_000), ("csms", f'[3,"1",{HEARTBEAT}]', 251_000))

    counted = tally.actions["Heartbeat"]
    assert (counted.sent, counted.errors) == (1, 0)
    assert counted.samples.percentiles(0.5) == (250_000,)
    assert (tally.frames_sent, tally.frames_received, tally.calls, tally.frames) == (1, 1, 1, 2)


def test_a_second_answer_is_no_second_measurement_but_a_broken_rule() -> None:
    answer: Written = ("csms", f'[3,"1",{HEARTBEAT}]', 2_000)
    tally = played(("station", '[2,"1","Heartbeat",{}]', 1_000), answer, answer)

    assert tally.actions["Heartbeat"].samples.count == 1
    assert tally.breaches("csms") == 1
    assert tally.breaches("csms", "Heartbeat") == 1
    assert tally.breaches("station") == 0


def test_an_answer_that_nobody_asked_for_belongs_to_no_action() -> None:
    tally = played(("csms", f'[3,"stray",{HEARTBEAT}]', 2_000))

    assert tally.actions == {}
    assert tally.breaches("csms") == 1
    assert tally.breaches("csms", "") == 1


def test_a_call_of_the_csms_is_counted_apart_from_those_of_the_station() -> None:
    tally = played(("csms", '[2,"a","ClearCache",{}]', 1), ("station", '[3,"a",{"status":"Accepted"}]', 2))

    assert (tally.calls, tally.calls_of_csms, tally.actions) == (0, 1, {})
    assert (tally.frames_sent, tally.frames_received) == (1, 1)


def test_the_same_broken_rule_is_one_violation_with_a_count_and_a_short_example() -> None:
    long = "x" * 2_000
    bad: list[Written] = [
        ("csms", f'[2,"{number}","ClearCache",{{"surplus":"{long}"}}]', number) for number in range(5)
    ]
    tally = played(*bad)

    # The other rule is that a CALL waits for the answer to the one before.
    assert [violation.count for violation in tally.violations.values()] == [5, 4]
    violation = next(iter(tally.violations.values()))
    assert (violation.action, len(violation.example)) == ("ClearCache", violations.LONGEST_EXAMPLE)


def test_what_a_csms_makes_up_does_not_fill_the_memory() -> None:
    number_of_calls = violations.MOST_RULES + 50
    calls: list[Written] = [("csms", f'[2,"{n}","Made{n}",{{}}]', n) for n in range(number_of_calls)]
    tally = played(*calls)
    for number in range(module.MOST_PROBLEMS + 50):
        tally.problem(f"problem {number}")

    assert len(tally.violations) <= violations.MOST_RULES + 3
    assert sum(violation.count for violation in tally.violations.values()) >= len(calls)
    assert len(tally.problems) == module.MOST_PROBLEMS + 1
    assert tally.problems["other problems"] == 50


def test_all_actions_together() -> None:
    tally = played(
        ("station", '[2,"1","Heartbeat",{}]', 0),
        ("csms", f'[3,"1",{HEARTBEAT}]', 10),
        (
            "station",
            '[2,"2","StopTransaction",{"transactionId":1,"meterStop":1,"timestamp":"2026-01-01T00:00:00Z"}]',
            20,
        ),
        ("csms", '[4,"2","InternalError","",{}]', 50),
    )
    tally.unanswered("Heartbeat", 5)
    tally.cut("Heartbeat", 5)

    whole = tally.together()
    assert (whole.sent, whole.refused, whole.unanswered, whole.cut, whole.errors) == (2, 1, 1, 1, 3)
    assert whole.samples.percentiles(0.5, 1.0) == (10, 30)


def test_what_a_csms_says_is_kept_masked_and_harmless_whatever_is_cut() -> None:
    key = "0123456789abcdefghij"
    value = f'{{"key":"AuthorizationKey","value":"{key}","surplus":"\x1b[31m{"x" * 600}"}}'
    tally = Tally(secrets=("own-password",))
    played(
        ("csms", f'[2,"1","ChangeConfiguration",{value}]', 1),
        ("csms", '[2,"2","\x1b]0;title\x07::error::made up",{}]', 2),
        ("station", '[2,"3","Heartbeat",{}]', 3),
        ("csms", '[4,"3","::error::own-password","\x9b2J",{}]', 4),
        tally=tally,
    )
    tally.failed_to_connect("::error::\x1b[2J own-password")
    kept = [
        *(text for one in tally.violations.values() for text in (one.action, one.message, one.example)),
        *tally.problems,
        *tally.not_connected_by,
    ]

    assert kept
    assert [text for text in kept if key[:6] in text or "own-password" in text] == []
    assert [text for text in kept if not text.isprintable() or text.startswith("::")] == []
    assert list(tally.not_connected_by) == ["··error::·[2J ********"]
    assert any("ChangeConfiguration" in text and "********" in text for text in kept)


def test_a_sink_is_told_what_is_harmless() -> None:
    told: list[tuple[str | None, int | None]] = []
    tally = Tally(lambda action, took, size, problem, due: told.append((problem, due)))
    played(("station", '[2,"1","Heartbeat",{}]', 1), ("csms", r'[4,"1","\u001b[31mE","",{}]', 2), tally=tally)
    tally.unanswered("Heartbeat", 5)

    assert told == [("CALLERROR ·[31mE", 1), ("no answer in time", None)], "only an answer comes after some time"


def test_a_part_of_the_time_is_what_was_counted_since_its_mark() -> None:
    wrong: Written = ("csms", '[3,"1",{"currentTime":"yesterday"}]', 2_000)
    tally = played(("station", '[2,"1","Heartbeat",{}]', 1_000), wrong)
    tally.lost, tally.sessions = 2, 3
    mark = tally.mark()
    played(("station", '[2,"1","Heartbeat",{}]', 5_000), ("csms", wrong[1], 9_000), tally=tally)
    tally.lost += 1
    part = tally.since(mark)

    assert (tally.frames, part.frames, part.lost, part.sessions) == (4, 2, 1, 0)
    counted = part.actions["Heartbeat"]
    assert (counted.sent, counted.invalid, counted.samples.count, counted.samples.longest) == (1, 1, 1, 4_000)
    assert (counted.due.count, counted.due.longest) == (1, 4_000)
    assert (part.breaches("csms"), tally.breaches("csms")) == (1, 2)
    assert tally.since(tally.mark()).violations == {}
