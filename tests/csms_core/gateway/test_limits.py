"""What one station or client does harms nobody else, and the end is orderly."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
import websockets.asyncio.client
from websockets.typing import Subprotocol

from csms_core import Config, Csms
from csms_core.store import stations
from ocppj import frames
from tests.csms_core.support.bench import BOOT, STATION, Connecting, Station, connect, provision

pytestmark = pytest.mark.asyncio

FLOOD = 3000


async def test_a_flood_holds_up_nobody_else_and_is_answered_in_order(csms: Csms, connecting: Connecting) -> None:
    """RPC-13: a station that sends without reading is read no faster than it takes its answers; none is lost."""
    await csms.store.write(lambda c: stations.put(c, "OTHER", ""))
    other = await connecting("OTHER")
    await other.boot()

    async def flood(websocket: websockets.asyncio.client.ClientConnection) -> None:
        await websocket.send(frames.call("boot", "BootNotification", BOOT).raw)
        for number in range(FLOOD):
            payload = {"vendorId": "v", "data": "x" * 20_000}
            await websocket.send(frames.call(str(number), "DataTransfer", payload).raw)

    async with await websockets.asyncio.client.connect(
        f"{csms.url}/{STATION}", subprotocols=[Subprotocol("ocpp1.6")], proxy=None, max_queue=1
    ) as websocket:
        flooding = asyncio.create_task(flood(websocket))
        for _ in range(50):
            assert "currentTime" in await other.call("Heartbeat")

        answered = [json.loads(await websocket.recv())[1] for _ in range(FLOOD + 1)]
        await flooding

    assert answered == ["boot", *map(str, range(FLOOD))]


async def test_stopping_answers_the_requests_that_wait_for_a_station(config: Config) -> None:
    async with Csms(config) as csms:
        await provision(csms)
        station = await connect(csms.url, STATION)
        await station.boot()
        station.release.clear()
        client = httpx.AsyncClient(base_url=csms.api_url, timeout=30)
        asked = asyncio.create_task(client.post(f"/api/v1/stations/{STATION}/operations/ClearCache"))
        await station.next_call()

    response = await asked
    assert response.status_code == 409
    assert "disconnected" in response.json()["detail"]
    assert (await station.peer.wait_closed()).code == 1001
    await client.aclose()


async def test_a_store_that_fails_is_a_callerror_and_the_session_goes_on(
    csms: Csms, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    """ERR-10, ERR-14: the station learns that its message was not stored, and can send it again."""
    writer, csms.store.writer = csms.store.writer, Broken()  # type: ignore[assignment]
    await station.peer.send_raw(frames.call("s", "StatusNotification", {**STATUS}).raw)
    while (frame := await station.next_frame()).id != "s":
        pass
    csms.store.writer = writer

    assert isinstance(frame, frames.CallError)
    assert frame.code == "InternalError"
    assert "disk full" not in frame.raw, "what went wrong inside is for the log"
    assert "disk full" in caplog.text
    assert await station.call("StatusNotification", STATUS) == {}


STATUS = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}


class Broken:
    """A writer whose disk is full."""

    def book(self, batch: object, booking: object) -> None:
        raise OSError("disk full")
