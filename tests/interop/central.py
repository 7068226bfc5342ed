"""`python -m tests.interop.central`: the back office as a process.

It listens on two ports the kernel chose, for stations and for operators, and says where in one JSON line, until it is
terminated. What the `ocpp` package warns about goes to the standard error.
"""

import asyncio
import json
import logging
import socket
from contextlib import suppress
from urllib.parse import unquote

import uvicorn
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.interop.back_office import BackOffice, RemoteStation, Tag
from tests.interop.back_office_api import make_api

HOST = "127.0.0.1"

TAGS = (
    Tag("CARD-1", parent="FLEET"),
    Tag("CARD-2", parent="FLEET"),
    Tag("CARD-OLD", expiry_date="2024-01-01T00:00:00+00:00"),
    Tag("CARD-LOST", blocked=True),
)


async def main() -> None:
    """Serve until a signal comes."""
    office = BackOffice(*TAGS)

    async def on_connect(connection: ServerConnection) -> None:
        assert connection.request is not None
        identity = unquote(connection.request.path.rpartition("/")[2])
        station = office.connected[identity] = RemoteStation(identity, connection, office)
        with suppress(ConnectionClosed):
            await station.start()
        if office.connected.get(identity) is station:
            del office.connected[identity]

    api = uvicorn.Server(uvicorn.Config(make_api(office), lifespan="off", ws="none", log_level="warning"))
    operators = socket.create_server((HOST, 0))
    async with serve(on_connect, HOST, 0, subprotocols=["ocpp1.6"]) as stations:  # type: ignore[list-item]
        port = next(iter(stations.sockets)).getsockname()[1]
        url = f"ws://{HOST}:{port}/ocpp"
        print(json.dumps({"url": url, "api": f"http://{HOST}:{operators.getsockname()[1]}"}), flush=True)
        await api.serve(sockets=[operators])


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main())
