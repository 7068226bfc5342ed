"""Logs judged: findings with the first and the worst, and what a log does not have held against nobody."""

from typing import Any

import pytest

from harness.instruments.analysis.judging import MOST_PLACES, Judge, Options, zone_name
from harness.instruments.analysis.records import MOST_BARS, Course
from harness.instruments.analysis.shapes.model import Entry
from tests.harness.instruments.analysis.support import (
    BEGIN,
    Said,
    beat,
    boot,
    closed,
    entry,
    iso,
    judged,
    opened,
    rules,
    taken,
)

RESET = '[2,"{}","Reset",{{"type":"Soft"}}]'


def status(at: float, id: str, **members: Any) -> list[Said]:
    """A StatusNotification and its answer; members in place of those that are right."""
    import json

    payload = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": iso(at)} | members
    text = json.dumps([2, id, "StatusNotification", payload])
    return [(at, "station", text), (at + 0.05, "csms", f'[3,"{id}",{{}}]')]


def test_a_right_conversation_breaks_nothing() -> None:
    found = judged([*boot(), *status(1, "s"), *beat(20, "h")])

    assert rules(found) == {}
    assert found["totals"]["frames"] == 6
    assert found["totals"]["not_judged"] == {}


def test_the_first_and_the_worst_example_of_a_rule() -> None:
    said = [
        *boot(),
        *status(10, "s1", timestamp=iso(10 + 20)),
        *status(20, "s2", timestamp=iso(20 + 4_000)),
        *status(30, "s3", timestamp=iso(30 + 90)),
    ]
    found = judged(said)
    (rule,) = found["rules"]

    assert (rule["rule"], rule["level"], rule["count"], rule["stations"]) == ("VAL-04", "SHOULD", 3, 1)
    assert (rule["first"]["where"], rule["worst"]["where"]) == ("log:3", "log:5")
    assert "4000 s ahead" in rule["worst"]["message"]
    assert rule["worst"]["time"] == iso(20)
    assert '"s2"' in rule["worst"]["frame"]
    assert found["stations"][0]["rules"][0]["worst"] == rule["worst"]


def test_a_worse_level_is_worse_than_a_longer_text() -> None:
    said = [
        *boot(),
        (5.0, "station", '[2,"n1","Heartbeat",null]'),  # RPC-09 as SHOULD
        (5.1, "csms", f'[3,"n1",{{"currentTime":"{iso(5)}"}}]'),
        (6.0, "station", '[2,"n2","Heartbeat",[]]'),  # and as MUST
        (6.1, "csms", '[4,"n2","FormationViolation","",{}]'),
    ]
    rule = next(one for one in judged(said)["rules"] if one["rule"] == "RPC-09")

    assert (rule["first"]["level"], rule["worst"]["level"], rule["level"]) == ("SHOULD", "MUST", "MUST")


def test_findings_are_told_for_each_station() -> None:
    parts: list[Any] = [entry(n, at, who, text, "A") for n, (at, who, text) in enumerate(boot(), 1)]
    parts += [entry(n, at, who, text, "B") for n, (at, who, text) in enumerate(boot(1), 3)]
    parts += [
        entry(5, 3, "station", '[2,"x","Bogus",{}]', "B"),
        entry(6, 3.1, "csms", '[4,"x","NotImplemented","",{}]', "B"),
    ]
    found = taken(parts)

    assert [(one["station"], one["findings"]["MUST"]) for one in found["stations"]] == [("B", 1), ("A", 0)]
    assert found["rules"][0]["stations"] == 1


# ---- what a log does not have


def test_answers_to_calls_before_the_log_are_held_against_nobody() -> None:
    found = judged([(0.0, "csms", '[3,"before",{}]'), (0.1, "station", '[3,"also",{}]'), *beat(10, "h")])

    assert rules(found) == {}
    assert list(found["totals"]["not_judged"].values()) == [2]


def first_place(found: dict[str, Any], rule: str) -> str:
    place: str = next(one["first"]["where"] for one in found["rules"] if one["rule"] == rule)
    return place


