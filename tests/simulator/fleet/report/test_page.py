"""The page of a fleet: whole without a network, nothing of the wire runs in it, and its curves are right."""

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from simulator.fleet.counting.kinds import KINDS
from simulator.fleet.counting.states import NAMES as STATES
from simulator.fleet.report.curves import Curve, Ground, Layer, chart, stacked, ticks
from simulator.fleet.report.page import page
from simulator.fleet.report.show import summary


def action(sent: int, **others: Any) -> dict[str, Any]:
    times = {"mean": 1.0, "p50": 1.25, "p95": 2.5, "p99": 3.0, "max": 44.0}
    due = {"mean": 9.0, "p50": 9.25, "p95": 12.5, "p99": 13.0, "max": 54.0}
    facts = {"sent": sent, "answered": sent, "errors": 0, "milliseconds": times, "exact": True}
    facts["due_milliseconds"] = due
    facts |= dict.fromkeys(("refused", "invalid", "unanswered", "cut"), 0)
    return {**facts, **others}


def interval(
    at: float, seconds: float, messages: int, errors: int, states: dict[str, int], times: Any, *actions: str
) -> dict[str, Any]:
    shown = None if times is None else dict(zip(("p50", "p95", "p99"), times, strict=True))
    facts: dict[str, Any] = {
        "at_s": at,
        "seconds": seconds,
        "messages": messages,
        "sent": messages,
        "received": 0,
        "errors": errors,
    }
    kinds = {**dict.fromkeys(KINDS, 0), "unanswered": errors}
    states = {**dict.fromkeys(STATES, 0), **states}
    facts |= {"kinds": kinds, "states": states, "online": states["charging"] + states["online"], "rss_mib": None}
    return {**facts, "late_ms": 3.0, "is_late": False, "milliseconds": shown, "actions": dict.fromkeys(actions, shown)}


INTERVENTIONS: list[dict[str, Any]] = [
    {"at_s": 0.5, "what": "network lost", "stations": 3, "recovery": None},
    {
        "at_s": 1.0,
        "what": "network back",
        "stations": 3,
        "recovery": {"before": 4, "seconds": 0.5, "waited_s": 0.5},
    },
    {
        "at_s": 1.5,
        "what": "power cut",
        "stations": 4,
        "recovery": {"before": 5, "seconds": None, "waited_s": 0.25},
    },
    {"at_s": 2.0, "what": "drivers paused", "stations": 0, "recovery": None},
]


def stage(name: str, seconds: float, recovery: Any = None) -> dict[str, Any]:
    stations = {"switched_on": 5, "connected": 5, "accepted": 5, "online": 4, "refused": 0, "lost": 0, "coming": 0}
    counts = {"sessions": {"begun": 2, "over": 1, "refused": 0}, "all": action(3), "actions": {"Authorize": action(3)}}
    return {"name": name, "seconds": seconds, "stations": stations, **counts, "recovery": recovery}


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
            "strangers": 0,
            "let_in": 0,
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
            interval(0.0, 1.0, 6, 0, {"charging": 1, "online": 3}, (1.0, 2.0, 3.0), "Authorize") | {"rss_mib": 40.0},
            interval(1.0, 1.0, 0, 6, {"charging": 1, "online": 4}, None) | {"rss_mib": 41.5},
            interval(
                2.0, 0.5, 4, 0, {"charging": 1, "online": 4, "lost": 1}, (2.0, 4.0, 8.0), "Authorize", "Heartbeat"
            ),
        ],
        "interventions": [],
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
    return [ElementTree.fromstring(svg) for svg in re.findall(r'<svg class="chart".*?</svg>', text, re.DOTALL)]


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
        "of classes, at most 1 % too long",
        "MUST RPC-19 by the csms in Heartbeat, 2 times: wrong",
        "SHOULD RPC-15 by the csms, 1 time: two",
        "Heartbeat: no answer in time (6 times)",
        "ran 12.3 s, interrupted after 11.0 s by SIGINT",
        "switched on 5 by the ramp, so far connected 5 have had a connection accepted 4 by the CSMS",
        "online at the end 3 connected and accepted refused 1 their last boot",
        "lost at the end 1 accepted once",
        "attempts to connect 6 of all stations together failed 1 attempts dropped 0 connections",
        "Why attempts failed &lt;refused&gt; (1 time)",
        "Rules on 5 % of the stations; the schemas on all",
        "5 with 2 connectors each, 10 switched on a second",
        "set off by up to 90 s, that of the CSMS is taken over above 2 s: 4 compared, off by 40.2 s on average and "
        "88.0 s at most; 3 corrected, then off by 2.0 s at most",
        "2 processes, 1.2 s CPU, 62 µs a message; its timers were up to 3 ms late",
    ):
        assert part in said


