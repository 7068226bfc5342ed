"""A bay with the CSMS of a case, and stations made of nothing but sockets that come to it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from harness.bay.knock import Knock
from harness.bay.listener import Refusal
from harness.bay.stand import Stand
from harness.case.facts import Case
from harness.case.run import CaseRun
from harness.sut import Sut
from harness.sut.reading import load
from harness.v16.charge_point.csms import Csms
from ocppj.session.session import Memory

SUBPROTOCOL = "ocpp1.6"
SUT = """
[product]
sut = "charge_point"
[connection]
listen = "127.0.0.1:0"
{connection}
[[stations]]
{station}
connectors = 1
[profiles]
core = true
firmware_management = false
smart_charging = false
reservation = false
local_auth_list = false
remote_trigger = false
[tags]
valid = "VALID-1"
[timeouts]
message_s = 1
long_s = 3
quiet_s = 0.2
settle_s = 0.2
"""


class Hosted(Csms):
    """The CSMS of a case that remembers whoever was not let in."""

    def __init__(self, run: CaseRun, stand: Stand) -> None:
        super().__init__(run, stand.bay, stand)
        self.refusals: list[tuple[Knock, Refusal]] = []

    def turned_away(self, knock: Knock, refusal: Refusal) -> None:
        super().turned_away(knock, refusal)
        self.refusals.append((knock, refusal))

    @property
    def said(self) -> list[tuple[str, str]]:
        """The findings of the case: rule and sentence."""
        return [(finding.rule, finding.message) for finding in self.run.findings]

    @property
    def notes(self) -> list[str]:
        """What the trace remarks."""
        return [entry.text for entry in self.run.trace.entries if entry.kind == "note"]

    @property
    def frames(self) -> list[Any]:
        """The frames that can be read."""
        return [json.loads(entry.text) for entry in self.run.trace.entries if entry.kind == "frame"]

    @property
    def handshakes(self) -> str:
        """What the trace tells of opening handshakes."""
        return "\n".join(entry.text for entry in self.run.trace.entries if entry.kind == "handshake")


class Countdown:
    """Nobody looks."""

    def begins(self, sentence: str) -> None: ...
    def left(self, seconds: float) -> None: ...
    def ends(self, sentence: str) -> None: ...


def station_sut(folder: Path, *, identity: str | None = None, connection: str = "", **environ: str) -> Sut:
    """A charge point of which nothing is known but, perhaps, its name."""
    file = folder / "station.toml"
    station = "" if identity is None else f"identity = {json.dumps(identity)}"
    file.write_text(SUT.format(connection=connection, station=station), "utf-8")
    return load(file, environ=environ)


def hosted(stand: Stand) -> Hosted:
    """The CSMS of a case that begins now."""
    case = Case("TC_0_CS", "Abuse", "charge_point", "Core", "", {"TC_0_CS.R1": "It survives."})
    return Hosted(CaseRun(case, stand.sut, stand.lane, stand.bay.memory), stand)


@asynccontextmanager
async def bay(sut: Sut, out: Path) -> AsyncIterator[tuple[Stand, Hosted]]:
    """The open bay of a system under test, and the CSMS of its first case."""
    stand = Stand(sut, sut.lane(0), Memory(), out, 0, Countdown())
    csms = hosted(stand)
    await stand.bay.opens()
    try:
        yield stand, csms
    finally:
        await asyncio.wait_for(stand.closes(), 10)


@asynccontextmanager
async def raw_station(
    stand: Stand, path: str = "/CP-1", *, offers: Sequence[str] = (SUBPROTOCOL,), auth: tuple[str, str] | None = None
) -> AsyncIterator[ClientConnection]:
    """A WebSocket to this path, kept as long as the block lasts."""
    headers = {}
    if auth is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
    async with connect(
        stand.bay.url(stand.bay.profile) + path,
        subprotocols=[Subprotocol(offer) for offer in offers],
        additional_headers=headers,
        ping_interval=None,
        close_timeout=1,
    ) as websocket:
        yield websocket


async def asked(websocket: ClientConnection, id: str, action: str, payload: dict[str, Any]) -> Any:
    """Send a CALL and give the frame that answers it."""
    await websocket.send(json.dumps([2, id, action, payload]))
    return await heard(websocket)


async def heard(websocket: ClientConnection) -> Any:
    """The next frame."""
    return json.loads(await asyncio.wait_for(websocket.recv(), 5))


async def request(stand: Stand, target: str, *more: str, key: str = "dGhlIHNhbXBsZSBub25jZQ==") -> str:
    """Write an opening handshake by hand; gives the first line of the answer, nothing where there is none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stand.bay.ports[False])
    lines = [
        f"GET {target} HTTP/1.1",
        "Host: 127.0.0.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
        *more,
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    try:
        return (await asyncio.wait_for(reader.readline(), 5)).decode().strip()
    finally:
        writer.close()
