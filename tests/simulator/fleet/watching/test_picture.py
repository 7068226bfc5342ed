"""The picture of a fleet: what stands in it, at any size; and what keys are."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.fleet.counting.course import Recovery
from simulator.fleet.counting.interventions import Intervention
from simulator.fleet.counting.states import States
from simulator.fleet.counting.tally import Tally
from simulator.fleet.counting.timeline import Timeline
from simulator.fleet.counting.violations import Violation
from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Part
from simulator.fleet.profile.stages import Stage
from simulator.fleet.steering.orders import Order
from simulator.fleet.watching.keys import Keys, Typed
from simulator.fleet.watching.picture import Picture, draw

MS = 1_000_000


def part(**plan: Any) -> Part:
    """A fleet in which something of each kind has happened."""
    tally, timeline = Tally(), Timeline()
    for milliseconds in (2.0, 8.0):
        counted = tally.action("Authorize")
        counted.sent += 1
        counted.samples.add(int(milliseconds * MS))
    timeline.look(tally, States())
    counted.samples.add(64 * MS)
    counted.sent, counted.unanswered, tally.frames_sent, tally.frames_received = 4, 1, 30, 20
    tally.violations["R", "MUST", "csms", "Authorize"] = Violation("R", "MUST", "csms", "Authorize", "", "", 2)
    tally.sessions, tally.sessions_over, tally.sessions_refused = 5, 3, 1
    tally.attempts, tally.lost = 9, 2
    tally.failed_to_connect("the connection was \x1b[2Jrefused")
    timeline.look(tally, States(), 2.0, late=0.06)
    states = States(charging=10, online=20, outage=5, lost=5)
    found = Part(Plan("ws://127.0.0.1/ocpp", **plan), tally, timeline, states=states, late=0.1)
    found.interventions = [
        Intervention(3.0, "network lost", 5),
        Intervention(65.0, "network back", 5, Recovery(30, 1.5, 1.5)),
        Intervention(70.0, "power cut", 30, Recovery(30)),
    ]
    return found


def rows(picture: Picture, width: int = 100, height: int = 30) -> list[str]:
    drawn = draw(picture, width, height).plain.split("\n")
    assert len(drawn) == height
    assert max(map(len, drawn)) <= width
    return [row.rstrip() for row in drawn]


def test_everything_is_in_the_picture() -> None:
    keys = [("p", "pause drivers"), ("q", "quit")]
    drawn = rows(Picture(part(stations=40, duration=3700.0), 75.0, keys, "the network is off", 2))

    assert drawn[0].split() == ["fleet", "of", "40", "stations", "ws://127.0.0.1/ocpp", "1:15,", "1:00:25", "left"]
    assert drawn[1] == "seed 1, 2 processes"
    assert drawn[3] == ("10 charging  20 online  5 in outage  0 refused  5 lost  0 connected  0 connecting  0 off")
    assert drawn[4:7] == [
        "messages 15/s out, 10/s in   sessions 5 begun, 3 over, 1 refused",
        "errors 1, 0/s: 0 refused, 0 invalid, 1 unanswered, 0 cut   violations of the CSMS 2",
        "connections 9 tried, 1 failed, 2 dropped   timers 60 ms late, 100 ms at the most",
    ]
    assert drawn[8].split() == ["action", "sent", "errors", "broken", "p50", "p95", "p99", "max", "p95", "now"]
    assert drawn[9].split() == ["Authorize", "4", "1", "2", "8.0", "64.0", "64.0", "64.0", "65.0"]
    assert drawn[11:14] == [
        "3 s  the network of 5 stations lost",
        "1:05  the network of 5 stations back; as many online again as the 30 before, after 1.5 s",
        "1:10  the power of 30 stations cut for a moment",
    ]
    assert drawn[15].startswith("1 x the connection was ")
    assert "\x1b" not in "".join(drawn), "what others say is no command for the terminal"
    assert drawn[-2:] == ["the network is off", "p pause drivers   q quit"]


def test_what_the_csms_asked_and_what_was_told_of_firmware_has_a_line_when_there_is_something() -> None:
    fleet = part()
    assert "asked" not in "\n".join(rows(Picture(fleet, 1.0)))
    for number, name in enumerate(
        ["Reset", "ClearCache", "GetLog", "UnlockConnector", "TriggerMessage", "\x1b[2J", "X"]
    ):
        fleet.tally.asked[name].sent = 9 - number
    fleet.tally.asked["Reset"].refused = 2
    fleet.tally.firmware.update({"Installed": 1, "Downloading": 5})
    drawn = rows(Picture(fleet, 1.0), 130)

    asked = "9 Reset (2 refused), 8 ClearCache, 7 GetLog, 6 UnlockConnector, 5 TriggerMessage and 2 more actions"
    assert drawn[7:9] == [f"asked by the CSMS 42: {asked}", "firmware: 5 Downloading, 1 Installed"]
    assert drawn[9].startswith("── answers")


def test_the_bar_is_divided_as_the_stations_are() -> None:
    text = draw(Picture(part(stations=40), 1.0), 80, 30)
    begin = sum(len(row) + 1 for row in text.plain.split("\n")[:2])
    styles = {str(span.style): span.end - span.start for span in text.spans if begin <= span.start < begin + 80}

    assert styles == {"green": 20, "cyan": 40, "magenta": 10, "red": 10}


def test_the_stage_that_runs_is_named_and_the_one_after_it() -> None:
    stages = (Stage("up", 10.0), Stage("storm", 20.0))
    fleet = part(stages=stages, duration=30.0, profile="ours")

    assert rows(Picture(fleet, 4.0))[1].startswith("ours: up (1 of 2), 6 s left, then storm")
    assert rows(Picture(fleet, 12.0))[1].startswith("ours: storm (2 of 2), 18 s left")
    assert rows(Picture(fleet, 99.0))[0].endswith("1:39, 0 s left"), "in the grace"


@pytest.mark.parametrize(("width", "height"), [(60, 12), (20, 3), (200, 60), (1, 1)])
def test_the_picture_fits_and_the_keys_are_at_the_bottom(width: int, height: int) -> None:
    drawn = rows(Picture(part(), 1.0, [("q", "quit")]), width, height)
    assert drawn[-1] in ("q quit", "…")


def test_without_keys_it_says_how_to_end() -> None:
    assert rows(Picture(replace(part(), interventions=[]), 1.0))[-1].startswith("Ctrl-C ends the run orderly")


# --- keys -------------------------------------------------------------------------------------------------------------


def test_what_a_terminal_sends_for_one_key_is_one_key() -> None:
    typed = Typed()
    assert list(typed.keys(b"+p\x1b[A\x1b[1;2Bq")) == ["+", "p", "\x1b[A", "\x1b[1;2B", "q"]
    assert list(typed.keys(b"\x1b[")) == []
    assert list(typed.keys(b"Bb")) == ["\x1b[B", "b"], "a key that came in two pieces"
    assert list(typed.keys("é".encode()[:1])) == []


def test_a_key_begins_something_and_ends_it() -> None:
    orders: list[Order] = []
    ended: list[bool] = []

    def order(one: Order) -> bool:
        orders.append(one)
        return True

    keys = Keys(47, order, lambda: ended.append(True))
    assert dict(keys.help())["+ -"] == "5 stations"
    for key in ("+", "=", "\x1b[A", "-", "\x1b[B", "x", "\x1b[H", "\n"):
        keys.press(key)
    assert orders == [Order("more", 5)] * 3 + [Order("fewer", 5)] * 2

    orders.clear()
    for key in "pPhbbbr":
        keys.press(key)
    assert orders == [
        Order("pause"),
        Order("go on"),
        Order("black out", share=0.5),
        Order("light"),
        Order("black out"),
        Order("light"),
        Order("restart"),
    ]
    keys.press("p")
    keys.press("h")
    assert keys.standing() == "no new drivers come, the network is off"
    assert [does for _, does in keys.help()][1:3] == ["drivers go on", "network back"]
    assert not ended
    keys.press("q")
    assert (orders[-1], ended) == (Order("quit"), [True])
    assert keys.standing().startswith("the run ends")


def test_what_nobody_heard_has_not_begun() -> None:
    keys = Keys(1, lambda _: False, lambda: None)
    for key in "pb":
        keys.press(key)
    assert keys.standing() == ""
    assert dict(keys.help())["+ -"] == "1 station"
