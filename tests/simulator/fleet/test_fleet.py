"""A fleet at a scripted CSMS, on a virtual clock: what it does is a function of its plan and its seed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ocppj.errors import OcppError
from simulator import VirtualClock
from simulator.fleet import Fleet, Plan
from tests.simulator.fleet.played import played
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio

HOUR = 3600.0


@asynccontextmanager
async def running(csms: ScriptedCsms, clock: VirtualClock, **plan: Any) -> AsyncIterator[Fleet]:
    """A fleet whose ramp has begun; it is stopped at the end."""
    plan = {"stations": 3, "ramp": 1.0, "duration": HOUR, "seed": 7, **plan}
    fleet = Fleet(Plan(csms.url, **plan), clock=clock)
    async with played(fleet):
        await clock.settle()
        yield fleet


async def test_stations_come_up_one_after_the_other_at_the_rate_of_the_ramp(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async with running(csms, clock, stations=4, ramp=0.5, session_every=0.0) as fleet:
        online = []
        for _ in range(4):
            await clock.advance(2.0)
            online.append(fleet.online)

    assert online == [2, 3, 4, 4]
    assert csms.paths == [f"/ocpp/FLEET-{number:05d}" for number in (1, 2, 3, 4)]
    assert fleet.stations.accepted == 4


async def test_the_same_seed_brings_the_same_drivers_and_another_one_others(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async def sessions(seed: int) -> list[tuple[str, str]]:
        csms.forget()
        own = VirtualClock()
        async with running(csms, own, seed=seed, tags=("A", "B"), session_every=60.0, session_length=30.0):
            await own.advance(600.0)
        return [(p["idTag"], p["timestamp"]) for p in csms.payloads("StartTransaction")]

    first = await sessions(7)
    assert len(first) > 10
    assert {tag for tag, _ in first} == {"A", "B"}
    assert await sessions(7) == first
    assert await sessions(8) != first


async def test_drivers_come_as_often_and_stay_as_long_as_planned(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with running(csms, clock, stations=5, ramp=5.0, session_every=40.0, session_length=20.0) as fleet:
        await clock.advance(HOUR - 10.0)
        over = fleet.tally.sessions_over

    assert over == pytest.approx(5 * HOUR / 60.0, rel=0.15)
    assert fleet.tally.sessions == fleet.tally.sessions_over
    assert fleet.tally.sessions_refused == 0


async def test_a_session_is_all_that_a_driver_does(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with running(csms, clock, stations=1, session_every=60.0, session_length=300.0, meter_every=10.0):
        await clock.advance(HOUR - 1.0)

    actions = [action for action in csms.actions if action not in ("StatusNotification", "Heartbeat")]
    assert actions[:3] == ["BootNotification", "Authorize", "StartTransaction"]
    assert "MeterValues" in actions
    assert "StopTransaction" in actions
    assert csms.statuses(1)[:5] == ["Available", "Preparing", "Charging", "Finishing", "Available"]
    begun, ended = csms.payloads("StartTransaction")[0], csms.payloads("StopTransaction")[0]
    assert ended["meterStop"] > begun["meterStart"]


async def test_a_driver_who_is_refused_goes_away_and_is_counted(csms: ScriptedCsms, clock: VirtualClock) -> None:
    csms.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    async with running(csms, clock, session_every=30.0) as fleet:
        await clock.advance(600.0)

    assert fleet.tally.sessions == 0
    assert fleet.tally.sessions_refused > 5
    assert csms.statuses(1)[-1] == "Available"


async def test_at_the_end_running_sessions_are_stopped_and_everything_is_said(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    plan = {"duration": 10 * HOUR, "session_every": 10.0, "session_length": 2 * HOUR, "meter_every": 0.0}
    async with running(csms, clock, **plan) as fleet:
        await clock.advance(3 * HOUR)
        charging = fleet.tally.sessions - fleet.tally.sessions_over
        assert charging == 3
        assert len(csms.payloads("StopTransaction")) == fleet.tally.sessions_over

    assert len(csms.payloads("StopTransaction")) == fleet.tally.sessions == fleet.tally.sessions_over
    assert fleet.tally.problems == {}
    assert not fleet.members


async def test_a_run_ends_by_itself_when_its_time_is_over(csms: ScriptedCsms, clock: VirtualClock) -> None:
    fleet = Fleet(Plan(csms.url, stations=2, ramp=2.0, duration=30.0), clock=clock)
    run = asyncio.create_task(fleet.run())
    await asyncio.sleep(0)
    await clock.advance(29.0)
    assert not run.done()
    await clock.advance(1.0)
    async with asyncio.timeout(20):
        assert await run is True


async def test_an_outage_is_followed_by_a_new_connection_without_a_boot(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async with running(
        csms, clock, stations=2, ramp=2.0, session_every=0.0, churn_every=60.0, churn_length=5.0
    ) as fleet:
        await clock.advance(900.0)

    assert csms.connections > 10
    assert csms.actions.count("BootNotification") == 2
    assert fleet.tally.connected == csms.connections
    assert fleet.tally.lost == 0, "the stations wanted it"


async def test_a_connection_that_the_csms_ends_is_lost_and_made_again(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with running(csms, clock, stations=1, session_every=0.0) as fleet:
        await clock.advance(1.0)
        assert csms.peer is not None
        await csms.peer.close(1012, "restart")
        await csms.until(lambda: csms.peer is None)
        (member,) = fleet.members.values()
        await member.station.until(lambda station: not station.online, within=5.0)
        await clock.advance(10.0)
        assert fleet.online == 1

    assert fleet.tally.lost == 1


async def test_a_csms_that_breaks_a_rule_is_counted_with_the_message_that_did(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["Heartbeat"] = {"currentTime": "yesterday"}
    async with running(csms, clock, stations=2, ramp=2.0, session_every=0.0) as fleet:
        await clock.advance(700.0)

    counted = fleet.tally.actions["Heartbeat"]
    assert (counted.sent, counted.invalid, counted.errors) == (4, 4, 4)
    (violation,) = fleet.tally.violations.values()
    assert (violation.party, violation.level, violation.action, violation.count) == ("csms", "MUST", "Heartbeat", 4)
    assert "yesterday" in violation.example
    assert fleet.tally.breaches("csms") == 4
    assert fleet.tally.problems == {"Heartbeat: an answer against the schema": 4}


async def test_a_callerror_is_an_error_and_a_measurement(csms: ScriptedCsms, clock: VirtualClock) -> None:
    csms.answers["StatusNotification"] = OcppError("InternalError", "no")
    async with running(csms, clock, stations=1, session_every=0.0) as fleet:
        await clock.advance(5.0)

    counted = fleet.tally.actions["StatusNotification"]
    assert counted.refused == counted.sent == counted.samples.count > 0
    assert fleet.tally.problems["StatusNotification: CALLERROR InternalError"] == counted.sent


async def test_each_call_that_is_over_is_told_to_the_sink(csms: ScriptedCsms, clock: VirtualClock) -> None:
    told: list[tuple[str, int, int, str | None, int | None]] = []
    fleet = Fleet(Plan(csms.url, session_every=0.0), sink=lambda *call: told.append(call), clock=clock)
    fleet.add(17)
    await clock.advance(1.0)
    await fleet.close()

    assert csms.paths == ["/ocpp/FLEET-00017"]
    assert [call[0] for call in told] == ["BootNotification", "StatusNotification", "StatusNotification"]
    assert all(due is not None and due >= took > 0 and size > 0 and not problem for _, took, size, problem, due in told)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"stations": 0}, "stations is more than zero, not 0"),
        ({"ramp": -1.0}, "ramp is more than zero, not -1"),
        ({"churn_every": -2.0}, "churn_every is zero or more, not -2"),
        ({"meter_every": 0.5}, "meter_every is in whole seconds, as the configuration key is, not 0.5"),
        ({"tags": ()}, "tags holds one idTag at least"),
    ],
)
async def test_a_plan_that_cannot_be_is_one_sentence(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Plan("ws://127.0.0.1/ocpp", **wrong)


async def test_a_stall_of_the_fleet_itself_is_seen_though_no_timer_of_a_station_was_due(csms: ScriptedCsms) -> None:
    fleet, loop = Fleet(Plan(csms.url, stations=1, duration=0.6, session_every=0.0)), asyncio.get_running_loop()
    end = loop.time() + 0.4

    def busy() -> None:
        while loop.time() < end:
            pass

    loop.call_later(0.15, busy)
    async with asyncio.timeout(20):
        await fleet.run()

    worst = max(fleet.timeline.facts(), key=lambda interval: interval["late_ms"])
    assert worst["is_late"]
    assert worst["late_ms"] >= 100.0
    assert (fleet.timeline.late_share or 0.0) > 0.0


# --- when a CALL was due ----------------------------------------------------------------------------------------------


@asynccontextmanager
async def charging(csms: ScriptedCsms, clock: VirtualClock | None = None) -> AsyncIterator[tuple[Fleet, Any]]:
    """A station of a fleet that nobody but the test charges at."""
    fleet = Fleet(Plan(csms.url, stations=1, session_every=0.0, meter_every=0.0), clock=clock)
    station: Any = fleet.add(1).station
    try:
        async with asyncio.timeout(20):
            yield fleet, station
    finally:
        await fleet.close()
    assert fleet.tally.failures == 0, fleet.tally.problems


def waited(fleet: Fleet, action: str) -> float:
    """Seconds that the CALLs of an action were due before they were written."""
    counted = fleet.tally.action(action)
    assert counted.due.count == counted.samples.count > 0
    return (counted.due.total - counted.samples.total) / 1e9


async def test_what_waits_for_a_slow_answer_is_due_all_the_same(csms: ScriptedCsms) -> None:
    """The CALL behind the slow one is answered at once, and a time from its write shows nothing of the stall."""
    held = asyncio.Event()

    async def slow(payload: dict[str, Any]) -> dict[str, Any]:
        await held.wait()
        return {}

    csms.answers["StatusNotification"] = slow
    async with charging(csms) as (fleet, station):
        await csms.receives("StatusNotification")
        asyncio.get_running_loop().call_later(0.2, held.set)
        await station.until(lambda _: fleet.tally.action("StatusNotification").samples.count == 2)

    assert waited(fleet, "StatusNotification") >= 0.15


async def test_a_message_about_a_transaction_is_due_when_it_is_made(csms: ScriptedCsms) -> None:
    held = asyncio.Event()

    async def slow(payload: dict[str, Any]) -> dict[str, Any]:
        await held.wait()
        return {"idTagInfo": {"status": "Accepted"}, "transactionId": 7}

    csms.answers["StartTransaction"] = slow
    async with charging(csms) as (fleet, station):
        await station.until(lambda _: station.online)
        await station.plug_in(1)
        await station.present("TAG-1", 1)
        await csms.receives("StartTransaction")
        await station.unplug(1)
        asyncio.get_running_loop().call_later(0.2, held.set)
        await csms.receives("StopTransaction")
        await station.delivered()

    assert waited(fleet, "StopTransaction") >= 0.15


async def test_nothing_is_due_before_there_is_a_connection(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with charging(csms, clock) as (fleet, station):
        await station.until(lambda _: station.online)
        await station.plug_in(1)
        await station.present("TAG-1", 1)
        await csms.receives("StartTransaction")
        await station.delivered()
        await station.lose_network()
        await station.unplug(1)
        await clock.advance(HOUR)
        await station.restore_network()
        await csms.receives("StopTransaction")
        await station.delivered()

    assert waited(fleet, "StopTransaction") < HOUR / 2


# --- a sample of the stations -----------------------------------------------------------------------------------------


async def test_the_seed_says_which_stations_are_checked() -> None:
    def checked(**plan: Any) -> set[int]:
        some = Plan("ws://host", stations=2000, **plan)
        return {number for number in some.numbers() if some.is_checked(number)}

    assert checked() == set(range(1, 2001))
    assert checked(check=0.0) == set()
    sample = checked(check=0.05, seed=7)
    assert 60 <= len(sample) <= 140
    assert checked(check=0.05, seed=7) == sample != checked(check=0.05, seed=8)
    assert checked(check=0.2, seed=7) > sample


@pytest.mark.parametrize("check", [0.0, 1.0])
async def test_who_is_not_in_the_sample_is_held_against_the_schemas_alone(
    csms: ScriptedCsms, clock: VirtualClock, check: float
) -> None:
    csms.answers["StatusNotification"] = OcppError("NoSuchCode", "no")
    csms.answers["Heartbeat"] = {"surplus": 1}
    async with running(csms, clock, stations=1, session_every=0.0, check=check) as fleet:
        await clock.advance(400.0)

    broken = {one.action for one in fleet.tally.violations.values() if one.party == "csms"}
    assert broken == ({"Heartbeat", "StatusNotification"} if check else {"Heartbeat"})
    assert fleet.tally.actions["Heartbeat"].invalid > 0