def test_what_the_csms_asked_and_what_was_told_of_firmware_is_on_the_page_and_in_the_summary() -> None:
    times = {"mean": 0.5, "p50": 0.25, "p95": 1.5, "p99": 2.0, "max": 4.0}
    asked = {
        "Reset": {"received": 3, "answered": 3, "refused": 1, "milliseconds": times},
        "<b>": {"received": 4, "answered": 0, "refused": 0, "milliseconds": None},
    }
    told = {"Downloaded": 2, "Downloading": 3, "InstallationFailed": 1, "Installed": 1}
    stages = [
        stage("wave", 1.0) | {"firmware": {"Downloading": 2}},
        stage("after", 1.0) | {"firmware": {"Installed": 1}},
    ]
    whole = result(asked=asked, firmware=told, stages=[{**one, "stations": result()["stations"]} for one in stages])
    said = words(page(whole))

    assert "Reset 3 3 1 0.5 0.2 1.5 2.0 4.0" in said
    assert "&lt;b&gt; 4 0 0 – – – – –" in said
    assert "Downloading 3 2 in wave Downloaded 2 – Installed 1 1 in after InstallationFailed 1 –" in said
    lines = summary(whole)[1].plain.splitlines()
    assert "asked by the CSMS 7: 4 <b>, 3 Reset (1 refused)" in lines
    assert "firmware: 3 Downloading, 2 Downloaded, 1 Installed, 1 InstallationFailed" in lines


def test_of_a_csms_that_asked_nothing_there_is_nothing() -> None:
    for none in (result(), result(asked={}, firmware={})):
        text = page(none)
        assert 'id="asked"' not in text
        assert 'id="firmware"' not in text
        assert not [line for line in summary(none)[1].plain.splitlines() if line.startswith(("asked", "firmware"))]


def test_the_page_asks_nobody_and_runs_nothing() -> None:
    text = page(result())

    assert re.findall(r"""(?:src=|href="[^#]|url\(|@import|<script|<link|<iframe)""", text) == []
    assert "default-src 'none'" in text
    inside = set(re.findall(r'href="#([a-z-]+)"', text))
    assert inside
    assert inside <= set(re.findall(r'id="([a-z-]+)"', text))
    assert "&lt;script&gt;x&lt;/script&gt;" in text
    assert "wss://csms.example/ocpp?&lt;b&gt;" in text
    assert "color-scheme: light dark" in text


def named(text: str) -> dict[str, ElementTree.Element]:
    """The pictures by their titles."""
    return {picture.findtext("title") or "": picture for picture in pictures(text)}


def styled(picture: ElementTree.Element, tag: str, style: str) -> list[ElementTree.Element]:
    return [one for one in picture.findall(tag) if one.get("class") == style]


def test_a_curve_has_a_gap_where_nothing_was_answered() -> None:
    drawn = named(page(result()))
    times, rate = drawn["Response times of all actions in milliseconds"], drawn["Messages a second"]

    assert times.findtext("desc") == "p50, p95 and p99 of all actions in 3 intervals; the highest p99 is 8.0 ms."
    assert len(times.findall("circle")) == 6, "one interval before the gap and one after, for each curve"
    assert times.findall("polyline") == []
    assert [len(line.attrib["points"].split()) for line in rate.findall("polyline")] == [3, 3]
    assert rate.findtext("desc") == "At most 8 messages a second in both directions."


