"""Blocks F, G and P: what the CSMS does from afar, availability, DataTransfer, security events."""

from typing import Any

import pytest

from simulator import NotPossible, VirtualClock
from simulator.kernel.store import SqliteFile
from simulator.v201.station import Station
from tests.simulator.v201.conftest import Csms, Start

pytestmark = pytest.mark.asyncio

_TOKEN = {"idToken": "TAG-7", "type": "ISO14443"}


async def test_a_remote_start_waits_for_the_cable(station: Station, csms: Csms, clock: VirtualClock) -> None:
    answer = await csms.call("RequestStartTransaction", remoteStartId=5, evseId=1, idToken=_TOKEN)
    await clock.settle()
    assert answer == {"status": "Accepted"}
    (event,) = csms.payloads("TransactionEvent")
    assert (event["eventType"], event["triggerReason"]) == ("Started", "RemoteStart")
    assert event["transactionInfo"]["remoteStartId"] == 5
    assert event["idToken"] == _TOKEN
    assert csms.payloads("Authorize") == []
    await station.plug_in(1)
    assert station.connector(1).charging_state == "Charging"


async def test_a_remote_start_of_a_transaction_that_runs_names_it(
    station: Station, csms: Csms, clock: VirtualClock
) -> None:
    await station.plug_in(2)
    await clock.settle()
    answer = await csms.call("RequestStartTransaction", remoteStartId=6, idToken=_TOKEN)
    await clock.settle()
    events = csms.payloads("TransactionEvent")
    assert answer == {"status": "Accepted", "transactionId": events[0]["transactionInfo"]["transactionId"]}
    assert csms.told[1:] == ["Updated RemoteStart", "Updated ChargingStateChanged"]
    assert [event["transactionInfo"].get("remoteStartId") for event in events] == [None, 6, None]


async def test_a_remote_start_is_authorized_when_that_is_configured(
    station: Station, csms: Csms, clock: VirtualClock
) -> None:
    await csms.set(AuthCtrlr__AuthorizeRemoteStart="true")
    csms.answers["Authorize"] = {"idTokenInfo": {"status": "Invalid"}}
    assert (await csms.call("RequestStartTransaction", remoteStartId=7, evseId=1, idToken=_TOKEN))[
        "status"
    ] == "Accepted"
    await clock.settle()
    assert csms.payloads("Authorize") == [{"idToken": _TOKEN}]
    assert csms.told == []


async def test_a_remote_start_is_rejected_where_nobody_can_start(charging: Station, csms: Csms) -> None:
    for evse in (1, 9):
        answer = await csms.call("RequestStartTransaction", remoteStartId=8, evseId=evse, idToken=_TOKEN)
        assert answer == {"status": "Rejected"}


