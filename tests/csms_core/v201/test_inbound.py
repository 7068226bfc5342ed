"""What the CSMS does with the messages of a station of OCPP 2.0.1."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.store import stations, tags
from ocppj.peers.aio import CallRefused
from tests.csms_core.support.bench import STATION, Connecting, configured
from tests.csms_core.v201.support import NOW, PATH, Station, energy, token

pytestmark = pytest.mark.asyncio


async def refused(station: Station, action: str, payload: dict[str, Any]) -> str:
    with pytest.raises(CallRefused) as refusal:
        await station.call(action, payload)
    return refusal.value.error.code


# --- provisioning


async def test_a_boot_is_accepted_and_kept(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    answer = await station.boot(reason="Watchdog")

    assert (answer["status"], answer["interval"]) == ("Accepted", 300)
    shown = (await api.get(f"/api/v1/stations/{STATION}")).json()
    assert (shown["ocpp"], shown["registered_as"], shown["boot"]["reason"]) == ("2.0.1", "Accepted", "Watchdog")


@configured(registration="Pending")
async def test_before_acceptance_a_station_may_only_boot(station: Station) -> None:
    assert await refused(station, "Heartbeat", {}) == "SecurityError"
    assert (await station.boot())["status"] == "Pending"


@configured(registration="Pending")
async def test_while_pending_a_station_tells_what_it_is_asked_for(api: httpx.AsyncClient, station: Station) -> None:
    path = f"{PATH}/operations"
    await api.post(f"{path}/TriggerMessage", json={"requestedMessage": "Heartbeat"})

    assert "currentTime" in await station.call("Heartbeat")
    assert await refused(station, "Heartbeat", {}) == "SecurityError"

    await api.post(f"{path}/GetBaseReport", json={"requestId": 1, "reportBase": "FullInventory"})
    part = {"requestId": 1, "generatedAt": NOW, "seqNo": 0}
    assert await station.call("NotifyReport", part | {"tbc": True}) == {}
    assert await station.call("NotifyReport", part | {"seqNo": 1}) == {}
    assert await refused(station, "NotifyReport", part | {"seqNo": 2}) == "SecurityError"


@configured(registration="Pending")
async def test_while_pending_nothing_is_started_or_stopped(api: httpx.AsyncClient, station: Station) -> None:
    start = await api.post(
        f"{PATH}/operations/RequestStartTransaction", json={"remoteStartId": 1, "idToken": token(), "evseId": 1}
    )
    stop = await api.post(f"{PATH}/operations/RequestStopTransaction", json={"transactionId": "T"})

    assert [start.status_code, stop.status_code] == [409, 409]
    assert station.received.empty()


@configured(registration="Pending")
async def test_a_trigger_that_was_refused_invites_nobody(api: httpx.AsyncClient, station: Station) -> None:
    station.answers["TriggerMessage"] = {"status": "Rejected"}
    await api.post(f"{PATH}/operations/TriggerMessage", json={"requestedMessage": "Heartbeat"})

    assert await refused(station, "Heartbeat", {}) == "SecurityError"


async def test_an_action_that_is_not_served_is_not_supported(station: Station) -> None:
    payload = {"status": "Uploaded", "requestId": 1}

    assert await refused(station, "LogStatusNotification", payload) == "NotSupported"


REPORT = {
    "component": {"name": "OCPPCommCtrlr"},
    "variable": {"name": "OfflineThreshold"},
    "variableAttribute": [{"value": "60", "mutability": "ReadWrite", "persistent": True}],
    "variableCharacteristics": {"dataType": "integer", "supportsMonitoring": False, "unit": "s"},
}


async def test_a_report_in_parts_is_the_device_model(api: httpx.AsyncClient, station: Station) -> None:
    await api.post(f"{PATH}/operations/GetBaseReport", json={"requestId": 7, "reportBase": "FullInventory"})
    evse = {
        "component": {"name": "EVSE", "evse": {"id": 1}},
        "variable": {"name": "Power"},
        "variableAttribute": [{"type": "Actual", "value": "0"}, {"type": "MaxSet", "value": "22000"}],
    }
    head = {"requestId": 7, "generatedAt": NOW}
    await station.call("NotifyReport", head | {"seqNo": 0, "tbc": True, "reportData": [evse]})
    (half,) = (await api.get(f"{PATH}/reports")).json()
    await station.call("NotifyReport", head | {"seqNo": 1, "reportData": [REPORT]})

    (report,) = (await api.get(f"{PATH}/reports")).json()
    assert (half["complete"], half["seqNo"]) == (False, 0)
    assert (report["complete"], report["seqNo"], report["status"]) == (True, 1, "Accepted")
    assert report["reportBase"] == "FullInventory"
    power, threshold = (await api.get(f"{PATH}/variables")).json()
    assert power["component"] == {"name": "EVSE", "evse": {"id": 1}}
    assert [(each["type"], each["value"]) for each in power["variableAttribute"]] == [
        ("Actual", "0"),
        ("MaxSet", "22000"),
    ]
    assert threshold["variableAttribute"] == [
        {"type": "Actual", "value": "60", "mutability": "ReadWrite", "persistent": True, "constant": False}
    ]
    assert threshold["variableCharacteristics"]["unit"] == "s"
    named = (await api.get(f"{PATH}/variables", params={"component": "evse", "variable": "power"})).json()
    assert named == [power]


async def test_a_password_that_a_station_tells_is_not_kept(api: httpx.AsyncClient, station: Station) -> None:
    secret = REPORT | {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    await station.call("NotifyReport", {"requestId": 1, "generatedAt": NOW, "seqNo": 0, "reportData": [secret]})

    (variable,) = (await api.get(f"{PATH}/variables")).json()
    assert "value" not in variable["variableAttribute"][0]


async def test_a_station_cannot_fill_the_store_with_variables(
    station: Station, monkeypatch: pytest.MonkeyPatch, api: httpx.AsyncClient
) -> None:
    monkeypatch.setattr("csms_core.v201.store.variables.MOST", 1)
    part = {"requestId": 1, "generatedAt": NOW, "seqNo": 0, "reportData": [REPORT]}
    other = REPORT | {"variable": {"name": "HeartbeatInterval"}}

    assert await station.call("NotifyReport", part) == await station.call("NotifyReport", part) == {}
    assert await refused(station, "NotifyReport", part | {"reportData": [other]}) == "InternalError"
    assert len((await api.get(f"{PATH}/variables")).json()) == 1


async def test_a_station_cannot_fill_the_store_with_reports(
    station: Station, monkeypatch: pytest.MonkeyPatch, api: httpx.AsyncClient
) -> None:
    monkeypatch.setattr("csms_core.v201.store.reports.MOST", 1)
    for number in (1, 2, 1):
        assert await station.call("NotifyReport", {"requestId": number, "generatedAt": NOW, "seqNo": 0}) == {}

    assert [each["requestId"] for each in (await api.get(f"{PATH}/reports")).json()] == [1]


# --- availability


async def test_a_heartbeat_is_answered_with_the_time(station: Station) -> None:
    assert (await station.call("Heartbeat"))["currentTime"].endswith("Z")


async def test_states_of_connectors_are_kept(api: httpx.AsyncClient, station: Station) -> None:
    await station.occupied(2, 1, "Available")
    await station.occupied(1, 2, "Faulted")
    await station.occupied(1, 2)

    told = (await api.get(f"/api/v1/stations/{STATION}")).json()["connectors"]
    assert [(each["evseId"], each["connectorId"], each["connectorStatus"]) for each in told] == [
        (1, 2, "Occupied"),
        (2, 1, "Available"),
    ]


async def test_a_station_cannot_fill_the_store_with_connectors(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csms_core.v201.store.statuses.MOST_ODD", 1)
    place = {"timestamp": NOW, "connectorStatus": "Available", "connectorId": 1}

    assert await station.occupied(5000) == await station.occupied(5000) == {}
    assert await refused(station, "StatusNotification", place | {"evseId": 5001}) == "InternalError"
    assert await station.occupied(3) == {}


# --- authorization


@pytest.mark.parametrize(
    ("id_token", "info"),
    [
        (token("GOOD"), {"status": "Accepted"}),
        (token("good", "eMAID"), {"status": "Accepted"}),
        (token("GOOD2"), {"status": "Accepted", "groupIdToken": {"idToken": "FAMILY", "type": "Central"}}),
        (token("BLOCKED"), {"status": "Blocked"}),
        (token("EXPIRED"), {"status": "Expired", "cacheExpiryDateTime": "2020-01-01T00:00:00.000Z"}),
        (token("NOBODY"), {"status": "Unknown"}),
        (token("TYPED", "KeyCode"), {"status": "Accepted", "groupIdToken": {"idToken": "HEAD", "type": "ISO15693"}}),
        (token("TYPED", "ISO14443"), {"status": "Unknown"}),
        (token("ODD"), {"status": "Invalid"}),
        (token("", "NoAuthorization"), {"status": "Accepted"}),
    ],
)
async def test_an_id_token_is_worth_what_its_tag_is(
    csms: Csms, station: Station, id_token: dict[str, str], info: dict[str, Any]
) -> None:
    def know(connection: Any) -> None:
        tags.put(connection, tags.Tag("TYPED", parent_id_tag="HEAD", type="KeyCode"))
        tags.put(connection, tags.Tag("HEAD", type="ISO15693"))
        tags.put(connection, tags.Tag("ODD", "Invalid", parent_id_tag="no identifier"))

    await csms.store.write(know)

    assert await station.call("Authorize", {"idToken": id_token}) == {"idTokenInfo": info}


@configured(any_tag=True)
async def test_any_tag_accepts_whoever_comes(station: Station) -> None:
    answer = await station.call("Authorize", {"idToken": token("NOBODY")})

    assert answer == {"idTokenInfo": {"status": "Accepted"}}


# --- meter values, security, data transfer


async def test_meter_values_are_kept_once(api: httpx.AsyncClient, station: Station) -> None:
    values = {"evseId": 1, "meterValue": energy(12.5)}

    assert await station.call("MeterValues", values) == await station.call("MeterValues", values) == {}
    (kept,) = (await api.get(f"{PATH}/meter-values")).json()
    assert (kept["evseId"], kept["sampledValue"]) == (1, [{"value": 12.5}])


async def test_a_security_event_is_kept(api: httpx.AsyncClient, station: Station) -> None:
    said = {"type": "StartupOfTheDevice", "timestamp": NOW}

    assert await station.call("SecurityEventNotification", said) == {}
    (notice,) = (await api.get(f"/api/v1/stations/{STATION}/notices")).json()
    assert (notice["action"], notice["payload"]) == ("SecurityEventNotification", said)


@configured(data_transfer={"acme": frozenset({"hello"})})
@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ({"vendorId": "acme", "messageId": "hello", "data": {"a": [1]}}, "Accepted"),
        ({"vendorId": "acme", "messageId": "bye"}, "UnknownMessageId"),
        ({"vendorId": "other", "messageId": "hello"}, "UnknownVendorId"),
    ],
)
async def test_data_of_a_vendor_are_kept_or_refused(station: Station, payload: dict[str, Any], status: str) -> None:
    assert await station.call("DataTransfer", payload) == {"status": status}


# --- what belongs to a station


async def test_a_station_that_is_removed_takes_with_it_what_it_told(
    csms: Csms, api: httpx.AsyncClient, station: Station, connecting: Connecting
) -> None:
    await station.occupied()
    await station.call("NotifyReport", {"requestId": 1, "generatedAt": NOW, "seqNo": 0, "reportData": [REPORT]})
    await station.tell(0, "Started")
    await api.delete(f"/api/v1/stations/{STATION}")
    await csms.store.write(lambda c: stations.put(c, STATION, NOW))

    shown = (await api.get(f"/api/v1/stations/{STATION}")).json()
    assert (shown["connectors"], (await api.get(f"{PATH}/variables")).json()) == ([], [])
    assert (await api.get(f"{PATH}/reports")).json() == []
    assert len((await api.get("/api/v1/ocpp2.0.1/transactions")).json()) == 1
