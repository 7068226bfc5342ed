"""`any_tag`: idTags that nobody made known are Accepted, and those that are known are what they are (OCPP 1.6 §7.2)."""

from __future__ import annotations

import httpx
import pytest

from tests.csms_core.support.bench import STATION, Station, configured

pytestmark = pytest.mark.asyncio

any_tag = configured(any_tag=True)


@pytest.mark.parametrize(
    ("id_tag", "status"), [("NOBODY-KNOWS", "Accepted"), ("BLOCKED", "Blocked"), ("EXPIRED", "Expired")]
)
@any_tag
async def test_only_what_is_not_known_is_accepted(station: Station, id_tag: str, status: str) -> None:
    authorized = await station.call("Authorize", {"idTag": id_tag})
    started = await station.start(id_tag)
    stopped = await station.stop(started["transactionId"], idTag=id_tag)

    assert {answer["idTagInfo"]["status"] for answer in (authorized, started, stopped)} == {status}


async def test_it_is_off_unless_asked_for(station: Station) -> None:
    assert await station.call("Authorize", {"idTag": "NOBODY-KNOWS"}) == {"idTagInfo": {"status": "Invalid"}}


@any_tag
async def test_nothing_is_made_known_by_it(station: Station, api: httpx.AsyncClient) -> None:
    before = (await api.get("/api/v1/tags")).json()

    await station.start("NOBODY-KNOWS")

    assert (await api.get("/api/v1/tags")).json() == before
    assert (await api.get("/api/v1/tags/NOBODY-KNOWS")).status_code == 404


@any_tag
async def test_a_local_list_says_of_a_tag_what_authorize_says(station: Station, api: httpx.AsyncClient) -> None:
    """Else the station would turn away from its list whom the CSMS lets in (OCPP 1.6 §3.5.2)."""
    station.answers["SendLocalList"] = {"status": "Accepted"}
    wanted = ["NOBODY-KNOWS", "BLOCKED"]

    response = await api.put(f"/api/v1/stations/{STATION}/local-list", json={"tags": wanted})

    assert response.status_code == 200
    for id_tag in wanted:
        authorized = (await station.call("Authorize", {"idTag": id_tag}))["idTagInfo"]
        assert response.json()["entries"][id_tag]["status"] == authorized["status"]


@any_tag
async def test_a_list_of_all_tags_holds_those_that_are_known(station: Station, api: httpx.AsyncClient) -> None:
    station.answers["SendLocalList"] = {"status": "Accepted"}
    await station.call("Authorize", {"idTag": "NOBODY-KNOWS"})

    entries = (await api.put(f"/api/v1/stations/{STATION}/local-list")).json()["entries"]

    assert "GOOD" in entries
    assert "NOBODY-KNOWS" not in entries
