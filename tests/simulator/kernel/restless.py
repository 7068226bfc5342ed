"""`python -m tests.simulator.kernel.restless`: starts stations in processes that skip the imports.

They are there to be killed by a test.

A line on the standard input is a JSON list: address of the CSMS, file of the station's memory, seed, and "charge" or
"drain". The station charges one session after the other, in and out of the network, and prints each message it has
queued, as a line, once the queue is on the disk; or it only delivers what it has, prints `drained` and ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from typing import Any

import schemas
from simulator import Event, Station
from simulator.kernel.store import SqliteFile

PATIENCE = 30.0


def say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")  # in one piece, so that a kill leaves no half of a line
    sys.stdout.flush()


async def run(url: str, path: str, seed: int, mode: str) -> None:
    file = SqliteFile(path)
    station = Station(
        url,
        id="CP1",
        connectors=2,
        store=file.of("CP1"),
        retry=True,
        configuration={
            "AllowOfflineTxForUnknownId": "true",
            "StopTxnSampledData": "SoC",
            "TransactionMessageRetryInterval": "0",
        },
    )
    loop = asyncio.get_running_loop()

    def queued(event: Event) -> None:
        if "payload" in event.details:  # the commit ends before the loop goes on
            loop.call_soon(lambda: say(action=event.details["action"], payload=event.details["payload"]))

    station.events.listen(queued)
    async with station:
        if mode == "drain":
            await station.until(lambda s: s.online and not s.queued, within=PATIENCE)
            say(event="drained")
        else:
            await charge(station, random.Random(seed), seed)


async def charge(station: Station, chance: random.Random, seed: int) -> None:
    number = 0
    while True:
        number += 1
        connector = chance.choice(station.connectors)
        tag = f"T{seed}-{number}"
        if not connector.cable:
            await station.plug_in(connector.id)
        await station.present(tag, connector.id)
        for _ in range(chance.randrange(3)):
            station._parts.sampler._sample(connector)  # as often as the test wants, not as the clock says
            await asyncio.sleep(0)
        if chance.random() < 0.3:
            await (station.lose_network() if station.parts.supplied.network else station.restore_network())
        await station.present(tag, connector.id)
        if not connector.locked:
            await station.unplug(connector.id)
        if station.parts.supplied.network:
            await station.until(lambda s: s.queued < 5, within=PATIENCE)


def main() -> None:
    """One station at a time, until the standard input ends."""
    schemas.load("1.6")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(run(*json.loads(line)))
            os._exit(0)
        say(pid=pid)
        os.waitpid(pid, 0)
        say(event="ended")


if __name__ == "__main__":
    main()
