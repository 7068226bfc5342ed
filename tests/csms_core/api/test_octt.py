"""The trigger convention `/api/octt`, as test suites for a CSMS use it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.api.routes.octt import kebab, names_of
from csms_core.auth import passwords
from csms_core.store import credentials, stations
from csms_core.v16 import VERSION
from schemas import load
from tests.csms_core.support.bench import STATION, Station

pytestmark = pytest.mark.asyncio

ACTIONS = {name: action for action, name in names_of(VERSION).items()}


async def test_every_action_of_the_csms_has_a_name() -> None:
    sent = {name for name, info in load("1.6").actions.items() if info.sender != "station"}

    assert set(ACTIONS.values()) == sent
    assert all(name.islower() and "_" not in name for name in ACTIONS)


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("RemoteStartTransaction", "remote-start-transaction"),
        ("GetInstalledCertificateIds", "get-installed-certificate-ids"),
        ("GetLocalListVersion", "get-local-list-version"),
        ("SignedUpdateFirmware", "signed-update-firmware"),
        ("Reset", "reset"),
    ],
)
async def test_kebab_case(action: str, name: str) -> None:
    assert kebab(action) == name
    assert ACTIONS[name] == action


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("reset", {"type": "Hard"}),
        ("clear-cache", {}),
        ("change-configuration", {"key": "MeterValueSampleInterval", "value": "60"}),
        ("remote-start-transaction", {"idTag": "GOOD", "connectorId": 1}),
    ],
)
async def test_a_trigger_is_sent_with_its_payload(
    api: httpx.AsyncClient, station: Station, name: str, payload: dict[str, Any]
) -> None:
    response = await api.post(f"/api/octt/1.6/{STATION}/{name}", json=payload)

    assert response.status_code == 202
    assert response.json()["state"] == "queued"
    call = await station.next_call()
    assert (call.action, call.payload) == (ACTIONS[name], payload)


async def test_a_trigger_does_not_wait_for_a_station_that_is_busy_asking(
    api: httpx.AsyncClient, station: Station
) -> None:
    station.release.clear()

    assert (await api.post(f"/api/octt/1.6/{STATION}/clear-cache", json={})).status_code == 202
    station.release.set()

    response = await api.post(f"/api/octt/1.6/{STATION}/clear-cache?wait=true", json={})
    assert (response.status_code, response.json()) == (200, {"status": "Accepted"})


async def test_an_identity_is_decoded(csms: Csms, api: httpx.AsyncClient) -> None:
    await csms.store.write(lambda c: stations.put(c, "RDAM 123/ä", ""))

    response = await api.post("/api/octt/1.6/RDAM%20123%2F%C3%A4/clear-cache", json={})

    assert response.status_code == 409
    assert "'RDAM 123/ä' is not connected" in response.json()["detail"]


@pytest.mark.parametrize(
    ("path", "payload", "status", "words"),
    [
        (f"{STATION}/make-coffee", {}, 404, "There is no action 'make-coffee'"),
        (f"{STATION}/Reset", {"type": "Hard"}, 404, "There is no action 'Reset'"),
        (f"{STATION}/heartbeat", {}, 404, "There is no action 'heartbeat'"),
        (f"{STATION}/reset", {"type": "Warm"}, 422, "Reset: "),
        ("STRANGER/reset", {"type": "Hard"}, 404, "'STRANGER' is not registered"),
    ],
)
async def test_a_mistake_is_one_sentence(
    api: httpx.AsyncClient, station: Station, path: str, payload: dict[str, Any], status: int, words: str
) -> None:
    response = await api.post(f"/api/octt/1.6/{path}", json=payload)

    assert response.status_code == status
    assert words in response.json()["detail"]
    assert station.received.empty()


@pytest.mark.parametrize("status", ["Accepted", "Blocked", "Expired", "Invalid"])
async def test_create_token_makes_an_id_tag_known(api: httpx.AsyncClient, station: Station, status: str) -> None:
    response = await api.post("/api/octt/create-token", json={"token_id": "NEW-TAG", "status": status})

    assert (response.status_code, response.json()) == (200, {"ok": True})
    assert await station.call("Authorize", {"idTag": "NEW-TAG"}) == {"idTagInfo": {"status": status}}


@pytest.mark.parametrize(
    ("password", "octets"),
    [("test1234", b"test1234"), ("5a" * 20, b"Z" * 20), ("0123456789abcdef", b"0123456789abcdef")],
)
async def test_set_basic_auth_password(csms: Csms, api: httpx.AsyncClient, password: str, octets: bytes) -> None:
    response = await api.post("/api/octt/set-basic-auth-password", json={"station_id": STATION, "password": password})

    assert (response.status_code, response.json()) == (200, {"ok": True})
    kept = await csms.store.read(lambda c: credentials.find(c, STATION))
    assert kept.password is not None
    assert passwords.matches(octets, kept.password)


async def test_the_password_of_a_stranger_is_not_kept(api: httpx.AsyncClient) -> None:
    body = {"station_id": "STRANGER", "password": "test1234"}

    response = await api.post("/api/octt/set-basic-auth-password", json=body)

    assert response.status_code == 404


async def test_a_refused_password_is_not_repeated(api: httpx.AsyncClient) -> None:
    secret = "geheim" * 50

    response = await api.post("/api/octt/set-basic-auth-password", json={"station_id": STATION, "password": secret})

    assert response.status_code == 422
    assert "geheim" not in response.text
