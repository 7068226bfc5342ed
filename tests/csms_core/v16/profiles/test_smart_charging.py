"""Smart Charging profile: built, checked, sent, and the books of what each station has (OCPP 1.6 §3.13, §5.16)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from csms_core import Csms
from tests.csms_core.support.bench import STATION, Station

pytestmark = pytest.mark.asyncio

BASE = f"/api/v1/stations/{STATION}"
PATH = f"{BASE}/charging-profiles"
SCHEDULE = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"limit": 16.1}]}


@pytest.fixture(autouse=True)
def willing(station: Station) -> None:
    """The station takes every profile."""
    station.answers |= {
        "SetChargingProfile": {"status": "Accepted"},
        "ClearChargingProfile": {"status": "Accepted"},
        "GetCompositeSchedule": {"status": "Accepted", "connectorId": 1},
    }


async def set_profile(api: httpx.AsyncClient, connector: int = 1, **members: Any) -> dict[str, Any]:
    body = {"connectorId": connector, "chargingSchedule": SCHEDULE} | members
    response = await api.post(PATH, json=body)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def raw(api: httpx.AsyncClient, action: str, payload: dict[str, Any]) -> httpx.Response:
    return await api.post(f"{BASE}/operations/{action}", json=payload)


async def kept(api: httpx.AsyncClient) -> list[tuple[int, int | None, str, int | None]]:
    """Id, connector, purpose and transaction of what the station has."""
    return [
        (
            one["profile"]["chargingProfileId"],
            one["connectorId"],
            one["profile"]["chargingProfilePurpose"],
            one["transactionId"],
        )
        for one in (await api.get(PATH)).json()
    ]


async def tell(api: httpx.AsyncClient, station: Station, **keys: str) -> None:
    """The station tells configuration keys."""
    known = [{"key": key, "readonly": True, "value": value} for key, value in keys.items()]
    station.answers["GetConfiguration"] = {"configurationKey": known}
    assert (await raw(api, "GetConfiguration", {})).status_code == 200
    await station.next_call()


async def test_an_absolute_profile_is_filled_in(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    await set_profile(api, stackLevel=3)

    payload = (await station.next_call()).payload
    profile = payload["csChargingProfiles"]
    schedule = profile["chargingSchedule"]
    assert payload["connectorId"] == 1
    assert csms.versions[0].schemas.call["SetChargingProfile"](payload)
    assert (profile["chargingProfileId"], profile["stackLevel"]) == (1, 3)
    assert (profile["chargingProfilePurpose"], profile["chargingProfileKind"]) == ("TxDefaultProfile", "Absolute")
    assert "transactionId" not in profile
    assert "recurrencyKind" not in profile
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 16.1}]
    start, end = (datetime.fromisoformat(text) for text in (schedule["startSchedule"], profile["validTo"]))
    assert profile["validFrom"] == schedule["startSchedule"]
    assert end - start == timedelta(seconds=schedule["duration"]) == timedelta(days=1)


async def test_what_is_given_is_sent_as_given(api: httpx.AsyncClient, station: Station) -> None:
    schedule = {
        "chargingRateUnit": "W",
        "duration": 600,
        "startSchedule": "2030-01-01T01:00:00+01:00",
        "minChargingRate": 0.5,
        "chargingSchedulePeriod": [{"limit": 6000.0, "numberPhases": 3}, {"startPeriod": 60, "limit": 21.4}],
    }
    await set_profile(
        api,
        0,
        chargingProfileId=99,
        stackLevel=1,
        chargingProfilePurpose="ChargePointMaxProfile",
        chargingProfileKind="Recurring",
        recurrencyKind="Weekly",
        validFrom="2030-01-01T00:00:00Z",
        validTo="2031-01-01T00:00:00Z",
        chargingSchedule=schedule,
    )

    assert (await station.next_call()).payload == {
        "connectorId": 0,
        "csChargingProfiles": {
            "chargingProfileId": 99,
            "stackLevel": 1,
            "chargingProfilePurpose": "ChargePointMaxProfile",
            "chargingProfileKind": "Recurring",
            "recurrencyKind": "Weekly",
            "validFrom": "2030-01-01T00:00:00.000Z",
            "validTo": "2031-01-01T00:00:00.000Z",
            "chargingSchedule": schedule
            | {
                "startSchedule": "2030-01-01T00:00:00.000Z",
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": 6000.0, "numberPhases": 3},
                    {"startPeriod": 60, "limit": 21.4},
                ],
            },
        },
    }


async def test_a_relative_profile_has_no_start(api: httpx.AsyncClient, station: Station) -> None:
    await set_profile(api, chargingProfileKind="Relative")

    profile = (await station.next_call()).payload["csChargingProfiles"]
    assert profile["chargingSchedule"].keys() == {"chargingRateUnit", "chargingSchedulePeriod"}


async def test_sc_01_a_tx_profile_gets_the_transaction_of_its_connector(
    api: httpx.AsyncClient, station: Station
) -> None:
    other = (await station.start(connectorId=2))["transactionId"]
    running = (await station.start(connectorId=1))["transactionId"]

    await set_profile(api, chargingProfilePurpose="TxProfile")
    await set_profile(api, 2, chargingProfilePurpose="TxProfile", transactionId=other)

    assert (await station.next_call()).payload["csChargingProfiles"]["transactionId"] == running
    assert (await station.next_call()).payload["csChargingProfiles"]["transactionId"] == other
    assert await kept(api) == [(1, 1, "TxProfile", running), (2, 2, "TxProfile", other)]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"chargingProfilePurpose": "TxProfile"}, "No transaction runs at connector 1"),
        ({"chargingProfilePurpose": "TxProfile", "connectorId": 0}, "TxProfile needs a connectorId above 0"),
        ({"chargingProfilePurpose": "ChargePointMaxProfile"}, "for connectorId 0 only"),
        ({"transactionId": 5}, "transactionId is for a TxProfile only"),
        ({"recurrencyKind": "Daily"}, "SC-09"),
    ],
)
async def test_sc_01_what_the_standard_forbids_is_not_sent(
    api: httpx.AsyncClient, station: Station, members: dict[str, Any], words: str
) -> None:
    response = await api.post(PATH, json={"connectorId": 1, "chargingSchedule": SCHEDULE} | members)

    assert response.status_code == 409
    assert words in response.json()["detail"]
    assert station.received.empty()


async def test_sc_01_a_transaction_that_does_not_run_gets_no_profile(api: httpx.AsyncClient, station: Station) -> None:
    ended = (await station.start())["transactionId"]
    await station.stop(ended)
    await station.start(meterStart=900)
    body = {"connectorId": 1, "chargingSchedule": SCHEDULE, "chargingProfilePurpose": "TxProfile"}

    response = await api.post(PATH, json=body | {"transactionId": ended})

    assert response.status_code == 409
    assert f"Transaction {ended} does not run at connector 1" in response.json()["detail"]


async def test_sc_07_a_raw_profile_is_judged_too_unless_the_rules_are_set_aside(
    api: httpx.AsyncClient, station: Station
) -> None:
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 9, "limit": 6}]},
    }
    payload = {"connectorId": 1, "csChargingProfiles": profile}

    refused = await raw(api, "SetChargingProfile", payload)
    sent = await api.post(f"{BASE}/operations/SetChargingProfile?rules=false", json=payload)

    assert refused.status_code == 409
    assert refused.json()["detail"] == "SetChargingProfile: the first startPeriod is 0 (SC-07)."
    assert sent.status_code == 200
    assert (await station.next_call()).payload == payload


async def test_sc_18_the_limits_of_the_station_are_respected(api: httpx.AsyncClient, station: Station) -> None:
    await tell(
        api,
        station,
        ChargeProfileMaxStackLevel="5",
        ChargingScheduleMaxPeriods="1",
        MaxChargingProfilesInstalled="1",
        ChargingScheduleAllowedChargingRateUnit="Current",
    )
    await set_profile(api, stackLevel=5)
    await set_profile(api, stackLevel=5)  # replaces the first

    for members, words in (
        ({"stackLevel": 6}, "at most 5"),
        ({"stackLevel": 1}, "has 1 charging profiles, and takes 1"),
        ({"stackLevel": 5, "chargingSchedule": SCHEDULE | {"chargingRateUnit": "W"}}, "takes Current"),
        (
            {
                "stackLevel": 5,
                "chargingSchedule": SCHEDULE
                | {"chargingSchedulePeriod": [{"limit": 1}, {"startPeriod": 1, "limit": 2}]},
            },
            "2 periods are more than the 1",
        ),
    ):
        response = await api.post(PATH, json={"connectorId": 1, "chargingSchedule": SCHEDULE} | members)
        assert response.status_code == 409
        assert words in response.json()["detail"]


async def test_limits_nobody_can_read_are_none(api: httpx.AsyncClient, station: Station) -> None:
    await tell(api, station, ChargeProfileMaxStackLevel="many")

    await set_profile(api, stackLevel=99)

    assert (await api.get(f"{BASE}/configuration")).json()[0]["value"] == "many"


async def test_configuration_is_kept_as_told(api: httpx.AsyncClient, station: Station) -> None:
    await tell(api, station, A="1", AuthorizationKey="secret")
    station.answers["GetConfiguration"] = {"configurationKey": [{"key": "B", "readonly": False}], "unknownKey": ["A"]}
    await raw(api, "GetConfiguration", {"key": ["A", "B"]})

    known = (await api.get(f"{BASE}/configuration")).json()

    assert [(key["key"], key["value"], key["readonly"]) for key in known] == [
        ("AuthorizationKey", None, True),
        ("B", None, False),
    ]
    station.answers["GetConfiguration"] = {}
    await raw(api, "GetConfiguration", {})
    assert (await api.get(f"{BASE}/configuration")).json() == []
    assert (await api.get("/api/v1/stations/OTHER/configuration")).status_code == 404


@pytest.mark.parametrize("status", ["Rejected", "NotSupported"])
async def test_a_profile_the_station_refuses_is_not_kept(api: httpx.AsyncClient, station: Station, status: str) -> None:
    station.answers["SetChargingProfile"] = {"status": status}

    response = await api.post(PATH, json={"connectorId": 1, "chargingSchedule": SCHEDULE})

    assert response.status_code == 409
    assert f"answered SetChargingProfile with {status}" in response.json()["detail"]
    assert await kept(api) == []


async def test_sc_03_a_profile_replaces_its_like(api: httpx.AsyncClient, station: Station) -> None:
    await set_profile(api)
    await set_profile(api, stackLevel=1)
    await set_profile(api, 2)
    await set_profile(api)
    await set_profile(api, 2, chargingProfileId=2, stackLevel=7)

    assert await kept(api) == [
        (4, 1, "TxDefaultProfile", None),
        (3, 2, "TxDefaultProfile", None),
        (2, 2, "TxDefaultProfile", None),
    ]


async def test_sc_16_a_tx_profile_goes_with_its_transaction(api: httpx.AsyncClient, station: Station) -> None:
    transaction_id = (await station.start())["transactionId"]
    await set_profile(api, chargingProfilePurpose="TxProfile")
    await set_profile(api)

    await station.stop(transaction_id)

    assert await kept(api) == [(2, 1, "TxDefaultProfile", None)]


async def test_sc_13_an_id_alone_decides_what_is_cleared(api: httpx.AsyncClient, station: Station) -> None:
    for level in range(3):
        await set_profile(api, stackLevel=level)
    await raw(api, "ClearChargingProfile", {"id": 1, "connectorId": 1, "stackLevel": 2})
    assert [number for number, *_ in await kept(api)] == [2, 3]

    response = await api.delete(f"{PATH}/2")

    assert response.json() == {"status": "Accepted"}
    assert [number for number, *_ in await kept(api)] == [3]


async def test_sc_13_else_all_that_is_given_has_to_match(api: httpx.AsyncClient, station: Station) -> None:
    await set_profile(api, 0, chargingProfilePurpose="ChargePointMaxProfile")
    await set_profile(api, 1)
    await set_profile(api, 2)
    criteria: dict[str, str | int] = {
        "connectorId": 1,
        "chargingProfilePurpose": "TxDefaultProfile",
        "stackLevel": 0,
    }
    for _ in range(3):
        await station.next_call()

    assert (await api.delete(PATH, params=criteria)).status_code == 200
    assert [number for number, *_ in await kept(api)] == [1, 3]
    assert (await station.next_call()).payload == criteria

    station.answers["ClearChargingProfile"] = {"status": "Unknown"}
    assert (await api.delete(PATH)).json() == {"status": "Unknown"}
    assert (await station.next_call()).payload == {}
    assert await kept(api) == [], "the station has none, so the CSMS knows none"


async def test_a_composite_schedule_is_asked_for(api: httpx.AsyncClient, station: Station) -> None:
    params: dict[str, str | int] = {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}

    response = await api.get(f"{BASE}/composite-schedule", params=params)

    assert response.json() == {"status": "Accepted", "connectorId": 1}
    call = await station.next_call()
    assert (call.action, call.payload) == ("GetCompositeSchedule", params)
    await api.get(f"{BASE}/composite-schedule", params={"connectorId": 0})
    assert (await station.next_call()).payload == {"connectorId": 0, "duration": 86_400}


async def test_rmt_03_a_remote_start_takes_a_profile_along(api: httpx.AsyncClient, station: Station) -> None:
    body = {"idTag": "GOOD", "connectorId": 1, "chargingProfile": {"chargingSchedule": SCHEDULE}}

    response = await api.post(f"{BASE}/remote-start", json=body)

    profile = (await station.next_call()).payload["chargingProfile"]
    assert response.json() == {"status": "Accepted", "chargingProfile": profile}
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in profile
    (waiting,) = (await api.get(PATH)).json()
    assert (waiting["waits_for_transaction"], waiting["transactionId"]) == (True, None)

    transaction_id = (await station.start("good"))["transactionId"]

    (bound,) = (await api.get(PATH)).json()
    assert (bound["waits_for_transaction"], bound["transactionId"]) == (False, transaction_id)
    await station.stop(transaction_id)
    assert await kept(api) == []


async def test_sc_17_a_later_profile_of_the_same_level_replaces_that_of_the_remote_start(
    api: httpx.AsyncClient, station: Station
) -> None:
    await api.post(f"{BASE}/remote-start", json={"idTag": "GOOD", "chargingProfile": {"chargingSchedule": SCHEDULE}})
    transaction_id = (await station.start())["transactionId"]

    await set_profile(api, chargingProfilePurpose="TxProfile")

    assert await kept(api) == [(2, 1, "TxProfile", transaction_id)]


async def test_a_profile_that_waits_for_a_start_that_never_comes_is_forgotten(
    api: httpx.AsyncClient, station: Station
) -> None:
    body = {"connectorId": 1, "chargingProfile": {"chargingSchedule": SCHEDULE}}
    await api.post(f"{BASE}/remote-start", json=body | {"idTag": "GOOD"})
    await api.post(f"{BASE}/remote-start", json=body | {"idTag": "GOOD2"})
    assert [number for number, *_ in await kept(api)] == [2]

    await station.start("GOOD")

    assert await kept(api) == []


async def test_a_remote_start_without_profile_leaves_nothing(api: httpx.AsyncClient, station: Station) -> None:
    response = await api.post(f"{BASE}/remote-start", json={"idTag": "GOOD"})

    assert response.json() == {"status": "Accepted", "chargingProfile": None}
    assert (await station.next_call()).payload == {"idTag": "GOOD"}
    assert await kept(api) == []


async def test_rmt_03_a_raw_remote_start_is_judged(api: httpx.AsyncClient, station: Station) -> None:
    profile = {
        "chargingProfileId": 1,
        "transactionId": 5,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": SCHEDULE | {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}]},
    }

    response = await raw(api, "RemoteStartTransaction", {"idTag": "GOOD", "chargingProfile": profile})

    assert response.status_code == 409
    assert response.json()["detail"].count("RMT-03") == 2
    assert station.received.empty()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"validTo": "soon"}, "validTo: 'soon' is no dateTime"),
        ({"chargingSchedule": SCHEDULE | {"duration": 0}}, "duration"),
        ({"chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": []}}, "chargingSchedulePeriod"),
        (
            {"chargingSchedule": SCHEDULE | {"startSchedule": "9999-12-31T00:00:00Z", "duration": 999999999}},
            "beyond the year 9999",
        ),
    ],
)
async def test_a_wrong_body_is_refused_in_one_sentence(
    api: httpx.AsyncClient, station: Station, members: dict[str, Any], words: str
) -> None:
    response = await api.post(PATH, json={"connectorId": 1, "chargingSchedule": SCHEDULE} | members)

    assert response.status_code == 422
    assert words in response.json()["detail"]


async def test_val_08_a_limit_with_two_decimals_is_not_sent(api: httpx.AsyncClient, station: Station) -> None:
    schedule = SCHEDULE | {"chargingSchedulePeriod": [{"limit": 6.25}]}

    response = await api.post(PATH, json={"connectorId": 1, "chargingSchedule": schedule})

    assert response.status_code == 422
    assert "limit" in response.json()["detail"]
    assert station.received.empty()


async def test_sc_16_a_raw_tx_profile_without_transaction_is_that_of_the_running_one(
    api: httpx.AsyncClient, station: Station
) -> None:
    transaction_id = (await station.start())["transactionId"]
    profile = {
        "chargingProfileId": 5,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": SCHEDULE | {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}]},
    }
    await raw(api, "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile})
    assert await kept(api) == [(5, 1, "TxProfile", transaction_id)]

    await station.stop(transaction_id)

    assert await kept(api) == []
