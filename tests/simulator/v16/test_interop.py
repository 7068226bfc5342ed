"""The station and the reference CSMS, which know nothing of each other, over a real socket."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from csms_core import Csms
from ocppj.frames import Call
from ocppj.session.session import Seen
from simulator import Station, VirtualClock
from tests.csms_core.cli.test_process import running
from tests.csms_core.support.bench import STATION, default_config, provision
from tests.simulator.cli.test_command import command, outcome

pytestmark = pytest.mark.asyncio


@dataclass
class Pair:
    """A running CSMS, the station at it, and a client of the CSMS's API."""

    station: Station
    clock: VirtualClock
    api: httpx.AsyncClient
    said: list[tuple[str, dict[str, Any]]]

    async def operate(self, action: str, **payload: Any) -> dict[str, Any]:
        """The CSMS sends a CALL; returns the payload of the station's answer. What follows from it is done."""
        response = await self.api.post(f"/api/v1/stations/{STATION}/operations/{action}", json=payload)
        assert response.status_code == 200, response.text
        await self.clock.settle()
        answer: dict[str, Any] = response.json()
        return answer

    async def transactions(self) -> list[dict[str, Any]]:
        """What the CSMS has booked, the oldest first."""
        response = await self.api.get("/api/v1/transactions", params={"station": STATION})
        return sorted(response.json(), key=lambda one: one["transactionId"])

    def sent(self, action: str) -> list[dict[str, Any]]:
        """The payloads of what the station has sent."""
        return [payload for name, payload in self.said if name == action]


@pytest_asyncio.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    clock, said = VirtualClock(), []

    def observe(seen: Seen) -> None:
        if seen.sender == "station" and isinstance(seen.frame, Call):
            said.append((seen.frame.action, seen.frame.payload))

    async with Csms(default_config(tmp_path)) as csms, contextlib.AsyncExitStack() as stack:
        await provision(csms)
        api = await stack.enter_async_context(httpx.AsyncClient(base_url=csms.api_url, timeout=30, verify=False))
        station = Station(csms.url, id=STATION, connectors=2, clock=clock, observer=observe)
        await stack.enter_async_context(station)
        await clock.settle()
        yield Pair(station, clock, api, said)
        assert station.findings == []


async def test_boot_and_a_session_at_the_station(pair: Pair) -> None:
    assert pair.station.registration == "Accepted"
    assert [payload["connectorId"] for payload in pair.sent("StatusNotification")] == [0, 1, 2]
    await pair.station.plug_in(1)
    await pair.station.present("GOOD")
    await pair.clock.advance(3600)
    await pair.station.present("GOOD")
    await pair.station.unplug(1)
    await pair.clock.settle()

    (booked,) = await pair.transactions()
    assert (booked["idTag"], booked["meterStart"], booked["meterStop"]) == ("GOOD", 0, 11_000)
    assert [payload["status"] for payload in pair.sent("StatusNotification") if payload["connectorId"] == 1] == [
        "Available",
        "Preparing",
        "Charging",
        "Finishing",
        "Available",
    ]


async def test_a_tag_the_csms_does_not_want(pair: Pair) -> None:
    await pair.station.plug_in(1)
    for tag in ("BLOCKED", "EXPIRED", "NOBODY"):
        await pair.station.present(tag, 1)
    assert await pair.transactions() == []
    assert len(pair.sent("Authorize")) == 3


async def test_the_csms_starts_and_stops(pair: Pair) -> None:
    await pair.station.plug_in(2)
    assert (await pair.operate("RemoteStartTransaction", idTag="GOOD", connectorId=2))["status"] == "Accepted"
    (booked,) = await pair.transactions()
    number = booked["transactionId"]
    assert (await pair.operate("RemoteStopTransaction", transactionId=number))["status"] == "Accepted"
    assert [stop["reason"] for stop in pair.sent("StopTransaction")] == ["Remote"]


