"""Between two connections of one station there is a pause, as a device makes it; no test waits for one."""

from __future__ import annotations

import json
from itertools import pairwise
from time import monotonic_ns
from typing import Any

import pytest

from harness.peers.pauses import PAUSES, Pauses
from harness.plugin.trouble.health import Health
from harness.sut.reading import load
from tests.harness.conftest import Outcome, Running
from tests.harness.support.scripted_sut import ScriptedSut


class Time:
    """A clock that goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The time of this process' pauses."""
    time = Time()
    monkeypatch.setattr(PAUSES, "_clock", lambda: time.now)
    monkeypatch.setattr(PAUSES, "_sleep", time.sleep)
    monkeypatch.setattr(PAUSES, "_due", {})
    return time


@pytest.mark.asyncio
async def test_a_station_waits_and_no_other() -> None:
    time = Time()
    pauses = Pauses(clock=lambda: time.now, sleep=time.sleep)
    pauses.ended("A", 1)
    await pauses.before("B")
    assert time.slept == []

    time.now += 0.25
    await pauses.before("A")
    await pauses.before("A")
    assert time.slept == [0.75]


@pytest.mark.asyncio
async def test_what_another_process_knows_counts_when_it_is_later() -> None:
    time = Time()
    pauses = Pauses(clock=lambda: time.now, sleep=time.sleep)
    pauses.ended("A", 5)
    pauses.ended("B", 1)
    pauses.ended("C", 0)
    assert pauses.due == {"A": 105.0, "B": 101.0}
    time.now += 2
    assert pauses.due == {"A": 105.0}
    time.now -= 2

    pauses.learn({"A": 103.0, "B": 104.0})
    await pauses.before("A")
    await pauses.before("B")
    assert time.slept == [5]


CASES = """
@made_up("TC_A_CSMS")
async def test_restarts(station):
    await station.restarts()
    await station.connects(rule="R1")

@made_up("TC_B_CSMS")
async def test_loses_power(station):
    await station.loses_power()
    await station.connects()
    await station.disconnects()
    await station.stays_offline()
    await station.connects(rule="R1")

@made_up("TC_C_CSMS")
async def test_is_looked_at(offline_station):
    await offline_station.is_let_in()
    await offline_station.is_refused(rule="R1", subprotocols=["ocpp0.1"])
    await offline_station.connects()
"""


def test_every_connection_of_a_station_comes_after_its_pause(running: Running, time: Time) -> None:
    outcome = running(CASES, sut={"reconnect_s": 1, "boot_s": 3})

    assert set(outcome.verdicts.values()) == {"PASS"}
    # A: after the restart; B: after A, after the power came back, offline; C: after B, before and after it was refused
    assert time.slept == [3, 1, 3, 1, 1, 1, 1]


def test_with_no_pauses_nothing_waits(running: Running, time: Time) -> None:
    outcome = running(CASES)

    assert set(outcome.verdicts.values()) == {"PASS"}
    assert time.slept == []


def test_a_boot_is_never_shorter_than_a_reconnection(running: Running, time: Time) -> None:
    running(CASES, "--plugproof-case", "TC_A_CSMS", sut={"reconnect_s": 5, "boot_s": 0})

    assert time.slept == [5]


def test_the_look_before_a_run_and_the_health_check_are_connections_like_others(
    running: Running, scripted: ScriptedSut, time: Time, pytester: pytest.Pytester
) -> None:
    lane: dict[str, Any] = {"pattern": "ONE-{lane}", "reconnect_s": 1}
    outcome = running(CASES, "--plugproof-case", "TC_A_CSMS", sut=lane)
    assert outcome.verdicts == {"TC_A_CSMS": "PASS"}
    before = len(time.slept)

    sut = load(scripted.sut_file(pytester.path, **lane))
    health = Health(sut, sut.lane(0), pytester.path / "out")
    assert health.look() is None
    assert time.slept[before:] == [1]


def test_the_first_case_waits_after_a_look_as_its_own_station(running: Running, time: Time) -> None:
    outcome = running(CASES, "--plugproof-case", "TC_A_CSMS", sut={"only": "ONE", "reconnect_s": 1})

    assert outcome.verdicts == {"TC_A_CSMS": "PASS"}
    assert time.slept == [1, 1]


def entries(outcome: Outcome, id: str) -> list[dict[str, Any]]:
    text = (outcome.out / "cases" / id / "trace.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_handshake_stands_in_the_trace_where_it_begins(running: Running, scripted: ScriptedSut) -> None:
    began: list[int] = []
    scripted.on_handshake = lambda: began.append(monotonic_ns())
    outcome = running(CASES, "--plugproof-case", "TC_A_CSMS")

    lines = entries(outcome, "TC_A_CSMS")
    handshakes = [line for line in lines if line["kind"] == "handshake"]
    asked = [line for line in handshakes if line["direction"] == "station->csms"]
    told = [line for line in handshakes if line["direction"] == "csms->station"]
    judged = began[-len(asked) :]
    assert len(asked) == len(told) == 2
    for request, answer, moment in zip(asked, told, judged, strict=True):
        assert request["at_ns"] <= moment <= answer["at_ns"]
    assert all(one["at_ns"] <= next["at_ns"] and one["time"] <= next["time"] for one, next in pairwise(lines))
