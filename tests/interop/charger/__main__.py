"""`python -m tests.interop.charger URL IDENTITY`: the station as a process, until it is terminated.

It prints one JSON line, with the port where whoever drives it says what is done: a JSON line for each act, answered
with a line when it is done.
"""

from __future__ import annotations

import asyncio
import json
import sys
from urllib.parse import quote

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from tests.interop.charger.station import Body, Charger

HOST = "127.0.0.1"
AGAIN_SECONDS = 0.2
"""Between the end of a connection, or an attempt, and the next one."""


async def lives(url: str, identity: str, body: Body) -> None:
    """Connect again and again."""
    address = f"{url}/{quote(identity, safe='')}"
    while True:
        try:
            async with connect(address, subprotocols=[Subprotocol("ocpp1.6")], close_timeout=1) as connection:
                charger = Charger(identity, connection, body)
                charger.does(charger.goes_on() if body.booted else charger.boots())
                reading = asyncio.ensure_future(charger.start())
                leaving = asyncio.ensure_future(charger.leaves.wait())
                await asyncio.wait((reading, leaving), return_when=asyncio.FIRST_COMPLETED)
                for task in (reading, leaving):
                    task.cancel()
                await asyncio.gather(reading, leaving, return_exceptions=True)
                charger.is_over()
        except (OSError, WebSocketException):
            pass  # nobody listens yet, or no more
        await asyncio.sleep(AGAIN_SECONDS)


async def main() -> None:
    """Be driven and be connected until a signal comes."""
    url, identity = sys.argv[1:]
    body = Body()

    async def driven(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for line in reader:
            if body.charger is not None:
                await body.charger.acts(**json.loads(line))
            writer.write(b"done\n")
        writer.close()

    server = await asyncio.start_server(driven, HOST, 0)
    print(json.dumps({"control": server.sockets[0].getsockname()[1]}), flush=True)
    await lives(url, identity, body)


if __name__ == "__main__":
    asyncio.run(main())
