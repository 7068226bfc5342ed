"""The page of a fleet: whole without a network, nothing of the wire runs in it, and its curves are right."""

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from simulator.fleet.report.curves import Curve, chart, ticks
from simulator.fleet.report.page import page
from simulator.fleet.report.show import summary


def action(sent: int, **others: Any) -> dict[str, Any]:
    times = {"mean": 1.0, "p50": 1.25, "p95": 2.5, "p99": 3.0, "max": 44.0}
    due = {"mean": 9.0, "p50": 9.25, "p95": 12.5, "p99": 13.0, "max": 54.0}
    facts = {"sent": sent, "answered": sent, "errors": 0, "milliseconds": times, "exact": True}
    facts["due_milliseconds"] = due
    facts |= dict.fromkeys(("refused", "invalid", "unanswered", "cut"), 0)
    return {**facts, **others}


def interval(at: float, seconds: float, messages: int, errors: int, online: int, times: Any) -> dict[str, Any]:
    shown = None if times is None else dict(zip(("p50", "p95", "p99"), times, strict=True))
    facts = {"at_s": at, "seconds": seconds, "messages": messages, "errors": errors, "online": online}
    return {**facts, "late_ms": 3.0, "is_late": False, "milliseconds": shown}


def violation(rule: str, level: str, action: str, count: int, message: str, example: str) -> dict[str, Any]:
    facts = {"rule": rule, "level": level, "party": "csms", "action": action, "count": count}
    return {**facts, "message": message, "example": example}


def result(**others: Any) -> dict[str, Any]:
    """A run as it is written, as far as the page reads it."""
    facts = {
        "verdict": "FAIL",
        "reason": "p95 of Authorize is 2.5 ms",
        "run": {
            "harness": {"version": "0.1.0"},
            "schemas": {"version": "1.6", "digest": "ab" * 32},
            "platform": "Python 3.11 on linux",
            "started": "2026-01-01T00:00:00.000Z",
            "seconds": 12.34,
            "lasted_s": 11.0,
            "interrupted": True,
            "interrupted_by": "SIGINT",
            "ended_by": None,
        },
        "plan": {
            "url": "wss://csms.example/ocpp?<b>",
            "stations": 5,
            "profile": None,
            "makes": [],
            "trace_sessions": 0,
            "stages": [],
            "ramp_per_s": 10.0,
            "duration_s": 12.0,
            "seed": 7,
            "connectors": 2,
            "session_every_s": 20.0,
            "session_length_s": 10.0,
            "meter_every_s": 5.0,
            "churn_every_s": 0.0,
            "call_timeout_s": 30.0,
            "csms_clock_s": 2.0,
            "clock_skew_s": 90.0,
            "check_share": 0.05,
        },
        "stages": [],
        "stations": {
            "switched_on": 5,
            "connected": 5,
            "accepted": 4,
            "online": 3,
            "refused": 1,
            "lost": 1,
            "coming": 0,
        },
        "connections": {
            "attempts": 6,
            "connected": 5,
            "not_connected": 1,
            "lost": 0,
            "failures": {"<refused>": 1},
        },
        "clocks": {
            "compared": 4,
            "corrected": 3,
            "corrections": 5,
            "off_s": {"mean": 40.25, "max": 88.0},
            "left_s": {"mean": 0.5, "max": 1.96},
        },
        "sessions": {"begun": 3, "over": 3, "refused": 1},
        "messages": {"sent": 10, "received": 10, "per_second": 1.6},
        "actions": {
            "Authorize": action(4),
            "Heartbeat": action(6, errors=6, answered=0, milliseconds=None, due_milliseconds=None),
        },
        "all": action(10, exact=False),
        "timeline": [
            interval(0.0, 1.0, 6, 0, 4, (1.0, 2.0, 3.0)),
            interval(1.0, 1.0, 0, 6, 5, None),
            interval(2.0, 0.5, 4, 0, 5, (2.0, 4.0, 8.0)),
        ],
        "violations": [
            violation("RPC-19", "MUST", "Heartbeat", 2, "wrong", '[3,"1",{"a":"<script>x</script>"}]'),
            violation("RPC-15", "SHOULD", "", 1, "two", ""),
        ],
        "problems": {"Heartbeat: no answer in time": 6},
        "limits": [{"limit": "Authorize p95 < 1ms", "verdict": "FAIL", "reason": "p95 of Authorize is 2.500 ms"}],
        "process": {
            "processes": 2,
            "cpu_seconds": 1.25,
            "cpu_us_per_message": 62.5,
            "kib_per_station": None,
            "timer_late_ms": 3.0,
            "late_share": 0.0,
        },
    }
    return {**facts, **others}


def pictures(text: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def words(text: str) -> str:
    return " ".join(re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL).split())


