"""What is ordered is done at the fleet, and written down: on a virtual clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from simulator import VirtualClock
from simulator.fleet import Fleet, Plan
from simulator.fleet.counting.states import States
from simulator.fleet.engine.credentials import CredentialsError
from simulator.fleet.plan import Make
from simulator.fleet.profile.security import Security
from simulator.fleet.profile.stages import Outage, Stage
from simulator.fleet.steering import hand as module
from simulator.fleet.steering.hand import Hand
from simulator.fleet.steering.orders import Dealer, Order
from simulator.models import Model
from tests.simulator.support.scripted_csms import ScriptedCsms


@asynccontextmanager
async def steered(csms: ScriptedCsms, clock: VirtualClock, **plan: Any) -> AsyncIterator[tuple[Fleet, Hand]]:
    """A fleet that has come up, and who steers it."""
    facts = {"stations": 4, "ramp": 4.0, "duration": 1e5, "seed": 7, "session_every": 0.0, "meter_every": 600.0, **plan}
    fleet = Fleet(Plan(csms.url, **facts), clock=clock)
    hand = Hand(fleet)
    assert not hand.obey(Order("fewer", 1)), "it has not begun"
    run = asyncio.create_task(fleet.run())
    await asyncio.sleep(0)
    await clock.advance(2.0)
    try:
        yield fleet, hand
    finally:
        fleet.stop()
        assert not hand.obey(Order("more", 1)), "it is over"
        async with asyncio.timeout(20):
            await run
    assert fleet.tally.failures == 0, fleet.tally.problems
    assert fleet.tally.breaches("station") == 0, fleet.tally.violations


def done(fleet: Fleet) -> list[tuple[str, int]]:
    return [(one.what, one.stations) for one in fleet.interventions]


@pytest.mark.asyncio
async def test_stations_come_beyond_the_plan_as_quickly_as_in_it_and_the_last_ones_go(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    makes = (Make(Model.load("dc-150kw"), 0.25), Make(Model.load("ac-22kw"), 0.75))
    async with steered(csms, clock, makes=makes) as (fleet, hand):
        hand.obey(Order("more", 4))
        hand.obey(Order("more", 4))
        await clock.advance(0.1)
        assert fleet.online == 6, "the first one of each order"
        await clock.advance(2.0)
        assert fleet.states == States(online=12)
        hand.obey(Order("fewer", 3))
        await clock.advance(1.0)
        assert sorted(fleet.members) == list(range(1, 10))
        assert fleet.states == States(online=9, off=3)
        hand.obey(Order("more", 1))
        await clock.advance(1.0)
        assert (fleet.online, fleet.stations.switched_on) == (10, 12), "one that was off is no new station"

    assert done(fleet) == [("more stations", 4), ("more stations", 4), ("fewer stations", 3), ("more stations", 1)]
    models = [payload["chargePointModel"] for payload in csms.payloads("BootNotification")]
    assert sorted(models[:12].count(name) for name in set(models)) == [3, 9], "they are dealt as those of the plan"
    assert fleet.bytes_with_all is not None, "all had come before anything was done"


@pytest.mark.asyncio
async def test_those_beyond_the_plan_have_the_credentials_of_those_in_it_as_far_as_there_are_any(
    csms: ScriptedCsms, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    security = (Security(0, 0.5), Security(1, 0.5, auth_key=b"0123456789abcdef"))
    async with steered(csms, clock, security=security) as (fleet, hand):
        hand.obey(Order("more", 4))
        await clock.advance(2.0)
        assert fleet.online == 8

        def nothing(number: int) -> None:
            raise CredentialsError(f"security profile 3: {number}.pem cannot be read")

        monkeypatch.setattr(fleet._credentials, "of", nothing)
        hand.obey(Order("more", 1))
        await clock.advance(2.0)
        assert fleet.online == 8
        said = "a station more cannot come: security profile 3: 9.pem cannot be read"
        assert fleet.tally.problems == {said: 1}


@pytest.mark.asyncio
async def test_who_comes_by_hand_does_not_come_again_with_the_ramp(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with steered(csms, clock, ramp=0.5) as (fleet, hand):
        hand.obey(Order("more", 3))
        await clock.advance(60.0)
        assert (fleet.online, csms.connections) == (5, 5)
        assert fleet.bytes_with_all is None, "it would be the memory of others"


@pytest.mark.asyncio
async def test_no_more_come_than_the_system_allows(
    csms: ScriptedCsms, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with steered(csms, clock) as (fleet, hand):
        monkeypatch.setattr(module, "allow_connections", lambda count: 5 if count > 5 else None)
        hand.obey(Order("more", 3))
        hand.obey(Order("more", 3))
        await clock.advance(9.0)
        assert fleet.online == 5
    assert done(fleet) == [("more stations", 1), ("more stations", 0)]


@pytest.mark.asyncio
async def test_nobody_comes_while_drivers_are_paused_and_who_charges_stays(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async with steered(csms, clock, session_every=20.0, session_length=20.0) as (fleet, hand):
        while fleet.states.charging < 2:
            await clock.advance(1.0)
        hand.obey(Order("pause"))
        begun = fleet.tally.sessions
        await clock.advance(1.0)
        assert fleet.states.charging >= 1, "nobody is thrown out"
        await clock.advance(300.0)
        assert (fleet.tally.sessions, fleet.states.charging) == (begun, 0)
        hand.obey(Order("fewer", 1))  # whose driver waits outside
        await clock.advance(1.0)
        hand.obey(Order("go on"))
        await clock.advance(300.0)
        assert fleet.tally.sessions > begun + 3
        assert csms.payloads("StartTransaction")[-1]
    assert [what for what, _ in done(fleet)] == ["drivers paused", "fewer stations", "drivers go on"]


@pytest.mark.asyncio
async def test_the_network_of_all_is_gone_until_somebody_brings_it_back(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async with steered(csms, clock, back_off=False) as (fleet, hand):
        hand.obey(Order("light"))
        assert fleet.interventions == [], "there was no outage"
        hand.obey(Order("black out"))
        hand.obey(Order("black out"))
        await clock.advance(500.0)
        assert (fleet.states, fleet.stations.lost) == (States(outage=4), 0)
        hand.obey(Order("light"))
        await clock.advance(1.0)
        assert (fleet.states, csms.connections) == (States(online=4), 8)

    lost, back = fleet.interventions
    assert (lost.what, lost.at, lost.stations, lost.recovery) == ("network lost", 2.0, 4, None)
    assert (back.what, back.at, back.stations) == ("network back", 502.0, 4)
    assert back.recovery is not None
    assert back.recovery.before == 4
    assert back.recovery.seconds is not None
    assert back.recovery.seconds < 1.0
    assert csms.actions.count("BootNotification") == 4, "without power nobody was"


@pytest.mark.asyncio
async def test_with_back_off_they_come_back_one_after_the_other(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with steered(csms, clock) as (fleet, hand):
        hand.obey(Order("black out"))
        await clock.advance(20.0)
        hand.obey(Order("light"))
        await clock.advance(10.0)
        assert fleet.online == 0, "an attempt after 15 to 18 s was in vain, the next one is after 31 to 37.2 s"
        await clock.advance(10.0)
        assert fleet.online == 4


@pytest.mark.asyncio
async def test_a_share_loses_its_network_and_another_one_the_next_time(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with steered(csms, clock, stations=20, ramp=20.0, back_off=False) as (fleet, hand):
        struck = []
        for _ in range(2):
            hand.obey(Order("black out", share=0.5))
            await clock.advance(1.0)
            struck.append({number for number, member in fleet.members.items() if member.is_dark})
            hand.obey(Order("light"))
            await clock.advance(1.0)
        assert all(4 <= len(one) <= 16 for one in struck)
        assert struck[0] != struck[1]
        assert fleet.online == 20


@pytest.mark.asyncio
async def test_after_a_power_cut_all_boot_at_once(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with steered(csms, clock) as (fleet, hand):
        hand.obey(Order("restart"))
        await clock.advance(2.9)
        assert fleet.states == States(outage=4)
        await clock.advance(0.2)
        assert fleet.states == States(online=4)
        assert csms.actions.count("BootNotification") == 8
    (cut,) = fleet.interventions
    assert (cut.what, cut.stations) == ("power cut", 4)
    assert cut.recovery is not None
    assert cut.recovery.seconds is not None


@pytest.mark.asyncio
async def test_outages_by_hand_meet_each_other_and_those_of_the_plan(csms: ScriptedCsms, clock: VirtualClock) -> None:
    stages = (Stage("up", 2.0), Stage("storm", 1e5, outage=Outage("power", 5.0)))
    plan = {"stages": stages, "back_off": False, "churn_every": 15.0, "churn_length": 5.0}
    async with steered(csms, clock, **plan) as (fleet, hand):
        for order in ("black out", "restart", "light", "restart", "black out"):
            hand.obey(Order(order))
            await clock.advance(2.0)
        hand.obey(Order("fewer", 2))
        await clock.advance(2.0)
        hand.obey(Order("more", 2))
        await clock.advance(2.0)
        hand.obey(Order("light"))
        fleet.gate.close()
        for member in fleet.members.values():
            member._outage = None  # no outage of a single station any more
        await clock.advance(120.0)
        assert fleet.states.outage + fleet.states.all_online == 4, fleet.states


@pytest.mark.asyncio
async def test_a_run_that_ends_in_an_outage_ends(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with steered(csms, clock) as (fleet, hand):
        hand.obey(Order("black out"))
        await clock.advance(1.0)
        hand.obey(Order("quit"))
    assert fleet.stations.online == 0
    assert done(fleet)[-1] == ("quit", 0)


@pytest.mark.parametrize(("processes", "stations"), [(1, 5), (3, 10), (4, 2)])
def test_stations_are_dealt_and_taken_back_like_cards(processes: int, stations: int) -> None:
    dealer = Dealer(processes, stations)
    first = [len(range(at, stations, processes)) for at in range(processes)]
    for name, count in (("more", 5), ("fewer", 3), ("more", 1), ("fewer", 2), ("pause", 0), ("fewer", 100)):
        order = Order(name, count)  # type: ignore[arg-type]
        parts = list(dealer.parts(order))
        assert [part.name for part in parts] == [name] * processes
        sign = -1 if name == "fewer" else 1
        if count < 100:
            assert sum(part.count for part in parts) == count
            first = [have + sign * part.count for have, part in zip(first, parts, strict=True)]
            assert max(first) - min(first) <= 1, "no process has more to do than the others"
        else:
            assert [part.count for part in parts] == first, "no more than there are"
