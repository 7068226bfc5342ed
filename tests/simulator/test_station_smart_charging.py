"""Smart charging at a station: rules SC-01 to SC-17, ERR-12, ERR-13, CFG-05, CFG-10, RMT-04, and what the meter shows.

What a profile means is tested beside the engine (`test_charging_*`); here it comes over the wire and has to reach the
answers, the meter, the statuses and the store. The scenes named `tc_...` are the cases for a station of the test
specification, with the rules that they judge a station by.
"""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from math import floor
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ocppj.peer import CallRefused
from ocppj.session import Seen
from simulator import Event, Station, VirtualClock
from simulator.metering import moment
from simulator.smart_charging import SmartCharging
from simulator.station import FEATURES
from simulator.store import NOWHERE, SqliteFile
from tests.simulator.charging_support import NOW, at, profile, text
from tests.simulator.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

LATE = 5  # seconds: maxTimeDeviation of the scenes
MAXIMUM, TX = "ChargePointMaxProfile", "TxProfile"
POWER = 22_080.0  # W: 32 A on three phases
ONE_PHASE = {"ConnectorSwitch3to1PhaseSupported": "false"}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest_asyncio.fixture
async def station(start: StartStation, csms: ScriptedCsms) -> Station:
    """Booted, two connectors of 32 A."""
    csms.answers["BootNotification"] = {"status": "Accepted", "currentTime": text(NOW), "interval": 86_400}
    station = await start(power=POWER, configuration={"MeterValueSampleInterval": "0"})
    csms.forget()
    return station


async def charge(station: Station, clock: VirtualClock, *connectors: int) -> None:
    for connector in connectors:
        await station.plug_in(connector)
        await station.present(f"TAG-{connector}", connector)
        await clock.settle()


async def install(csms: ScriptedCsms, clock: VirtualClock, connector: int, one: dict[str, Any]) -> str:
    answer = await csms.call("SetChargingProfile", connectorId=connector, csChargingProfiles=one)
    await clock.settle()
    return answer["status"]


async def clear(csms: ScriptedCsms, clock: VirtualClock, **members: Any) -> str:
    answer = await csms.call("ClearChargingProfile", **members)
    await clock.settle()
    return answer["status"]


async def composite(
    csms: ScriptedCsms, clock: VirtualClock, duration: int = 1000, connector: int = 1, unit: str | None = None
) -> list[tuple[int, float]]:
    """The periods of a composite schedule whose frame is what was asked for (rule SC-14)."""
    asked = {"connectorId": connector, "duration": duration}
    answer = await csms.call("GetCompositeSchedule", **asked, **({} if unit is None else {"chargingRateUnit": unit}))
    schedule = answer["chargingSchedule"]
    assert (answer["status"], answer["connectorId"]) == ("Accepted", connector)
    assert (schedule["duration"], schedule["chargingRateUnit"]) == (duration, unit or "A")
    assert moment(answer["scheduleStart"]) == clock.now()
    assert "startSchedule" not in schedule
    return [(period["startPeriod"], period["limit"]) for period in schedule["chargingSchedulePeriod"]]


def powers(station: Station) -> list[float]:
    return [connector.power for connector in station.connectors]


# --- keys -------------------------------------------------------------------------------------------------------------


async def test_cfg_05_cfg_10_the_keys_tell_what_is_taken(start: StartStation, csms: ScriptedCsms) -> None:
    await start(connectors=1, configuration={"ChargingScheduleAllowedChargingRateUnit": "Power"})
    keys = [
        "SupportedFeatureProfiles",
        "ChargeProfileMaxStackLevel",
        "ChargingScheduleAllowedChargingRateUnit",
        "ChargingScheduleMaxPeriods",
        "ConnectorSwitch3to1PhaseSupported",
        "MaxChargingProfilesInstalled",
    ]
    entries = (await csms.call("GetConfiguration", key=keys))["configurationKey"]

    assert [(entry["key"], entry["readonly"]) for entry in entries] == [(key, True) for key in keys]
    assert "SmartCharging" in entries[0]["value"].split(",")
    assert [entry["value"] for entry in entries[1:]] == ["99", "Power", "24", "true", "50"]


