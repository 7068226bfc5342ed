"""An analysis as a page, as pictures and as JUnit."""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from reports.analysis.junit import MOST_SUITES, junit
from reports.analysis.page import MOST_STATIONS, MOST_TRANSACTIONS, page
from reports.analysis.pictures import MOST_ACTIONS, course, energies, pictures, response_times
from tests import ROOT
from tests.reports.analysis.documents import (
    REMARK,
    action,
    broken,
    document,
    example,
    log,
    over_all,
    station,
    transaction,
)

JUNIT = xmlschema.XMLSchema(ROOT / "tests" / "reports" / "ci" / "schemas" / "junit-10.xsd")
NOTHING: dict[str, Any] = {"course": {"seconds": 1, "intervals": []}, "actions": []}


def rich() -> dict[str, Any]:
    """With something of everything."""
    worst = example("<worse> \x1b[31m", line=9, path="a.0.b", frame=None, time=None)
    rules = [broken(count=3, worst=worst), broken("VAL-04", "SHOULD")]
    return document(
        rules=[over_all(rule, 2) for rule in rules],
        stations=[station(rules=rules, cut_off=2, transactions=2, transaction_remarks=1), station("CP-2")],
        listed=[transaction(), transaction("8", remarks=[REMARK], energy_wh=None, connector=None, started=None)],
        logs=[log(unread=[{"why": "cut", "count": 1, "first": [{"line": 3, "text": "x"}]}])],
        totals={"not_judged": {"things": 3}},
    )


# ---- the page


def test_the_page_tells_everything() -> None:
    text = page(rich())

    for told in (
        "3 MUST, 1 SHOULD findings",
        "Not judged: 3 things.",
        "RPC-08",
        "The action of a CALL is known.",
        "x.log:9",
        "(a.0.b)",
        "2 CALLs cut off by their end",
        "nothing for 700 s",
        "2 transactions, 2 from start to stop",
    ):
        assert told in text, told
    assert text.count("<svg") == 3
    assert "&lt;worse&gt;" in text
    assert "\x1b" not in text
    assert "<script" not in text


def test_the_page_of_nothing() -> None:
    text = page(document(**NOTHING, stations=[], totals={"frames": 0}))

    assert "No frame was judged" in text
    assert "No CALL was read." in text
    assert "<svg" not in text


def test_every_style_is_named_by_the_policy() -> None:
    text = page(rich())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)

    assert policy is not None
    assert "unsafe" not in policy[1]
    assert "default-src &#39;none&#39;" in policy[1]
    assert policy[1].count("sha256-") == len(set(re.findall(r"<style>(.*?)</style>", text, re.DOTALL)))


def test_the_page_has_so_many_stations_and_transactions() -> None:
    made = document(
        stations=[station(f"CP-{number}") for number in range(MOST_STATIONS + 3)],
        listed=[transaction(str(number)) for number in range(MOST_TRANSACTIONS + 4)],
    )
    text = page(made)

    assert "3 more stations are in analysis.json." in text
    assert "4 more are not on this page" in text


def test_transactions_with_remarks_come_first() -> None:
    text = page(document(listed=[transaction("plain"), transaction("odd", remarks=[REMARK])]))

    assert text.index('<th scope="row">odd') < text.index('<th scope="row">plain')


# ---- pictures


def test_what_there_is_nothing_to_draw_for_has_no_picture() -> None:
    assert pictures(document(**NOTHING)) == []
    assert len(pictures(document(listed=[transaction()]))) == 3


