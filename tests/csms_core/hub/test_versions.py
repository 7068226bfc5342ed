"""A second version beside the first: what the CSMS takes of a version it takes of the one the station speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets.asyncio.client
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from csms_core import Config, Csms, versions
from csms_core.auth.policy import Handshake
from csms_core.faults.catalogue import catalogue
from csms_core.faults.edits import answer_to, fault, put
from csms_core.faults.model import Fault, Outgoing
from csms_core.hub.context import StationContext
from csms_core.hub.version import Version
from csms_core.store import stations, tables
from csms_core.v16 import VERSION
from ocppj import frames
from ocppj.frames import CallResult
from ocppj.protocol import Protocol
from tests.csms_core.support.bench import BOOT, STATION, default_config

pytestmark = pytest.mark.asyncio

NAME, SUBPROTOCOL = "9.9", "ocpp9.9"


async def boot(station: StationContext, payload: dict[str, Any]) -> dict[str, Any]:
    """The other version registers whoever comes, and names itself in the interval."""
    at = "2026-11-30T00:00:00.000Z"
    booked = stations.Boot(station.identity, station.protocol.version, payload, "Accepted", at)
    await station.store.book(stations.book_boots, booked)
    station.registered_as = "Accepted"
    return {"status": "Accepted", "currentTime": at, "interval": 99}


def other_version(*faults: Fault) -> Version:
    """A version that was made up: the messages of 1.6 under another name, and nothing but its boot handled."""
    protocol = replace(VERSION.protocol, version=NAME, subprotocol=SUBPROTOCOL)
    vars(protocol).update(schemas=VERSION.schemas, actions=VERSION.protocol.actions)  # such a version has no files
    return replace(
        VERSION,
        protocol=protocol,
        handlers={"BootNotification": boot},
        bookkeepers={},
        judges={},
        followers={},
        tolerated=lambda offered: None,
        connectors=lambda connection, identities: {identity: [{"evseId": 1}] for identity in identities},
        tables=(),
        faults=faults,
        api=replace(VERSION.api, path=f"/api/v1/{SUBPROTOCOL}", at_once=(), early="(?!)", later=(), mark="v99_"),
    )


INTERVAL = fault("other-interval", "The interval is another one.", answer_to("BootNotification"), put("interval", 7))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return replace(default_config(tmp_path), any_station=True)


@pytest_asyncio.fixture
async def csms(config: Config) -> AsyncIterator[Csms]:
    """A CSMS that speaks both."""
    async with Csms(config, (VERSION, other_version(INTERVAL))) as csms:
        yield csms


@pytest_asyncio.fixture
async def api(csms: Csms) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=csms.api_url, timeout=30, verify=False) as client:
        yield client


Socket = websockets.asyncio.client.ClientConnection


async def connected(csms: Csms, *names: str, identity: str = STATION) -> Socket:
    offered = [Subprotocol(name) for name in names]
    return await websockets.asyncio.client.connect(f"{csms.url}/{identity}", subprotocols=offered, proxy=None)


async def called(socket: Socket, action: str, payload: Mapping[str, Any]) -> frames.Frame:
    """The answer to a CALL."""
    await socket.send(frames.call("m", action, payload).raw)
    async with asyncio.timeout(30):
        return frames.parse(str(await socket.recv()))


async def gone(csms: Csms) -> None:
    """The CSMS has noticed that the station left."""
    reader = csms.hub.feed.open(station=STATION)
    async with asyncio.timeout(30):
        while not any(event.kind == "disconnected" for event in await reader.take() or ()):
            pass


async def interval(socket: Socket) -> int:
    answer = await called(socket, "BootNotification", BOOT)
    assert isinstance(answer, frames.CallResult)
    return int(answer.payload["interval"])


@pytest.mark.parametrize(
    ("offered", "agreed", "told"),
    [
        (("ocpp1.6",), "ocpp1.6", 300),
        ((SUBPROTOCOL,), SUBPROTOCOL, 99),
        ((SUBPROTOCOL, "ocpp1.6"), SUBPROTOCOL, 99),
        (("ocpp0.1", "ocpp1.6", SUBPROTOCOL), "ocpp1.6", 300),
    ],
)
async def test_the_subprotocol_picks_the_version(csms: Csms, offered: tuple[str, ...], agreed: str, told: int) -> None:
    async with await connected(csms, *offered) as socket:
        assert socket.subprotocol == agreed
        assert await interval(socket) == told


async def test_a_station_that_speaks_neither_is_told_what_is_spoken(csms: Csms) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connected(csms, "ocpp0.1")

    assert b"speaks the subprotocol ocpp1.6 or ocpp9.9 and none of those" in (refused.value.response.body or b"")


@pytest.mark.parametrize(("offered", "told"), [(("ocpp0.1", SUBPROTOCOL), 99), (("ocpp0.1",), 300)])
async def test_where_a_defect_agrees_to_a_name_of_none_the_version_is_the_one_that_was_meant(
    csms: Csms, offered: tuple[str, ...], told: int
) -> None:
    csms.switchboard.switch("any-subprotocol", True)

    async with await connected(csms, *offered) as socket:
        assert socket.subprotocol == "ocpp0.1"
        assert await interval(socket) == told


async def test_the_version_of_a_station_is_kept_and_shown(csms: Csms, api: httpx.AsyncClient) -> None:
    async def shown() -> tuple[Any, ...]:
        station = (await api.get(f"/api/v1/stations/{STATION}")).json()
        return station["online"], station["ocpp"], station["connectors"]

    async with await connected(csms, SUBPROTOCOL) as socket:
        assert (await shown())[:2] == (True, NAME)  # also before its boot
        await interval(socket)
        assert await shown() == (True, NAME, [{"evseId": 1}])
    await gone(csms)

    assert await shown() == (False, NAME, [{"evseId": 1}])


async def test_a_boot_of_one_version_is_none_of_the_other(csms: Csms) -> None:
    async with await connected(csms, SUBPROTOCOL) as socket:
        await interval(socket)

        async with await connected(csms, "ocpp1.6") as replacing:
            answer = await called(replacing, "Heartbeat", {})

    assert isinstance(answer, frames.CallError)
    assert answer.code == "SecurityError"


async def test_operations_are_those_of_the_version_in_their_path(csms: Csms, api: httpx.AsyncClient) -> None:
    async with await connected(csms, SUBPROTOCOL) as socket:
        await interval(socket)

        refused = await api.post(f"/api/v1/stations/{STATION}/operations/ClearCache", json={})
        asking = asyncio.create_task(api.post(f"/api/v1/{SUBPROTOCOL}/stations/{STATION}/operations/ClearCache"))
        call = frames.parse(str(await socket.recv()))
        assert isinstance(call, frames.Call)
        await socket.send(frames.result(call.id, {"status": "Accepted"}).raw)
        done = await asking

    assert (refused.status_code, done.status_code, done.json()) == (409, 200, {"status": "Accepted"})
    assert refused.json()["detail"] == (
        f"The station '{STATION}' speaks OCPP 9.9, and this is an operation of OCPP 1.6; POST "
        f"/api/v1/ocpp9.9/stations/{STATION}/operations/... has its own."
    )


async def test_the_description_has_the_operations_of_both(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()

    of_both = [
        document["paths"][f"{path}/stations/{{identity}}/operations/ClearCache"]["post"]["operationId"]
        for path in ("/api/v1", f"/api/v1/{SUBPROTOCOL}")
    ]
    assert of_both == ["ClearCache", "v99_ClearCache"]


async def test_a_fault_of_a_version_leaves_the_others_alone(csms: Csms) -> None:
    csms.switchboard.switch("other-interval", True)

    async with (
        await connected(csms, "ocpp1.6", identity="A") as one,
        await connected(csms, SUBPROTOCOL, identity="B") as other,
    ):
        assert (await interval(one), await interval(other)) == (300, 7)


async def test_a_fault_that_two_versions_have_is_one_by_name_and_does_what_each_says() -> None:
    late = fault("other-interval", "The interval is late.", answer_to("BootNotification"), put("interval", 8))
    both = catalogue({"ocpp1.6": (INTERVAL,), SUBPROTOCOL: (late,)})["other-interval"]

    def left(subprotocol: str) -> Any:
        assert both.message is not None
        instead = both.message(Outgoing("result", "m", "BootNotification", {"interval": 1}, subprotocol))
        if instead is None:
            return None
        frame = frames.parse(instead.texts[0])
        assert isinstance(frame, CallResult)
        return frame.payload

    assert [left(name) for name in ("ocpp1.6", SUBPROTOCOL, "ocpp0.1")] == [{"interval": 7}, {"interval": 8}, None]
    assert both.sentence == INTERVAL.sentence


def _same(right: Handshake) -> Handshake:
    return right


@pytest.mark.parametrize(
    "faults",
    [
        {"ocpp1.6": (INTERVAL, INTERVAL)},
        {"ocpp1.6": (replace(INTERVAL, name="any-subprotocol"),)},
        {"ocpp1.6": (INTERVAL,), SUBPROTOCOL: (replace(INTERVAL, message=None, handshake=_same),)},
    ],
)
async def test_a_name_stands_for_one_fault(faults: Mapping[str, tuple[Fault, ...]]) -> None:
    with pytest.raises(ValueError, match="There are two faults named"):
        catalogue(faults)


async def test_every_table_belongs_to_the_store_or_to_a_version() -> None:
    of_versions = {table.name for version in versions.spoken() for table in version.tables}
    of_none = {
        table.name
        for table in vars(tables).values()
        if table is not tables.metadata and getattr(table, "metadata", None) is tables.metadata
    }

    assert of_versions | of_none == tables.metadata.tables.keys()
    assert not of_versions & of_none


async def test_versions_have_names_of_their_own() -> None:
    spoken = versions.spoken()

    assert all(isinstance(version.protocol, Protocol) for version in spoken)
    for facts in (
        [version.name for version in spoken],
        [version.subprotocol for version in spoken],
        [version.api.path for version in spoken],
        [version.api.mark for version in spoken],
    ):
        assert len(set(facts)) == len(spoken)
