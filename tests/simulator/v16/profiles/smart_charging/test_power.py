"""What flows under charging profiles, and what that costs a station: rules SC-06, SC-09 to SC-12."""

import gc
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from math import floor

import pytest

from ocppj.frames import Call, CallResult
from ocppj.session.session import Seen
from ocppj.times import moment
from simulator import Event, Station, VirtualClock
from simulator.v16.profiles.smart_charging import SmartCharging
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.v16.profiles.smart_charging.support import (
    MAXIMUM,
    ONE_PHASE,
    POWER,
    TX,
    charge,
    clear,
    composite,
    install,
    powers,
    timers,
)
from tests.simulator.v16.schedules.support import NOW, at, profile

pytestmark = pytest.mark.asyncio


async def test_sc_06_a_default_comes_and_goes_while_a_transaction_runs(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charge(station, clock, 1)
    csms.forget()
    seen = []
    for change in (
        install(csms, clock, 0, profile((0, 10), id=1)),
        install(csms, clock, 1, profile((0, 8), id=2, purpose=TX)),
        install(csms, clock, 1, profile((0, 16), id=3, level=7)),
        clear(csms, clock, id=2),
        clear(csms, clock),
    ):
        assert await change == "Accepted"
        seen.append(station.connector(1).power)
        await clock.advance(3600)

    assert seen == [6900.0, 5520.0, 5520.0, 11_040.0, POWER]
    assert station.connector(1).meter.register == sum(seen)
    assert csms.actions == []


async def test_sc_10_a_tx_profile_rules_while_it_is_valid(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charge(station, clock, 1)
    await install(csms, clock, 0, profile((0, 10), id=1))
    await install(csms, clock, 1, profile((0, 6), id=2, purpose=TX, validFrom=at(60), validTo=at(120)))
    seen = []
    for _ in range(3):
        seen.append(station.connector(1).power)
        await clock.advance(60)
    assert [*seen, station.connector(1).power] == [6900.0, 4140.0, 6900.0, 6900.0]
    assert station.connector(1).meter.register == (6900 + 4140 + 6900) // 60


async def test_sc_12_sc_11_ampere_are_per_phase_and_watt_in_total(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(connectors=3, power=POWER)
    await charge(station, clock, 1, 2, 3)
    await install(csms, clock, 1, profile((0, 10), id=1))
    await install(csms, clock, 2, profile((0, 10, 1), id=2))
    await install(csms, clock, 3, profile((0, 5000, 1), id=3, unit="W"))
    assert powers(station) == [6900.0, 2300.0, 5000.0]


@pytest.mark.parametrize(("options", "ampere"), [({}, 10), (ONE_PHASE, 3.3)])
async def test_a_session_goes_on_with_the_phases_it_began_on_or_fewer_if_the_station_can_switch(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, options: dict[str, str], ampere: float
) -> None:
    """More phases than at its begin is no switch from three to one: it takes a new session."""
    station = await start(power=POWER, connectors=3, configuration=options)
    await charge(station, clock, 2)
    await install(csms, clock, 0, profile((0, 10, 1)))
    await charge(station, clock, 1, 3)
    assert powers(station) == [2300.0] * 3
    await install(csms, clock, 0, profile((0, 10, 3)))
    assert powers(station) == [2300.0, 6900.0, 2300.0]
    await station.present("TAG-1", 1)
    await station.unplug(1)
    await charge(station, clock, 1)
    assert powers(station) == [6900.0, 6900.0, 2300.0]
    await install(csms, clock, 0, profile((0, 10, 1)))
    assert powers(station) == [2300.0] * 3
    assert await composite(csms, clock) == [(0, ampere)]


async def test_zero_watt_is_suspended_evse_and_ends_by_itself(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await install(csms, clock, 0, profile((0, 0), (60, 10), (120, 0), kind="Relative", duration=180))
    assert timers(clock) == 1, "nobody charges, so nothing has to be looked at but the heartbeat"
    await charge(station, clock, 1)
    await station.pause_ev(1)
    await clock.advance(59)
    await station.resume_ev(1)
    assert csms.statuses(1) == ["Preparing", "SuspendedEVSE"]
    await clock.advance(1)
    assert csms.statuses(1)[2:] == ["Charging"]
    await clock.advance(60)
    assert csms.statuses(1)[3:] == ["SuspendedEVSE"]
    assert station.connector(1).meter.register == 115
    await clock.advance(60)

    assert csms.statuses(1)[4:] == ["Charging"]
    assert powers(station) == [POWER, 0.0]
    assert timers(clock) == 1


async def test_the_station_shares_what_it_has(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await install(csms, clock, 0, profile((0, 20), (3600, 40), id=1, purpose=MAXIMUM))
    await install(csms, clock, 2, profile((0, 6), id=2))
    await charge(station, clock, 1)
    assert powers(station) == [13_800.0, 0.0]
    await charge(station, clock, 2)
    assert powers(station) == [9660.0, 4140.0]
    await clock.advance(3600)
    assert powers(station) == [POWER, 4140.0]
    await install(csms, clock, 0, profile((0, 20), id=1, purpose=MAXIMUM))
    await station.present("TAG-1", 1)
    await clear(csms, clock, id=2)
    assert powers(station) == [0.0, 13_800.0]
    assert station.connector(1).limit is None


async def test_a_newcomer_that_would_get_too_little_waits_until_somebody_leaves(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await install(csms, clock, 0, profile((0, 10), id=1, purpose=MAXIMUM))
    await install(csms, clock, 0, profile((0, 16), id=2, minimum=6))
    await charge(station, clock, 1)
    await clock.advance(1)
    await charge(station, clock, 2)
    assert powers(station) == [6900.0, 0.0]
    await station.present("TAG-1", 1)
    await clock.settle()
    assert csms.statuses(2) == ["Preparing", "SuspendedEVSE", "Charging"]
    assert powers(station) == [0.0, 6900.0]


async def test_the_meter_values_tell_what_is_offered(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    station.configuration.set("MeterValuesSampledData", "Power.Offered,Current.Offered,Power.Active.Import")
    await install(csms, clock, 0, profile((0, 6.5)))
    await charge(station, clock, 1)
    await csms.call("TriggerMessage", requestedMessage="MeterValues", connectorId=1)
    samples = (await csms.receives("MeterValues"))["meterValue"][0]["sampledValue"]
    assert [sample["value"] for sample in samples] == ["4485.0", "6.5", "4485.0"]


async def test_the_answer_leaves_before_the_limit_changes_anything(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    seen: list[Seen] = []
    station = await start(observer=seen.append)
    await charge(station, clock, 1)
    seen.clear()
    await install(csms, clock, 1, profile((0, 0)))
    frames = [one.frame for one in seen if one.sender == "station"]
    said = [frame.payload["status"] for frame in frames if isinstance(frame, Call | CallResult)]
    assert len(said) == len(frames)
    assert said == ["Accepted", "SuspendedEVSE"]


async def test_what_happens_is_told_to_whoever_listens(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    said: list[Event] = []
    station.events.listen(said.append)
    await charge(station, clock, 1)
    await install(csms, clock, 1, profile((0, 6)))
    await install(csms, clock, 1, profile((0, 6), purpose=MAXIMUM))
    await clear(csms, clock)
    assert [(event.text, event.connector) for event in said if event.kind == "charging"] == [
        ("connector 1: at most 4140 W", 1),
        ("a charging profile is refused: a ChargePointMaxProfile is for connectorId 0 (SC-01)", 1),
        ("connector 1: no limit", 1),
    ]


# --- a week -----------------------------------------------------------------------------------------------------------

HOURS = [6.5, 0, 8, 10.1, 16, 20, 32, 0, 0, 12, 6, 7, 8, 9.9, 10, 11, 12, 13, 0, 30, 31, 32, 16, 8]  # A, from 00:30
HALF_DAYS = [9000, 0, 22_000, 4000.5, 15_000, 7000, 22_080, 12_000, 3000, 0, 9000, 5000, 20_000, 6000]  # W, on Mondays


def plan(quarter: int) -> Fraction:
    """The power in a quarter of an hour after `NOW`, a Saturday at 10:00 UTC, read from the two lists above."""
    minutes = (5 * 24 + 10) * 60 + quarter * 15  # since Monday 00:00
    hour = (minutes - 30) // 60 % 24
    half_day = minutes // 720 % 14
    ampere = min(Fraction(str(HOURS[hour])), Fraction(32))
    return min(ampere * 3 * 230, Fraction(str(HALF_DAYS[half_day])))


async def test_sc_09_a_week_of_recurring_profiles(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    daily = profile(
        *((hour * 3600, limit) for hour, limit in enumerate(HOURS)),
        id=1,
        kind="Recurring",
        recurrencyKind="Daily",
        start=moment("2026-11-01T02:30:00+02:00"),
    )
    weekly = profile(
        *((place * 43_200, limit) for place, limit in enumerate(HALF_DAYS)),
        id=2,
        kind="Recurring",
        recurrencyKind="Weekly",
        start=moment("2026-11-02T00:00:00Z"),
        purpose=MAXIMUM,
        unit="W",
    )
    assert await install(csms, clock, 0, daily) == "Accepted"
    assert await install(csms, clock, 0, weekly) == "Accepted"
    await charge(station, clock, 1)
    energy, days = Fraction(0), []
    for day in range(7):
        await clock.advance(86_400)
        energy += sum((plan(day * 96 + quarter) for quarter in range(96)), Fraction(0)) / 4
        days.append((station.connector(1).meter.register, floor(energy)))
    await station.present("TAG-1", 1)
    await clock.settle()

    assert clock.now() == NOW + timedelta(days=7)
    assert [register for register, _ in days] == [expected for _, expected in days]
    assert csms.payloads("StopTransaction")[0]["meterStop"] == floor(energy) > 500_000
    flows = [flowing for flowing, _ in groupby(plan(quarter) > 0 for quarter in range(7 * 96))]
    expected = ["Charging" if flowing else "SuspendedEVSE" for flowing in flows]
    last = "Charging" if plan(7 * 96) > 0 else "SuspendedEVSE"
    expected += [last] if last != expected[-1] else []  # the card comes at the very moment of a change
    assert csms.statuses(1) == ["Preparing", *expected, "Finishing"]
    assert len(expected) > 30
    assert {action for action, _ in csms.received} == {
        *("Authorize", "StartTransaction", "StatusNotification", "StopTransaction")
    }


# --- what it costs ----------------------------------------------------------------------------------------------------


async def test_a_station_without_profiles_owns_nothing_for_them(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    one, other = [await start(id=name) for name in ("CP1", "CP2")]
    await charge(one, clock, 1)
    await one.present("TAG-1", 1)
    await clock.settle()
    mine, other_one = (station.features[SmartCharging] for station in (one, other))
    own = {id(held) for held in gc.get_referents(mine)} - {id(held) for held in gc.get_referents(other_one)}
    assert own == {id(one._parts), id(one.features)}
    assert not hasattr(mine, "__dict__")
    assert timers(clock) == 2, "the two heartbeats"


async def test_one_timer_for_all_connectors_and_none_without_power(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charge(station, clock, 1, 2)
    before = timers(clock)
    await install(csms, clock, 0, profile((0, 10), (60, 6), id=1, purpose=MAXIMUM))
    await install(csms, clock, 1, profile((0, 5), (90, 4), id=2))
    assert timers(clock) == before + 1
    await clear(csms, clock, id=1)
    assert timers(clock) == before + 1
    await clear(csms, clock)
    assert timers(clock) == before