def test_a_stray_answer_later_is_a_finding() -> None:
    found = judged([*boot(), *beat(100, "h"), (101.0, "csms", '[3,"stray",{}]'), *beat(110, "i")])

    assert rules(found) == {"RPC-14": 1}
    assert first_place(found, "RPC-14") == "log:5"


def test_a_stray_answer_is_one_from_the_start_where_the_connection_was_seen_to_begin() -> None:
    found = taken([opened(1, 0), entry(2, 0.1, "csms", '[3,"stray",{}]')])

    assert rules(found) == {"RPC-14": 1}


def test_an_answer_that_the_log_has_before_its_call_belongs_to_it() -> None:
    said = [
        *boot(),
        (100.0, "csms", f'[3,"h",{{"currentTime":"{iso(100)}"}}]'),
        (100.0, "station", '[2,"h","Heartbeat",{}]'),
    ]
    found = judged([*said, *beat(130, "i")])

    assert rules(found) == {}
    assert "answers that the log has before their CALL" in found["totals"]["not_judged"]


def test_a_call_that_is_never_answered_is_told_when_its_time_is_over() -> None:
    found = judged([*boot(), (100.0, "csms", RESET.format("r")), *beat(130, "h"), *beat(161, "i")])

    assert rules(found) == {"RPC-13": 1}
    assert first_place(found, "RPC-13") == "log:3"
    reset = next(one for one in found["actions"] if one["action"] == "Reset")
    assert (reset["sent"], reset["answered"], reset["unanswered"]) == (1, 0, 1)


def test_the_end_of_the_log_is_no_time_out() -> None:
    found = judged([*boot(), (100.0, "csms", RESET.format("r")), *beat(130, "h")])

    assert rules(found) == {}
    assert found["totals"]["not_judged"] == {"CALLs that were open when the log ended": 1}


def test_how_long_an_answer_may_take_is_the_user_s_to_say() -> None:
    said = [*boot(), (100.0, "csms", RESET.format("r")), *beat(130, "h")]

    assert rules(judged(said, options=Options(answer_within_s=20))) == {"RPC-13": 1}


def test_what_the_end_of_a_connection_cuts_off_is_held_against_nobody() -> None:
    parts: list[Any] = [
        opened(1, 0),
        *(entry(n, at, who, text) for n, (at, who, text) in enumerate(boot(0.1), 2)),
        entry(4, 50, "station", '[2,"cut","Heartbeat",{}]'),
        closed(5, 51),
        opened(6, 200),
        *(entry(n, at, who, text) for n, (at, who, text) in enumerate(boot(200.1, "again"), 7)),
    ]
    found = taken(parts)
    (station,) = found["stations"]

    assert rules(found) == {}
    assert (station["connections"], station["cut_off"]) == (2, 1)


def test_a_boot_is_a_reconnection_where_the_log_tells_of_none() -> None:
    found = judged([*boot(), (50.0, "station", '[2,"cut","Heartbeat",{}]'), *boot(52, "again")])

    assert rules(found) == {}
    assert found["stations"][0]["connections"] == 2


def test_an_id_is_remembered_over_reconnections() -> None:
    parts: list[Any] = [
        opened(1, 0),
        *(entry(n, at, who, text) for n, (at, who, text) in enumerate(boot(0.1), 2)),
        closed(4, 10),
        opened(5, 20),
        *(entry(n, at, who, text) for n, (at, who, text) in enumerate(beat(21, "boot"), 6)),
    ]

    assert rules(taken(parts)) == {"RPC-06": 1}


def test_who_closed_is_judged() -> None:
    pending = f'[3,"boot",{{"status":"Pending","currentTime":"{iso(0)}","interval":300}}]'
    parts: list[Any] = [
        opened(1, 0),
        entry(2, 0, "station", boot()[0][2]),
        entry(3, 0.1, "csms", pending),
        closed(4, 5, "csms"),
    ]

    assert rules(taken(parts)) == {"BOOT-05": 1}
    assert rules(taken([*parts[:3], closed(4, 5)])) == {}