@pytest.mark.parametrize(
    ("key", "value", "fits", "too_much"),
    [
        ("ChargeProfileMaxStackLevel", "3", profile((0, 6), level=3), profile((0, 6), level=4)),
        ("ChargingScheduleMaxPeriods", "2", profile((0, 6), (1, 7)), profile((0, 6), (1, 7), (2, 8))),
        ("MaxChargingProfilesInstalled", "1", profile((0, 6)), profile((0, 6), id=2, level=1)),
        ("ChargingScheduleAllowedChargingRateUnit", "Power", profile((0, 6), unit="W"), profile((0, 6), unit="A")),
        ("ConnectorSwitch3to1PhaseSupported", "false", profile((0, 6)), profile((0, 6), (9, 6, 1))),
    ],
)
async def test_cfg_10_what_the_keys_leave_out_is_rejected(
    start: StartStation,
    csms: ScriptedCsms,
    clock: VirtualClock,
    key: str,
    value: str,
    fits: dict[str, Any],
    too_much: dict[str, Any],
) -> None:
    station = await start(connectors=1, configuration={key: value})
    said: list[Event] = []
    station.events.listen(said.append)

    assert await install(csms, clock, 1, fits) == "Accepted"
    assert await install(csms, clock, 1, too_much) == "Rejected"
    assert [event.kind for event in said if "reason" in event.details] == ["charging"]
    station.configuration.set(key, {"2": "3", "1": "2", "3": "4", "Power": "Power,Current", "false": "true"}[value])
    assert await install(csms, clock, 1, too_much) == "Accepted"


@pytest.mark.parametrize(("phases", "switches"), [(1, "false"), (3, "true")])
async def test_only_a_station_with_three_phases_can_switch_to_one(
    start: StartStation, phases: int, switches: str
) -> None:
    station = await start(phases=phases)
    assert station.configuration["ConnectorSwitch3to1PhaseSupported"] == switches


# --- the cases of the test specification ------------------------------------------------------------------------------


def scene(*periods: tuple[int, float], unit: str, **facts: Any) -> dict[str, Any]:
    """A profile of the cases: it began a little before the clock of the station, and its limits are in A or in kW."""
    scaled = [(start, limit * (1000 if unit == "W" else 1)) for start, limit in periods]
    return profile(*scaled, unit=unit, start=at(-LATE), **facts)


def steps(*periods: tuple[int, float], unit: str) -> list[tuple[int, float]]:
    """The periods that a case expects, by the seconds since its profiles began."""
    return [(max(0, start), limit * (1000 if unit == "W" else 1)) for start, limit in periods]


@pytest.mark.parametrize("unit", ["A", "W"])
@pytest.mark.parametrize("busy", [False, True])
async def test_tc_056_tc_082_a_default_for_the_next_and_for_the_running_transaction(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str, busy: bool
) -> None:
    if busy:
        await charge(station, clock, 1)
    assert await install(csms, clock, 1, scene((0, 6), unit=unit, duration=300 + LATE)) == "Accepted"
    assert await composite(csms, clock, 300, unit=unit) == steps((0, 6), unit=unit)
    assert powers(station) == [{"A": 4140.0, "W": 6000.0}[unit] if busy else 0.0, 0.0]


@pytest.mark.parametrize("unit", ["A", "W"])
async def test_tc_057_a_tx_profile(station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str) -> None:
    await charge(station, clock, 1)
    one = scene((0, 6), unit=unit, purpose=TX, transactionId=1)
    assert await install(csms, clock, 1, one) == "Accepted"
    assert await composite(csms, clock, 300, unit=unit) == steps((0, 6), unit=unit)


