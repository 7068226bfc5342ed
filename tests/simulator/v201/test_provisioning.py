"""Block B: boot, heartbeat, the device model, reports, reset."""

import pytest

from ocppj.peers.aio import CallRefused
from simulator import VirtualClock
from simulator.kernel.errors import BadValue, UnknownKey
from simulator.kernel.store import SqliteFile
from simulator.v201.device_model.standard import ITEMS
from simulator.v201.station import Station
from tests.simulator.v201.conftest import Csms, Start


def _of(component: str, variable: str, **more: object) -> dict[str, object]:
    return {"component": {"name": component}, "variable": {"name": variable}, **more}


async def _get(csms: Csms, *asked: dict[str, object]) -> list[tuple[str, str | None]]:
    answer = await csms.call("GetVariables", getVariableData=list(asked))
    return [(one["attributeStatus"], one.get("attributeValue")) for one in answer["getVariableResult"]]


@pytest.mark.asyncio
async def test_boots_tells_its_connectors_and_that_it_has_started(start: Start, csms: Csms) -> None:
    await start(serial_number="S-1")
    boot = csms.payloads("BootNotification")
    assert boot == [
        {
            "reason": "PowerUp",
            "chargingStation": {"model": "Simulator", "vendorName": "plugproof", "serialNumber": "S-1"},
        }
    ]
    assert [csms.connector_statuses(evse) for evse in (1, 2)] == [["Available"], ["Available"]]
    assert [event["type"] for event in csms.payloads("SecurityEventNotification")] == ["StartupOfTheDevice"]


@pytest.mark.asyncio
async def test_pending_is_retried_and_sends_only_what_is_asked_for(
    start: Start, csms: Csms, clock: VirtualClock
) -> None:
    accepted = csms.answers["BootNotification"]
    assert isinstance(accepted, dict)
    csms.answers["BootNotification"] = {**accepted, "status": "Pending", "interval": 10}
    station = await start()
    assert csms.actions == ["BootNotification"]
    assert await _get(csms, _of("TxCtrlr", "TxStartPoint")) == [("Accepted", "Authorized,EVConnected")]
    token = {"idToken": "TAG-1", "type": "Central"}
    answer = await csms.call("RequestStartTransaction", remoteStartId=1, evseId=1, idToken=token)
    assert answer == {"status": "Rejected"}
    with pytest.raises(CallRefused, match="SecurityError"):
        await csms.call("ClearCache")
    await csms.call("TriggerMessage", requestedMessage="BootNotification")
    await clock.settle()
    assert csms.payloads("BootNotification")[-1]["reason"] == "Triggered"
    csms.answers["BootNotification"] = accepted
    await clock.advance(10)
    assert station.online
    assert csms.connector_statuses(1) == ["Available"]


@pytest.mark.asyncio
async def test_rejected_is_silent_until_the_interval_is_over(start: Start, csms: Csms, clock: VirtualClock) -> None:
    accepted = csms.answers["BootNotification"]
    assert isinstance(accepted, dict)
    csms.answers["BootNotification"] = {**accepted, "status": "Rejected", "interval": 10}
    station = await start()
    await station.plug_in(1)
    with pytest.raises(CallRefused, match="SecurityError"):
        await csms.call("GetBaseReport", requestId=1, reportBase="FullInventory")
    await clock.advance(9)
    assert csms.actions == ["BootNotification"]
    await clock.advance(1)
    assert csms.actions == ["BootNotification", "BootNotification"]


@pytest.mark.asyncio
async def test_heartbeat_follows_the_interval_of_the_boot_and_that_which_is_set(
    station: Station, csms: Csms, clock: VirtualClock
) -> None:
    await clock.advance(299)
    assert csms.actions == []
    await clock.advance(2)
    assert csms.actions == ["Heartbeat"]
    assert await csms.set(OCPPCommCtrlr__HeartbeatInterval="20") == ["Accepted"]
    await clock.advance(21)
    assert csms.actions == ["Heartbeat", "Heartbeat"]


@pytest.mark.asyncio
async def test_get_variables_says_of_each_what_it_is(station: Station, csms: Csms) -> None:
    asked = [
        _of("txctrlr", "TXSTOPPOINT"),
        _of("SecurityCtrlr", "BasicAuthPassword"),
        _of("NoCtrlr", "Enabled"),
        _of("TxCtrlr", "Nothing"),
        _of("TxCtrlr", "TxStopPoint", attributeType="Target"),
        {"component": {"name": "EVSE", "evse": {"id": 2}}, "variable": {"name": "AvailabilityState"}},
        {"component": {"name": "EVSE", "evse": {"id": 3}}, "variable": {"name": "AvailabilityState"}},
    ]
    assert await _get(csms, *asked) == [
        ("Accepted", "EVConnected"),
        ("Rejected", None),
        ("UnknownComponent", None),
        ("UnknownVariable", None),
        ("NotSupportedAttributeType", None),
        ("Accepted", "Available"),
        ("UnknownComponent", None),
    ]


