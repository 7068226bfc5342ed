"""The faults of the socket change what a station meets below the messages, from its next connection on."""

from __future__ import annotations

import asyncio

import pytest
import websockets.asyncio.client
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from csms_core import Csms
from ocppj import frames
from tests.csms_core.support.bench import BOOT, STATION

pytestmark = pytest.mark.asyncio

Client = websockets.asyncio.client.ClientConnection


def dial(csms: Csms, compression: str | None = None) -> websockets.asyncio.client.connect:
    offered = [Subprotocol("ocpp1.6")]
    return websockets.asyncio.client.connect(
        f"{csms.url}/{STATION}", subprotocols=offered, compression=compression, ping_interval=None, proxy=None
    )


async def boots(client: Client, id: str, pieces: int = 1) -> str:
    """Send a BootNotification in so many pieces; what comes back."""
    text = frames.call(id, "BootNotification", BOOT).raw
    size = -(-len(text) // pieces)
    await client.send([text[start : start + size] for start in range(0, len(text), size)] if pieces > 1 else text)
    async with asyncio.timeout(30):
        return str(await client.recv())


async def test_without_a_fault_pings_and_fragments_are_answered(csms: Csms) -> None:
    async with dial(csms) as client, asyncio.timeout(30):
        await (await client.ping(b"body"))
        assert '"a"' in await boots(client, "a", 3)
        assert '"b"' in await boots(client, "b", 20)


@pytest.mark.parametrize(("name", "empty"), [("pings-unanswered", False), ("pongs-empty", True)])
async def test_pongs(csms: Csms, name: str, empty: bool) -> None:
    csms.switchboard.switch(name, True, STATION)

    async with dial(csms) as client:
        with_body = asyncio.ensure_future(await client.ping(b"body"))
        await boots(client, "after")  # a pong would have come before its answer
        assert not with_body.done()
        without = asyncio.ensure_future(await client.ping(b""))
        await boots(client, "again")
        assert without.done() is empty
        for waiting in (with_body, without):
            waiting.cancel()


@pytest.mark.parametrize(("name", "lost", "kept"), [("fragments-ignored", 2, 1), ("many-fragments-ignored", 20, 3)])
async def test_fragments(csms: Csms, name: str, lost: int, kept: int) -> None:
    csms.switchboard.switch(name, True, STATION)

    async with dial(csms) as client:
        text = frames.call("lost", "BootNotification", BOOT).raw
        size = -(-len(text) // lost)
        await client.send([text[start : start + size] for start in range(0, len(text), size)])

        assert '"kept"' in await boots(client, "kept", kept)


async def test_who_offers_compression_is_cut_off(csms: Csms) -> None:
    csms.switchboard.switch("compression-ends-connection", True, STATION)

    async with dial(csms) as client:
        assert '"plain"' in await boots(client, "plain")
    async with dial(csms, "deflate") as client, asyncio.timeout(30):
        with pytest.raises(ConnectionClosed):
            await client.recv()


async def test_a_second_connection_is_cut_off(csms: Csms) -> None:
    csms.switchboard.switch("second-connection-ends", True, STATION)

    async with dial(csms) as first, asyncio.timeout(30):
        assert '"first"' in await boots(first, "first")
        async with dial(csms) as second:
            with pytest.raises(ConnectionClosed):
                await second.recv()


async def test_a_fault_of_another_station_leaves_this_one_alone(csms: Csms) -> None:
    csms.switchboard.switch("pings-unanswered", True, "OTHER")

    async with dial(csms) as client, asyncio.timeout(30):
        await (await client.ping(b"body"))
