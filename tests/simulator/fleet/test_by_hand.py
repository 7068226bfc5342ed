"""A fleet whose stations somebody else brings up and takes away, as locust does."""

from __future__ import annotations

import pytest

from simulator import VirtualClock
from simulator.fleet import Fleet, Plan
from simulator.fleet.profile.stages import Outage, Stage
from tests.simulator.support.scripted_csms import ScriptedCsms

STAGES = (Stage("up", 10.0), Stage("cut", 20.0, outage=Outage("power", 5.0)), Stage("after", 10.0))


async def brought_up(csms: ScriptedCsms, clock: VirtualClock, since: float = 0.0) -> Fleet:
    plan = Plan(csms.url, stations=2, stages=STAGES, duration=40.0, session_every=0.0, back_off=False)
    fleet = Fleet(plan, clock=clock)
    fleet.begin(since)
    fleet.come(1)
    fleet.come(2)
    await clock.settle()
    assert fleet.online == 2
    return fleet


@pytest.mark.asyncio
async def test_the_stages_are_played_at_the_stations_that_were_brought_up(csms: ScriptedCsms) -> None:
    clock = VirtualClock()
    fleet = await brought_up(csms, clock)
    fleet.leave(2)
    await clock.advance(12.0)
    assert fleet.online == 0, "the power is gone"
    await clock.advance(10.0)
    assert fleet.online == 1
    fleet.come(2)
    await clock.advance(18.0)
    await fleet.over(in_time=True)
    fleet.come(3)
    stations = fleet.stations
    await fleet.close()

    assert [(one.name, round(one.seconds)) for one in fleet.course] == [("up", 10), ("cut", 20), ("after", 10)]
    assert fleet.course[1].recovery is not None
    assert fleet.course[1].recovery.seconds is not None
    assert (stations.switched_on, stations.online) == (2, 2), "nobody comes when the time is over"
    assert fleet.stations == stations, "who is taken away after it was there at the end"
    assert csms.actions.count("BootNotification") == 4, "each, one after the cut, one as it came back"


@pytest.mark.asyncio
async def test_a_fleet_that_comes_late_is_in_the_stage_in_which_the_others_are(csms: ScriptedCsms) -> None:
    clock = VirtualClock()
    fleet = await brought_up(csms, clock, since=15.0)
    await clock.advance(20.0)
    await fleet.over(in_time=True)
    await fleet.close()

    assert [(one.name, round(one.seconds)) for one in fleet.course] == [("up", 0), ("cut", 15), ("after", 5)]
    assert csms.actions.count("BootNotification") == 2, "the outage was before it came"
    assert len(fleet.timeline.intervals) == 35
    assert round(fleet.lasted) == 35
