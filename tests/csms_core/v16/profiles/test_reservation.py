"""Reservation profile: made, used, cancelled, ended, as the messages of both sides tell (OCPP 1.6 §5.1, §5.13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.store.ids import LARGEST
from csms_core.v16.store import reservations
from tests.csms_core.support.bench import STATION, Station, configured

pytestmark = pytest.mark.asyncio

PATH = f"/api/v1/stations/{STATION}/reservations"
FAR = "2099-01-01T00:00:00Z"
RESERVE = {"connectorId": 1, "idTag": "GOOD", "expiryDate": FAR}


@pytest.fixture(autouse=True)
def willing(station: Station) -> None:
    """The station reserves and cancels whatever it is asked to."""
    station.answers |= {"ReserveNow": {"status": "Accepted"}, "CancelReservation": {"status": "Accepted"}}


async def reserve(api: httpx.AsyncClient, **members: Any) -> dict[str, Any]:
    response = await api.post(PATH, json=RESERVE | members)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def state(api: httpx.AsyncClient, number: int) -> str:
    shown = (await api.get(f"{PATH}/{number}")).json()
    assert isinstance(shown["state"], str)
    return str(shown["state"])


async def raw(api: httpx.AsyncClient, action: str, payload: dict[str, Any]) -> httpx.Response:
    return await api.post(f"/api/v1/stations/{STATION}/operations/{action}", json=payload)


async def test_a_reservation_is_made_with_an_id_of_the_csms(api: httpx.AsyncClient, station: Station) -> None:
    made = [await reserve(api) for _ in range(2)]

    assert [one["reservationId"] for one in made] == [1, 2]
    assert {one["state"] for one in made} == {"reserved"}
    call = await station.next_call()
    assert call.action == "ReserveNow"
    assert call.payload == {
        "connectorId": 1,
        "idTag": "GOOD",
        "expiryDate": "2099-01-01T00:00:00.000Z",
        "reservationId": 1,
    }


async def test_connector_0_may_be_reserved(api: httpx.AsyncClient, station: Station) -> None:
    assert (await reserve(api, connectorId=0))["connectorId"] == 0
    assert (await station.next_call()).payload["connectorId"] == 0


@pytest.mark.parametrize(("given", "sent"), [({}, "FAMILY"), ({"parentIdTag": "OTHER"}, "OTHER")])
async def test_the_parent_of_the_tag_is_sent_along(
    api: httpx.AsyncClient, station: Station, given: dict[str, str], sent: str
) -> None:
    made = await reserve(api, idTag="GOOD2", **given)

    assert made["parentIdTag"] == sent
    assert (await station.next_call()).payload["parentIdTag"] == sent


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
async def test_a_station_that_says_no_is_believed(api: httpx.AsyncClient, station: Station, status: str) -> None:
    station.answers["ReserveNow"] = {"status": status}

    response = await api.post(PATH, json=RESERVE)

    assert response.status_code == 409
    assert response.json()["detail"] == (
        f"The station '{STATION}' answered ReserveNow with {status}; reservation 1 was not made."
    )
    (kept,) = (await api.get(PATH)).json()
    assert (kept["state"], kept["status"]) == ("refused", status)


async def test_an_answer_that_says_nothing_is_a_refusal(api: httpx.AsyncClient, station: Station) -> None:
    station.answers["ReserveNow"] = {"status": "Perhaps"}
    assert (await api.post(PATH, json=RESERVE)).status_code == 409
    assert await state(api, 1) == "refused"

    del station.answers["ReserveNow"]  # a CALLERROR
    assert (await api.post(PATH, json=RESERVE)).status_code == 502
    assert await state(api, 2) == "refused"


@configured(call_timeout=0.2)
async def test_a_station_that_is_silent_may_have_reserved(api: httpx.AsyncClient, station: Station) -> None:
    station.release.clear()
    assert (await api.post(PATH, json=RESERVE)).status_code == 504
    station.release.set()

    assert await state(api, 1) == "unanswered"
    await station.start(reservationId=1)
    assert await state(api, 1) == "used"


async def test_a_request_that_never_left_leaves_nothing(api: httpx.AsyncClient, station: Station) -> None:
    await station.close()

    assert (await api.post(PATH, json=RESERVE)).status_code == 409
    assert (await api.get(PATH)).json() == []


async def test_tx_16_a_start_that_names_it_uses_it_up(api: httpx.AsyncClient, station: Station) -> None:
    number = (await reserve(api))["reservationId"]

    transaction_id = (await station.start(reservationId=number))["transactionId"]

    shown = (await api.get(f"{PATH}/{number}")).json()
    assert (shown["state"], shown["transactionId"]) == ("used", transaction_id)
    assert (await station.start(reservationId=number))["transactionId"] == transaction_id, "TX-18: a repetition"
    assert (await api.get(f"{PATH}/{number}")).json() == shown


@pytest.mark.parametrize("named", [{}, {"reservationId": -1}, {"reservationId": 4711}], ids=["none", "-1", "unknown"])
@pytest.mark.parametrize("reserved", [1, 0])
async def test_a_start_with_the_reserved_tag_uses_the_reservation_it_does_not_name(
    api: httpx.AsyncClient, station: Station, named: dict[str, int], reserved: int
) -> None:
    """A transaction of the reserved tag at the reserved connector ends the reservation (OCPP 1.6 §5.13)."""
    await reserve(api, connectorId=reserved)

    started = await station.start(id_tag="good", **named)

    assert started["idTagInfo"]["status"] == "Accepted"
    shown = (await api.get(f"{PATH}/1")).json()
    assert (shown["state"], shown["transactionId"]) == ("used", started["transactionId"])


async def test_a_start_with_the_reserved_parent_uses_the_reservation(api: httpx.AsyncClient, station: Station) -> None:
    await raw(api, "ReserveNow", RESERVE | {"idTag": "OTHER", "parentIdTag": "family", "reservationId": 5})

    await station.start("GOOD2")

    assert await state(api, 5) == "used"


async def test_of_two_reservations_that_of_the_connector_is_used(api: httpx.AsyncClient, station: Station) -> None:
    await reserve(api, connectorId=0)
    await reserve(api, connectorId=1)

    await station.start()

    assert (await state(api, 1), await state(api, 2)) == ("reserved", "used")


@pytest.mark.parametrize(
    ("reservation", "start"),
    [
        ({}, {"id_tag": "GOOD2"}),
        ({}, {"connectorId": 2}),
        ({"expiryDate": "2026-11-21T09:00:00Z"}, {}),
    ],
    ids=["another tag", "another connector", "too late"],
)
async def test_any_other_start_leaves_the_reservation(
    csms: Csms, api: httpx.AsyncClient, station: Station, reservation: dict[str, Any], start: dict[str, Any]
) -> None:
    await raw(api, "ReserveNow", RESERVE | {"reservationId": 1} | reservation)

    await station.start(**start)

    kept = await csms.store.read(lambda c: reservations.find(c, STATION, 1))
    assert kept is not None
    assert kept.state == "reserved"


async def test_a_reservation_is_cancelled(api: httpx.AsyncClient, station: Station) -> None:
    number = (await reserve(api))["reservationId"]

    response = await api.delete(f"{PATH}/{number}")

    assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    assert [(await station.next_call()).payload.get("reservationId") for _ in range(2)] == [number, number]


async def test_res_05_a_reservation_the_station_does_not_know_has_ended(
    api: httpx.AsyncClient, station: Station
) -> None:
    number = (await reserve(api))["reservationId"]
    station.answers["CancelReservation"] = {"status": "Rejected"}

    response = await api.delete(f"{PATH}/{number}")

    assert response.status_code == 409
    assert f"holds no reservation {number}" in response.json()["detail"]
    assert await state(api, number) == "ended"


async def test_an_unknown_reservation_is_not_cancelled(api: httpx.AsyncClient, station: Station) -> None:
    for number in (4711, LARGEST + 1, 2**70):
        response = await api.delete(f"{PATH}/{number}")
        assert response.status_code == 404
        assert response.json()["detail"] == f"There is no reservation {number} of the station '{STATION}'."
    assert station.received.empty()


async def test_res_04_a_reservation_expires(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    number = (await reserve(api, expiryDate=soon.isoformat()))["reservationId"]

    kept = await csms.store.read(lambda connection: reservations.find(connection, STATION, number))

    assert kept is not None
    assert kept.as_of(soon - timedelta(seconds=1)).state == "reserved"
    assert kept.as_of(soon + timedelta(seconds=1)).state == "expired"
    over = await reserve(api, expiryDate="2020-01-01T01:00:00+01:00")
    assert over["state"] == "expired"


async def test_a_request_cut_off_by_the_end_of_the_process_may_have_reserved(csms: Csms) -> None:
    at = datetime.now(UTC)
    asked = await csms.store.write(lambda connection: reservations.request(connection, STATION, RESERVE, at))

    assert asked.as_of(at).state == "requested"
    assert asked.as_of(at + timedelta(days=1)).state == "unanswered"


@pytest.mark.parametrize(
    ("connector", "lost", "states"),
    [
        (1, "Faulted", ["ended", "reserved", "reserved"]),
        (2, "Unavailable", ["reserved", "ended", "reserved"]),
        (0, "Unavailable", ["ended", "ended", "ended"]),
        (1, "Reserved", ["reserved", "reserved", "reserved"]),
    ],
)
async def test_res_04_a_reservation_ends_with_its_connector(
    api: httpx.AsyncClient, station: Station, connector: int, lost: str, states: list[str]
) -> None:
    numbers = [(await reserve(api, connectorId=place))["reservationId"] for place in (1, 2, 0)]

    await station.status(lost, connector)

    assert [await state(api, number) for number in numbers] == states


async def test_a_raw_operation_keeps_the_same_books(api: httpx.AsyncClient, station: Station) -> None:
    payload = {"connectorId": 2, "idTag": "T", "parentIdTag": "P", "expiryDate": FAR, "reservationId": 77}
    await raw(api, "ReserveNow", payload)
    assert (await api.get(f"{PATH}/77")).json() | {"requested_at": "", "changed_at": ""} == {
        "station": STATION,
        "reservationId": 77,
        "connectorId": 2,
        "idTag": "T",
        "parentIdTag": "P",
        "expiryDate": "2099-01-01T00:00:00.000000Z",
        "state": "reserved",
        "status": "Accepted",
        "transactionId": None,
        "requested_at": "",
        "changed_at": "",
    }
    assert (await reserve(api))["reservationId"] == 78

    await raw(api, "CancelReservation", {"reservationId": 77})

    assert await state(api, 77) == "cancelled"


async def test_res_01_the_same_id_replaces_and_a_refused_change_does_not(
    api: httpx.AsyncClient, station: Station
) -> None:
    number = (await reserve(api))["reservationId"]
    payload = RESERVE | {"reservationId": number}
    await raw(api, "ReserveNow", payload | {"connectorId": 2})
    station.answers["ReserveNow"] = {"status": "Occupied"}
    await raw(api, "ReserveNow", payload | {"connectorId": 3})

    (kept,) = (await api.get(PATH)).json()

    assert (kept["connectorId"], kept["state"]) == (2, "reserved")


async def test_an_id_is_found_beside_the_largest(api: httpx.AsyncClient, station: Station) -> None:
    await raw(api, "ReserveNow", RESERVE | {"reservationId": LARGEST})
    await raw(api, "ReserveNow", RESERVE | {"reservationId": -5})

    assert [(await reserve(api))["reservationId"] for _ in range(2)] == [1, 2]


async def test_reservations_of_all_stations_are_listed(api: httpx.AsyncClient, station: Station) -> None:
    await reserve(api)

    assert [one["station"] for one in (await api.get("/api/v1/reservations")).json()] == [STATION]
    assert (await api.get("/api/v1/reservations", params={"station": "OTHER"})).json() == []
    assert (await api.get("/api/v1/stations/OTHER/reservations")).status_code == 404


async def test_reservations_go_with_their_station(api: httpx.AsyncClient, station: Station) -> None:
    await reserve(api)
    await api.delete(f"/api/v1/stations/{STATION}")

    assert (await api.get("/api/v1/reservations")).json() == []


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"connectorId": -1}, "connectorId"),
        ({"expiryDate": "tomorrow"}, "'tomorrow' is no dateTime"),
        ({"idTag": "x" * 21}, "idTag"),
        ({"reservationId": 5}, "reservationId"),
    ],
)
async def test_a_wrong_reservation_is_refused_in_one_sentence(
    api: httpx.AsyncClient, station: Station, members: dict[str, Any], words: str
) -> None:
    response = await api.post(PATH, json=RESERVE | members)

    assert response.status_code == 422
    assert words in response.json()["detail"]
    assert station.received.empty()


async def test_an_offset_beyond_every_list_is_refused(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/v1/reservations", params={"offset": 2**70})).status_code == 422
    assert (await api.get("/api/v1/reservations", params={"offset": 10**6})).json() == []


async def test_an_answer_that_cannot_be_booked_is_no_answer(
    csms: Csms,
    api: httpx.AsyncClient,
    station: Station,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the CSMS acknowledges is in its books; where it cannot be, nobody is told that all is well."""

    async def write(booking: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(csms.store, "write", write)

    response = await raw(api, "ReserveNow", RESERVE | {"reservationId": 1})

    assert response.status_code == 500
    assert "an operation failed" in caplog.text
