"""`python -m tests.simulator.v16.profiles.security.doomed URL FILE`: a station that is killed.

It is of security profile 1, and runs until then.
"""

from __future__ import annotations

import asyncio
import sys

from simulator import Station
from simulator.kernel.store import SqliteFile
from tests.simulator.support.security import KEY


async def run(url: str, path: str) -> None:
    configuration = {"CpoName": "plugproof"}
    store = SqliteFile(path).of("CP1")
    async with Station(url, id="CP1", auth_key=KEY, store=store, configuration=configuration):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
