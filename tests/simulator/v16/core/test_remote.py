"""What the CSMS asks: rules RMT-*, UNL-*, AVL-01, RST-*, CFG-04, DT-01, ERR-02 to 06, ERR-14."""

import pytest

from ocppj.peers.aio import CallRefused, OcppError
from simulator import Station, VirtualClock
from simulator.v16.profiles.core import CoreProfile
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio


async def test_rmt_01_with_authorize(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await station.plug_in(1)
    answer = await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1")
    assert answer == {"status": "Accepted"}
    await csms.receives("Authorize", idTag="TAG-1")
    await csms.receives("StartTransaction", connectorId=1, idTag="TAG-1")
    await csms.receives("StatusNotification", connectorId=1, status="Charging")


async def test_rmt_01_without_authorize(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    station.configuration.set("AuthorizeRemoteTxRequests", "false")
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1")
    await csms.receives("StatusNotification", connectorId=1, status="Preparing")
    await station.plug_in(1)
    await csms.receives("StatusNotification", connectorId=1, status="Charging")
    assert csms.payloads("Authorize") == []


async def test_rmt_01_the_answer_leaves_before_what_follows(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    order: list[str] = []
    authorize = csms.answers["Authorize"]

    def authorized(_: dict) -> object:
        order.append("Authorize")
        return authorize

    csms.answers["Authorize"] = authorized
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1")
    order.append("answer")
    await csms.receives("StatusNotification", connectorId=1, status="Preparing")
    assert order == ["answer", "Authorize"]


async def test_rmt_01_an_invalid_tag_is_accepted_and_not_started(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["Authorize"] = {"idTagInfo": {"status": "Invalid"}}
    answer = await csms.call("RemoteStartTransaction", connectorId=1, idTag="BAD")
    assert answer == {"status": "Accepted"}
    await csms.receives("Authorize")
    await station.plug_in(1)
    await clock.advance(60)
    assert csms.statuses(1) == ["Preparing"]


@pytest.mark.parametrize("connector", [0, 3, -1])
async def test_rmt_01_a_connector_that_is_none_is_rejected(
    station: Station, csms: ScriptedCsms, connector: int
) -> None:
    answer = await csms.call("RemoteStartTransaction", connectorId=connector, idTag="TAG-1")
    assert answer == {"status": "Rejected"}


async def test_rmt_01_a_busy_connector_is_rejected(charging: Station, csms: ScriptedCsms) -> None:
    assert await csms.call("RemoteStartTransaction", connectorId=1, idTag="T2") == {"status": "Rejected"}


async def test_rmt_01_without_a_connector_the_one_with_the_cable_is_taken(station: Station, csms: ScriptedCsms) -> None:
    await station.plug_in(2)
    assert await csms.call("RemoteStartTransaction", idTag="TAG-1") == {"status": "Accepted"}
    await csms.receives("StartTransaction", connectorId=2)


async def test_rmt_04_a_charging_profile_is_ignored(start: StartStation, csms: ScriptedCsms) -> None:
    station = await start(features=(CoreProfile,))
    await station.plug_in(1)
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.5}]}
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    answer = await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=profile)
    assert answer == {"status": "Accepted"}
    await csms.receives("StartTransaction", connectorId=1)


async def test_rmt_02_remote_stop(charging: Station, csms: ScriptedCsms) -> None:
    assert await csms.call("RemoteStopTransaction", transactionId=1) == {"status": "Accepted"}
    assert (await csms.receives("StopTransaction", transactionId=1))["reason"] == "Remote"
    await csms.receives("StatusNotification", connectorId=1, status="Finishing")


async def test_rmt_02_only_for_a_transaction_that_runs(charging: Station, csms: ScriptedCsms) -> None:
    assert await csms.call("RemoteStopTransaction", transactionId=2) == {"status": "Rejected"}
    assert charging.connector(1).status == "Charging"