def test_a_second_call_at_a_time_is_judged_only_where_there_are_times() -> None:
    said = [*boot(), (100.0, "station", '[2,"a","Heartbeat",{}]'), (100.5, "station", '[2,"b","Heartbeat",{}]')]
    timeless = [Entry(n, text, "CP", who) for n, (_, who, text) in enumerate(said, 1)]

    assert rules(judged(said)) == {"RPC-15": 1}
    assert rules(taken(timeless)) == {}


# ---- who sent it


def test_senders_are_guessed_from_actions_and_ids() -> None:
    said = [
        *boot(),
        (1.0, "csms", RESET.format("r")),
        (1.1, "station", '[3,"r",{"status":"Accepted"}]'),
        *beat(20, "h"),
    ]
    found = taken([entry(n, at, None, text) for n, (at, _, text) in enumerate(said, 1)])

    assert rules(found) == {}
    assert found["totals"]["senders_guessed"] == len(said)
    assert found["stations"][0]["frames"] == {"station": 3, "csms": 3}


def test_in_and_out_are_learned_from_the_first_call() -> None:
    said = [*boot(), *beat(20, "h")]
    for_station = {"station": "out", "csms": "in"}
    found = taken([entry(n, at, for_station[who], text) for n, (at, who, text) in enumerate(said, 1)])

    assert rules(found) == {}
    assert found["stations"][0]["frames"] == {"station": 2, "csms": 2}


def test_a_text_of_which_nothing_tells_the_sender_is_not_judged() -> None:
    found = taken([entry(1, 0, None, "gibberish"), entry(2, 1, None, '[3,"unknown",{}]')])

    assert found["totals"]["frames"] == 0
    assert found["totals"]["not_judged"] == {"frames of which nothing says who sent them": 2}


def test_an_action_in_the_wrong_letter_case_still_tells_its_sender() -> None:
    found = taken([entry(1, 0, None, '[2,"1","reset",{"type":"Soft"}]')])

    assert (found["rules"][0]["rule"], found["rules"][0]["parties"]) == ("RPC-08", {"csms": 1})


# ---- versions


BOOT_201 = '[2,"b","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"M","vendorName":"V"}}]'


def test_the_version_is_what_the_station_speaks() -> None:
    said: list[Said] = [
        (0.0, "station", '[2,"h","Heartbeat",{}]'),
        (0.1, "csms", f'[3,"h",{{"currentTime":"{iso(0)}"}}]'),
    ]
    said += [
        (1.0, "station", BOOT_201),
        (1.1, "csms", f'[3,"b",{{"currentTime":"{iso(1)}","interval":60,"status":"Accepted"}}]'),
    ]
    found = judged(said)

    assert rules(found) == {}
    assert found["stations"][0]["version"] == "2.0.1"


def test_the_subprotocol_decides() -> None:
    found = taken([opened(1, 0, subprotocol="ocpp2.0.1"), entry(2, 1, "station", boot()[0][2])])

    assert found["stations"][0]["version"] == "2.0.1"
    assert found["totals"]["findings"]["MUST"] > 0


def test_the_user_decides_over_all() -> None:
    said: list[Said] = [(1.0, "station", BOOT_201)]
    found = judged(said, options=Options(version="1.6"))

    assert found["stations"][0]["version"] == "1.6"
    assert found["totals"]["findings"]["MUST"] > 0


# ---- zones, bounds


def zoneless(said: list[Said], ahead: float) -> list[Entry]:
    return [Entry(n, text, "CP", who, BEGIN + at + ahead, False) for n, (at, who, text) in enumerate(said, 1)]


def test_a_zone_is_learned_from_what_the_csms_tells() -> None:
    found = taken(zoneless([*boot(), *status(10, "s", timestamp=iso(10 + 500))], 2 * 3600))

    assert (found["zone"], found["zone_told"]) == ("+02:00", False)
    assert rules(found) == {"VAL-04": 1}
    assert "500 s ahead" in found["rules"][0]["first"]["message"]
    assert found["from"] == iso(0)


