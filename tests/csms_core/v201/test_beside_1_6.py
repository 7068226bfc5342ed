"""Stations of both versions on one port: each is served in the one that was agreed on."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import websockets.asyncio.client
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from csms_core import Csms
from csms_core.v201.leniency import tolerated
from ocppj import frames
from tests.csms_core.support import bench
from tests.csms_core.support.bench import STATION
from tests.csms_core.v201.support import BOOT, PATH, Station, connect, token

pytestmark = pytest.mark.asyncio


async def test_a_station_of_each_version_charges_on_one_port(
    csms: Csms, api: httpx.AsyncClient, station: Station
) -> None:
    await api.put("/api/v1/stations/OLD")
    old = await bench.connect(csms.url, "OLD")
    await old.boot()

    started, told = await asyncio.gather(
        old.start("GOOD"), station.tell(0, "Started", "Authorized", evse={"id": 1, "connectorId": 1}, idToken=token())
    )

    assert started["idTagInfo"] == told["idTokenInfo"] == {"status": "Accepted"}
    versions = {each["identity"]: each["ocpp"] for each in (await api.get("/api/v1/stations")).json()}
    assert versions == {STATION: "2.0.1", "OLD": "1.6"}
    assert [each["station"] for each in (await api.get("/api/v1/transactions")).json()] == ["OLD"]
    assert [each["station"] for each in (await api.get("/api/v1/ocpp2.0.1/transactions")).json()] == [STATION]
    other = await api.post("/api/v1/ocpp2.0.1/stations/OLD/operations/ClearCache")
    assert other.status_code == 409
    assert "speaks OCPP 1.6, and this is an operation of OCPP 2.0.1" in other.json()["detail"]
    await old.close()


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [
        (("ocpp2.0.1",), "ocpp2.0.1"),
        (("ocpp0.1", "ocpp2.0.1"), "ocpp2.0.1"),
        (("ocpp2.0.1", "ocpp1.6"), "ocpp2.0.1"),
        (("ocpp1.6", "ocpp2.0.1"), "ocpp1.6"),
    ],
)
async def test_a_station_that_offers_several_gets_the_one_it_likes_best(
    csms: Csms, offered: tuple[str, ...], agreed: str
) -> None:
    """Part 4 §3.1.2."""
    names = [Subprotocol(name) for name in offered]
    async with websockets.asyncio.client.connect(f"{csms.url}/{STATION}", subprotocols=names, proxy=None) as socket:
        assert socket.subprotocol == agreed


async def test_a_station_that_offers_none_of_them_is_refused(csms: Csms) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await websockets.asyncio.client.connect(
            f"{csms.url}/{STATION}", subprotocols=[Subprotocol("ocpp0.1")], proxy=None
        )

    assert b"ocpp1.6 or ocpp2.0.1" in (refused.value.response.body or b"")


async def test_a_fault_acts_on_stations_of_its_version(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    await api.put("/api/v1/stations/OLD")
    old = await bench.connect(csms.url, "OLD")
    await old.boot()
    for name in ("start-transaction-invalid", "transaction-event-invalid"):
        csms.switchboard.switch(name, True)

    started = (await old.start("GOOD"))["idTagInfo"]
    csms.switchboard.switch("transaction-event-invalid", False)
    told = (await station.tell(0, "Started", "Authorized", idToken=token()))["idTokenInfo"]

    assert (started, told) == ({"status": "Invalid"}, {"status": "Accepted"})
    await old.close()


@pytest.mark.parametrize("name", ["ocpp2.0", "ocpp2", "OCPP2.0.1", "ocpp2.0.1j"])
async def test_names_that_mean_it_are_tolerated(name: str) -> None:
    agreed = tolerated(["ocpp0.1", name])

    assert agreed is not None
    assert (agreed[0], agreed[1].kind) == (name, "subprotocol")
    assert tolerated(["ocpp1.5", "ocpp2.1"]) is tolerated([]) is None


@bench.configured(lenient=True)
async def test_a_lenient_csms_speaks_it_with_who_offers_an_older_name(csms: Csms) -> None:
    names = [Subprotocol("ocpp2.0")]
    async with websockets.asyncio.client.connect(f"{csms.url}/{STATION}", subprotocols=names, proxy=None) as socket:
        await socket.send(frames.call("m", "BootNotification", BOOT).raw)
        async with asyncio.timeout(30):
            answer = frames.parse(str(await socket.recv()))

    assert isinstance(answer, frames.CallResult)
    assert (socket.subprotocol, answer.payload["status"]) == ("ocpp2.0", "Accepted")


async def test_a_station_that_changes_its_version_has_to_boot_again(csms: Csms, api: httpx.AsyncClient) -> None:
    old = await bench.connect(csms.url, STATION)
    await old.boot()
    new = await connect(csms.url, STATION)

    await new.boot()
    await new.occupied()

    shown = (await api.get(f"/api/v1/stations/{STATION}")).json()
    assert (shown["ocpp"], len(shown["connectors"])) == ("2.0.1", 1)
    assert (await api.get(f"{PATH}/variables")).json() == []
    await new.close()
    await old.close()