async def test_unl_01_a_running_transaction_is_stopped_first(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    assert await csms.call("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
    assert (await csms.receives("StopTransaction"))["reason"] == "UnlockCommand"
    await csms.receives("StatusNotification", connectorId=1, status="Finishing")
    await charging.unplug(1)
    await csms.receives("StatusNotification", connectorId=1, status="Available")


async def test_unl_02_answers(station: Station, csms: ScriptedCsms) -> None:
    assert await csms.call("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
    assert await csms.call("UnlockConnector", connectorId=9) == {"status": "NotSupported"}
    await station.jam_lock(1)
    assert await csms.call("UnlockConnector", connectorId=1) == {"status": "UnlockFailed"}


async def test_avl_01_out_of_service_and_back(station: Station, csms: ScriptedCsms) -> None:
    answer = await csms.call("ChangeAvailability", connectorId=1, type="Inoperative")
    assert answer == {"status": "Accepted"}
    await csms.receives("StatusNotification", connectorId=1, status="Unavailable")
    assert await csms.call("ChangeAvailability", connectorId=1, type="Inoperative") == {"status": "Accepted"}
    assert await csms.call("RemoteStartTransaction", connectorId=1, idTag="T") == {"status": "Rejected"}
    await csms.call("ChangeAvailability", connectorId=1, type="Operative")
    await csms.receives("StatusNotification", connectorId=1, status="Available")
    assert csms.statuses(1) == ["Unavailable", "Available"]


async def test_avl_01_scheduled_while_a_transaction_runs(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    answer = await csms.call("ChangeAvailability", connectorId=1, type="Inoperative")
    assert answer == {"status": "Scheduled"}
    await clock.settle()
    assert csms.statuses(1) == []
    await charging.present("TAG-1")
    await clock.settle()
    assert csms.statuses(1) == ["Unavailable"]


async def test_avl_01_connector_0_means_all(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    answer = await csms.call("ChangeAvailability", connectorId=0, type="Inoperative")
    assert answer == {"status": "Scheduled"}
    await clock.settle()
    assert [csms.statuses(number) for number in (0, 1, 2)] == [[], [], ["Unavailable"]]
    await charging.present("TAG-1")
    await clock.settle()
    assert [csms.statuses(number)[-1] for number in (0, 1, 2)] == ["Unavailable"] * 3
    await csms.call("ChangeAvailability", connectorId=0, type="Operative")
    await clock.settle()
    assert [csms.statuses(number)[-1] for number in (0, 1, 2)] == ["Available", "Preparing", "Available"]


async def test_avl_01_an_unknown_connector_is_rejected(station: Station, csms: ScriptedCsms) -> None:
    answer = await csms.call("ChangeAvailability", connectorId=7, type="Inoperative")
    assert answer == {"status": "Rejected"}


async def test_cfg_04_over_the_wire(station: Station, csms: ScriptedCsms) -> None:
    answer = await csms.call("ChangeConfiguration", key="MeterValueSampleInterval", value="17")
    assert answer == {"status": "Accepted"}
    answer = await csms.call("GetConfiguration", key=["MeterValueSampleInterval", "Nope"])
    assert answer == {
        "configurationKey": [{"key": "MeterValueSampleInterval", "readonly": False, "value": "17"}],
        "unknownKey": ["Nope"],
    }


async def test_dt_01_an_unknown_vendor(station: Station, csms: ScriptedCsms) -> None:
    assert await csms.call("DataTransfer", vendorId="somebody", data="x") == {"status": "UnknownVendorId"}


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("NoSuchAction", {}, "NotImplemented"),
        ("TriggerMessage", {"requestedMessage": "Heartbeat"}, "NotSupported"),
        ("GetLocalListVersion", {}, "NotSupported"),
        ("SendLocalList", {"listVersion": 1, "updateType": "Full"}, "NotSupported"),
        ("CancelReservation", {"reservationId": 1}, "NotSupported"),
        ("ClearChargingProfile", {}, "NotSupported"),
        ("GetDiagnostics", {"location": "ftp://example.org"}, "NotSupported"),
        ("Reset", {}, "OccurenceConstraintViolation"),
        ("Reset", {"type": "Medium"}, "PropertyConstraintViolation"),
        ("Reset", {"type": 5}, "TypeConstraintViolation"),
    ],
)
async def test_err_02_err_03_err_04_err_05_err_06_err_14_what_cannot_be_processed(
    start: StartStation, csms: ScriptedCsms, action: str, payload: dict, code: str
) -> None:
    await start(features=(CoreProfile,))
    with pytest.raises(CallRefused) as refused:
        await csms.call(action, **payload)
    assert refused.value.error.code == code
    assert await csms.call("ClearCache") == {"status": "Accepted"}


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
async def test_rst_02_reset_without_a_transaction(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, kind: str
) -> None:
    await csms.call("ChangeAvailability", connectorId=1, type="Inoperative")
    await clock.settle()
    csms.forget()
    assert await csms.call("Reset", type=kind) == {"status": "Accepted"}
    await station.until(lambda s: not s.powered, within=5)
    await clock.advance(5)

    assert csms.actions[0] == "BootNotification"
    assert [csms.statuses(number) for number in (0, 1, 2)] == [["Available"], ["Unavailable"], ["Available"]]


async def test_a_reboot_takes_as_long_as_the_make_says(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(reboot=30.0)
    csms.forget()
    await csms.call("Reset", type="Soft")
    await station.until(lambda s: not s.powered, within=5)
    await clock.advance(29)
    assert csms.actions == []

    await clock.advance(2)
    assert csms.actions[0] == "BootNotification"


async def test_rst_01_a_soft_reset_stops_before_it_goes_down(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await csms.call("Reset", type="Soft")
    assert await csms.call("Reset", type="Hard") == {"status": "Rejected"}
    await charging.until(lambda s: not s.powered, within=5)
    assert csms.actions == ["StopTransaction", "StatusNotification"]
    assert csms.payloads("StopTransaction")[0]["reason"] == "SoftReset"
    assert csms.statuses(1) == ["Finishing"]
    await clock.advance(5)
    assert csms.actions[2] == "BootNotification"
    assert csms.statuses(1) == ["Finishing", "Finishing"]


async def test_rst_01_a_soft_reset_without_an_answer_keeps_the_stop(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["StopTransaction"] = OcppError("InternalError")
    await csms.call("Reset", type="Soft")
    await charging.until(lambda s: not s.powered, within=5)
    assert charging.queued == 1
    csms.answers["StopTransaction"] = {}
    await clock.advance(5)
    assert charging.queued == 0


async def test_rst_02_a_hard_reset_stops_after_the_boot(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await csms.call("Reset", type="Hard")
    await charging.until(lambda s: not s.powered, within=5)
    await clock.advance(5)

    assert csms.actions[0] == "BootNotification"
    assert csms.payloads("StopTransaction")[0]["reason"] == "HardReset"
    assert csms.statuses(1) == ["Finishing"]