async def test_a_remote_stop(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    transaction = charging.connector(1).transaction
    assert transaction is not None
    assert await csms.call("RequestStopTransaction", transactionId="nobody") == {"status": "Rejected"}
    answer = await csms.call("RequestStopTransaction", transactionId=transaction.transactionId)
    await clock.settle()
    assert answer == {"status": "Accepted"}
    assert csms.told == ["Updated RemoteStop", "Updated ChargingStateChanged"]
    await charging.unplug(1)
    await clock.settle()
    assert csms.payloads("TransactionEvent")[-1]["transactionInfo"]["stoppedReason"] == "Remote"


async def test_unlocking(charging: Station, csms: Csms) -> None:
    async def said(evse: int, connector: int = 1) -> str:
        return str((await csms.call("UnlockConnector", evseId=evse, connectorId=connector))["status"])

    assert await said(1) == "OngoingAuthorizedTransaction"
    assert [await said(3), await said(2, 2)] == ["UnknownConnector"] * 2
    assert await said(2) == "Unlocked"
    await charging.jam_lock(2)
    assert await said(2) == "UnlockFailed"


async def _asked(csms: Csms, clock: VirtualClock, message: str, **evse: Any) -> tuple[str, list[str]]:
    """The status of a TriggerMessage, and what was sent."""
    csms.forget()
    where = {"evse": evse} if evse else {}
    answer = await csms.call("TriggerMessage", requestedMessage=message, **where)
    await clock.settle()
    return str(answer["status"]), csms.actions


async def test_messages_that_are_asked_for(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    assert await _asked(csms, clock, "Heartbeat") == ("Accepted", ["Heartbeat"])
    assert await _asked(csms, clock, "StatusNotification") == ("Rejected", [])
    assert await _asked(csms, clock, "StatusNotification", id=2, connectorId=1) == ("Accepted", ["StatusNotification"])
    assert await _asked(csms, clock, "StatusNotification", id=7, connectorId=1) == ("Rejected", [])
    assert await _asked(csms, clock, "MeterValues") == ("Accepted", ["MeterValues"] * 2)
    assert await _asked(csms, clock, "MeterValues", id=2) == ("Accepted", ["MeterValues"])
    assert await _asked(csms, clock, "BootNotification") == ("Rejected", [])
    assert await _asked(csms, clock, "TransactionEvent", id=2) == ("Rejected", [])
    assert await _asked(csms, clock, "LogStatusNotification") == ("NotImplemented", [])
    assert await _asked(csms, clock, "TransactionEvent") == ("Accepted", ["TransactionEvent"])
    assert csms.told == ["Updated Trigger"]


async def test_out_of_service_at_once_or_after_the_transaction(
    charging: Station, csms: Csms, clock: VirtualClock
) -> None:
    assert await csms.call("ChangeAvailability", operationalStatus="Inoperative", evse={"id": 9}) == {
        "status": "Rejected"
    }
    assert await csms.call("ChangeAvailability", operationalStatus="Inoperative") == {"status": "Scheduled"}
    await clock.settle()
    assert [csms.connector_statuses(evse) for evse in (1, 2)] == [[], ["Unavailable"]]
    await charging.unplug(1)
    await clock.settle()
    assert csms.connector_statuses(1) == ["Unavailable"]
    await csms.call("ChangeAvailability", operationalStatus="Operative")
    await clock.settle()
    assert [csms.connector_statuses(evse)[-1] for evse in (1, 2)] == ["Available"] * 2


async def test_out_of_service_survives_a_boot_and_lets_nobody_charge(
    start: Start, csms: Csms, clock: VirtualClock, memory: SqliteFile
) -> None:
    station = await start(store=memory.of("CP1"))
    where = {"id": 1, "connectorId": 1}
    assert await csms.call("ChangeAvailability", operationalStatus="Inoperative", evse=where) == {"status": "Accepted"}
    await clock.settle()
    await station.stop()
    csms.forget()
    again = await start(store=memory.of("CP1"))
    assert csms.connector_statuses(1) == ["Unavailable"]
    await again.plug_in(1)
    await again.present("TAG-1", 1)
    await clock.settle()
    assert csms.told == []


async def test_data_transfer_in_both_directions(station: Station, csms: Csms) -> None:
    assert await csms.call("DataTransfer", vendorId="org.other") == {"status": "UnknownVendorId"}
    station.on_data_transfer("org.example", "Add", lambda data: {"sum": sum(data)})
    assert await csms.call("DataTransfer", vendorId="org.example", messageId="No") == {"status": "UnknownMessageId"}
    answer = await csms.call("DataTransfer", vendorId="org.example", messageId="Add", data=[1, 2])
    assert answer == {"status": "Accepted", "data": {"sum": 3}}
    csms.answers["DataTransfer"] = {"status": "Accepted"}
    assert await station.data_transfer("org.example", "Hello", "text") == {"status": "Accepted"}
    assert csms.payloads("DataTransfer") == [{"vendorId": "org.example", "messageId": "Hello", "data": "text"}]
    await station.lose_network()
    with pytest.raises(NotPossible):
        await station.data_transfer("org.example")


async def test_a_critical_security_event_is_told_also_after_an_outage(
    station: Station, csms: Csms, clock: VirtualClock
) -> None:
    await station.lose_network()
    await station.security_event("TamperDetectionActivated", "door open")
    await station.security_event("InvalidMessages")
    assert station.state().security_events == 1
    await station.restore_network()
    told = await csms.receives("SecurityEventNotification", within=30)
    assert (told["type"], told["techInfo"]) == ("TamperDetectionActivated", "door open")


async def test_a_new_password_is_used_for_the_next_connection(start: Start, csms: Csms, clock: VirtualClock) -> None:
    station = await start(auth_key=b"first password 1234")
    assert station.state().security_profile == 1
    assert await csms.set(SecurityCtrlr__BasicAuthPassword="short") == ["Rejected"]
    assert await csms.set(SecurityCtrlr__BasicAuthPassword="second password 12") == ["Accepted"]
    await csms.until(lambda: csms.connections == 2)
    await clock.settle()
    first, second = (headers["Authorization"] for headers in csms.handshakes)
    assert first != second
    assert "second password 12" in station.secrets()