async def test_an_outage_is_made_up_for(pair: Pair) -> None:
    pair.station.configuration.set("AllowOfflineTxForUnknownId", "true")
    await pair.station.lose_network()
    for tag in ("GOOD", "GOOD2"):
        await pair.station.plug_in(1)
        await pair.station.present(tag, 1)
        await pair.clock.advance(600)
        await pair.station.present(tag, 1)
        await pair.station.unplug(1)
    await pair.station.restore_network()
    await pair.station.until(lambda s: s.online and not s.queued, within=10)

    booked = await pair.transactions()
    assert [(one["idTag"], one["meterStop"] - one["meterStart"]) for one in booked] == [("GOOD", 1833), ("GOOD2", 1833)]


async def test_every_operation_of_the_base_profiles(pair: Pair) -> None:
    answers = {
        "GetConfiguration": await pair.operate("GetConfiguration", key=["NumberOfConnectors", "Nope"]),
        "ChangeConfiguration": await pair.operate("ChangeConfiguration", key="MeterValueSampleInterval", value="30"),
        "ClearCache": await pair.operate("ClearCache"),
        "DataTransfer": await pair.operate("DataTransfer", vendorId="org.example"),
        "UnlockConnector": await pair.operate("UnlockConnector", connectorId=1),
        "ChangeAvailability": await pair.operate("ChangeAvailability", connectorId=2, type="Inoperative"),
        "TriggerMessage": await pair.operate("TriggerMessage", requestedMessage="StatusNotification", connectorId=2),
        "SendLocalList": await pair.operate(
            "SendLocalList",
            listVersion=1,
            updateType="Full",
            localAuthorizationList=[{"idTag": "GOOD", "idTagInfo": {"status": "Accepted"}}],
        ),
        "GetLocalListVersion": await pair.operate("GetLocalListVersion"),
        "ReserveNow": await pair.operate(
            "ReserveNow", reservationId=5, connectorId=1, idTag="GOOD", expiryDate="2030-01-01T00:00:00Z"
        ),
        "CancelReservation": await pair.operate("CancelReservation", reservationId=5),
        "Reset": await pair.operate("Reset", type="Soft"),
    }
    assert answers["GetConfiguration"]["configurationKey"] == [
        {"key": "NumberOfConnectors", "readonly": True, "value": "2"}
    ]
    assert answers["GetLocalListVersion"] == {"listVersion": 1}
    assert {name: answer["status"] for name, answer in answers.items() if "status" in answer} == {
        "ChangeConfiguration": "Accepted",
        "ClearCache": "Accepted",
        "DataTransfer": "UnknownVendorId",
        "UnlockConnector": "Unlocked",
        "ChangeAvailability": "Accepted",
        "TriggerMessage": "Accepted",
        "SendLocalList": "Accepted",
        "ReserveNow": "Accepted",
        "CancelReservation": "Accepted",
        "Reset": "Accepted",
    }
    await pair.station.until(lambda s: not s.powered, within=5)
    await pair.clock.advance(5)
    assert len(pair.sent("BootNotification")) == 2
    assert pair.sent("StatusNotification")[-1] == pair.sent("StatusNotification")[-1] | {
        "connectorId": 2,
        "status": "Unavailable",
    }


@pytest.mark.parametrize(
    ("ocpp", "booked_at"), [("1.6", "/api/v1/transactions"), ("2.0.1", "/api/v1/ocpp2.0.1/transactions")]
)
async def test_a_session_of_each_version_as_two_processes(ocpp: str, booked_at: str) -> None:
    options = ("--database", ":temporary:", "--any-station", "--any-tag")
    async with running(*options) as (_, ready), httpx.AsyncClient(base_url=ready["api"], timeout=30) as api:
        arguments = ("--ocpp", ocpp, "--id", "CP7", "--tag", "CARD", "--session", "--seconds", "0")
        code, out, err = await outcome(await command(ready["url"], *arguments))

        assert (code, err) == (0, ""), out
        (station,) = (await api.get("/api/v1/stations")).json()
        (booked,) = (await api.get(booked_at)).json()
        assert (station["identity"], station["ocpp"]) == ("CP7", ocpp)
        assert (booked["station"], booked["running"]) == ("CP7", False)
