"""The clock of a station is set: what waits for a time of day follows, what waits for so many seconds does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator import Station, VirtualClock
from simulator.v16.profiles.firmware import make_image
from tests.simulator.support.files import http_folder
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)  # the clock of the tests begins at midnight


def wire(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def test_mv_02_aligned_values_follow_the_clock(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(configuration={"ClockAlignedDataInterval": "900"})
    await station.set_clock(NOON - timedelta(seconds=60))
    await clock.advance(61)
    assert [one["meterValue"][0]["timestamp"] for one in csms.payloads("MeterValues")] == [
        wire(NOON)[:-1] + ".000Z"
    ] * 2

    csms.forget()
    await station.set_clock(NOON - timedelta(seconds=60))  # back: the same boundary comes once more, and no other
    await clock.advance(61)
    assert len(csms.payloads("MeterValues")) == 2
    await station.set_clock(NOON + timedelta(seconds=1))
    await clock.advance(898)
    assert len(csms.payloads("MeterValues")) == 2


async def test_an_interval_of_seconds_does_not_notice(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await clock.advance(30)
    await charging.set_clock(NOON)
    await clock.advance(29)
    assert csms.payloads("MeterValues") == []
    await clock.advance(1)
    (sampled,) = csms.payloads("MeterValues")
    assert sampled["meterValue"][0]["timestamp"] == wire(NOON + timedelta(seconds=30))[:-1] + ".000Z"


async def test_res_04_a_reservation_ends_by_the_new_time(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    for number, expires in ((1, NOON), (2, NOON + timedelta(hours=1))):
        order = {"connectorId": number, "idTag": "A", "reservationId": number, "expiryDate": wire(expires)}
        assert (await csms.call("ReserveNow", **order))["status"] == "Accepted"
    await clock.settle()

    await station.set_clock(NOON + timedelta(minutes=59))
    assert [connector.status for connector in station.connectors] == ["Available", "Reserved"]
    await clock.advance(60)
    assert station.connector(2).status == "Available"


async def test_sc_10_a_schedule_follows_the_clock(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    periods = [{"startPeriod": 0, "limit": 6000.0}, {"startPeriod": 3600, "limit": 3000.0}]
    profile: dict[str, Any] = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "startSchedule": wire(NOON),
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": periods,
        },
    }
    assert (await csms.call("SetChargingProfile", connectorId=0, csChargingProfiles=profile))["status"] == "Accepted"
    await clock.settle()
    powers = [charging.connector(1).power]
    for to in (NOON, NOON + timedelta(minutes=59), NOON - timedelta(hours=1)):
        await charging.set_clock(to)
        powers.append(charging.connector(1).power)
    assert powers == [11_000, 6000, 6000, 11_000]

    await charging.set_clock(NOON + timedelta(minutes=59))
    await clock.advance(60)
    assert charging.connector(1).power == 3000


async def test_fw_01_an_update_waits_for_the_new_time(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    def told() -> list[str]:
        return [one["status"] for one in csms.payloads("FirmwareStatusNotification")]

    async with http_folder() as folder:
        folder.files = {"/fw.bin": make_image("2.0.0", b"code")}
        await csms.call("UpdateFirmware", location=f"{folder.url}/fw.bin", retrieveDate=wire(NOON))
        await station.set_clock(NOON - timedelta(seconds=10))
        await clock.advance(9)
        assert told() == []
        await clock.advance(1)
        assert told() == ["Downloading", "Downloaded", "Installing"]

        await station.set_clock(NOON + timedelta(hours=1))  # nothing begins anew
        await clock.advance(60)
        assert told() == ["Downloading", "Downloaded", "Installing", "Installed"]

        await csms.call("UpdateFirmware", location=f"{folder.url}/fw.bin", retrieveDate=wire(NOON + timedelta(hours=9)))
        await station.set_clock(NOON + timedelta(hours=10))
        await clock.settle()
        assert told()[4:] == ["Downloading", "Downloaded", "Installing"]


async def test_events_have_the_new_time(station: Station) -> None:
    seen = []
    station.events.listen(lambda event: seen.append(event.at))
    await station.set_clock(NOON)
    await station.plug_in(1)
    assert seen[-1] == NOON


async def test_without_power_nothing_follows_until_the_boot(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    order = {"connectorId": 1, "idTag": "A", "reservationId": 1, "expiryDate": wire(NOON)}
    await csms.call("ReserveNow", **order)
    await clock.settle()
    await station.cut_power()
    await station.set_clock(NOON)
    assert station.connector(1).reservation is not None
    await station.restore_power()
    assert station.connector(1).reservation is None
