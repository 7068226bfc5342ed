"""`python -m tests.simulator.doomed URL FILE`: a station of security profile 1 that runs until it is killed."""

from __future__ import annotations

import asyncio
import sys

from simulator import Station
from simulator.store import SqliteFile
from tests.simulator.security_support import KEY


async def run(url: str, path: str) -> None:
    configuration = {"CpoName": "plugproof"}
    store = SqliteFile(path).of("CP1")
    async with Station(url, id="CP1", auth_key=KEY, store=store, configuration=configuration):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
