"""Local Authorization List Management: versions, parts, Full after a failed Differential (OCPP 1.6 §5.10, §5.15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.store.ids import LARGEST
from csms_core.v16.profiles import local_list
from csms_core.v16.store import local_lists
from ocppj.frames import Call
from tests.csms_core.support.bench import STATION, Station

pytestmark = pytest.mark.asyncio

PATH = f"/api/v1/stations/{STATION}/local-list"
GOOD = {"idTag": "GOOD", "idTagInfo": {"status": "Accepted"}}
GOOD2 = {"idTag": "GOOD2", "idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}}


@pytest.fixture(autouse=True)
def willing(station: Station) -> None:
    """The station takes every list."""
    station.answers["SendLocalList"] = {"status": "Accepted"}


async def put(api: httpx.AsyncClient, *tags: str, **members: Any) -> dict[str, Any]:
    response = await api.put(PATH, json={"tags": list(tags), **members})
    assert response.status_code == 200, response.text
    updated: dict[str, Any] = response.json()
    return updated


async def raw(api: httpx.AsyncClient, action: str, payload: dict[str, Any]) -> httpx.Response:
    return await api.post(f"/api/v1/stations/{STATION}/operations/{action}", json=payload)


async def told(api: httpx.AsyncClient, station: Station, key: str, value: str) -> None:
    """The station tells one configuration key."""
    known = {"key": key, "readonly": True, "value": value}
    station.answers["GetConfiguration"] = {"configurationKey": [known]}
    await raw(api, "GetConfiguration", {"key": [key]})
    await station.next_call()


def refusing_differentials(status: str) -> Callable[[Call], dict[str, Any]]:
    """Answers of a station that takes Full lists only."""
    return lambda call: {"status": status if call.payload["updateType"] == "Differential" else "Accepted"}


async def test_list_03_the_first_update_is_full_and_the_next_differential(
    api: httpx.AsyncClient, station: Station
) -> None:
    first = await put(api, "GOOD")
    second = await put(api, "GOOD2")

    assert (await station.next_call()).payload == {
        "listVersion": 1,
        "updateType": "Full",
        "localAuthorizationList": [GOOD],
    }
    assert (await station.next_call()).payload == {
        "listVersion": 2,
        "updateType": "Differential",
        "localAuthorizationList": [GOOD2, {"idTag": "GOOD"}],
    }
    assert (first["listVersion"], first["entries"], first["in_step"]) == (1, {"GOOD": {"status": "Accepted"}}, True)
    assert (second["listVersion"], list(second["entries"])) == (2, ["GOOD2"])
    assert second["updates"] == [{"updateType": "Differential", "listVersion": 2, "entries": 2, "status": "Accepted"}]


async def test_all_tags_go_out_when_none_is_named(api: httpx.AsyncClient, station: Station) -> None:
    assert (await api.put(PATH)).status_code == 200

    sent = (await station.next_call()).payload["localAuthorizationList"]
    assert {entry["idTag"]: entry["idTagInfo"]["status"] for entry in sent} == {
        "BLOCKED": "Blocked",
        "EXPIRED": "Expired",
        "GOOD": "Accepted",
        "GOOD2": "Accepted",
    }


async def test_nothing_is_sent_when_the_station_has_it_already(api: httpx.AsyncClient, station: Station) -> None:
    await put(api, "GOOD")
    await station.next_call()

    assert (await put(api, "good"))["updates"] == []
    assert station.received.empty()
    assert (await put(api, "GOOD", updateType="Full"))["listVersion"] == 2


async def test_val_06_a_tag_is_on_the_list_once_in_any_case(api: httpx.AsyncClient, station: Station) -> None:
    assert list((await put(api, "GOOD", "good", "GOOD"))["entries"]) == ["GOOD"]
    assert len((await station.next_call()).payload["localAuthorizationList"]) == 1


async def test_a_changed_tag_is_a_difference(api: httpx.AsyncClient, station: Station) -> None:
    await put(api, "GOOD", "GOOD2")
    await api.put("/api/v1/tags/GOOD", json={"status": "Blocked"})

    updated = await put(api, "GOOD", "GOOD2")

    assert updated["entries"]["GOOD"] == {"status": "Blocked"}
    assert updated["updates"][0]["entries"] == 1


async def test_list_05_a_full_list_follows_a_version_mismatch(api: httpx.AsyncClient, station: Station) -> None:
    await put(api, "GOOD")
    await station.next_call()
    station.answers["SendLocalList"] = refusing_differentials("VersionMismatch")

    updated = await put(api, "GOOD", "GOOD2")

    assert [(one["updateType"], one["listVersion"], one["status"]) for one in updated["updates"]] == [
        ("Differential", 2, "VersionMismatch"),
        ("Full", 3, "Accepted"),
    ]
    assert (updated["listVersion"], list(updated["entries"]), updated["in_step"]) == (3, ["GOOD", "GOOD2"], True)
    assert [(await station.next_call()).payload for _ in range(2)][1]["localAuthorizationList"] == [GOOD, GOOD2]


@pytest.mark.parametrize("status", ["Failed", "VersionMismatch"])
async def test_list_05_a_full_list_follows_a_raw_differential_too(
    api: httpx.AsyncClient, station: Station, status: str
) -> None:
    await put(api, "GOOD", "BLOCKED")
    await station.next_call()
    station.answers["SendLocalList"] = refusing_differentials(status)

    payload = {
        "listVersion": 9,
        "updateType": "Differential",
        "localAuthorizationList": [GOOD2, {"idTag": "blocked"}],
    }
    response = await raw(api, "SendLocalList", payload)

    assert response.json() == {"status": status}
    assert (await station.next_call()).payload == payload
    assert (await station.next_call()).payload == {
        "listVersion": 10,
        "updateType": "Full",
        "localAuthorizationList": [GOOD, GOOD2],
    }


@pytest.mark.parametrize("status", ["Failed", "NotSupported", "VersionMismatch"])
async def test_a_full_list_that_is_refused_is_not_sent_again(
    api: httpx.AsyncClient, station: Station, status: str
) -> None:
    station.answers["SendLocalList"] = {"status": status}

    response = await api.put(PATH, json={"tags": ["GOOD"]})

    assert response.status_code == 409
    assert f"answered SendLocalList with {status}" in response.json()["detail"]
    await station.next_call()
    assert station.received.empty()
    kept = (await api.get(PATH)).json()
    assert (kept["listVersion"], kept["status"], kept["in_step"], kept["entries"]) == (0, status, False, {})
    assert kept["told_version"] == (-1 if status == "NotSupported" else None)


async def test_list_07_a_long_list_goes_out_in_parts(api: httpx.AsyncClient, station: Station) -> None:
    await told(api, station, "SendLocalListMaxLength", "2")

    updated = await put(api, "A", "B", "C", "D", "E")

    sent = [(await station.next_call()).payload for _ in range(3)]
    assert [payload["updateType"] for payload in sent] == ["Full", "Differential", "Differential"]
    assert [len(payload["localAuthorizationList"]) for payload in sent] == [2, 2, 1]
    assert [payload["listVersion"] for payload in sent] == [1, 2, 3]
    assert list(updated["entries"]) == ["A", "B", "C", "D", "E"]


async def test_list_07_a_part_that_fails_is_followed_by_the_full_list(api: httpx.AsyncClient, station: Station) -> None:
    await told(api, station, "SendLocalListMaxLength", "2")
    statuses = ["Accepted", "Failed", "Accepted", "Accepted"]
    station.answers["SendLocalList"] = lambda call: {"status": statuses.pop(0)}

    updated = await put(api, "A", "B", "C", "D")

    assert [(one["updateType"], one["status"]) for one in updated["updates"]] == [
        ("Full", "Accepted"),
        ("Differential", "Failed"),
        ("Full", "Accepted"),
        ("Differential", "Accepted"),
    ]
    assert list(updated["entries"]) == ["A", "B", "C", "D"]


async def test_list_07_a_raw_list_that_is_too_long_is_refused(api: httpx.AsyncClient, station: Station) -> None:
    await told(api, station, "SendLocalListMaxLength", "1")
    payload = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [GOOD, GOOD2]}

    response = await raw(api, "SendLocalList", payload)

    assert response.status_code == 409
    assert response.json()["detail"] == (
        "SendLocalList: 2 entries are more than the 1 this station takes (SendLocalListMaxLength, LIST-07)."
    )
    assert station.received.empty()


@pytest.mark.parametrize("version", [0, -1])
async def test_list_02_a_version_is_neither_0_nor_minus_1(
    api: httpx.AsyncClient, station: Station, version: int
) -> None:
    response = await raw(api, "SendLocalList", {"listVersion": version, "updateType": "Full"})

    assert response.status_code == 409
    assert "LIST-02" in response.json()["detail"]
    assert station.received.empty()


async def test_a_full_list_cannot_remove(api: httpx.AsyncClient, station: Station) -> None:
    payload = {"listVersion": 5, "updateType": "Full", "localAuthorizationList": [{"idTag": "GOOD"}]}

    assert (await raw(api, "SendLocalList", payload)).status_code == 409
    assert station.received.empty()


async def test_rules_can_be_set_aside(api: httpx.AsyncClient, station: Station) -> None:
    url = f"/api/v1/stations/{STATION}/operations/SendLocalList?rules=false"

    assert (await api.post(url, json={"listVersion": 0, "updateType": "Full"})).status_code == 200
    assert (await station.next_call()).payload["listVersion"] == 0


async def test_a_raw_list_keeps_the_same_books(api: httpx.AsyncClient, station: Station) -> None:
    await raw(api, "SendLocalList", {"listVersion": 7, "updateType": "Full", "localAuthorizationList": [GOOD]})
    await raw(
        api,
        "SendLocalList",
        {"listVersion": 8, "updateType": "Differential", "localAuthorizationList": [GOOD2, {"idTag": "gOOd"}]},
    )

    kept = (await api.get(PATH)).json()

    assert (kept["listVersion"], kept["in_step"], list(kept["entries"])) == (8, True, ["GOOD2"])
    assert (await put(api, "GOOD"))["updates"][0]["listVersion"] == 9


async def test_a_differential_on_an_unknown_list_leaves_it_unknown(api: httpx.AsyncClient, station: Station) -> None:
    await raw(api, "SendLocalList", {"listVersion": 8, "updateType": "Differential", "localAuthorizationList": [GOOD2]})

    assert (await api.get(PATH)).json()["in_step"] is False
    assert (await put(api, "GOOD"))["updates"][0]["updateType"] == "Full"


@pytest.mark.parametrize(
    ("version", "in_step", "next_update"),
    [(1, True, "Differential"), (5, False, "Full"), (0, True, "Differential"), (-1, False, "Full")],
)
async def test_list_01_the_version_of_the_station_is_believed(
    api: httpx.AsyncClient, station: Station, version: int, in_step: bool, next_update: str
) -> None:
    await put(api, "GOOD")
    station.answers["GetLocalListVersion"] = {"listVersion": version}

    assert (await api.get(f"{PATH}/version")).json() == {"listVersion": version}

    kept = (await api.get(PATH)).json()
    assert (kept["told_version"], kept["in_step"]) == (version, in_step)
    assert bool(kept["entries"]) == (version > 0)
    update = (await put(api, "GOOD2"))["updates"][0]
    assert update["updateType"] == next_update
    assert update["listVersion"] > max(version, 0)


async def test_versions_start_again_below_the_largest(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    await raw(api, "SendLocalList", {"listVersion": LARGEST, "updateType": "Full", "localAuthorizationList": [GOOD]})

    update = (await put(api, "GOOD2"))["updates"][0]

    assert (update["updateType"], update["listVersion"]) == ("Full", 1)


async def test_without_a_told_length_the_messages_are_bounded(csms: Csms, station: Station) -> None:
    wanted = {f"T{number}": {"status": "Accepted"} for number in range(local_list.MAX_ENTRIES + 1)}

    requests = await csms.store.read(lambda connection: local_list.full(connection, STATION, wanted))

    assert [len(payload["localAuthorizationList"]) for _, payload in requests] == [local_list.MAX_ENTRIES, 1]


async def test_an_empty_list_is_sent_as_one(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    updated = await put(api)

    assert (await station.next_call()).payload["localAuthorizationList"] == []
    assert (updated["entries"], updated["in_step"]) == ({}, True)
    assert await csms.store.read(lambda connection: local_lists.entries(connection, STATION)) == {}


async def test_an_unknown_station_has_no_list(api: httpx.AsyncClient, station: Station) -> None:
    assert (await api.get("/api/v1/stations/OTHER/local-list")).status_code == 404
    assert (await api.put("/api/v1/stations/OTHER/local-list")).status_code == 404


async def test_a_station_that_went_away_gets_no_list(api: httpx.AsyncClient, station: Station) -> None:
    await station.close()

    response = await api.put(PATH, json={"tags": ["GOOD"]})

    assert (response.status_code, response.json()["detail"]) == (409, f"The station '{STATION}' is not connected.")


async def test_after_a_callerror_the_next_update_is_full(api: httpx.AsyncClient, station: Station) -> None:
    await put(api, "GOOD")
    del station.answers["SendLocalList"]
    assert (await api.put(PATH, json={"tags": ["GOOD2"]})).status_code == 502
    station.answers["SendLocalList"] = {"status": "Accepted"}

    updated = await put(api, "GOOD2")

    assert updated["updates"][0]["updateType"] == "Full"
    assert list(updated["entries"]) == ["GOOD2"]
