"""The sentences and tables of an analysis."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reports.analysis import words
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

RICH = document(
    rules=[over_all(broken())],
    stations=[station(rules=[broken()])],
    listed=[transaction(), transaction("8", remarks=[REMARK])],
    logs=[log(unread=[{"why": "cut", "count": 1, "first": [{"line": 3, "text": "x"}]}])],
)


@pytest.mark.parametrize("made", [document(), RICH])
def test_what_these_tests_are_fed_is_what_an_analysis_is(made: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "schemas" / "documents" / "analysis.schema.json").read_text("utf-8"))

    assert [error.message for error in Draft202012Validator(schema).iter_errors(made)] == []


@pytest.mark.parametrize(
    ("made", "headline", "state"),
    [
        (document(), "No rule is broken in 10 frames of 1 station", "good"),
        (document(totals={"frames": 0}), "No frame was judged", "odd"),
        (document(stations=[station(rules=[broken()])]), "1 MUST finding in 10 frames of 1 station", "bad"),
        (
            document(stations=[station(rules=[broken("VAL-04", "SHOULD", count=1_234), broken("VAL-01", "INFO")])]),
            "1\u202f234 SHOULD, 1 INFO findings in 10 frames of 1 station",
            "odd",
        ),
    ],
)
def test_headline(made: dict[str, Any], headline: str, state: str) -> None:
    assert (words.headline(made), words.state(made)) == (headline, state)


def test_nothing_to_note() -> None:
    assert list(words.notes(document())) == []


def test_what_is_to_be_known_before_the_figures_are_believed() -> None:
    unread = [{"why": "cut", "count": 2_000, "first": []}]
    made = document(
        interrupted=True,
        logs=[log(unread=unread, trouble="it ends in the middle of itself: EOF")],
        totals={"not_judged": {"answers without a CALL": 12_345}, "senders_guessed": 1},
        zone="+01:00",
    )

    assert list(words.notes(made)) == [
        "The analysis was interrupted: this is what was read until then.",
        "x.log: it ends in the middle of itself: EOF; it is judged as far as it goes.",
        "x.log: 2\u202f000 lines that may hold a frame could not be read; a CALL or an answer that seems to be missing "
        "may stand there.",
        "Not judged: 12\u202f345 answers without a CALL.",
        "The sender of 1 frame was guessed from actions and ids.",
        "Times of the log without a zone are taken for UTC+01:00, by what the CSMS told of the time.",
    ]
    assert next(words.notes(document(zone="+01:00", zone_told=True))).endswith("UTC+01:00, as told.")


def test_period() -> None:
    assert words.period(document()) == "2030-01-01T00:00:00.000Z to 2030-01-01T00:10:00.000Z"
    assert words.period(document(**{"from": None})) == "The logs have no times"


def test_a_log_in_lines() -> None:
    unread = [{"why": "cut", "count": 1, "first": [{"line": 3, "text": "[2,"}]}]
    passed = {"count": 2, "first": [{"line": 1, "text": "hello"}]}
    made = log(unread=unread, passed_over=passed, sure=0.5)

    assert words.log_lines(made, others=False) == [
        "x.log: log of SteVe (steve), by 50% of its first lines with frames; 10 frames, 1 line not read, 2 other lines",
        "  1 line: cut",
        "    3: [2,",
    ]
    assert words.log_lines(made, others=True)[3:] == ["  2 lines: nothing of OCPP", "    1: hello"]
    assert words.log_lines(log(sure=None), others=True) == [
        "x.log: log of SteVe (steve), as told; 10 frames, 0 lines not read, 0 other lines"
    ]


def test_logs_in_tables() -> None:
    passed = {"count": 2, "first": [{"line": 1, "text": "hello"}]}
    made = document(logs=[log(passed_over=passed)])

    assert words.logs_table(made).rows[0][3:] == ("10", "0", "2")
    assert words.unread_table(made).rows == (("x.log", "nothing of OCPP", "2", "1: hello"),)


def test_a_rule_and_its_examples() -> None:
    worst = example("worse", line=9, time=None)
    rule = over_all(broken(count=3, parties={"csms": 1, "station": 2}, worst=worst), stations=2)

    assert words.broken(rule) == (
        "RPC-08 MUST 3 times by the csms and station, at 2 stations: The action of a CALL is known. (J §4.1.4)"
    )
    assert words.examples(rule) == [
        "first x.log:1 2030-01-01T00:00:00.000Z CP-1: the first of RPC-08",
        "worst x.log:9 CP-1: worse",
    ]
    assert len(words.examples(over_all(broken()))) == 1


def test_stations_and_how_many_are_left_out() -> None:
    quiet = station("CP-2", answers={"station": None, "csms": None})
    table = words.stations_table(document(stations=[station(), quiet]))

    assert table.rows[0] == ("CP-1", "1.6", "1", "10", "0", "0", "0", "0", "20", "80")
    assert table.rows[1][-2:] == ("–", "–")
    many = words.stations_table(document(stations=[station(f"CP-{number}") for number in range(53)]))
    assert (len(many.rows), many.title) == (50, "Stations: the first 50, 3 more are in analysis.json")


def test_times() -> None:
    table = words.times_table(document(actions=[action(), action("Reset", "csms", None)]))

    assert table.rows[0] == ("Heartbeat", "station", "5", "5", "0", "0", "20.0", "40.0", "60.0", "80.0")
    assert table.rows[1][-4:] == ("–",) * 4


def test_transactions() -> None:
    assert words.transactions_sentence(document()) == "No transaction is told of."
    assert words.transactions_sentence(RICH) == "2 transactions, 2 from start to stop, 1 with remarks; 3.000 kWh."
    one = document(listed=[transaction()])
    one["transactions"]["open_at_the_end"] = 1
    assert words.transactions_sentence(one) == (
        "1 transaction, 1 from start to stop, 1 open at the end, none with a remark; 1.500 kWh."
    )
    assert words.odd_table(RICH).rows == (("CP-1", "8", "gap", REMARK["text"], "x.log:9"),)
    assert words.odd_table(document(listed=[transaction(None, remarks=[REMARK])])).rows[0][1] == "–"