@pytest.mark.asyncio
async def test_set_variables_takes_what_can_be_and_keeps_it(start: Start, csms: Csms, memory: SqliteFile) -> None:
    station = await start(store=memory.of("CP1"))
    statuses = await csms.set(
        TxCtrlr__TxStopPoint="EVConnected,Authorized",
        TxCtrlr__TxStartPoint="ParkingBayOccupancy",
        TxCtrlr__EVConnectionTimeOut="soon",
        SecurityCtrlr__SecurityProfile="2",
        OCPPCommCtrlr__MessageAttempts__TransactionEvent="0",
        AuthCtrlr__AuthorizeRemoteStart="TRUE",
    )
    assert statuses == ["Accepted", "Rejected", "Rejected", "Rejected", "Rejected", "Accepted"]
    await station.stop()
    again = await start(store=memory.of("CP1"))
    assert again.device_model.items("TxCtrlr.TxStopPoint") == ("EVConnected", "Authorized")
    assert again.device_model.flag("AuthCtrlr.AuthorizeRemoteStart")


@pytest.mark.asyncio
async def test_more_variables_than_a_message_may_have_are_refused(station: Station, csms: Csms) -> None:
    with pytest.raises(CallRefused, match="OccurrenceConstraintViolation"):
        await csms.call("GetVariables", getVariableData=[_of("TxCtrlr", "TxStopPoint")] * (ITEMS + 1))


def test_a_first_value_is_of_a_variable_that_there_is_and_that_it_can_take() -> None:
    with pytest.raises(UnknownKey, match="HeartbeatInterval"):
        Station("ws://localhost/ocpp", id="CP1", configuration={"HeartbeatInterval": "60"})
    with pytest.raises(BadValue, match=r"OCPPCommCtrlr\.HeartbeatInterval"):
        Station("ws://localhost/ocpp", id="CP1", configuration={"OCPPCommCtrlr.HeartbeatInterval": "0"})


@pytest.mark.asyncio
async def test_a_base_report_comes_in_parts_and_whole(station: Station, csms: Csms, clock: VirtualClock) -> None:
    answer = await csms.call("GetBaseReport", requestId=7, reportBase="FullInventory")
    await clock.settle()
    parts = csms.payloads("NotifyReport")
    assert answer == {"status": "Accepted"}
    assert [part["requestId"] for part in parts] == [7] * len(parts)
    assert [part["seqNo"] for part in parts] == list(range(len(parts)))
    assert [part["tbc"] for part in parts] == [True] * (len(parts) - 1) + [False]
    told = [one for part in parts for one in part["reportData"]]
    assert len(told) == len(list(station.device_model))
    (password,) = [one for one in told if one["variable"]["name"] == "BasicAuthPassword"]
    assert "value" not in password["variableAttribute"][0]


@pytest.mark.asyncio
async def test_a_configuration_inventory_has_what_can_be_set(station: Station, csms: Csms, clock: VirtualClock) -> None:
    await csms.call("GetBaseReport", requestId=1, reportBase="ConfigurationInventory")
    await clock.settle()
    told = [one for part in csms.payloads("NotifyReport") for one in part["reportData"]]
    assert {one["variableAttribute"][0]["mutability"] for one in told} == {"ReadWrite", "WriteOnly"}


@pytest.mark.asyncio
async def test_an_immediate_reset_ends_what_runs_and_boots(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    assert await csms.call("Reset", type="Immediate") == {"status": "Accepted"}
    await clock.settle()
    (ended,) = csms.payloads("TransactionEvent")
    assert (ended["triggerReason"], ended["transactionInfo"]["stoppedReason"]) == ("ResetCommand", "ImmediateReset")
    await clock.advance(3)
    await charging.until(lambda station: station.online, within=30)
    assert csms.payloads("BootNotification")[0]["reason"] == "RemoteReset"


@pytest.mark.asyncio
async def test_a_reset_on_idle_waits_for_the_transaction_and_lets_nobody_else_in(
    charging: Station, csms: Csms, clock: VirtualClock
) -> None:
    assert await csms.call("Reset", type="OnIdle") == {"status": "Scheduled"}
    await clock.settle()
    assert csms.connector_statuses(2) == ["Unavailable"]
    assert csms.payloads("TransactionEvent") == []
    await charging.present("TAG-1", 1)
    await charging.unplug(1)
    await clock.settle()
    await clock.advance(3)
    await charging.until(lambda station: station.online, within=30)
    await clock.settle()
    assert csms.payloads("BootNotification")[0]["reason"] == "ScheduledReset"
    assert csms.connector_statuses(2)[-1] == "Available"


@pytest.mark.asyncio
async def test_one_evse_is_reset_without_a_boot(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    assert await csms.call("Reset", type="Immediate", evseId=3) == {"status": "Rejected"}
    assert await csms.call("Reset", type="OnIdle", evseId=2) == {"status": "Accepted"}
    await clock.advance(3)
    assert csms.connector_statuses(2) == ["Unavailable", "Available"]
    assert await csms.call("Reset", type="Immediate", evseId=1) == {"status": "Accepted"}
    await clock.advance(3)
    assert csms.told == ["Ended ResetCommand"]
    assert csms.payloads("BootNotification") == []


@pytest.mark.asyncio
async def test_an_operation_it_has_not_is_not_supported(station: Station, csms: Csms) -> None:
    with pytest.raises(CallRefused, match="NotSupported"):
        await csms.call("GetLocalListVersion")