@pytest.mark.parametrize(
    ("seconds", "span", "form"),
    [
        (1, "1 s", r">\d\d:\d\d:\d\d<"),
        (120, "2 min", r">\d\d:\d\d<"),
        (7_200, "2 h", r">\d\d-\d\d \d\d:\d\d<"),
        (172_800, "2 days", r">\d\d-\d\d"),
    ],
)
def test_the_course_of_seconds_and_of_days(seconds: int, span: str, form: str) -> None:
    intervals = [
        {"at": 1.9e9 + number * seconds, "frames": number, "must": number % 2, "should": 0} for number in range(100)
    ]
    drawn = course({"seconds": seconds, "intervals": intervals})

    assert f"in intervals of {span}" in drawn
    assert len(re.findall(form, drawn)) >= 4
    assert drawn.count('class="bar"') == 99
    assert drawn.count('class="bad"') == 50
    ET.fromstring(drawn)


def test_the_slowest_actions_are_drawn() -> None:
    actions = [action(f"Action{number}", p50=1.0 + number) for number in range(MOST_ACTIONS + 2)]
    drawn = response_times([*actions, action("Reset", "csms", p50=900.0)])

    assert "Reset (C): p50 900 ms, p95 1.8 s, longest 3.6 s" in drawn
    assert "3 quicker actions are not drawn" in drawn
    assert "Action0 " not in drawn
    assert "logarithmic axis" in drawn
    ET.fromstring(drawn)


def test_answers_that_take_no_time_are_drawn() -> None:
    drawn = response_times([action(p50=0.0)])

    assert "p50 0 ms" in drawn
    assert "linear axis" in drawn


def bars(drawn: str) -> list[str]:
    return re.findall(r"<title>(transactions \d+), from", drawn)


def test_energies() -> None:
    assert bars(energies([0.0, 0.0])) == ["transactions 2"]
    assert len(bars(energies([float(number) * 100 for number in range(200)]))) == 12
    drawn = energies([-500.0, 1_000.0])
    assert bars(drawn) == ["transactions 1", "transactions 1"]
    assert "least -0.5 kWh, most 1 kWh" in drawn
    ET.fromstring(drawn)


# ---- JUnit


def cases(made: Mapping[str, Any], *fail_on: str) -> dict[str, bool]:
    """Every case, and whether it failed."""
    text = junit(made, fail_on)
    assert JUNIT.is_valid(text)
    root = ET.fromstring(text)
    found = {
        f"{case.get('classname')} {case.get('name')}": case.find("failure") is not None
        for case in root.iter("testcase")
    }
    assert root.get("tests") == str(len(found))
    assert root.get("failures") == str(sum(found.values()))
    return found


def test_a_case_for_each_rule_at_each_station() -> None:
    assert cases(rich(), "MUST") == {
        "analyze.logs x.log": False,
        "analyze.transactions gap": False,
        "analyze.CP-1 RPC-08 (MUST)": True,
        "analyze.CP-1 VAL-04 (SHOULD)": False,
        "analyze.CP-2 no rule is broken": False,
    }


def test_what_could_not_be_read_and_what_is_odd_fail_when_they_are_asked_for() -> None:
    found = cases(rich(), "unread", "transaction")

    assert {name for name, failed in found.items() if failed} == {"analyze.logs x.log", "analyze.transactions gap"}


def test_a_log_that_was_not_read_to_its_end() -> None:
    text = junit(document(logs=[log(trouble="it ends in the middle of itself: EOF")]), ["unread"])

    assert 'message="it ends in the middle of itself: EOF"' in text


def test_first_and_worst_are_told_in_junit() -> None:
    text = junit(rich(), ["MUST"])

    assert 'message="station: &lt;worse&gt; ␛[31m"' in text
    assert "first x.log:1 at 2030-01-01T00:00:00.000Z: the first of RPC-08\n[2," in text
    assert "worst x.log:9: &lt;worse&gt;" in text


def test_nothing_is_odd() -> None:
    assert cases(document()) == {
        "analyze.logs x.log": False,
        "analyze.transactions nothing is odd": False,
        "analyze.CP-1 no rule is broken": False,
    }


def test_very_many_stations() -> None:
    text = junit(document(stations=[station(f"CP-{number}") for number in range(MOST_SUITES + 5)]), [])

    assert text.count("<testsuite ") == MOST_SUITES + 2
