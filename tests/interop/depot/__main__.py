"""`python -m tests.interop.depot [FOLDER] [HABITS]`: the back office as a process.

FOLDER is one of `plugproof pki`, for the listeners with TLS; HABITS is JSON with the switches of `habits.py`. It says
where it listens in one JSON line, and serves until it is terminated.
"""

import asyncio
import json
import socket
import sys
from pathlib import Path

import msgspec
import uvicorn

from tests.interop.depot.api import make_api
from tests.interop.depot.habits import Habits
from tests.interop.depot.house import HOST, House


async def main(folder: str = "", habits: str = "{}") -> None:
    """Serve until a signal comes."""
    house = House(msgspec.json.decode(habits, type=Habits))
    api = uvicorn.Server(uvicorn.Config(make_api(house), lifespan="off", ws="none", log_level="warning"))
    operators = socket.create_server((HOST, 0))
    async with house.listens(Path(folder) if folder else None) as urls:
        print(json.dumps({"urls": urls, "api": f"http://{HOST}:{operators.getsockname()[1]}"}), flush=True)
        await api.serve(sockets=[operators])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
