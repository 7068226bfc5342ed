"""What is taken and what is answered: rules SC-03, SC-05, SC-07, SC-14, ERR-12, ERR-13, CFG-05, CFG-10, RMT-04."""

from typing import Any

import pytest

from ocppj.peers.aio import CallRefused
from simulator import Event, Station, VirtualClock
from simulator.v16.profiles.smart_charging import SmartCharging
from simulator.v16.station import FEATURES
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.v16.profiles.smart_charging.support import MAXIMUM, TX, charge, clear, composite, install, powers
from tests.simulator.v16.schedules.support import profile

pytestmark = pytest.mark.asyncio


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
