"""A fleet with stages on a virtual clock: it grows and shrinks, breaks and recovers as its plan says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator import VirtualClock
from simulator.fleet import Fleet, Plan
from simulator.fleet.plan import Make
from simulator.fleet.profile.stages import Outage, Stage
from simulator.fleet.report.judging.limits import parse_limit
from simulator.fleet.report.result import Measured, result
from simulator.models import Model
from tests.simulator.fleet.played import played
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio

ACTIONS = ("Authorize", "BootNotification", "StartTransaction")


@asynccontextmanager
async def running(csms: ScriptedCsms, clock: VirtualClock, *stages: Stage, **plan: Any) -> AsyncIterator[Fleet]:
    """A fleet with these stages; it is stopped at the end, if its time is not over before."""
    duration = sum(stage.length for stage in stages)
    facts = {"stations": 4, "seed": 7, "session_every": 0.0, "meter_every": 60.0, "duration": duration, **plan}
    fleet = Fleet(Plan(csms.url, stages=stages, **facts), clock=clock)
    async with played(fleet):
        await clock.settle()
        yield fleet


def judged(fleet: Fleet, text: str) -> tuple[str, str]:
    """The verdict of one limit and its reason."""
    breaks = {stage.name: stage.outage is not None for stage in fleet.plan.stages}
    limit = parse_limit(text, ACTIONS, breaks)
    (one,) = result(fleet, Measured(datetime.now(UTC), 1.0, 1.0, True, [limit]))["limits"]
    assert one["limit"] == text
    return one["verdict"], one["reason"]


async def test_stations_come_and_go_with_the_stages_and_come_back(csms: ScriptedCsms, clock: VirtualClock) -> None:
    stages = (Stage("up", 8.0), Stage("down", 8.0, 0.5), Stage("back", 8.0, at_once=True), Stage("end", 1.0))
    online = []
    async with running(csms, clock, *stages) as fleet:
        for _ in range(6):
            await clock.advance(4.0)
            online.append(fleet.online)

    assert online == [3, 3, 2, 4, 4, 4], "one leaves at 8 s and one at 12 s; at 16 s both are back"
    assert csms.paths[4:] == ["/ocpp/FLEET-00003", "/ocpp/FLEET-00004"]
    assert (fleet.stations.switched_on, fleet.stations.accepted) == (4, 4), "who comes back is no new station"


async def test_a_station_that_comes_back_goes_on_with_the_next_driver(csms: ScriptedCsms, clock: VirtualClock) -> None:
    stages = (Stage("there", 100.0), Stage("away", 5.0, 0.5, at_once=True), Stage("again", 100.0, at_once=True))
    plan = {"stations": 2, "session_every": 20.0, "session_length": 5.0, "tags": tuple(f"T{n}" for n in range(50))}
    async with running(csms, clock, *stages, **plan) as fleet:
        await clock.advance(99.0)
        turn = fleet.members[2].turn
        await clock.advance(100.0)
        assert fleet.members[2].turn > turn > 0

    assert fleet.tally.sessions == fleet.tally.sessions_over


async def test_drivers_come_as_often_as_the_stage_says(csms: ScriptedCsms, clock: VirtualClock) -> None:
    stages = (
        Stage("ramp", 100.0),
        Stage("spike", 1000.0, session_every=5.0, session_length=5.0),
        Stage("night", 1000.0, session_every=0.0),
    )
    async with running(csms, clock, *stages, session_every=0.0) as fleet:
        await clock.advance(2200.0)
    ramp, spike, night = fleet.course

    assert ramp.tally.sessions == 0
    assert spike.tally.sessions == pytest.approx(4 * 1000.0 / 10.0, rel=0.15)
    assert night.tally.sessions <= 4, "those whose driver waited for a station"
    assert fleet.tally.sessions == spike.tally.sessions + night.tally.sessions


async def test_what_is_counted_is_cut_by_stage_and_limits_are_held_against_the_parts(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async with running(csms, clock, Stage("up", 8.0, 0.5), Stage("more", 8.0), Stage("rest", 8.0)) as fleet:
        await clock.advance(20.0)
    up, more, rest = fleet.course

    assert [part.tally.actions["BootNotification"].sent for part in (up, more, rest)] == [2, 2, 0]
    assert [part.stations.online for part in (up, more, rest)] == [2, 4, 4]
    assert [part.tally.actions["BootNotification"].samples.count for part in (up, more, rest)] == [2, 2, 0]
    assert sum(part.tally.frames for part in fleet.course) == fleet.tally.frames, "nothing is said at the end"
    assert judged(fleet, "up: online >= 2")[0] == "PASS"
    assert judged(fleet, "up: online >= 3") == (
        "FAIL",
        "in up, online is 2 of 2 stations switched on",
    )
    assert judged(fleet, "more: BootNotification max < 1us")[0] == "FAIL"
    assert judged(fleet, "rest: BootNotification p95 < 9s")[0] == "INCONCLUSIVE"


@pytest.mark.parametrize(("cause", "boots"), [("network", 4), ("power", 8)])
async def test_what_breaks_for_all_is_whole_again_for_all_at_once_without_back_off(
    csms: ScriptedCsms, clock: VirtualClock, cause: Any, boots: int
) -> None:
    stages = (Stage("up", 4.0), Stage("storm", 60.0, outage=Outage(cause, 20.0)), Stage("after", 60.0))
    async with running(csms, clock, *stages, back_off=False) as fleet:
        await clock.advance(4.5)
        assert fleet.online == 0
        assert fleet.stations.lost == 0, "the fleet wants it so"
        await clock.advance(19.0)
        assert csms.connections == 4
        await clock.advance(1.0)
        assert fleet.online == 4
        await clock.advance(60.0)

        assert csms.actions.count("BootNotification") == boots
        verdict, reason = judged(fleet, "storm: recovery < 1s")
        assert verdict == "PASS", reason
        assert reason.startswith("4 stations were online before storm, and again ")


async def test_with_back_off_they_come_back_when_their_next_attempt_is_due(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async with running(csms, clock, Stage("up", 4.0), Stage("storm", 200.0, outage=Outage("network", 20.0))) as fleet:
        await clock.advance(24.5)
        assert fleet.online == 0, "an attempt after 15 to 18 s was in vain, the next one is after 31 to 37.2 s"
        online = []
        for _ in range(20):
            await clock.advance(0.8)
            online.append(fleet.online)
        assert online[0] == 0
        assert online[-1] == 4
        assert len(set(online)) > 2, "not all in the same moment"
    storm = fleet.course[1].recovery
    assert storm is not None
    assert storm.seconds is not None
    assert 11.0 <= storm.seconds <= 17.3
    last_look_without_all = max(at for at, count in enumerate(online) if count < 4)
    assert storm.seconds >= 0.5 + 0.8 * (last_look_without_all + 1), "not before the last one is back"


async def test_a_share_of_the_stations_breaks_and_the_seed_says_which(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async def struck(seed: int) -> list[int]:
        own = VirtualClock()
        stages = (Stage("up", 5.0), Stage("storm", 60.0, outage=Outage("network", 30.0, share=0.5)))
        async with running(csms, own, *stages, stations=20, seed=seed) as fleet:
            await own.advance(6.0)
            return [number for number, member in fleet.members.items() if not member.station.online]

    first = await struck(1)
    assert 4 <= len(first) <= 16
    assert await struck(1) == first
    assert await struck(2) != first


async def test_who_does_not_come_back_has_not_recovered(csms: ScriptedCsms, clock: VirtualClock) -> None:
    stages = (Stage("up", 4.0), Stage("storm", 100.0, outage=Outage("network", 10.0)), Stage("after", 5.0))
    async with running(csms, clock, *stages, back_off=False) as fleet:
        await clock.advance(5.0)
        csms.refuses = lambda request: 503
        await clock.advance(103.0)

    assert judged(fleet, "storm: recovery < 60s")[0] == "FAIL"
    assert judged(fleet, "storm: recovery < 100s") == (
        "INCONCLUSIVE",
        "4 stations were online before storm, and not again 94.0 s after what broke was whole",
    )
    assert judged(fleet, "storm: lost <= 3")[0] == "FAIL"
    assert judged(fleet, "up: lost <= 0")[0] == "PASS"
    assert fleet.tally.not_connected > 4 * 60, "a second each, and no longer"


@pytest.mark.parametrize(("back_off", "least", "most"), [(True, 1, 12), (False, 95, 105)])
async def test_who_is_refused_comes_again_with_growing_pauses_or_each_second(
    csms: ScriptedCsms, clock: VirtualClock, back_off: bool, least: int, most: int
) -> None:
    csms.refuses = lambda request: 503
    async with running(csms, clock, Stage("up", 4.0), Stage("wait", 100.0), stations=1, back_off=back_off) as fleet:
        await clock.advance(102.0)

    assert least <= fleet.tally.not_connected <= most


async def test_an_outage_of_many_meets_outages_of_single_stations(csms: ScriptedCsms, clock: VirtualClock) -> None:
    stages = (Stage("up", 4.0), *(Stage(f"storm {n}", 60.0, outage=Outage("network", 20.0)) for n in range(5)))
    async with running(csms, clock, *stages, churn_every=15.0, churn_length=5.0) as fleet:
        await clock.advance(300.0)
        assert fleet.tally.connected > 30
        assert fleet.tally.problems == {}


async def test_a_run_that_ends_before_a_stage_cannot_judge_it(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with running(csms, clock, Stage("up", 4.0), Stage("storm", 9.0, outage=Outage("power", 1.0))) as fleet:
        await clock.advance(2.0)

    assert [part.name for part in fleet.course] == ["up"]
    assert judged(fleet, "storm: recovery < 1s") == ("INCONCLUSIVE", "the stage storm never began")


async def test_stations_are_of_the_makes_of_the_mix(csms: ScriptedCsms, clock: VirtualClock) -> None:
    makes = (Make(Model.load("dc-150kw"), 0.25), Make(Model.load("ac-22kw"), 0.75))
    async with running(csms, clock, Stage("up", 4.0), stations=8, makes=makes):
        await clock.advance(3.9)

    models = [payload["chargePointModel"] for payload in csms.payloads("BootNotification")]
    assert sorted(models.count(name) for name in set(models)) == [2, 6]


async def test_a_station_that_is_in_a_reset_when_it_is_switched_off_stays_off(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    stages = (Stage("there", 10.0), Stage("away", 50.0, 0.0, at_once=True), Stage("again", 10.0, at_once=True))
    async with running(csms, clock, *stages, stations=1) as fleet:
        await clock.advance(9.5)
        assert (await csms.call("Reset", type="Hard"))["status"] == "Accepted"
        await clock.settle()
        await clock.advance(40.0)
        assert (csms.connections, csms.peer) == (1, None)
        assert fleet.stations.accepted == 1
        await clock.advance(15.0)
        assert (csms.connections, fleet.online) == (2, 1)


async def test_a_station_that_is_switched_off_in_an_outage_comes_back_with_its_network(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    stages = (
        Stage("there", 10.0),
        Stage("storm", 10.0, outage=Outage("network", 1000.0)),
        Stage("away", 10.0, 0.5, at_once=True),
        Stage("again", 10.0, at_once=True),
    )
    async with running(csms, clock, *stages, stations=2) as fleet:
        await clock.advance(35.0)
        assert [member.station.online for _, member in sorted(fleet.members.items())] == [False, True]
