"""The HTTP API: provisioning, operations, faults, errors in one sentence."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.store import stations
from ocppj.frames import CallError
from tests.csms_core.support.bench import STATION, Connecting, Station, configured

pytestmark = pytest.mark.asyncio

OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
    ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "60"}),
    ("ClearCache", {}),
    ("DataTransfer", {"vendorId": "acme", "data": "x"}),
    ("GetConfiguration", {"key": ["SupportedFeatureProfiles"]}),
    ("RemoteStartTransaction", {"idTag": "GOOD", "connectorId": 1}),
    ("RemoteStopTransaction", {"transactionId": 1}),
    ("Reset", {"type": "Hard"}),
    ("UnlockConnector", {"connectorId": 1}),
    ("GetLocalListVersion", {}),
]


def operation(action: str, identity: str = STATION, wait: str = "true") -> str:
    return f"/api/v1/stations/{identity}/operations/{action}?wait={wait}"


async def test_health(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    expected = {"status": "ok", "url": csms.url, "tls_url": None, "stations_online": 1}
    assert (await api.get("/health")).json() == expected
    assert (await api.get(f"/api/v1/stations/{STATION}")).json()["security_profile"] == 0


@pytest.mark.parametrize(("action", "payload"), OPERATIONS)
async def test_an_operation_is_sent_as_given_and_gives_the_answer(
    api: httpx.AsyncClient, station: Station, action: str, payload: dict[str, Any]
) -> None:
    response = await api.post(operation(action), json=payload)

    assert (response.status_code, response.json()) == (200, station.answers[action])
    call = await station.next_call()
    assert (call.action, call.payload) == (action, payload)
    assert [finding for finding in station.peer.findings if finding.party == "csms"] == []


async def test_an_operation_need_not_be_waited_for(api: httpx.AsyncClient, station: Station) -> None:
    station.release.clear()

    response = await api.post(operation("ClearCache", wait="false"))

    assert response.status_code == 202
    assert response.json() == {"station": STATION, "action": "ClearCache", "state": "queued"}
    assert (await station.next_call()).action == "ClearCache"
    station.release.set()


async def test_rpc_15_operations_go_out_one_after_the_other(api: httpx.AsyncClient, station: Station) -> None:
    station.release.clear()
    for action in ("ClearCache", "GetLocalListVersion"):
        assert (await api.post(operation(action, wait="false"))).status_code == 202
    assert (await station.next_call()).action == "ClearCache"
    assert "currentTime" in await station.call("Heartbeat"), "RPC-16: it still answers while its own CALL is open"
    assert station.received.empty()

    station.release.set()

    assert (await station.next_call()).action == "GetLocalListVersion"


async def test_an_unknown_action_is_not_found(api: httpx.AsyncClient, station: Station) -> None:
    response = await api.post(operation("MakeCoffee"), json={})

    assert response.status_code == 404
    assert "MakeCoffee" in response.json()["detail"]


async def test_an_action_of_the_station_is_not_offered(api: httpx.AsyncClient, station: Station) -> None:
    response = await api.post(operation("Heartbeat"), json={})

    assert response.status_code == 404
    assert response.json()["detail"] == "Heartbeat is sent by the station, the CSMS cannot send it."


async def test_an_unknown_station_is_not_found(api: httpx.AsyncClient) -> None:
    response = await api.post(operation("ClearCache", "STRANGER"))

    assert response.status_code == 404
    assert "'STRANGER' is not registered" in response.json()["detail"]


async def test_a_station_that_is_not_connected_is_a_conflict(api: httpx.AsyncClient) -> None:
    response = await api.post(operation("ClearCache"))

    assert response.status_code == 409
    assert response.json()["detail"] == f"The station '{STATION}' is not connected."


@pytest.mark.parametrize(
    ("action", "payload", "member"),
    [("Reset", {"type": "Warm"}, "type"), ("Reset", {}, "type"), ("ClearCache", {"all": 1}, "all"), ("Reset", [], "")],
)
async def test_a_payload_that_breaks_the_schema_is_not_sent(
    api: httpx.AsyncClient, station: Station, action: str, payload: Any, member: str
) -> None:
    response = await api.post(operation(action), json=payload)

    assert response.status_code == 422
    assert response.json()["detail"].startswith(f"{action}: ")
    assert member in response.json()["detail"]
    assert station.received.empty()


async def test_what_is_no_json_is_refused_in_one_sentence(api: httpx.AsyncClient, station: Station) -> None:
    response = await api.post(operation("Reset"), content="{", headers={"Content-Type": "application/json"})

    assert response.status_code == 422
    assert isinstance(response.json()["detail"], str)


async def test_a_callerror_of_the_station_is_reported(api: httpx.AsyncClient, station: Station) -> None:
    del station.answers["ClearCache"]

    response = await api.post(operation("ClearCache"))

    assert response.status_code == 502
    assert "CALLERROR NotSupported: not in this test" in response.json()["detail"]


@configured(call_timeout=0.2)
async def test_a_station_that_does_not_answer_is_reported(api: httpx.AsyncClient, station: Station) -> None:
    station.release.clear()

    response = await api.post(operation("ClearCache"))

    assert response.status_code == 504
    assert response.json()["detail"] == f"The station '{STATION}' did not answer ClearCache within 0.2 s."
    station.release.set()


async def test_a_station_that_goes_away_is_reported(api: httpx.AsyncClient, station: Station) -> None:
    station.release.clear()
    asked = asyncio.create_task(api.post(operation("ClearCache")))
    await station.next_call()

    await station.close()

    response = await asked
    assert response.status_code == 409
    assert "disconnected before it answered" in response.json()["detail"]


@configured(max_operations_waiting=2)
async def test_the_queue_of_a_station_is_bounded(api: httpx.AsyncClient, station: Station) -> None:
    station.release.clear()
    codes = [(await api.post(operation("ClearCache", wait="false"))).status_code for _ in range(3)]

    assert codes == [202, 202, 429]
    station.release.set()


@pytest.mark.parametrize(
    ("registration", "action", "code"),
    [
        ("Pending", "RemoteStartTransaction", 409),
        ("Pending", "RemoteStopTransaction", 409),
        ("Pending", "GetConfiguration", 200),
        ("Rejected", "GetConfiguration", 409),
    ],
)
async def test_boot_05_what_a_station_may_be_asked_before_acceptance(
    csms: Csms, api: httpx.AsyncClient, connecting: Connecting, registration: str, action: str, code: int
) -> None:
    await csms.store.write(lambda c: stations.put(c, STATION, "", registration=registration))
    station = await connecting()
    await station.boot()

    assert (await api.post(operation(action), json=dict(OPERATIONS)[action])).status_code == code


async def test_boot_04_a_pending_station_may_send_what_it_was_triggered_to(
    csms: Csms, api: httpx.AsyncClient, connecting: Connecting
) -> None:
    await csms.store.write(lambda c: stations.put(c, STATION, "", registration="Pending"))
    station = await connecting()
    await station.boot()

    await api.post(operation("TriggerMessage"), json={"requestedMessage": "Heartbeat"})

    assert "currentTime" in await station.call("Heartbeat")
    await station.peer.send_raw('[2,"once-more","Heartbeat",{}]')
    while not isinstance(frame := await station.next_frame(), CallError):
        pass
    assert frame.code == "SecurityError"


async def test_stations_can_be_registered_read_and_removed(csms: Csms, api: httpx.AsyncClient) -> None:
    path = "/api/v1/stations/RDAM%20123%2Fx"
    assert (await api.put(path, json={"registration": "Pending", "interval": 60})).status_code == 204

    found = (await api.get(path)).json()

    assert (found["identity"], found["registration"], found["interval"]) == ("RDAM 123/x", "Pending", 60)
    assert (found["online"], found["registered_as"], found["connectors"]) == (False, None, [])
    listed = (await api.get("/api/v1/stations")).json()
    assert [station["identity"] for station in listed] == [STATION, "RDAM 123/x"]
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404
    assert (await api.delete(path)).status_code == 404


async def test_a_station_shows_its_boot_and_connectors(api: httpx.AsyncClient, station: Station) -> None:
    await station.status("Faulted", 2, "GroundFailure")

    for found in ((await api.get(f"/api/v1/stations/{STATION}")).json(), (await api.get("/api/v1/stations")).json()[0]):
        assert found["online"] is True
        assert found["registered_as"] == "Accepted"
        assert found["boot"]["chargePointVendor"] == "plugproof"
        (connector,) = found["connectors"]
        assert (connector["connectorId"], connector["status"], connector["errorCode"]) == (
            2,
            "Faulted",
            "GroundFailure",
        )


async def test_removing_a_station_disconnects_it(api: httpx.AsyncClient, station: Station) -> None:
    await api.delete(f"/api/v1/stations/{STATION}")

    assert "removed" in (await station.peer.wait_closed()).reason


async def test_reports_of_a_station_are_listed(api: httpx.AsyncClient, station: Station) -> None:
    await station.call("FirmwareStatusNotification", {"status": "Installed"})

    (notice,) = (await api.get(f"/api/v1/stations/{STATION}/notices")).json()
    assert (notice["action"], notice["payload"]) == ("FirmwareStatusNotification", {"status": "Installed"})


async def test_tags_can_be_put_read_and_removed(api: httpx.AsyncClient, station: Station) -> None:
    path = "/api/v1/tags/a%2Fb"
    body = {"status": "Accepted", "parentIdTag": "P", "expiryDate": "2099-01-01T01:00:00+01:00"}
    assert (await api.put(path, json=body)).status_code == 204

    expected = {"status": "Accepted", "parentIdTag": "P", "expiryDate": "2099-01-01T00:00:00.000Z"}
    assert (await api.get(path)).json() == {"idTag": "a/b", "type": None, **expected}
    assert await station.call("Authorize", {"idTag": "A/B"}) == {"idTagInfo": expected}
    assert (await api.delete(path)).status_code == 204
    assert (await api.delete(path)).status_code == 404
    assert (await api.get(path)).status_code == 404
    assert await station.call("Authorize", {"idTag": "a/b"}) == {"idTagInfo": {"status": "Invalid"}}


async def test_what_is_too_long_for_1_6_is_not_told_to_a_station_of_1_6(
    api: httpx.AsyncClient, station: Station
) -> None:
    long = "x" * 21
    await api.put(f"/api/v1/tags/{long}")
    await api.put("/api/v1/tags/CHILD", json={"parentIdTag": long})

    assert await station.call("Authorize", {"idTag": "CHILD"}) == {"idTagInfo": {"status": "Accepted"}}
    assert (await api.get(f"/api/v1/tags/{long}")).json()["idTag"] == long


async def test_many_at_once(api: httpx.AsyncClient) -> None:
    await api.put("/api/v1/tags", json=[{"idTag": f"T{n}", "status": "Blocked"} for n in range(50)])
    await api.put("/api/v1/stations", json=[{"identity": f"S{n:02}"} for n in range(50)])

    assert len((await api.get("/api/v1/tags")).json()) == 54
    page = (await api.get("/api/v1/stations", params={"offset": 1, "limit": 2})).json()
    assert [station["identity"] for station in page] == ["S00", "S01"]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/api/v1/tags/T", {"status": "Fine"}, "status"),
        ("/api/v1/tags/T", {"statsu": "Blocked"}, "statsu"),
        ("/api/v1/tags/T", {"expiryDate": "tomorrow"}, "'tomorrow' is no dateTime"),
        ("/api/v1/tags/" + "x" * 37, {}, "36 characters"),
        ("/api/v1/tags/T", {"type": "ISO14433"}, "type"),
        ("/api/v1/tags/caf%C3%A9", {}, "printable ASCII"),
        ("/api/v1/stations/S", {"registration": "Maybe"}, "registration"),
        ("/api/v1/stations/S", {"interval": -1}, "interval"),
        ("/api/v1/faults/boot-pending", {}, "enabled"),
    ],
)
async def test_a_wrong_body_is_refused_in_one_sentence(
    api: httpx.AsyncClient, path: str, body: dict[str, Any], words: str
) -> None:
    response = await api.put(path, json=body)

    assert response.status_code == 422
    assert words in response.json()["detail"]


async def test_transactions_are_listed_and_shown_with_their_values(api: httpx.AsyncClient, station: Station) -> None:
    first = (await station.start())["transactionId"]
    second = (await station.start("BLOCKED", connectorId=2))["transactionId"]
    value = {"timestamp": "2026-11-21T10:30:00Z", "sampledValue": [{"value": "500", "unit": "Wh"}]}
    await station.call("MeterValues", {"connectorId": 1, "transactionId": first, "meterValue": [value]})
    await station.stop(first, reason="Remote")

    listed = (await api.get("/api/v1/transactions", params={"station": STATION})).json()
    running = (await api.get("/api/v1/transactions", params={"running": "true"})).json()
    ended = (await api.get("/api/v1/transactions", params={"running": "false"})).json()
    shown = (await api.get(f"/api/v1/transactions/{first}")).json()

    assert [booked["transactionId"] for booked in listed] == [second, first]
    assert [booked["transactionId"] for booked in running] == [second]
    assert [booked["transactionId"] for booked in ended] == [first]
    assert (shown["meterStart"], shown["meterStop"], shown["reason"], shown["running"]) == (100, 900, "Remote", False)
    assert shown["meterValue"][0]["sampledValue"] == value["sampledValue"]
    assert (await api.get("/api/v1/transactions", params={"station": "OTHER"})).json() == []


@pytest.mark.parametrize("transaction_id", [4711, -1, 2**70])
async def test_an_unknown_transaction_is_not_found(api: httpx.AsyncClient, transaction_id: int) -> None:
    assert (await api.get(f"/api/v1/transactions/{transaction_id}")).status_code == 404


async def test_every_operation_is_described_by_its_schema(csms: Csms, api: httpx.AsyncClient) -> None:
    description = (await api.get("/openapi.json")).json()

    for action, info in csms.versions[0].schemas.actions.items():
        path = f"/api/v1/stations/{{identity}}/operations/{action}"
        assert (path in description["paths"]) == (info.sender != "station")
    reset = description["paths"]["/api/v1/stations/{identity}/operations/Reset"]["post"]
    assert reset["requestBody"]["content"]["application/json"]["schema"]["required"] == ["type"]


async def test_a_request_that_breaks_the_csms_gets_a_sentence_too(
    csms: Csms, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(question: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(csms.store, "read", read)

    response = await api.get("/api/v1/tags")

    assert response.status_code == 500
    assert response.json() == {"detail": "The CSMS failed at this request (OSError); its log says more."}