def test_a_zone_that_is_told_is_taken() -> None:
    found = taken(zoneless(boot(), 2 * 3600), Options(zone=3600.0))

    assert found["zone_told"]
    assert rules(found) == {"BOOT-08": 1}


def test_without_a_zone_no_date_is_judged() -> None:
    found = taken(zoneless(status(10, "s", timestamp=iso(9_000)), 0))

    assert rules(found) == {}
    assert found["zone"] is None
    assert found["from"] == iso(10).removesuffix("Z")
    assert list(found["totals"]["not_judged"].values()) == [2]


@pytest.mark.parametrize(("offset", "name"), [(0.0, "+00:00"), (-12_600.0, "-03:30"), (20_700.0, "+05:45")])
def test_zones_by_name(offset: float, name: str) -> None:
    assert zone_name(offset) == name


def test_stations_that_are_silent_the_longest_are_let_go() -> None:
    parts = [entry(n, n, "station", f'[2,"h{n}","Heartbeat",{{}}]', f"CP-{n}") for n in range(6)]
    parts.append(entry(9, 9, "csms", f'[3,"h0",{{"currentTime":"{iso(9)}"}}]', "CP-0"))
    found = taken(parts, Options(most_live=2))

    assert rules(found) == {}
    not_judged = found["totals"]["not_judged"]
    assert not_judged["stations that were let go of, because too many were in sight at a time"] == 5
    assert not_judged["answers to CALLs that the log does not have, because it begins later"] == 1
    assert len(found["stations"]) == 6


def test_calls_that_nobody_answers_take_no_memory_for_ever() -> None:
    judge = Judge()
    judge.begin("log", "log")
    for number in range(MOST_PLACES + 500):
        judge.take(Entry(number, f'[2,"{number}","Heartbeat",{{}}]', "CP", "station"))

    assert len(judge._live["CP"].places) == MOST_PLACES


def test_the_course_grows_with_the_log_and_loses_nothing() -> None:
    course = Course()
    for number in range(5_000):
        course.add(1e9 + number * 7, frames=1, must=number % 2)
    document = course.document()

    assert len(document["intervals"]) <= MOST_BARS
    assert sum(one["frames"] for one in document["intervals"]) == 5_000
    assert sum(one["must"] for one in document["intervals"]) == 2_500
    assert document["seconds"] * MOST_BARS >= 35_000


def test_a_log_that_gets_its_times_later() -> None:
    parts: list[Any] = [Entry(1, boot()[0][2], "CP", "station"), Entry(2, boot()[1][2], "CP", "csms")]
    parts += [entry(n, at, who, text, "CP") for n, (at, who, text) in enumerate(status(10, "s", timestamp=iso(900)), 3)]

    assert rules(taken(parts)) == {"VAL-04": 1}


def test_times_that_go_backwards_do_no_harm() -> None:
    said = [*beat(100, "a"), *beat(50, "b"), *beat(101, "c")]
    found = judged(said)

    assert found["totals"]["frames"] == 6
    assert all(one["milliseconds"]["max"] >= 0 for one in found["actions"])


def test_actions_that_nobody_knows_are_counted_together() -> None:
    said: list[Said] = [(n, "station", f'[2,"{n}","Made-up-{n}",{{}}]') for n in range(50)]
    found = judged(said)

    assert [(one["action"], one["sent"]) for one in found["actions"]] == [("(no action)", 50)]


def test_errata_are_those_of_a_level_where_the_version_has_it() -> None:
    celsius = (
        '[2,"m","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"TIME","sampledValue":'
        '[{"value":"21","measurand":"Temperature","unit":"Celsius"}]}]}]'
    )
    said = [*boot(), (100.0, "station", celsius.replace("TIME", iso(100))), (100.1, "csms", '[3,"m",{}]')]

    def level(options: Options) -> set[str]:
        return {one["level"] for one in judged(said, options=options)["rules"] if one["rule"] == "VAL-10"}

    assert (level(Options()), level(Options(errata="2019"))) == ({"SHOULD"}, {"MUST"})
    assert rules(judged(said, options=Options(version="2.0.1", errata="2019"))) == rules(
        judged(said, options=Options(version="2.0.1"))
    )
