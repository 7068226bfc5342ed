"""What the CSMS sends to a station of OCPP 2.0.1, what it does not send, and what it keeps of the answers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.auth import passwords
from csms_core.store import credentials
from tests.csms_core.support.bench import STATION
from tests.csms_core.v201.support import NOW, PATH, Station, token

pytestmark = pytest.mark.asyncio

THRESHOLD = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}
PASSWORD = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
PROFILE = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": [
        {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]}
    ],
}

SENT: dict[str, dict[str, Any]] = {
    "RequestStartTransaction": {"remoteStartId": 1, "evseId": 1, "idToken": token(), "chargingProfile": PROFILE},
    "RequestStopTransaction": {"transactionId": "5f6e1d3a-0001"},
    "GetVariables": {"getVariableData": [THRESHOLD]},
    "SetVariables": {"setVariableData": [THRESHOLD | {"attributeValue": "123"}]},
    "GetBaseReport": {"requestId": 1, "reportBase": "FullInventory"},
    "Reset": {"type": "OnIdle"},
    "ChangeAvailability": {"operationalStatus": "Inoperative", "evse": {"id": 1}},
    "UnlockConnector": {"evseId": 1, "connectorId": 9},
    "TriggerMessage": {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}},
    "ClearCache": {},
}


def got(*items: dict[str, Any]) -> dict[str, Any]:
    """A GetVariablesResponse."""
    return {"getVariableResult": [{"attributeStatus": "Accepted"} | item for item in items]}


def was_set(*items: dict[str, Any]) -> dict[str, Any]:
    """A SetVariablesResponse."""
    return {"setVariableResult": [{"attributeStatus": "Accepted"} | item for item in items]}


async def operate(api: httpx.AsyncClient, action: str, payload: Any, **query: Any) -> httpx.Response:
    return await api.post(f"{PATH}/operations/{action}", json=payload, params=query)


async def values(api: httpx.AsyncClient) -> dict[str, Any]:
    """What is known of the device model: the value of each attribute."""
    return {
        f"{one['component']['name']}.{one['variable']['name']}.{attribute['type']}": attribute.get("value")
        for one in (await api.get(f"{PATH}/variables")).json()
        for attribute in one["variableAttribute"]
    }


@pytest.mark.parametrize("action", SENT)
async def test_an_operation_leaves_as_it_was_asked_for_and_its_answer_comes_back(
    api: httpx.AsyncClient, station: Station, action: str
) -> None:
    station.answers["GetVariables"] = got(THRESHOLD | {"attributeValue": "60"})
    station.answers["SetVariables"] = was_set(THRESHOLD)

    answer = await operate(api, action, SENT[action])

    call = await station.next_call()
    assert (call.action, call.payload) == (action, SENT[action])
    assert (answer.status_code, answer.json()) == (200, station.answers[action])


@pytest.mark.parametrize(
    ("action", "payload", "words"),
    [
        ("RequestStartTransaction", SENT["RequestStartTransaction"] | {"evseId": 0}, "evseId is at least 1, not 0"),
        ("RequestStartTransaction", SENT["RequestStartTransaction"] | {"idToken": token("a b")}, "identifierString"),
        (
            "RequestStartTransaction",
            SENT["RequestStartTransaction"]
            | {"chargingProfile": PROFILE | {"chargingProfilePurpose": "TxDefaultProfile"}},
            "has to be a TxProfile, not a TxDefaultProfile",
        ),
        (
            "RequestStartTransaction",
            SENT["RequestStartTransaction"] | {"chargingProfile": PROFILE | {"transactionId": "T"}},
            "names a transaction, and there is none yet",
        ),
        ("RequestStopTransaction", {"transactionId": "a b"}, "transactionId holds other characters"),
        ("Reset", {"type": "Immediate", "evseId": 0}, "evseId is at least 1, not 0"),
        ("ChangeAvailability", {"operationalStatus": "Operative", "evse": {"id": 0}}, "evse.id is at least 1, not 0"),
        ("UnlockConnector", {"evseId": 1, "connectorId": -1}, "connectorId is at least 1, not -1"),
        ("TriggerMessage", {"requestedMessage": "StatusNotification"}, "name evse.id and evse.connectorId"),
        ("SetVariables", {"setVariableData": [THRESHOLD | {"attributeValue": "1"}] * 2}, "two times"),
        ("SetVariables", {"setVariableData": [PASSWORD | {"attributeValue": "short"}]}, "16 to 40 characters"),
    ],
)
async def test_what_the_standard_forbids_is_not_sent_unless_rules_are_off(
    api: httpx.AsyncClient, station: Station, action: str, payload: dict[str, Any], words: str
) -> None:
    station.answers["SetVariables"] = was_set(THRESHOLD)

    refused = await operate(api, action, payload)
    assert (refused.status_code, station.received.empty()) == (409, True)
    assert words in refused.json()["detail"]

    assert (await operate(api, action, payload, rules=False)).status_code == 200
    assert (await station.next_call()).payload == payload


@pytest.mark.parametrize("action", ["GetVariables", "SetVariables"])
async def test_no_more_items_are_sent_than_the_station_takes(
    api: httpx.AsyncClient, station: Station, action: str
) -> None:
    limit = {
        "component": {"name": "DeviceDataCtrlr"},
        "variable": {"name": "ItemsPerMessage", "instance": action},
        "variableAttribute": [{"value": "1", "mutability": "ReadOnly"}],
    }
    await station.call("NotifyReport", {"requestId": 1, "generatedAt": NOW, "seqNo": 0, "reportData": [limit]})
    item = {"attributeValue": "1"} if action == "SetVariables" else {}
    names = ("OfflineThreshold", "HeartbeatInterval")
    items = [THRESHOLD | {"variable": {"name": name}} | item for name in names]

    refused = await operate(api, action, {f"{action[0].lower()}{action[1:-1]}Data": items})

    assert refused.status_code == 409
    assert f"2 items are more than the 1 this station takes (ItemsPerMessage{action})" in refused.json()["detail"]


async def test_what_a_station_told_of_its_variables_is_kept(api: httpx.AsyncClient, station: Station) -> None:
    minimum = THRESHOLD | {"attributeType": "MinSet"}
    station.answers["GetVariables"] = got(THRESHOLD | {"attributeValue": "60"}, minimum | {"attributeValue": "10"})
    await operate(api, "GetVariables", SENT["GetVariables"])
    name = "OCPPCommCtrlr.OfflineThreshold"
    assert await values(api) == {f"{name}.Actual": "60", f"{name}.MinSet": "10"}

    station.answers["GetVariables"] = got(minimum | {"attributeStatus": "NotSupportedAttributeType"})
    await operate(api, "GetVariables", SENT["GetVariables"])
    assert await values(api) == {f"{name}.Actual": "60"}

    station.answers["GetVariables"] = got(THRESHOLD | {"attributeStatus": "Rejected"})
    await operate(api, "GetVariables", SENT["GetVariables"])
    assert await values(api) == {f"{name}.Actual": "60"}

    station.answers["GetVariables"] = got(THRESHOLD | {"attributeStatus": "UnknownVariable"})
    await operate(api, "GetVariables", SENT["GetVariables"])
    assert await values(api) == {}


@pytest.mark.parametrize(
    ("status", "value"), [("Accepted", "123"), ("RebootRequired", "123"), ("Rejected", None), ("UnknownVariable", None)]
)
async def test_what_a_station_has_taken_is_kept(
    api: httpx.AsyncClient, station: Station, status: str, value: str | None
) -> None:
    station.answers["SetVariables"] = was_set(THRESHOLD | {"attributeStatus": status})

    await operate(api, "SetVariables", SENT["SetVariables"])

    assert (await values(api)).get("OCPPCommCtrlr.OfflineThreshold.Actual") == value


async def test_an_answer_that_nobody_can_read_changes_nothing(api: httpx.AsyncClient, station: Station) -> None:
    station.answers["GetVariables"] = station.answers["SetVariables"] = {"status": "Accepted"}
    station.answers["GetBaseReport"] = {"status": "x" * 100}

    for action in ("GetVariables", "SetVariables", "GetBaseReport"):
        await operate(api, action, SENT[action])

    assert await values(api) == {}
    assert [each["status"] for each in (await api.get(f"{PATH}/reports")).json()] == [None]


@pytest.mark.parametrize(
    ("status", "valid"), [("Accepted", [False, True]), ("Rejected", [True, False]), ("RebootRequired", [True, True])]
)
async def test_a_password_that_the_station_has_taken_is_the_one_it_connects_with(
    csms: Csms, api: httpx.AsyncClient, station: Station, status: str, valid: list[bool]
) -> None:
    old, new = "the-old-password", "the-new-password"
    hashed = passwords.hashed(old.encode())
    await csms.store.write(lambda connection: credentials.put(connection, STATION, password=hashed))
    station.answers["SetVariables"] = was_set(PASSWORD | {"attributeStatus": status})

    answer = await operate(api, "SetVariables", {"setVariableData": [PASSWORD | {"attributeValue": new}]})

    assert answer.status_code == 200
    kept = await csms.store.read(lambda connection: credentials.find(connection, STATION))
    hashes = [one for one in (kept.password, kept.pending) if one is not None]
    assert [any(passwords.matches(one.encode(), each) for each in hashes) for one in (old, new)] == valid
    assert new not in str(await values(api))


async def test_a_report_that_is_not_accepted_is_told_with_its_answer(api: httpx.AsyncClient, station: Station) -> None:
    station.answers["GetBaseReport"] = {"status": "NotSupported"}

    await operate(api, "GetBaseReport", SENT["GetBaseReport"])

    (report,) = (await api.get(f"{PATH}/reports")).json()
    assert (report["status"], report["complete"], report["reportBase"]) == ("NotSupported", False, "FullInventory")


async def test_triggers_of_test_suites_are_those_of_the_version(api: httpx.AsyncClient, station: Station) -> None:
    response = await api.post(f"/api/octt/2.0.1/{STATION}/reset", json={"type": "Immediate"}, params={"wait": True})

    assert response.json() == {"status": "Accepted"}
    assert (await station.next_call()).payload == {"type": "Immediate"}
    assert (await api.post(f"/api/octt/1.6/{STATION}/reset", json={"type": "Hard"})).status_code == 409
    assert (await api.post(f"/api/octt/2.0.1/{STATION}/Reset", json={})).status_code == 404


async def test_the_description_has_the_operations_with_their_schemas(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/openapi.json")).json()["paths"]

    for action in SENT:
        described = paths[f"/api/v1/ocpp2.0.1/stations/{{identity}}/operations/{action}"]["post"]
        schema = described["requestBody"]["content"]["application/json"]["schema"]
        assert SENT[action].keys() <= schema["properties"].keys(), action
        assert "$ref" not in str(schema)
