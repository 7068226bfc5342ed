"""The car park: stations that are added, played over their own API, drawn, and removed; at the reference CSMS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from csms_core import Csms
from csms_core.config.model import Config
from harness.cli.ui.park import park as parking
from harness.cli.ui.park.park import Park
from tests.harness.cli.ui.served import Ui, ui

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def csms() -> AsyncIterator[Csms]:
    async with Csms(Config(database=":temporary:", any_station=True)) as csms:
        async with httpx.AsyncClient(verify=False) as client:
            (await client.put(f"{csms.api_url}/api/v1/tags/TAG-1")).raise_for_status()
        yield csms


def connection(id: str, wanted: str) -> Any:
    """Whether a station has come so far."""
    return lambda picture: any(one["id"] == id and one["state"]["connection"] == wanted for one in picture)


async def charging(pages: Ui, id: str) -> dict[str, Any]:
    verbs = f"/api/park/stations/{id}/api/v1/verbs"
    await pages.send("POST", f"{verbs}/plug_in", {"connector": 1})
    await pages.send("POST", f"{verbs}/present", {"tag": "TAG-1", "connector": 1})
    picture = await pages.until(
        "/api/park/events", lambda picture: picture[0]["state"]["connectors"][0]["status"] in ("Charging", "Occupied")
    )
    state: dict[str, Any] = picture[0]["state"]["connectors"][0]
    return state


async def test_a_station_is_added_played_and_removed(csms: Csms, tmp_path: Path) -> None:
    async with ui(tmp_path) as pages:
        facts = await pages.get("/api/park")
        assert "ac-22kw" in [model["name"] for model in facts["models"]]
        added = await pages.send("POST", "/api/park/stations", {"url": csms.url, "model": "ac-22kw"}, 201)
        assert added == {"id": "CP-1"}
        await pages.until("/api/park/events", connection("CP-1", "online"))
        assert (
            "CP-1" in (await pages.send("POST", "/api/park/stations", {"url": csms.url, "id": "CP-1"}, 409))["detail"]
        )

        state = await charging(pages, "CP-1")
        assert state["transaction"]["idTag"] == "TAG-1"
        operations = f"{csms.api_url}/api/v1/stations/CP-1/operations"
        period = {"startPeriod": 0, "limit": 3000}
        schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [period, {"startPeriod": 60, "limit": 5000}]}
        profile = {
            "chargingProfileId": 7,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": schedule,
        }
        asked = {"connectorId": 1, "csChargingProfiles": profile}
        await pages.send("POST", f"{operations}/SetChargingProfile", asked)
        limited = await pages.until("/api/park/events", lambda all: all[0]["state"]["connectors"][0]["limit"] == 3000)
        assert limited[0]["state"]["connectors"][0]["limited_by"] == ["TxDefaultProfile 7"]
        course = await pages.get("/api/park/stations/CP-1/course")
        (outlet, *_) = course["connectors"]
        assert [limit for _, limit in outlet["schedule"]] == [3000.0, 5000.0]
        limits = await pages.get("/api/park/stations/CP-1/api/v1/limits?connector=1&seconds=30")
        assert limits == [{"after": 0, "limit": 3000.0}]
        await pages.get("/api/park/stations/CP-1/api/v1/limits?connector=9", 422)
        frames = await pages.get("/api/park/stations/CP-1/api/v1/frames?last=100")
        assert "SetChargingProfile" in [frame["action"] for frame in frames]

        verbs = "/api/park/stations/CP-1/api/v1/verbs"
        await pages.send("POST", f"{verbs}/lose_network", {})
        await pages.until("/api/park/events", connection("CP-1", "no network"))
        await pages.send("POST", f"{verbs}/cut_power", {})
        await pages.until("/api/park/events", connection("CP-1", "off"))
        assert "no verb" in (await pages.send("POST", f"{verbs}/fly", {}, 404))["detail"]
        await pages.send("DELETE", "/api/park/stations/CP-1", {})
        await pages.get("/api/park/stations/CP-1/api/v1/state", 404)
        await pages.send("DELETE", "/api/park/stations/CP-1", {}, 404)
        assert await pages.until("/api/park/events", lambda picture: picture == []) == []


async def test_a_station_of_the_other_version_has_no_limits(csms: Csms, tmp_path: Path) -> None:
    async with ui(tmp_path) as pages:
        asked = {"url": csms.url, "id": "CP-201", "ocpp": "2.0.1", "connectors": 2}
        await pages.send("POST", "/api/park/stations", asked, 201)
        await pages.until("/api/park/events", connection("CP-201", "online"))
        assert await pages.get("/api/park/stations/CP-201/api/v1/limits?connector=2") == []
        await pages.get("/api/park/stations/CP-201/api/v1/limits?connector=3", 422)


async def test_what_each_outlet_gives_is_kept_so_far_back(csms: Csms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parking, "MOST_POINTS", 3)
    park = Park()
    park.add({"url": csms.url, "id": "A", "connectors": 2})
    for _ in range(5):
        park.look()
    first, second = park.course("A")["connectors"]
    assert [len(first["points"]), len(second["points"])] == [3, 3]
    assert {(power, limit) for _, power, limit in first["points"]} == {(0.0, None)}
    await park.close()
    assert park.picture() == []


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({}, 422, "address of the CSMS is missing"),
        ({"url": "http://x"}, 422, "ws://"),
        ({"url": "ws://127.0.0.1:9", "id": "a b"}, 422, "identity"),
        ({"url": "ws://127.0.0.1:9", "model": "../x.toml"}, 422, "no model"),
        ({"url": "ws://127.0.0.1:9", "model": "ac-22kw", "connectors": 2}, 422, "Connectors says"),
        ({"url": "ws://127.0.0.1:9", "connectors": 99}, 422, "from 1 to 16"),
        ({"url": "ws://127.0.0.1:9", "ocpp": "3"}, 422, "1.6, 2.0.1"),
    ],
)
async def test_what_is_no_station_is_a_sentence(tmp_path: Path, asked: dict[str, Any], status: int, said: str) -> None:
    async with ui(tmp_path) as pages:
        assert said in (await pages.send("POST", "/api/park/stations", asked, status))["detail"]


async def test_there_is_room_for_so_many(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(parking, "MOST", 1)
    async with ui(tmp_path) as pages:
        await pages.send("POST", "/api/park/stations", {"url": "ws://127.0.0.1:9"}, 201)
        assert "room" in (await pages.send("POST", "/api/park/stations", {"url": "ws://127.0.0.1:9"}, 409))["detail"]
        failed = await pages.until("/api/park/events", lambda picture: picture[0]["failure"])
        assert failed[0]["state"]["connection"] == "not connected"