def test_everything_that_was_found_out_is_on_the_page() -> None:
    said = words(page(result()))

    for part in (
        "FAIL fleet of 5 stations",
        "It is no certificate.",
        "Authorize p95 &lt; 1ms FAIL p95 of Authorize is 2.500 ms",
        "Authorize 4 4 0 0 1.0 1.2 2.5 3.0 44.0 12.5 54.0",
        "Heartbeat 6 0 6 2 – – – – – – –",
        "all 10 10 0 2 1.0 1.2 2.5 3.0 44.0 12.5 54.0",
        "of classes, at most 0.1 % too long",
        "RPC-19 (MUST) by the csms in Heartbeat, 2 times: wrong",
        "RPC-15 (SHOULD) by the csms, 1 time: two",
        "Heartbeat: no answer in time (6 times)",
        "ran 12.3 s, interrupted after 11.0 s by SIGINT",
        "switched on 5 by the ramp, so far connected 5 have had a connection accepted 4 by the CSMS",
        "online at the end 3 connected and accepted refused 1 their last boot",
        "lost at the end 1 accepted once",
        "attempts to connect 6 of all stations together failed 1 attempts dropped 0 connections",
        "Why attempts failed: &lt;refused&gt; (1 time)",
        "Rules on 5 % of the stations; the schemas on all",
        "5 with 2 connectors each, 10 switched on a second",
        "set off by up to 90 s, that of the CSMS is taken over above 2 s: 4 compared, off by 40.2 s on average and "
        "88.0 s at most; 3 corrected, then off by 2.0 s at most",
        "2 processes, 1.2 s CPU, 62 µs a message; its timers were up to 3 ms late",
    ):
        assert part in said


def test_the_page_asks_nobody_and_runs_nothing() -> None:
    text = page(result())

    assert re.findall(r"""(?:src|href|url\(|@import|<script|<link|<iframe)""", text) == []
    assert "&lt;script&gt;x&lt;/script&gt;" in text
    assert "wss://csms.example/ocpp?&lt;b&gt;" in text
    assert "prefers-color-scheme: dark" in text


def test_a_curve_has_a_gap_where_nothing_was_answered() -> None:
    times, rate, stations = pictures(page(result()))

    assert times.findtext("desc") == "p50, p95 and p99 of all actions in 3 intervals; the highest p99 is 8.0 ms."
    assert len(times.findall("circle")) == 6, "one interval before the gap and one after, for each curve"
    assert times.findall("polyline") == []
    assert [len(line.attrib["points"].split()) for line in rate.findall("polyline")] == [3, 3]
    assert rate.findtext("desc") == "At most 8 messages a second in both directions; 6 errors in all."
    assert stations.findtext("title") == "Stations online"


def test_what_was_measured_while_the_load_generator_was_late_is_marked() -> None:
    whole = result()
    said = "12.5 % of the figures were taken while the load generator itself was late"
    assert "load generator" not in words(page(whole))
    (unmarked, *_) = pictures(page(whole))
    assert unmarked.findall("rect") == []

    whole["timeline"][1] |= {"late_ms": 50.1, "is_late": True}
    whole["process"]["late_share"] = 0.125
    text = page(whole)
    assert f"{said}; their response times contain that." in words(text)
    assert "On a grey ground" in words(text)
    times, rate, _ = pictures(text)
    (ground,) = times.findall("rect")
    ticks_at = {mark.text: float(mark.attrib["x"]) for mark in times.findall("text")}
    assert float(ground.attrib["x"]) == ticks_at["1 s"]
    assert float(ground.attrib["x"]) + float(ground.attrib["width"]) == pytest.approx(ticks_at["2 s"], abs=0.11)
    assert (times.findtext("desc") or "").endswith(" The load generator was late in 1 of them.")
    assert rate.findall("rect") == []
    assert f"warning: {said}" in summary(whole)[1].plain


def test_the_summary_tells_times_from_when_calls_were_due() -> None:
    said = "from when they were due, all: p50 9.2 ms, p95 12.5 ms, p99 13.0 ms, max 54.0 ms"
    assert said in summary(result())[1].plain.splitlines()
    assert "due" not in summary(result(all=action(10, due_milliseconds=None)))[1].plain


def test_a_run_without_an_interval_has_no_curves_and_no_headings_for_nothing() -> None:
    text = page(result(timeline=[], violations=[], problems={}, limits=[], verdict="INCONCLUSIVE"))

    assert pictures(text) == []
    for heading in ("Over time", "Violations</h2>", "Problems", "Limits"):
        assert heading not in text


def test_a_point_stands_where_its_time_and_its_value_are() -> None:
    svg = pictures(chart("t", "d", [Curve("a", "p50", [(0.0, 0.0), (5.0, 50.0), (10.0, 100.0)])], 10.0))[0]

    grid = svg.findall("line")
    bottom, top = float(grid[0].attrib["y1"]), float(grid[-1].attrib["y1"])
    left, right = float(grid[0].attrib["x1"]), float(grid[0].attrib["x2"])
    line = svg.find("polyline")
    assert line is not None
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert points == [(left, bottom), ((left + right) / 2, (bottom + top) / 2), (right, top)]


def test_names_of_curves_do_not_cover_each_other() -> None:
    curves = [Curve(name, "p50", [(0.0, 1.0), (1.0, 1.0 + at / 1000)]) for at, name in enumerate("abc")]
    svg = pictures(chart("t", "d", curves, 1.0))[0]

    heights = {text.text: float(text.attrib["y"]) for text in svg.findall("text") if "name" in text.get("class", "")}
    assert heights["a"] - heights["b"] >= 13.9
    assert heights["b"] - heights["c"] >= 13.9
    assert heights["c"] >= 12.0, "the highest is still in the picture"


@pytest.mark.parametrize("most", [0.0, 0.004, 1.0, 3.0, 99.0, 100.0, 12345.6])
def test_an_axis_begins_at_zero_and_ends_beyond_the_highest_value_in_round_steps(most: float) -> None:
    marks = ticks(most)

    assert marks[0] == 0.0
    assert marks[-1] >= most * (1 - 1e-9)
    assert 2 <= len(marks) <= 8
    assert len({f"{high - low:.6g}" for low, high in pairwise(marks)}) == 1