def test_there_is_a_picture_for_each_action_and_for_what_went_wrong_and_for_the_memory() -> None:
    drawn = named(page(result()))

    assert list(drawn) == [
        "Response times of all actions in milliseconds",
        "Messages a second",
        "Stations by state",
        "What went wrong, a second",
        "Resident memory of the load generator in MiB",
        "Authorize, ms",
        "Heartbeat, ms",
    ]
    assert len(drawn["Heartbeat, ms"].findall("circle")) == 3
    assert drawn["What went wrong, a second"].findtext("desc") == "6 unanswered."
    assert drawn["Stations by state"].findtext("desc") == "5 online at most, 5 at the end."
    memory = drawn["Resident memory of the load generator in MiB"]
    assert memory.findtext("desc") == "40.0 MiB at first, 41.5 MiB at the end."
    for one in (whole := result())["timeline"]:
        one["rss_mib"] = None
        one["kinds"]["unanswered"] = 0
    text = page(whole)
    assert "Resident memory of the load generator in MiB" not in named(text)
    assert "What went wrong, a second nothing, at no time" in words(re.sub("<svg.*?</svg>", "", text, flags=re.DOTALL))


def test_layers_stand_on_each_other_and_hold_for_their_piece_of_the_time() -> None:
    pieces = [(0.0, 5.0), (5.0, 10.0)]
    layers = [Layer("a", "is-a", [1, 2]), Layer("none", "is-none", [0, 0]), Layer("b", "is-b", [1, 0])]
    figure = stacked("t", "d", pieces, layers, Ground(10.0))
    (svg,) = pictures(figure.svg)

    assert figure.legend == [("a", "is-a"), ("b", "is-b")]
    grid = svg.findall("line")
    bottom, top = float(grid[0].attrib["y1"]), float(grid[-1].attrib["y1"])
    left, right = float(grid[0].attrib["x1"]), float(grid[0].attrib["x2"])
    middle, half = (left + right) / 2, (bottom + top) / 2
    low, high = [
        [tuple(map(float, point.split(","))) for point in area.attrib["points"].split()]
        for area in svg.findall("polygon")
    ]
    assert low[:4] == [(left, half), (middle, half), (middle, top), (right, top)]
    assert high[:4] == [(left, top), (middle, top), (middle, top), (right, top)]
    assert high[4:] == list(reversed(low[:4])), "it stands on the one below"


def test_stages_are_bands_with_names_and_outages_are_marked_until_all_have_recovered() -> None:
    whole = result()
    whole["stages"] = [stage("up", 1.0), stage("storm<", 1.0, {"before": 4, "seconds": 0.25, "waited_s": 0.25})]
    whole["stages"] += [stage("a stage with a name that has no room", 0.5)]
    outage = {"cause": "network", "length": 0.5, "share": 1.0}
    whole["plan"]["stages"] = [{"outage": None}, {"outage": outage}, {"outage": None}]
    text = page(whole)

    for picture in named(text).values():
        assert len(styled(picture, "rect", "stage")) == 2
        (odd,) = styled(picture, "rect", "stage odd")
        assert [name.text for name in styled(picture, "text", "stage")] == ["up", "storm<", "3"]
        (bar,) = styled(picture, "rect", "outage bar")
        (recovered,) = styled(picture, "line", "recovered")
        begin, width = float(odd.attrib["x"]), float(odd.attrib["width"])
        assert float(bar.attrib["x"]) == begin
        assert float(bar.attrib["width"]) == pytest.approx(width / 2, abs=0.11)
        assert float(recovered.attrib["x1"]) == pytest.approx(begin + 0.75 * width, abs=0.11)
    said = words(text)
    assert "2 storm&lt; 1.0 4 3 0 1.2 2.5 3.0 2 1 as many online again as the 4 before, after 0.2 s" in said
    assert "1 up: each action action sent answered errors mean ms p50 ms p95 ms p99 ms max ms Authorize 3 3 0" in said
    assert "Bands are stages. On a red ground" in said


