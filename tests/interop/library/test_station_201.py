"""A station of OCPP 2.0.1 made with the `ocpp` package at the reference CSMS: what each says, and whether the other
takes it.

The library validates by strict schemas of its own what it sends and what it gets; a frame of the CSMS that it does not
take is a CALLERROR or an exception here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from ocpp.charge_point import camel_to_snake_case
from ocpp.v201 import call

from csms_core import Config, Csms
from tests.interop.library.station import connected, library_station_201

pytestmark = pytest.mark.asyncio

NOW = "2026-11-21T10:00:00.000Z"
IDENTITY = "LIBRARY-201"
TOKEN = {"idToken": "GOOD", "type": "ISO14443"}
PLACE = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}
ACCEPTED: dict[str, Any] = {"status": "Accepted"}

OPERATIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ChangeAvailability": (
        {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 1}},
        {"status": "Scheduled"},
    ),
    "ClearCache": ({}, {"status": "Rejected", "statusInfo": {"reasonCode": "CacheOff"}}),
    "GetBaseReport": ({"requestId": 7, "reportBase": "ConfigurationInventory"}, ACCEPTED),
    "GetVariables": (
        {"getVariableData": [PLACE]},
        {"getVariableResult": [PLACE | {"attributeStatus": "Accepted", "attributeValue": "60"}]},
    ),
    "RequestStartTransaction": (
        {"remoteStartId": 3, "evseId": 1, "idToken": TOKEN},
        {"status": "Accepted", "transactionId": "T-1"},
    ),
    "RequestStopTransaction": ({"transactionId": "T-1"}, ACCEPTED),
    "Reset": ({"type": "OnIdle", "evseId": 1}, {"status": "Scheduled"}),
    "SetVariables": (
        {"setVariableData": [PLACE | {"attributeValue": "123"}]},
        {"setVariableResult": [PLACE | {"attributeStatus": "RebootRequired"}]},
    ),
    "TriggerMessage": (
        {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}},
        {"status": "NotImplemented"},
    ),
    "UnlockConnector": ({"evseId": 1, "connectorId": 1}, {"status": "OngoingAuthorizedTransaction"}),
}
"""What the CSMS is asked to send, and what the station answers, in names of the wire."""


@pytest_asyncio.fixture
async def csms(tmp_path: Path) -> AsyncIterator[Csms]:
    """A CSMS that knows the token, and takes data of one vendor."""
    vendors = {"acme": frozenset({"hello"})}
    async with Csms(Config(database=f"sqlite:///{tmp_path}/csms.db", any_station=True, data_transfer=vendors)) as csms:
        yield csms


@pytest_asyncio.fixture
async def api(csms: Csms) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=csms.api_url, timeout=30, verify=False) as client:
        await client.put("/api/v1/tags/GOOD", json={"parentIdTag": "FAMILY", "type": "ISO14443"})
        yield client


@pytest_asyncio.fixture
async def station(csms: Csms, api: httpx.AsyncClient) -> AsyncIterator[Any]:
    """A station that was accepted."""
    made = library_station_201({action: answer for action, (_, answer) in OPERATIONS.items()})
    async with connected(made, csms.url, IDENTITY, "ocpp2.0.1") as station:
        unit = {"model": "M", "vendor_name": "V"}
        answer = await station.call(call.BootNotification(charging_station=unit, reason="PowerUp"))
        assert (answer.status, answer.interval) == ("Accepted", 300)
        yield station


async def test_the_library_takes_every_answer(api: httpx.AsyncClient, station: Any) -> None:
    token = {"id_token": "good", "type": "ISO14443"}
    group = {"status": "Accepted", "group_id_token": {"id_token": "FAMILY", "type": "Central"}}
    evse = {"id": 1, "connector_id": 1}
    transaction = {"transaction_id": "T-1"}
    values = [{"timestamp": NOW, "sampled_value": [{"value": 1.5}]}]
    variable = {"component": {"name": "EVSE", "evse": evse}, "variable": {"name": "Power"}}

    assert (await station.call(call.Heartbeat())).current_time.endswith("Z")
    connector = {"timestamp": NOW, "connector_status": "Occupied", "evse_id": 1, "connector_id": 1}
    await station.call(call.StatusNotification(**connector))
    report = [{**variable, "variable_attribute": [{"value": "11000"}]}]
    await station.call(call.NotifyReport(request_id=7, generated_at=NOW, seq_no=0, tbc=False, report_data=report))
    assert (await station.call(call.Authorize(id_token=token))).id_token_info == group
    told: list[tuple[str, str, dict[str, Any]]] = [
        ("Started", "CablePluggedIn", {"evse": evse}),
        ("Updated", "Authorized", {"id_token": token}),
        ("Updated", "MeterValuePeriodic", {"meter_value": values}),
        ("Ended", "EVCommunicationLost", {}),
    ]
    for seq_no, (kind, reason, members) in enumerate(told):
        answer = await station.call(
            call.TransactionEvent(
                event_type=kind,
                timestamp=NOW,
                trigger_reason=reason,
                seq_no=seq_no,
                transaction_info=transaction,
                **members,
            )
        )
        assert answer.id_token_info == (group if "id_token" in members else None)
        assert answer.total_cost is None
    await station.call(call.MeterValues(evse_id=1, meter_value=values))
    await station.call(call.SecurityEventNotification(type="StartupOfTheDevice", timestamp=NOW))
    assert (await station.call(call.DataTransfer(vendor_id="acme", message_id="hello"))).status == "Accepted"
    assert (await station.call(call.DataTransfer(vendor_id="nobody"))).status == "UnknownVendorId"

    (booked,) = (await api.get("/api/v1/ocpp2.0.1/transactions")).json()
    assert (booked["events"], booked["running"], booked["energy_last"]) == (4, False, 1.5)


@pytest.mark.parametrize("action", OPERATIONS)
async def test_the_library_takes_every_operation_and_its_answer_comes_back(
    api: httpx.AsyncClient, station: Any, action: str
) -> None:
    payload, answer = OPERATIONS[action]

    response = await api.post(f"/api/v1/ocpp2.0.1/stations/{IDENTITY}/operations/{action}", json=payload)

    assert (response.status_code, response.json()) == (200, answer)
    assert station.received == [(action, camel_to_snake_case(payload))]
