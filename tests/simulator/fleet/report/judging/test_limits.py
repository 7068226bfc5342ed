"""Limits: the grammar, the sentence for a bad one, and when one is kept."""

import pytest

from simulator.fleet.counting.standing import Standing, Stations
from simulator.fleet.counting.tally import Tally
from simulator.fleet.counting.violations import Violation
from simulator.fleet.report.judging.limits import BadLimit, judge, parse_limit

ACTIONS = ("Authorize", "BootNotification", "Heartbeat")
MS = 1_000_000


def tallied(*milliseconds: float, errors: int = 0) -> Tally:
    tally = Tally()
    counted = tally.action("Authorize")
    for time in milliseconds:
        counted.samples.add(round(time * MS))
    counted.sent = len(milliseconds) + errors
    counted.unanswered = errors
    return tally


@pytest.mark.parametrize(
    ("text", "action", "figure", "inclusive", "value"),
    [
        ("Authorize p95 < 1s", "Authorize", "p95", False, 1e9),
        ("all p50<=1.5ms", "all", "p50", True, 1.5e6),
        ("Heartbeat max < 250 us", "Heartbeat", "max", False, 250e3),
        ("Heartbeat mean < 3 µs", "Heartbeat", "mean", False, 3e3),
        ("all p99 < 2 s", "all", "p99", False, 2e9),
        ("all errors <= 0", "all", "errors", True, 0),
        ("all errors < 0.5 %", "all", "errors", False, 0.005),
        ("Authorize violations <= 3", "Authorize", "violations", True, 3),
    ],
)
def test_a_limit_is_read(text: str, action: str, figure: str, inclusive: bool, value: float) -> None:
    limit = parse_limit(text, ACTIONS)

    assert (limit.action, limit.figure, limit.inclusive) == (action, figure, inclusive)
    assert limit.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("all errors due < 1", "from 'due' at character 12 on: only a time can be from when a CALL was due: p50, p95,"),
        ("all p95 due", "from the end on: a limit is an upper one, with < or <="),
        ("due p95 < 1s", "from 'due' at character 1 on:"),
        ("", "from the end on: it begins with an action of a station, all, or one of connected, accepted,"),
        ("authorize p95 < 1s", "from 'authorize' at character 1 on: did you mean Authorize?"),
        ("Autorize p95 < 1s", "from 'Autorize' at character 1 on: did you mean Authorize?"),
        ("Authorize p96 < 1s", "from 'p96' at character 11 on: did you mean p9"),
        ("Authorize p95 > 1s", "from '>' at character 15 on: a limit is an upper one, with < or <="),
        ("Authorize p95", "from the end on: a limit is an upper one"),
        ("Authorize p95 < fast", "from 'fast' at character 17 on: a number comes here"),
        ("Authorize p95 < -1s", "from '-' at character 17 on: a number comes here"),
        ("Authorize p95 < 1", "from the end on: p95 is a time, and its unit is us, ms or s"),
        ("Authorize p95 < 1 %", "from '%' at character 19 on: p95 is a time"),
        ("all errors < 1 s", "from 's' at character 16 on: errors is a count without a unit, or %"),
        ("all violations < 1 %", "from '%' at character 20 on: violations is a count without a unit"),
        ("all p95 < 1s and", "from 'and' at character 14 on: the limit ends before it"),
    ],
)
def test_a_bad_limit_is_one_sentence_with_the_place(text: str, sentence: str) -> None:
    with pytest.raises(BadLimit) as caught:
        parse_limit(text, ACTIONS)

    assert str(caught.value).startswith(f'the limit "{text}" cannot be read {sentence}')


@pytest.mark.parametrize(
    ("text", "verdict", "value"),
    [
        ("Authorize p95 < 95.1 ms", "PASS", 95),
        ("Authorize p95 < 95 ms", "FAIL", 95),
        ("Authorize p95 <= 95 ms", "PASS", 95),
        ("all p50 < 50ms", "FAIL", 50),
        ("all max <= 0.1s", "PASS", 100),
        ("all mean < 50.5 ms", "FAIL", 50.5),
        ("Authorize errors <= 0", "PASS", 0),
    ],
)
def test_times_are_judged_as_they_are(text: str, verdict: str, value: float) -> None:
    tally = tallied(*range(1, 101))
    judged = judge(parse_limit(text, ACTIONS), tally, Stations())

    assert judged.verdict == verdict
    assert judged.value == pytest.approx(value)


def test_errors_are_a_count_or_a_share_of_what_was_sent() -> None:
    tally = tallied(*[1.0] * 98, errors=2)

    assert judge(parse_limit("all errors < 2", ACTIONS), tally, Stations()).verdict == "FAIL"
    assert judge(parse_limit("all errors <= 2 %", ACTIONS), tally, Stations()).verdict == "PASS"
    share = judge(parse_limit("all errors < 2 %", ACTIONS), tally, Stations())
    assert (share.verdict, share.reason) == ("FAIL", "errors of all CALLs is 2 %")