def test_what_was_done_by_hand_stands_on_the_page_and_in_every_picture() -> None:
    text = page(result(interventions=INTERVENTIONS))

    said = words(text)
    assert "Somebody has steered this run by hand: 4 times . It is not what the plan says" in said
    assert "B 1.0 s the network of 3 stations back as many online again as the 4 before, after 0.5 s" in said
    assert "C 1.5 s the power of 4 stations cut for a moment not as many online again as the 5 before, 0.2 s" in said
    for picture in named(text).values():
        assert [mark.text for mark in styled(picture, "text", "mark")] == ["A", "B", "C", "D"]
        assert len(styled(picture, "rect", "outage bar")) == 2
        assert len(styled(picture, "line", "recovered")) == 1
    assert "by hand after 1.0 s: the network of 3 stations back; as many online again as the 4 before" in (
        summary(result(interventions=INTERVENTIONS))[1].plain
    )
    lost = pictures(page(result(interventions=INTERVENTIONS[:1])))[0]
    (bar,) = styled(lost, "rect", "outage bar")
    ends = {mark.text: float(mark.attrib["x"]) for mark in lost.findall("text")}
    assert float(bar.attrib["x"]) + float(bar.attrib["width"]) == pytest.approx(ends["2.5 s"], abs=0.11), "to the end"


def test_what_was_measured_while_the_load_generator_was_late_is_marked() -> None:
    whole = result()
    said = "12.5 % of the figures were taken while the load generator itself was late"
    assert "the load generator itself" not in words(page(whole))
    assert [styled(picture, "rect", "late") for picture in pictures(page(whole))] == [[]] * 7

    whole["timeline"][1] |= {"late_ms": 50.1, "is_late": True}
    whole["process"]["late_share"] = 0.125
    text = page(whole)
    assert f"{said}; their response times contain that." in words(text)
    assert "On a grey ground" in words(text)
    drawn = named(text)
    times = drawn["Response times of all actions in milliseconds"]
    (ground,) = styled(times, "rect", "late")
    ticks_at = {mark.text: float(mark.attrib["x"]) for mark in times.findall("text")}
    assert float(ground.attrib["x"]) == ticks_at["1 s"]
    assert float(ground.attrib["x"]) + float(ground.attrib["width"]) == pytest.approx(ticks_at["2 s"], abs=0.11)
    assert (times.findtext("desc") or "").endswith(" The load generator was late in 1 of them.")
    assert len(styled(drawn["Authorize, ms"], "rect", "late")) == 1
    assert styled(drawn["Messages a second"], "rect", "late") == []
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
    figure = chart("t", "d", [Curve("a", "p50", [(0.0, 0.0), (5.0, 50.0), (10.0, 100.0)])], Ground(10.0))
    (svg,) = pictures(figure.svg)

    grid = svg.findall("line")
    bottom, top = float(grid[0].attrib["y1"]), float(grid[-1].attrib["y1"])
    left, right = float(grid[0].attrib["x1"]), float(grid[0].attrib["x2"])
    line = svg.find("polyline")
    assert line is not None
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert points == [(left, bottom), ((left + right) / 2, (bottom + top) / 2), (right, top)]


@pytest.mark.parametrize(("seconds", "last"), [(240.0, "200 s"), (600.0, "10 min"), (86_400.0, "20 h")])
def test_the_time_is_in_seconds_minutes_or_hours(seconds: float, last: str) -> None:
    (svg,) = pictures(chart("t", "d", [Curve("a", "p50", [(0.0, 1.0)])], Ground(seconds)).svg)

    assert svg.findall("text")[-1].text == last


@pytest.mark.parametrize("most", [0.0, 0.004, 1.0, 3.0, 99.0, 100.0, 12345.6])
def test_an_axis_begins_at_zero_and_ends_beyond_the_highest_value_in_round_steps(most: float) -> None:
    marks = ticks(most)

    assert marks[0] == 0.0
    assert marks[-1] >= most * (1 - 1e-9)
    assert 2 <= len(marks) <= 8
    assert len({f"{high - low:.6g}" for low, high in pairwise(marks)}) == 1
