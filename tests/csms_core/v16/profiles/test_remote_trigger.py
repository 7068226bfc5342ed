"""Remote Trigger profile: what a trigger brought, and the boot that may not be triggered (OCPP 1.6 §5.17)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.store import stations
from csms_core.v16.triggers import brought
from ocppj.errors import CallRefused
from tests.csms_core.support.bench import STATION, Connecting, Station

pytestmark = pytest.mark.asyncio

PATH = f"/api/v1/stations/{STATION}/triggers"
RAW = f"/api/v1/stations/{STATION}/operations/TriggerMessage"


async def ask(api: httpx.AsyncClient, message: str, **members: Any) -> httpx.Response:
    return await api.post(PATH, json={"requestedMessage": message, **members})


async def test_trg_01_what_a_trigger_brought_is_in_the_answer(api: httpx.AsyncClient, station: Station) -> None:
    asked = asyncio.create_task(ask(api, "StatusNotification", connectorId=2))
    call = await station.next_call()
    await station.call("Heartbeat")
    await station.status("Available", 1)
    await station.status("Faulted", 2)

    response = await asked

    assert call.payload == {"requestedMessage": "StatusNotification", "connectorId": 2}
    assert response.json()["status"] == "Accepted"
    message = response.json()["message"]
    assert message["action"] == "StatusNotification"
    assert message["payload"] == {"connectorId": 2, "status": "Faulted", "errorCode": "NoError"}
    assert message["received_at"].endswith("Z")


async def test_without_a_connector_the_first_message_counts(api: httpx.AsyncClient, station: Station) -> None:
    asked = asyncio.create_task(ask(api, "StatusNotification"))
    await station.next_call()
    await station.status("Available", 0)
    await station.status("Faulted", 1)

    assert (await asked).json()["message"]["payload"]["connectorId"] == 0


@pytest.mark.parametrize("status", ["Rejected", "NotImplemented"])
async def test_a_trigger_that_is_refused_is_not_waited_for(
    api: httpx.AsyncClient, station: Station, status: str
) -> None:
    station.answers["TriggerMessage"] = {"status": status}

    assert (await ask(api, "Heartbeat")).json() == {"status": status, "message": None}


async def test_a_message_that_does_not_come_is_null(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    response = await api.post(PATH, json={"requestedMessage": "Heartbeat"}, params={"timeout": 0})

    assert response.json() == {"status": "Accepted", "message": None}
    link = csms.hub.link(STATION)
    assert link is not None
    assert link.watches == ()


async def test_a_station_that_goes_away_ends_the_waiting(api: httpx.AsyncClient, station: Station) -> None:
    asked = asyncio.create_task(ask(api, "Heartbeat"))
    await station.next_call()
    await station.status()  # comes back after the answer to the trigger has left
    await station.close()

    response = await asked

    assert response.json() in (
        {"status": "Accepted", "message": None},
        {"detail": f"The station '{STATION}' disconnected before it answered TriggerMessage."},
    )


async def test_boot_09_no_boot_is_triggered_after_acceptance(api: httpx.AsyncClient, station: Station) -> None:
    for response in (
        await ask(api, "BootNotification"),
        await api.post(RAW, json={"requestedMessage": "BootNotification"}),
    ):
        assert response.status_code == 409
        assert "may not be triggered before it boots again" in response.json()["detail"]
    assert station.received.empty()


async def test_boot_09_a_boot_is_triggered_before_acceptance(
    csms: Csms, api: httpx.AsyncClient, connecting: Connecting
) -> None:
    await csms.store.write(lambda c: stations.put(c, STATION, "", registration="Pending"))
    station = await connecting()
    await station.boot()
    asked = asyncio.create_task(ask(api, "BootNotification"))
    await station.next_call()
    await station.boot(firmwareVersion="2")

    assert (await asked).json()["message"]["payload"]["firmwareVersion"] == "2"


async def test_boot_09_can_be_set_aside_to_test_a_station(api: httpx.AsyncClient, station: Station) -> None:
    response = await api.post(f"{RAW}?rules=false", json={"requestedMessage": "BootNotification"})

    assert response.status_code == 200


async def test_an_extended_trigger_uses_the_message_of_the_white_paper(
    api: httpx.AsyncClient, station: Station
) -> None:
    station.answers["ExtendedTriggerMessage"] = {"status": "Accepted"}
    asked = asyncio.create_task(ask(api, "LogStatusNotification", extended=True))
    call = await station.next_call()
    await station.call("LogStatusNotification", {"status": "Idle"})

    assert call.action == "ExtendedTriggerMessage"
    assert (await asked).json()["message"]["payload"] == {"status": "Idle"}


async def test_a_message_the_action_does_not_know_is_refused(api: httpx.AsyncClient, station: Station) -> None:
    response = await ask(api, "LogStatusNotification")

    assert response.status_code == 422
    assert "requestedMessage" in response.json()["detail"]


async def test_nobody_is_asked_who_is_not_there(api: httpx.AsyncClient, station: Station) -> None:
    await station.close()
    assert (await ask(api, "Heartbeat")).status_code == 409
    assert (
        await api.post("/api/v1/stations/OTHER/triggers", json={"requestedMessage": "Heartbeat"})
    ).status_code == 404


@pytest.mark.parametrize(
    ("action", "requested", "action_of_station"),
    [
        ("TriggerMessage", "FirmwareStatusNotification", "FirmwareStatusNotification"),
        ("ExtendedTriggerMessage", "FirmwareStatusNotification", "SignedFirmwareStatusNotification"),
        ("ExtendedTriggerMessage", "SignChargePointCertificate", "SignCertificate"),
        ("ExtendedTriggerMessage", "Heartbeat", "Heartbeat"),
    ],
)
async def test_which_message_a_trigger_brings(action: str, requested: str, action_of_station: str) -> None:
    assert brought(action, requested) == action_of_station


@pytest.mark.parametrize("refusal", ["Rejected", "NotImplemented", None], ids=str)
async def test_a_trigger_that_was_refused_permits_nothing(
    csms: Csms, api: httpx.AsyncClient, connecting: Connecting, refusal: str | None
) -> None:
    """While the boot is Pending only what was asked for may be sent (OCPP 1.6 §4.2), and this is not."""
    await csms.store.write(lambda c: stations.put(c, STATION, "", registration="Pending"))
    station = await connecting()
    await station.boot()
    if refusal is None:
        del station.answers["TriggerMessage"]  # a CALLERROR
    else:
        station.answers["TriggerMessage"] = {"status": refusal}

    await api.post(PATH, json={"requestedMessage": "Heartbeat"})

    with pytest.raises(CallRefused, match="SecurityError"):
        await station.call("Heartbeat")


async def test_a_trigger_that_was_refused_takes_nothing_from_another(
    csms: Csms, api: httpx.AsyncClient, connecting: Connecting
) -> None:
    await csms.store.write(lambda c: stations.put(c, STATION, "", registration="Pending"))
    station = await connecting()
    await station.boot()
    for status in ("Accepted", "Rejected"):
        station.answers["TriggerMessage"] = {"status": status}
        await api.post(PATH, params={"timeout": 0}, json={"requestedMessage": "Heartbeat"})

    assert "currentTime" in await station.call("Heartbeat")
    with pytest.raises(CallRefused, match="SecurityError"):
        await station.call("Heartbeat")