def test_violations_are_those_of_the_csms_against_a_must() -> None:
    tally = tallied(1.0)
    for rule, level, party, action in [
        ("VAL-01", "MUST", "csms", "Authorize"),
        ("VAL-02", "MUST", "csms", "Heartbeat"),
        ("VAL-03", "SHOULD", "csms", "Authorize"),
        ("VAL-04", "MUST", "station", "Authorize"),
    ]:
        tally.violations[rule, level, party, action] = Violation(rule, level, party, action, "", "", count=1)

    assert judge(parse_limit("Authorize violations <= 1", ACTIONS), tally, Stations()).verdict == "PASS"
    assert judge(parse_limit("all violations <= 1", ACTIONS), tally, Stations()).verdict == "FAIL"


@pytest.mark.parametrize("text", ["Heartbeat p95 < 1s", "Heartbeat errors <= 0", "Heartbeat violations <= 0"])
def test_what_was_never_sent_is_neither_kept_nor_broken(text: str) -> None:
    judged = judge(parse_limit(text, ACTIONS), tallied(1.0), Stations())

    assert (judged.verdict, judged.value) == ("INCONCLUSIVE", None)


def test_what_was_never_answered_has_no_time() -> None:
    judged = judge(parse_limit("Authorize p95 < 1s", ACTIONS), tallied(errors=3), Stations())

    assert (judged.verdict, judged.reason) == ("INCONCLUSIVE", "Authorize was never answered")


def fleet(stations: Stations, text: str, **counts: int) -> tuple[str, float | None, str]:
    tally = Tally()
    for name, count in counts.items():
        setattr(tally, name, count)
    judged = judge(parse_limit(text, ACTIONS), tally, stations)
    return judged.verdict, judged.value, judged.reason


@pytest.mark.parametrize(
    ("text", "verdict", "value", "reason"),
    [
        ("connected >= 90 %", "PASS", 90.0, "connected is 1800 of 2000 stations switched on (90 %)"),
        ("connected > 90%", "FAIL", 90.0, "connected is 1800 of 2000 stations switched on (90 %)"),
        ("accepted >= 99%", "FAIL", 50.0, "accepted is 1000 of 2000 stations switched on (50 %)"),
        ("accepted>=1000", "PASS", 1000, "accepted is 1000 of 2000 stations switched on"),
        ("online > 899", "PASS", 900, "online is 900 of 2000 stations switched on"),
        ("refused < 10%", "FAIL", 10.0, "refused is 180 of 1800 connected stations (10 %)"),
        ("lost <= 5%", "PASS", 5.0, "lost is 50 of 1000 accepted stations (5 %)"),
        ("failed < 1%", "FAIL", 10.0, "failed is 200 of 2000 attempts to connect (10 %)"),
        ("dropped <= 0", "FAIL", 18, "dropped is 18 of 1800 connections"),
    ],
)
def test_stations_and_connections_are_a_count_or_a_share(text: str, verdict: str, value: float, reason: str) -> None:
    stations = Stations(2000, 1800, 1000, 900, 180, 50)
    found, measured, why = fleet(stations, text, attempts=2000, connected=1800, not_connected=200, lost=18)

    assert (found, why) == (verdict, reason)
    assert measured == pytest.approx(value)


@pytest.mark.parametrize("figure", ["lost", "refused", "dropped", "failed"])
def test_what_there_was_none_of_is_no_figure(figure: str) -> None:
    assert fleet(Stations(5), f"{figure} <= 0")[:2] == ("INCONCLUSIVE", None)


def test_a_station_is_of_one_kind_at_a_time() -> None:
    new, online, lost, away, refused = (Standing() for _ in range(5))
    for one in (online, lost, away, refused):
        one.connected = True
    for one in (online, lost, away):
        one.booted("Accepted")
    refused.booted("Rejected")
    lost.is_cut_off = refused.is_cut_off = True

    counted = Stations.of([(new, False), (online, True), (lost, False), (away, False), (refused, False)])
    assert counted == Stations(5, 4, 3, 1, 1, 1, 1)
    assert Stations.together([counted, Stations.taken_away([online])]) == Stations(6, 5, 4, 1, 1, 1, 1)


def test_a_limit_of_due_times_is_held_against_those() -> None:
    tally = tallied(10.0, 20.0)
    for milliseconds in (10.0, 500.0):
        tally.action("Authorize").due.add(round(milliseconds * MS))
    assert judge(parse_limit("Authorize max < 100ms", ACTIONS), tally, Stations()).verdict == "PASS"
    judged = judge(parse_limit("Authorize max due < 100 ms", ACTIONS), tally, Stations())

    assert (judged.verdict, judged.value) == ("FAIL", 500.0)
    assert judged.reason == "max due of Authorize is 500.000 ms"
    assert judge(parse_limit("all p50 due <= 10ms", ACTIONS), tally, Stations()).verdict == "PASS"
    silent = judge(parse_limit("Heartbeat p95 due < 1s", ACTIONS), tally, Stations())
    assert (silent.verdict, silent.reason) == ("INCONCLUSIVE", "Heartbeat was never answered")
