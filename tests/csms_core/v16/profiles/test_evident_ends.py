"""Transactions whose StopTransaction is lost: ends that are evident, ends by hand, and the late word of the station."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from csms_core import Csms
from tests.csms_core.api.console.test_events import kept
from tests.csms_core.support.bench import STATION, Connecting, Station, configured

pytestmark = pytest.mark.asyncio

STARTED, STOPPED = "2026-11-21T10:00:00.000000Z", "2026-11-21T11:00:00.000000Z"
LATER = "2026-11-21T12:00:00Z"


async def shown(api: httpx.AsyncClient, transaction_id: int) -> dict[str, Any]:
    response = await api.get(f"/api/v1/transactions/{transaction_id}")
    found: dict[str, Any] = response.raise_for_status().json()
    return found


async def running(api: httpx.AsyncClient) -> list[int]:
    found = (await api.get("/api/v1/transactions", params={"running": True})).json()
    return [each["transactionId"] for each in found]


async def lost(station: Station, **members: Any) -> int:
    """A transaction of which no stop comes."""
    number: int = (await station.start(**members))["transactionId"]
    return number


async def test_a_newer_transaction_at_the_connector_ends_the_older(api: httpx.AsyncClient, station: Station) -> None:
    older = await lost(station)
    elsewhere = await lost(station, connectorId=2)

    newer = await lost(station, id_tag="GOOD2", timestamp=LATER)

    assert await running(api) == [newer, elsewhere]
    ended = await shown(api, older)
    assert (ended["ended_by"], ended["stopped_at"]) == ("StartTransaction", "2026-11-21T12:00:00.000000Z")
    assert ended["evidence"] == f"Transaction {newer} has begun at this connector."
    assert (ended["meterStop"], ended["reason"]) == (None, None), "nobody knows"


async def test_a_start_that_is_repeated_ends_nothing(api: httpx.AsyncClient, station: Station) -> None:
    number = await lost(station)

    assert await lost(station) == number

    assert await running(api) == [number]


async def test_a_clock_that_was_set_back_does_not_keep_the_older_running(
    api: httpx.AsyncClient, station: Station
) -> None:
    older = await lost(station)

    newer = await lost(station, timestamp="1970-01-01T00:00:05Z")

    assert await running(api) == [newer]
    assert (await shown(api, older))["stopped_at"] > STARTED


@configured(concurrent_transactions=False)
async def test_a_lost_stop_is_no_concurrent_transaction_for_ever(
    csms: Csms, api: httpx.AsyncClient, station: Station
) -> None:
    await lost(station)
    assert (await station.start(connectorId=2))["idTagInfo"]["status"] == "ConcurrentTx"

    await station.status("Available", 1)
    await station.status("Available", 2)

    assert (await station.start(connectorId=2, timestamp=LATER))["idTagInfo"]["status"] == "Accepted"


async def test_an_available_connector_ends_what_ran_there(api: httpx.AsyncClient, station: Station) -> None:
    number, elsewhere = await lost(station), await lost(station, connectorId=2)

    for status in ("Charging", "SuspendedEV", "Finishing", "Unavailable", "Faulted"):
        await station.status(status)
    await station.status("Available", 0)
    assert await running(api) == [elsewhere, number], "none of these says that it has ended"
    await station.status("Available", 1)

    assert await running(api) == [elsewhere]
    ended = await shown(api, number)
    assert (ended["ended_by"], ended["evidence"]) == ("StatusNotification", "Its connector was reported Available.")


async def test_an_available_of_before_the_start_ends_nothing(api: httpx.AsyncClient, station: Station) -> None:
    number = await lost(station)

    notification = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
    await station.call("StatusNotification", notification | {"timestamp": "2026-11-21T09:59:59Z"})

    assert await running(api) == [number]


async def test_a_stop_that_comes_late_is_the_last_word(api: httpx.AsyncClient, station: Station) -> None:
    number = await lost(station)
    await station.status("Available")

    await station.stop(number, reason="PowerLoss")

    ended = await shown(api, number)
    assert (ended["meterStop"], ended["stopped_at"], ended["reason"]) == (900, STOPPED, "PowerLoss")
    assert (ended["ended_by"], ended["evidence"]) == ("StopTransaction", None)


async def test_a_boot_leaves_a_doubt_until_the_station_tells_of_the_transaction(
    api: httpx.AsyncClient, station: Station
) -> None:
    """A station may go on with a transaction after a boot, so that the boot alone is no end."""
    number = await lost(station)
    assert (await shown(api, number))["doubt"] is None

    await station.boot()
    doubted = await shown(api, number)
    value = {"timestamp": LATER, "sampledValue": [{"value": "1"}]}
    await station.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value]})

    assert doubted["running"]
    assert "has told nothing of it since" in doubted["doubt"]
    assert (await shown(api, number))["doubt"] is None


async def test_an_end_by_hand(api: httpx.AsyncClient, station: Station) -> None:
    number = await lost(station)

    response = await api.post(
        f"/api/v1/transactions/{number}/end", json={"why": "The driver has called.", "meterStop": 700}
    )

    assert response.status_code == 200
    ended = response.json()
    assert (ended["running"], ended["ended_by"], ended["evidence"]) == (False, "operator", "The driver has called.")
    assert ended["meterStop"] == 700
    again = await api.post(f"/api/v1/transactions/{number}/end")
    assert (again.status_code, again.json()) == (409, {"detail": f"The transaction {number} has ended already."})
    assert (await api.post("/api/v1/transactions/4711/end")).status_code == 404


async def told(api: httpx.AsyncClient) -> list[tuple[str, str]]:
    """Station and text of the events that tell of an end."""
    return [(event["station"], event["text"]) for kind, event in await kept(api) if kind == "ended"]


async def test_an_end_by_hand_is_told_with_its_evidence_once(
    api: httpx.AsyncClient, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    number = await lost(station)
    await api.post(f"/api/v1/transactions/{number}/end", json={"why": "The driver has called."})
    await api.post(f"/api/v1/transactions/{number}/end")
    await api.post("/api/v1/transactions/4711/end")

    assert await told(api) == [(STATION, f"transaction {number} at connector 1: The driver has called. (operator)")]
    assert f"transaction {number} of {STATION} at connector 1 was ended in the books: The driver" in caplog.text


async def test_an_evident_end_is_told_with_its_evidence_before_the_answer(
    api: httpx.AsyncClient, station: Station
) -> None:
    older = await lost(station)
    newer = await lost(station, timestamp=LATER)
    status = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
    await station.call("StatusNotification", status | {"timestamp": "2026-11-21T13:00:00Z"})

    begun = f"Transaction {newer} has begun at this connector. (StartTransaction)"
    assert await told(api) == [
        (STATION, f"transaction {older} at connector 1: {begun}"),
        (STATION, f"transaction {newer} at connector 1: Its connector was reported Available. (StatusNotification)"),
    ]
    seen = [kind for kind, event in await kept(api) if kind == "ended" or event.get("direction") == "csms->station"]
    assert seen[-4:] == ["ended", "frame", "ended", "frame"]


async def test_an_end_that_the_station_tells_is_none_of_these(api: httpx.AsyncClient, station: Station) -> None:
    await station.stop(await lost(station))
    await station.status("Available")

    assert await told(api) == []


async def test_an_end_by_hand_frees_the_tag_and_takes_the_profile_of_the_transaction(
    api: httpx.AsyncClient, station: Station
) -> None:
    station.answers["SetChargingProfile"] = {"status": "Accepted"}
    number = await lost(station)
    profiles = f"/api/v1/stations/{STATION}/charging-profiles"
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}]}
    made = {"connectorId": 1, "chargingProfilePurpose": "TxProfile", "chargingSchedule": schedule}
    assert (await api.post(profiles, json=made)).status_code == 201

    await api.post(f"/api/v1/transactions/{number}/end")

    assert (await api.get(profiles)).json() == []


async def test_an_end_by_hand_is_not_undone_by_what_was_remembered(
    api: httpx.AsyncClient, station: Station, connecting: Connecting
) -> None:
    number = await lost(station)
    await api.post(f"/api/v1/transactions/{number}/end")

    await station.stop(number)

    assert (await shown(api, number))["ended_by"] == "StopTransaction"
    assert await running(api) == []
