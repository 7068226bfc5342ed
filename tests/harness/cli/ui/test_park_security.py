"""Stations of the car park that identify themselves, and those that misbehave; no password is seen again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from csms_core import Csms
from csms_core.config.model import Config
from csms_core.pki import Pki
from tests.harness.cli.ui.served import Ui, ui
from tests.harness.cli.ui.test_park import connection
from tests.simulator.support.security import own_certificate

pytestmark = pytest.mark.asyncio
PASSWORD, NEW_PASSWORD = "0123456789abcdefghij", "jihgfedcba9876543210"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("authority") / "pki")


@pytest_asyncio.fixture
async def csms(pki: Pki) -> AsyncIterator[Csms]:
    async with Csms(Config(database=":temporary:", any_station=True, pki=str(pki.folder))) as csms:
        yield csms


@asynccontextmanager
async def secured(csms: Csms, id: str, profile: int) -> AsyncIterator[httpx.AsyncClient]:
    """The API about a station that is let in with this profile only."""
    async with httpx.AsyncClient(base_url=f"{csms.api_url}/api/v1/stations/{id}", timeout=30) as api:
        (await api.put(f"{csms.api_url}/api/v1/stations/{id}")).raise_for_status()
        secret = {"profile": profile, "password": PASSWORD if profile < 3 else None}
        (await api.put("/security", json=secret)).raise_for_status()
        yield api


async def told(pages: Ui, id: str) -> str:
    """All that the page is told of a station."""
    picture = await pages.until("/api/park/events", connection(id, "online"))
    base = f"/api/park/stations/{id}/api/v1"
    parts = [await pages.get(f"{base}/{name}") for name in ("frames", "state")]
    return json.dumps([picture, *parts])


@pytest.mark.parametrize(("profile", "ocpp"), [(1, "1.6"), (1, "2.0.1"), (2, "1.6")])
async def test_a_password_opens_and_is_not_seen_again(
    csms: Csms, pki: Pki, tmp_path: Path, profile: int, ocpp: str
) -> None:
    (tmp_path / "ca.pem").write_text(pki.roots_file.read_text())
    async with secured(csms, "CP-1", profile) as api, ui(tmp_path) as pages:
        asked = {
            "url": csms.url if profile == 1 else csms.tls_url,
            "ocpp": ocpp,
            "security_profile": profile,
            "password": PASSWORD,
            **({"ca_file": str(tmp_path / "ca.pem")} if profile == 2 else {}),
        }
        added = await pages.send("POST", "/api/park/stations", asked, 201)
        said = await told(pages, "CP-1")
        assert added == {"id": "CP-1"}
        assert (await api.get("/security")).json()["last_handshake"]["profile"] == profile
        if ocpp == "1.6":
            changed = {"key": "AuthorizationKey", "value": NEW_PASSWORD.encode().hex()}
            answered = await api.post("/operations/ChangeConfiguration", json=changed)
            assert answered.json()["status"] in ("Accepted", "RebootRequired")
            said += await told(pages, "CP-1")
            assert "ChangeConfiguration" in said
        for secret in (PASSWORD, NEW_PASSWORD):
            assert secret not in said
            assert secret.encode().hex() not in said.lower()


async def test_a_certificate_opens(csms: Csms, pki: Pki, tmp_path: Path) -> None:
    own = own_certificate(pki, "CP-3")
    for name, text in (("ca", pki.roots_file.read_text()), ("own", own["certificate"]), ("key", own["key"])):
        (tmp_path / f"{name}.pem").write_text(text)
    asked = {
        "id": "CP-3",
        "url": csms.tls_url,
        "security_profile": 3,
        "ca_file": str(tmp_path / "ca.pem"),
        "certificate": str(tmp_path / "own.pem"),
        "key": str(tmp_path / "key.pem"),
    }
    async with secured(csms, "CP-3", 3) as api, ui(tmp_path) as pages:
        refused = await pages.send("POST", "/api/park/stations", {**asked, "ca_file": None}, 422)
        assert refused["detail"].endswith("its station trusts nobody yet; add the CA file")
        wrong = await pages.send("POST", "/api/park/stations", {**asked, "key": asked["ca_file"]}, 422)
        assert wrong["detail"].startswith("Private key ")
        await pages.send("POST", "/api/park/stations", asked, 201)
        said = await told(pages, "CP-3")
        assert (await api.get("/security")).json()["last_handshake"]["profile"] == 3
        assert own["key"].splitlines()[1] not in said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"security_profile": 1}, "Security profile 1 needs a password."),
        ({"security_profile": 3}, "needs a client certificate and its private key"),
        ({"security_profile": 4}, "from 0 to 3"),
        ({"password": PASSWORD}, "A password is for the security profiles 1 and 2"),
        ({"password": 7, "security_profile": 1}, "The password is a text."),
        ({"ca_file": "no/such.pem"}, "CA file no/such.pem: there is no such file"),
        ({"ca_file": "\0"}, "there is no such file"),
        ({"url": f"ws://me:{PASSWORD}@127.0.0.1:9/"}, "An address has no password in it"),
        ({"faults": ["heartbeat-lat"]}, "Deliberate defect: There is no fault 'heartbeat-lat'"),
        ({"faults": "heartbeat-late"}, "a list of at most 50 names"),
    ],
)
async def test_what_does_not_fit_is_a_sentence_in_the_words_of_the_page(
    tmp_path: Path, asked: dict[str, Any], said: str
) -> None:
    async with ui(tmp_path) as pages:
        refused = await pages.send("POST", "/api/park/stations", {"url": "ws://127.0.0.1:9/", **asked}, 422)
    assert said in refused["detail"]
    assert "--" not in refused["detail"]
    assert PASSWORD not in refused["detail"]


async def test_a_station_misbehaves_from_its_start_and_until_it_is_told_not_to(csms: Csms, tmp_path: Path) -> None:
    async with ui(tmp_path) as pages:
        facts = await pages.get("/api/park")
        names = [fault["name"] for fault in facts["faults"]["1.6"]]
        assert {"calls-with-extra-member", "answers-missing"} <= {*names}
        assert {fault["name"] for fault in facts["faults"]["2.0.1"]} <= {*names}

        asked = {"url": csms.url, "faults": ["calls-with-extra-member"]}
        await pages.send("POST", "/api/park/stations", asked, 201)
        (station,) = await pages.until("/api/park/events", lambda all: all and all[0]["said"])
        assert station["faults"] == ["calls-with-extra-member"]
        frames = await pages.get("/api/park/stations/CP-1/api/v1/frames?last=100")
        assert {finding["rule"] for frame in frames for finding in frame["findings"]}

        await pages.send("PUT", "/api/park/stations/CP-1/api/v1/faults", {"faults": []})
        (station,) = await pages.until("/api/park/events", lambda all: True)
        assert station["faults"] == []
