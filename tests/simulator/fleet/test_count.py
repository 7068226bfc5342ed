"""The count of a fleet's calls runs on the fleet as it is, and is the same each time (`benchmarks/fleet_count.py`)."""

from __future__ import annotations

import pytest

from benchmarks import fleet_count
from simulator.fleet import Plan

PLAN = Plan("ws://127.0.0.1:1/ocpp", stations=3, session_every=5.0, session_length=5.0, duration=1e9, grace=0.0)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_count, "SECONDS", 40.0)
    monkeypatch.setattr(fleet_count, "ROUNDS", 1)


def test_the_same_plan_makes_the_same_calls() -> None:
    first, second = fleet_count.count(PLAN), fleet_count.count(PLAN)

    assert first.messages == second.messages
    for package in ("simulator", "ocppj"):
        assert first.calls[package] == second.calls[package]


def test_what_a_fleet_does_is_counted_by_package_and_function() -> None:
    counted = fleet_count.count(PLAN)

    assert counted.messages > 3 * 2 * 6  # each station has had a session: six CALLs and their answers
    assert {"simulator", "ocppj", "C from simulator"} <= counted.calls.keys()
    assert counted.calls["  simulator: FleetLine.on_ws_frame"] * 2 == counted.messages
    assert "| simulator |" in fleet_count.table(counted, most=3)