async def test_sc_01_sc_02_tc_058_a_tx_profile_needs_its_transaction(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    one = profile((0, 6), purpose=TX)
    assert await install(csms, clock, 1, {**one, "transactionId": 1}) == "Rejected"
    await charge(station, clock, 1)
    assert await install(csms, clock, 1, {**one, "transactionId": 2}) == "Rejected"
    assert await install(csms, clock, 2, {**one, "transactionId": 1}) == "Rejected"
    assert await install(csms, clock, 0, {**one, "transactionId": 1}) == "Rejected"
    assert await install(csms, clock, 1, profile((0, 6), purpose=MAXIMUM)) == "Rejected"
    assert powers(station) == [POWER, 0.0]
    assert await install(csms, clock, 1, {**one, "transactionId": 1}) == "Accepted"
    assert powers(station) == [4140.0, 0.0]


@pytest.mark.parametrize("cable_first", [False, True])
@pytest.mark.parametrize("kind", ["Absolute", "Relative"])
async def test_tc_059_a_remote_start_brings_its_profile(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, kind: str, cable_first: bool
) -> None:
    if cable_first:
        await station.plug_in(1)
    one = profile((0, 6), (60, 8), purpose=TX, kind=kind)
    answer = await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    assert answer == {"status": "Accepted"}
    await clock.settle()
    if not cable_first:
        await clock.advance(30)
        assert await composite(csms, clock) == [(0, 32)]
        await station.plug_in(1)
        await clock.settle()

    waited = 30 if kind == "Absolute" and not cable_first else 0
    assert await composite(csms, clock) == [(0, 6), (60 - waited, 8)]
    await clock.advance(60)
    assert powers(station) == [5520.0, 0.0]


@pytest.mark.parametrize(
    "one",
    [
        profile((0, 6)),
        profile((0, 6), purpose=MAXIMUM),
        profile((0, 6), purpose=TX, transactionId=1),
        profile((0, 6), purpose=TX, level=100),
    ],
)
async def test_tc_060_a_remote_start_with_another_profile_is_rejected(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, one: dict[str, Any]
) -> None:
    await station.plug_in(1)
    answer = await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    assert answer == {"status": "Rejected"}
    await clock.settle()
    assert csms.statuses(1) == ["Preparing"]


@pytest.mark.parametrize("unit", ["A", "W"])
async def test_sc_04_sc_08_tc_066_the_purposes_combined(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str
) -> None:
    await charge(station, clock, 1)
    valid = {"validFrom": at(-LATE), "validTo": at(-LATE + 401)}
    most = scene((0, 10), unit=unit, id=1, purpose=MAXIMUM, duration=86_400)
    default = scene((0, 6), (60, 10), (120, 8), (180, 15), (260, 8), unit=unit, id=2, duration=300, **valid)
    own = scene(*((0, 8), (50, 11), (140, 16), (200, 6), (240, 12)), unit=unit, id=3, purpose=TX, duration=260, **valid)
    for connector, one in ((0, most), (1, default), (1, own)):
        assert await install(csms, clock, connector, one) == "Accepted"
    await clock.advance(4)

    x = LATE + 4
    expected = steps((0, 8), (50 - x, 10), (200 - x, 6), (240 - x, 10), unit=unit)
    assert await composite(csms, clock, 400, unit=unit) == expected


@pytest.mark.parametrize("unit", ["A", "W"])
async def test_sc_13_tc_067_profiles_are_cleared_one_after_the_other(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str
) -> None:
    valid = {"validFrom": at(-LATE), "validTo": at(-LATE + 401)}
    profiles = [
        (1, scene((0, 6), (60, 8), (200, 10), unit=unit, id=10, level=1, duration=400)),
        (1, scene((0, 7), (100, 9), unit=unit, id=11, duration=400, **valid)),
        (0, scene((0, 11), (200, 12), unit=unit, id=12, purpose=MAXIMUM, duration=86_400, **valid)),
    ]
    for connector, one in profiles:
        assert await install(csms, clock, connector, one) == "Accepted"
    await clock.advance(4)
    x = LATE + 4
    before = steps((0, 6), (60 - x, 8), (200 - x, 10), unit=unit)
    assert await composite(csms, clock, 350, unit=unit) == before

    assert await clear(csms, clock, id=13) == "Unknown"
    assert await composite(csms, clock, 350, unit=unit) == before
    assert await clear(csms, clock, id=10) == "Accepted"
    assert await composite(csms, clock, 350, unit=unit) == steps((0, 7), (100 - x, 9), unit=unit)
    assert await clear(csms, clock, chargingProfilePurpose="TxDefaultProfile", stackLevel=0) == "Accepted"
    assert await composite(csms, clock, 350, unit=unit) == steps((0, 11), (200 - x, 12), unit=unit)
    assert await clear(csms, clock) == "Accepted"
    assert await composite(csms, clock, 350, unit=unit) == [(0, {"A": 32, "W": POWER}[unit])]
    assert await clear(csms, clock) == "Unknown"


@pytest.mark.parametrize("unit", ["A", "W"])
async def test_sc_04_tc_072_the_higher_level_goes_first_and_gives_way_at_its_end(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str
) -> None:
    valid = {"validFrom": at(-LATE), "validTo": at(-LATE + 401)}
    await install(csms, clock, 1, scene((0, 6), (100, 8), (200, 10), unit=unit, id=1, duration=400, **valid))
    await install(csms, clock, 1, scene((0, 7), (100, 9), unit=unit, id=2, level=1, duration=150, **valid))
    await clock.advance(4)

    x = LATE + 4
    expected = steps((0, 7), (100 - x, 9), (150 - x, 8), (200 - x, 10), unit=unit)
    assert await composite(csms, clock, 350, unit=unit) == expected


# --- requests ---------------------------------------------------------------------------------------------------------


async def test_sc_03_sc_05_a_default_of_the_connector_hides_that_of_the_station(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charge(station, clock, 1, 2)
    await install(csms, clock, 0, profile((0, 10), id=1))
    await install(csms, clock, 2, profile((0, 16), id=2))
    assert powers(station) == [6900.0, 11_040.0]
    await install(csms, clock, 2, profile((0, 6), id=3))
    await install(csms, clock, 0, profile((0, 8), id=3))
    assert powers(station) == [5520.0, 5520.0]


async def test_sc_14_the_schedule_of_the_station_is_the_sum(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await install(csms, clock, 1, profile((0, 10), (60, 20), id=1))
    await install(csms, clock, 0, profile((0, 50), id=2, purpose=MAXIMUM))
    assert await composite(csms, clock, 100, connector=0) == [(0, 42), (60, 50)]
    assert await composite(csms, clock, 100, connector=1, unit="W") == [(0, 6900), (60, 13_800)]


async def test_sc_14_no_schedule_for_a_connector_it_does_not_have(station: Station, csms: ScriptedCsms) -> None:
    assert await csms.call("GetCompositeSchedule", connectorId=3, duration=60) == {"status": "Rejected"}


async def test_sc_14_the_local_limit_is_exact_in_watt_and_rounded_down_in_ampere(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(connectors=1, power=11_000.0)
    assert await composite(csms, clock, unit="W") == [(0, 11_000)]
    assert await composite(csms, clock, unit="A") == [(0, 15.9)]
    await install(csms, clock, 0, profile((0, 32)))
    await charge(station, clock, 1)
    assert powers(station) == [11_000.0]


@pytest.mark.parametrize("action", ["SetChargingProfile", "GetCompositeSchedule"])
async def test_err_12_err_13_what_no_profile_can_be(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, action: str
) -> None:
    payload: dict[str, Any] = {"connectorId": 1, "duration": 60, "chargingRateUnit": "kW"}
    if action == "SetChargingProfile":
        payload = {"connectorId": 1, "csChargingProfiles": profile((0, 6), unit="kW")}
    with pytest.raises(CallRefused) as refused:
        await csms.call(action, **payload)
    assert refused.value.error.code == "PropertyConstraintViolation"
    assert await composite(csms, clock) == [(0, 32)]


@pytest.mark.parametrize("connector", [-1, 3])
async def test_err_12_a_profile_for_a_connector_it_does_not_have(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, connector: int
) -> None:
    with pytest.raises(CallRefused) as refused:
        await install(csms, clock, connector, profile((0, 6)))
    assert refused.value.error.code == "PropertyConstraintViolation"


async def test_rmt_04_err_12_a_station_without_the_profile_knows_nothing_of_it(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(features=tuple(one for one in FEATURES if one is not SmartCharging))
    assert "SmartCharging" not in station.configuration.items("SupportedFeatureProfiles")
    with pytest.raises(CallRefused) as refused:
        await install(csms, clock, 1, profile((0, 6)))
    assert refused.value.error.code == "NotSupported"

    await station.plug_in(1)
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="T", chargingProfile=profile((0, 6), purpose=TX))
    await clock.settle()
    assert powers(station) == [11_000.0, 0.0]


@pytest.mark.parametrize("periods", [[(1, 6)], [(0, 6), (60, 7), (60, 8)], [(0, 6), (60, 7), (30, 8)]])
async def test_sc_07_a_schedule_begins_at_0_and_rises(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, periods: list[tuple[int, float]]
) -> None:
    assert await install(csms, clock, 1, profile(*periods)) == "Rejected"
    assert await clear(csms, clock) == "Unknown"


# --- what flows -------------------------------------------------------------------------------------------------------


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
    assert clock_timers(clock) == 1, "nobody charges, so nothing has to be looked at but the heartbeat"
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
    assert clock_timers(clock) == 1


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
    said = [one.frame.payload["status"] for one in seen if one.sender == "station"]
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
        **{"id": 1, "kind": "Recurring", "recurrencyKind": "Daily", "start": moment("2026-11-01T02:30:00+02:00")},
    )
    weekly = profile(
        *((place * 43_200, limit) for place, limit in enumerate(HALF_DAYS)),
        **{"id": 2, "kind": "Recurring", "recurrencyKind": "Weekly", "start": moment("2026-11-02T00:00:00Z")},
        purpose=MAXIMUM,
        unit="W",
    )
    assert await install(csms, clock, 0, daily) == "Accepted"
    assert await install(csms, clock, 0, weekly) == "Accepted"
    await charge(station, clock, 1)
    energy, days = Fraction(0), []
    for day in range(7):
        await clock.advance(86_400)
        energy += sum(plan(day * 96 + quarter) for quarter in range(96)) / 4
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


# --- begin and end, reset and loss of power ---------------------------------------------------------------------------


async def test_sc_16_a_tx_profile_ends_with_its_transaction(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await install(csms, clock, 0, profile((0, 10), id=1))
    await charge(station, clock, 1, 2)
    await install(csms, clock, 1, profile((0, 6), id=2, purpose=TX))
    await install(csms, clock, 2, profile((0, 8), id=3, purpose=TX))
    await station.present("TAG-1", 1)
    await station.unplug(1)
    await charge(station, clock, 1)

    assert powers(station) == [6900.0, 5520.0]
    assert await clear(csms, clock, id=2) == "Unknown"
    assert await clear(csms, clock, id=3) == "Accepted"


async def test_sc_17_a_profile_of_the_same_level_replaces_that_of_the_remote_start(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.plug_in(1)
    first = profile((0, 6), id=1, purpose=TX, level=3, kind="Relative")
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=first)
    await clock.settle()
    await install(csms, clock, 1, profile((0, 5), id=2, purpose=TX, level=2, transactionId=1))
    assert powers(station) == [4140.0, 0.0]
    await install(csms, clock, 1, profile((0, 7), id=3, purpose=TX, level=3, transactionId=1))
    assert powers(station) == [4830.0, 0.0]
    assert await clear(csms, clock, id=1) == "Unknown"


async def test_a_profile_that_was_accepted_is_kept_though_the_station_is_full_by_now(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(power=POWER, configuration={"MaxChargingProfilesInstalled": "1"})
    one = profile((0, 6), id=1, purpose=TX)
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    await clock.settle()
    assert await install(csms, clock, 0, profile((0, 10), id=2)) == "Accepted"
    await station.plug_in(1)
    await clock.settle()
    assert powers(station) == [4140.0, 0.0]
    assert await install(csms, clock, 1, profile((0, 10), id=3)) == "Rejected"


async def test_a_remote_start_that_comes_to_nothing_leaves_no_profile(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    one = profile((0, 6), purpose=TX)
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    await clock.advance(121)
    assert csms.statuses(1) == ["Preparing", "Available"]
    await charge(station, clock, 1)
    assert powers(station) == [POWER, 0.0]
    assert await clear(csms, clock) == "Unknown"


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
async def test_sc_15_profiles_survive_a_reset(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, kind: str
) -> None:
    await install(csms, clock, 1, profile((0, 10), (10, 6), id=1))
    await install(csms, clock, 0, profile((0, 50), id=2, purpose=MAXIMUM))
    await charge(station, clock, 1)
    await install(csms, clock, 1, profile((0, 8), id=3, purpose=TX))
    await csms.call("Reset", type=kind)
    await station.until(lambda s: not s.powered, within=5)
    await clock.advance(5)

    assert await composite(csms, clock, connector=1) == [(0, 10), (5, 6)]
    assert await composite(csms, clock, connector=0) == [(0, 42), (5, 38)]
    assert await clear(csms, clock, id=3) == "Unknown"


async def test_a_transaction_that_ends_without_power_leaves_no_limit(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charge(station, clock, 1)
    await install(csms, clock, 1, profile((0, 6), purpose=TX))
    await station.cut_power()
    await station.restore_power()
    await clock.settle()
    await station.unplug(1)
    await charge(station, clock, 1)
    assert powers(station) == [POWER, 0.0]


Reborn = Callable[..., Awaitable[Station]]


@pytest_asyncio.fixture
async def reborn(csms: ScriptedCsms, clock: VirtualClock, tmp_path: Path) -> AsyncIterator[Reborn]:
    """Starts a station on a file; called again, kills the one before and starts a new one on the same file."""
    living: list[tuple[Station, SqliteFile]] = []

    async def kill() -> None:
        for station, file in living:
            station._parts.store = NOWHERE  # whatever it would still write is lost
            await station.stop()
            file.close()
        living.clear()

    async def start(**options: Any) -> Station:
        await kill()
        file = SqliteFile(tmp_path / "station.db")
        options = {"power": POWER, "connectors": 2, **options}
        station = Station(csms.url, id="CP1", clock=clock, store=file.of("CP1"), **options)
        living.append((station, file))
        csms.forget()
        await station.start()
        await clock.settle()
        return station

    yield start
    await kill()


async def test_sc_15_sc_16_profiles_outlive_the_process_but_not_their_transaction(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await reborn()
    await install(csms, clock, 1, profile((0, 10), (60, 6.5), id=1))
    await install(csms, clock, 0, profile((0, 50), id=2, purpose=MAXIMUM, kind="Relative", duration=90))
    await charge(station, clock, 1)
    await install(csms, clock, 1, profile((0, 8), id=3, purpose=TX))

    station = await reborn()
    await clock.advance(30)
    assert await composite(csms, clock, connector=1) == [(0, 10), (30, 6.5)]
    assert await composite(csms, clock, connector=0) == [(0, 42), (30, 38.5)]
    assert await clear(csms, clock, id=3) == "Unknown"
    assert await clear(csms, clock, id=1) == "Accepted"
    assert await composite(csms, clock, connector=0) == [(0, 50), (60, 64)]

    await reborn()
    assert await clear(csms, clock, id=1) == "Unknown"
    assert await clear(csms, clock) == "Accepted"
    await reborn()
    assert await clear(csms, clock) == "Unknown"


async def test_sc_16_a_profile_that_a_kill_left_without_its_transaction_goes_at_the_boot(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await reborn()
    await charge(station, clock, 1)
    await install(csms, clock, 1, profile((0, 8), id=1, purpose=TX))
    store = station._parts.store
    ((key, before),) = store.read("charging-profiles")
    await station.present("TAG-1", 1)
    store.put("charging-profiles", key, before)  # as if the process had died between the two commits

    station = await reborn()
    assert await clear(csms, clock) == "Unknown"
    assert len(station._parts.store.read("charging-profiles")[0][1]) == 0


async def test_sc_15_a_transaction_that_goes_on_keeps_its_profile(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    options = {"resumes": True, "configuration": {**ONE_PHASE, "MeterValueSampleInterval": "0"}}
    station = await reborn(**options)
    one = profile((0, 0, 1), (60, 10, 1), (120, 6, 1), purpose=TX, kind="Relative")
    await station.plug_in(1)
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    await clock.settle()
    await clock.advance(30)

    station = await reborn(**options)
    assert csms.statuses(1) == ["SuspendedEVSE"]
    assert await composite(csms, clock) == [(0, 0), (30, 10), (90, 6)]
    await clock.advance(90)
    assert powers(station) == [1380.0, 0.0]
    assert station.connector(1).meter.register == floor(2300 / 60)
    await station.cut_power()
    assert clock_timers(clock) == 0
    await clock.advance(60)
    await station.unplug(1, "vehicle")
    await station.restore_power()
    await clock.settle()
    assert csms.payloads("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert station.connector(1).limit is None
    assert await clear(csms, clock) == "Unknown"


async def test_after_an_outage_the_limit_is_that_of_the_new_time(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await install(csms, clock, 0, profile((0, 10), (3600, 6)))
    await charge(station, clock, 1)
    await station.lose_network()
    await station.set_clock(at(7200))
    await station.restore_network()
    await station.until(lambda s: s.online, within=5)
    await clock.settle()
    assert powers(station) == [4140.0, 0.0]


# --- what it costs ----------------------------------------------------------------------------------------------------


def clock_timers(clock: VirtualClock) -> int:
    """Timers that are still to fire."""
    return sum(timer.callback is not None for _, _, timer in clock._timers)


async def test_a_station_without_profiles_owns_nothing_for_them(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    one, other = [await start(id=name) for name in ("CP1", "CP2")]
    await charge(one, clock, 1)
    await one.present("TAG-1", 1)
    await clock.settle()
    mine, other_one = (station.features[SmartCharging] for station in (one, other))
    own = {id(held) for held in gc.get_referents(mine)} - {id(held) for held in gc.get_referents(other_one)}
    assert own == {id(one._parts)}
    assert not hasattr(mine, "__dict__")
    assert clock_timers(clock) == 2, "the two heartbeats"


async def test_one_timer_for_all_connectors_and_none_without_power(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charge(station, clock, 1, 2)
    before = clock_timers(clock)
    await install(csms, clock, 0, profile((0, 10), (60, 6), id=1, purpose=MAXIMUM))
    await install(csms, clock, 1, profile((0, 5), (90, 4), id=2))
    assert clock_timers(clock) == before + 1
    await clear(csms, clock, id=1)
    assert clock_timers(clock) == before + 1
    await clear(csms, clock)
    assert clock_timers(clock) == before
