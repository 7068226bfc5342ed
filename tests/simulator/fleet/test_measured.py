"""What the programs that measure a fleet make of what they are given (`benchmarks`)."""

from __future__ import annotations

import gc
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import uvloop

from benchmarks import fleet_count, scale, soak
from benchmarks.beside import back_offices
from benchmarks.plot import Curve, Panel, svg
from simulator.fleet import Plan

HOURS = 10
PLAN = Plan(
    "ws://127.0.0.1:1/ocpp",
    stations=3,
    session_every=600.0,
    session_length=600.0,
    meter_every=60.0,
    churn_every=7200.0,
    duration=1e9,
    grace=0.0,
)


def test_a_fleet_that_does_the_same_for_hours_keeps_no_more_objects() -> None:
    """Virtual hours. Not resident memory, which is the allocator's, but what Python has to look through for garbage."""
    there: list[int] = []

    def look(hour: int) -> None:
        gc.collect()
        there.append(len(gc.get_objects()))

    messages, _ = uvloop.run(fleet_count.run(PLAN, 3600.0 * HOURS, at_hour=look))

    assert len(there) == HOURS
    assert messages > 3 * HOURS * 30
    settled = there[HOURS // 2 :]
    assert max(settled) - min(settled) < messages / HOURS / 3, f"a message in three of an hour is kept: {there}"


def test_figures_of_real_back_offices_stand_beside_ours(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    other = {"name": "another", "store": "MariaDB", "durable": True, "messages_per_second": 320, "cpu_us": 5400}
    other |= {"cpu_us_min": 5000, "cpu_us_max": 5600, "store_us": 600}
    third = {"name": "a third", "store": "", "durable": False, "messages_per_second": 9000, "cpu_us": 50}
    ours = {"messages_per_second": 8700, "cpu_us": 100}
    file.write_text(json.dumps({"taken": "a day", "ours": ours, "others": [other, third]}), "utf-8")

    assert back_offices.rows(file).splitlines() == [
        "From results.json, a day:",
        "",
        "| server | keeps | messages/s | CPU µs per message: server | min | max | its store | ratio of both |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
        "| plugproof reference CSMS | SQLite, durable | 8700 | 100 | 100 | 100 | 0 | 1.00 |",
        "| another | MariaDB, durable | 320 | 5400 | 5000 | 5600 | 600 | 60.00 |",
        "| a third | nothing | 9000 | 50 | 50 | 50 | 0 | 0.50 |",
    ]


@pytest.mark.parametrize("text", ["{", "{}", '{"taken": "", "ours": {}, "others": [1]}'])
def test_a_results_file_that_is_none_is_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "results.json"
    file.write_text(text, "utf-8")

    with pytest.raises(back_offices.BadResults, match=r"results\.json"):
        back_offices.rows(file)


def test_a_plot_has_every_point_of_every_curve() -> None:
    curves = [Curve("fleet <1>", [(100, 30.0), (15_000, 31.0)]), Curve("CSMS", [(100, 20.0), (15_000, 20.0)])]
    root = ET.fromstring(svg([Panel("KiB", "stations", curves, is_log=True)]))

    lines = [each.get("points", "").split() for each in root.iter("{http://www.w3.org/2000/svg}polyline")]
    assert [len(points) for points in lines] == [2, 2]
    first, last = (tuple(map(float, point.split(","))) for point in lines[1])
    assert first[1] == last[1], "what does not change is level"
    assert {each.text for each in root.iter("{http://www.w3.org/2000/svg}text")} >= {"fleet <1>", "15000", "KiB"}


def test_a_row_of_the_scale_is_by_station_and_by_message() -> None:
    told = scale.Told(110, 10, 100, 2, 5.0, 0.2, 100 * 30 * 1024, 0.004, 1000, 0.05, 2.0)
    row = scale.table([scale.Row(100, told, 100 * 20 * 1024, 0.1, 0.09)], 50.0, 1).splitlines()[-1]

    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells == ["100", "10", "100", "2", "5.0", "20", "2.00", "1.00", "30.0", "20.0", "500", "50", "90", "4"]


def test_what_has_grown_is_told_since_the_first_quarter() -> None:
    points = [(1.0, 50.0), (2.0, 60.0), (4.0, 61.0), (8.0, 63.0)]

    assert soak.table({"fleet": points}, "hours", 7).splitlines()[-1] == "| fleet | 8 | 60.0 | 63.0 | 63.0 | +5.0 % |"
