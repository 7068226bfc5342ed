"""Transactions of OCPP 2.0.1: each event booked once, in whatever order it comes, and what they say together."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.v201.store.facts import Said, folded
from tests.csms_core.support.bench import STATION, Connecting, configured
from tests.csms_core.v201.support import PATH, TRANSACTION, Station, energy, event, token

pytestmark = pytest.mark.asyncio

ALL = "/api/v1/ocpp2.0.1/transactions"
ONE = f"{PATH}/transactions/{TRANSACTION}"
ACCEPTED = {"idTokenInfo": {"status": "Accepted"}}

SESSION: list[dict[str, Any]] = [
    event(0, "Started", "CablePluggedIn", evse={"id": 1, "connectorId": 2}, chargingState="EVConnected"),
    event(1, "Updated", "Authorized", idToken=token("GOOD2"), meterValue=energy(1.5, unitOfMeasure={"unit": "kWh"})),
    event(2, chargingState="Charging"),
    event(3, "Updated", "MeterValuePeriodic", meterValue=energy(2000)),
    event(4, "Updated", "StopAuthorized", idToken=token("GOOD2"), chargingState="EVConnected"),
    event(
        5, "Ended", "EVCommunicationLost", stoppedReason="EVDisconnected", meterValue=energy(2600), timeSpentCharging=90
    ),
]


async def test_the_events_of_a_session_are_one_transaction(api: httpx.AsyncClient, station: Station) -> None:
    for payload in SESSION:
        await station.call("TransactionEvent", payload)

    booked = (await api.get(ONE)).json()
    expected = {
        "transactionId": TRANSACTION,
        "station": STATION,
        "evseId": 1,
        "connectorId": 2,
        "idToken": token("GOOD2"),
        "stop_idToken": token("GOOD2"),
        "chargingState": "EVConnected",
        "triggerReason": "EVCommunicationLost",
        "timeSpentCharging": 90,
        "events": 6,
        "seqNo": 5,
        "has_started": True,
        "started_at": "2026-11-21T10:00:00.000000Z",
        "stopped_at": "2026-11-21T10:05:00.000000Z",
        "stoppedReason": "EVDisconnected",
        "running": False,
        "ended_by": "TransactionEvent",
        "energy_start": 1500.0,
        "energy_last": 2600.0,
        "missing_seqNo": [],
    }
    assert {name: booked[name] for name in expected} == expected
    assert [one["payload"] for one in booked["transaction_events"]] == SESSION


async def test_an_answer_tells_what_the_token_is_worth_and_nothing_without_one(station: Station) -> None:
    group = {"idToken": "FAMILY", "type": "Central"}

    answers = [await station.call("TransactionEvent", payload) for payload in SESSION]

    in_group = {"idTokenInfo": {"status": "Accepted", "groupIdToken": group}}
    assert answers == [{}, in_group, {}, {}, in_group, {}]


@pytest.mark.parametrize(
    ("text", "status"), [("NOBODY", "Unknown"), ("BLOCKED", "Blocked"), ("EXPIRED", "Expired"), ("GOOD", "Accepted")]
)
async def test_a_token_that_may_not_charge_is_told_so(station: Station, text: str, status: str) -> None:
    answer = await station.tell(0, "Started", "Authorized", idToken=token(text))

    assert answer["idTokenInfo"]["status"] == status


async def test_an_event_that_is_repeated_is_booked_once_and_gets_the_same_answer(
    csms: Csms, api: httpx.AsyncClient, station: Station
) -> None:
    first = await station.tell(0, "Started", "Authorized", idToken=token())
    await api.put("/api/v1/tags/GOOD", json={"status": "Blocked"})

    again = await station.tell(0, "Started", "Authorized", idToken=token(), offline=True)

    assert first == again == ACCEPTED
    assert (await api.get(ONE)).json()["events"] == 1
    assert (await api.get(f"/api/v1/stations/{STATION}/notices")).json() == []


async def test_an_event_that_uses_a_number_again_is_kept_aside(api: httpx.AsyncClient, station: Station) -> None:
    await station.tell(0, "Started", "Authorized", idToken=token())

    answer = await station.tell(0, "Ended", "RemoteStop")

    assert answer == {}
    assert (await api.get(ONE)).json()["running"]
    (notice,) = (await api.get(f"/api/v1/stations/{STATION}/notices")).json()
    assert (notice["action"], notice["payload"]["eventType"]) == ("TransactionEvent", "Ended")


@pytest.mark.parametrize("order", [(5, 4, 3, 2, 1, 0), (1, 0, 3, 5, 2, 4), (2, 2, 5, 0, 4, 1, 1, 3)])
async def test_the_order_in_which_events_come_does_not_matter(
    api: httpx.AsyncClient, station: Station, connecting: Connecting, order: tuple[int, ...]
) -> None:
    for place in order:
        await station.call("TransactionEvent", SESSION[place])

    booked = (await api.get(ONE)).json()
    in_order = folded(Said(payload, None) for payload in SESSION)
    assert (booked["started_at"], booked["stopped_at"]) == (in_order.first_at, in_order.ended_at)
    assert (booked["events"], booked["triggerReason"]) == (6, "EVCommunicationLost")
    assert (booked["energy_start"], booked["energy_last"]) == (1500.0, 2600.0)
    assert (booked["chargingState"], booked["idTokenInfo"]["status"]) == ("EVConnected", "Accepted")


async def test_what_is_missing_is_told(api: httpx.AsyncClient, station: Station) -> None:
    await station.tell(3)
    await station.tell(6, "Ended", "RemoteStop")

    booked = (await api.get(ONE)).json()
    assert (booked["has_started"], booked["missing_seqNo"]) == (False, [4, 5])
    assert (booked["started_at"], booked["stoppedReason"]) == ("2026-11-21T10:03:00.000000Z", "Local")


async def test_two_stations_may_choose_the_same_transaction_id(
    csms: Csms, api: httpx.AsyncClient, station: Station, connecting: Connecting
) -> None:
    await api.put("/api/v1/stations/OTHER")
    other = await connecting("OTHER")
    await other.boot()

    await station.tell(0, "Started")
    await other.call("TransactionEvent", event(0, "Ended"))

    states = {each["station"]: each["running"] for each in (await api.get(ALL)).json()}
    assert states == {STATION: True, "OTHER": False}
    assert [each["station"] for each in (await api.get(ALL, params={"running": True})).json()] == [STATION]
    assert [each["station"] for each in (await api.get(ALL, params={"running": False})).json()] == ["OTHER"]
    assert [each["station"] for each in (await api.get(ALL, params={"station": "OTHER"})).json()] == ["OTHER"]


async def test_only_the_imported_energy_of_all_phases_counts(api: httpx.AsyncClient, station: Station) -> None:
    samples = [
        {"value": 7, "measurand": "Power.Active.Import"},
        {"value": 1, "phase": "L1"},
        {"value": 5, "unitOfMeasure": {"unit": "furlong"}},
        {"value": 4, "unitOfMeasure": {"unit": "Wh", "multiplier": 2}},
    ]
    await station.tell(0, "Started", meterValue=[{"timestamp": "2026-11-21T10:00:00Z", "sampledValue": samples}])

    booked = (await api.get(ONE)).json()
    assert (booked["energy_start"], booked["energy_last"]) == (400.0, 400.0)


async def test_a_remote_start_is_known_by_its_id(api: httpx.AsyncClient, station: Station) -> None:
    await station.tell(0, "Started", "RemoteStart", remoteStartId=42, idToken=token(), reservationId=3)

    booked = (await api.get(ONE)).json()
    assert (booked["remoteStartId"], booked["reservationId"]) == (42, 3)


@configured(concurrent_transactions=False)
async def test_a_token_that_charges_elsewhere_is_told_so(station: Station) -> None:
    assert await station.tell(0, "Started", "Authorized", idToken=token()) == ACCEPTED
    at_another = {"transactionId": "other", "idToken": token("good")}

    concurrent = await station.tell(1, "Started", "Authorized", **at_another)
    stopping = await station.tell(2, "Updated", "StopAuthorized", idToken=token())
    await station.tell(3, "Ended", "EVCommunicationLost")

    assert concurrent == {"idTokenInfo": {"status": "ConcurrentTx"}}
    assert stopping == ACCEPTED
    assert await station.tell(0, "Started", "Authorized", transactionId="third", idToken=token("GOOD2")) != ACCEPTED


@configured(concurrent_transactions=False)
async def test_the_token_of_nobody_may_charge_everywhere(station: Station) -> None:
    nobody = token("", "NoAuthorization")

    answers = [
        await station.tell(0, "Started", "Authorized", transactionId=name, idToken=nobody) for name in ("one", "two")
    ]

    assert answers == [ACCEPTED, ACCEPTED]


async def test_a_transaction_whose_end_is_lost_is_ended_by_hand(
    csms: Csms, api: httpx.AsyncClient, station: Station
) -> None:
    await station.tell(0, "Started")

    ended = (await api.post(f"{ONE}/end", json={"why": "It burnt."})).json()
    assert (ended["running"], ended["ended_by"], ended["evidence"]) == (False, "operator", "It burnt.")
    assert (await api.post(f"{ONE}/end")).status_code == 409
    assert (await api.post(f"{PATH}/transactions/none/end")).status_code == 404
    assert (await api.get(ALL, params={"running": True})).json() == []
    (told,) = [each for each in csms.hub.feed.kept() if each.kind == "ended"]
    assert (told.station, told.text) == (STATION, f"transaction {TRANSACTION}: It burnt. (operator)")

    await station.tell(1, "Ended", "EVCommunicationLost")
    late = (await api.get(ONE)).json()
    assert (late["ended_by"], late["evidence"], late["stopped_at"]) == (
        "TransactionEvent",
        None,
        "2026-11-21T10:01:00.000000Z",
    )


async def test_a_transaction_without_events_is_none() -> None:
    with pytest.raises(ValueError, match="without events"):
        folded(())
