"""CPU time of the bookings of the reference CSMS, by kind of message and by thread, without sockets.

``python -m benchmarks.store [--stations K] [--loops N] [--rounds N] [--database URL]`` prints a Markdown table. K
stations call the handlers of the CSMS, each the next one when the last has answered, so that as many bookings share a
commit as with real stations. A row is one kind of message; the last is the loop of ``benchmarks.csms``. The times are
those of the threads (``time.thread_time``): the event loop with the handlers, the thread that writes with its commits,
and the one that looks up. The database is an SQLite file of its own, unless one is named, which should be empty.
"""

import argparse
import asyncio
import gc
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import uvloop

from benchmarks.csms import LOOP
from benchmarks.engine import CALLS
from csms_core.auth.changes import Changes
from csms_core.auth.passwords import Vault
from csms_core.auth.policy import STRICT
from csms_core.config.model import Config
from csms_core.hub.context import Backroom, StationContext
from csms_core.store import Store, tags
from csms_core.v16.profiles import HANDLERS
from ocppj.v16 import PROTOCOL

TAG: Final = CALLS["Authorize"]["idTag"]
ROWS: Final = {
    **{kind: (kind,) for kind in ("Authorize", "StartTransaction", "MeterValues", "StopTransaction")},
    "StatusNotification": ("StatusNotification",),
    "the loop": LOOP,
}
"""What is sent over and over in each row of the table."""

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)

Message = tuple[str, dict[str, Any]]


class Taken(NamedTuple):
    """CPU seconds of one round by thread, its messages (CALLs) and commits."""

    loop: float
    writer: float
    lookups: float
    messages: int
    commits: int


def _backroom(store: Store) -> Backroom:
    """None of the messages here goes there."""

    async def operate(identity: str, action: str, payload: Any) -> Any:
        raise LookupError("There is no hub.")

    return Backroom(None, lambda work: work.close(), operate, Changes(store, Vault(), lambda identity: STRICT))


class Bench:
    """Stations of one store."""

    def __init__(self, store: Store, number: int) -> None:
        self._store = store
        backroom = _backroom(store)
        self._stations = [
            StationContext(f"BENCH-{n:04d}", store, Config(), PROTOCOL, backroom, "Accepted") for n in range(number)
        ]
        self._running: dict[str, list[int]] = {station.identity: [] for station in self._stations}
        self._moment = 0

    async def round(self, actions: tuple[str, ...], loops: int) -> Taken:
        """Measure one round. That stops have something to end, and starts come to an end, is not counted."""
        if actions == ("StopTransaction",):
            await self._all(("StartTransaction",), loops)
        messages = {station.identity: self._messages(station, actions, loops) for station in self._stations}
        gc.collect()
        before, commits = await self._times(), self._store.writer.commits
        await asyncio.gather(*(self._send(station, messages[station.identity]) for station in self._stations))
        commits, after = self._store.writer.commits - commits, await self._times()
        if actions == ("StartTransaction",):
            await self._all(("StopTransaction",), loops)
        spent = [b - a for a, b in zip(before, after, strict=True)]
        return Taken(spent[0], spent[1], spent[2], len(self._stations) * loops * len(actions), commits)

    async def _all(self, actions: tuple[str, ...], loops: int) -> None:
        await asyncio.gather(
            *(self._send(station, self._messages(station, actions, loops)) for station in self._stations)
        )

    async def _send(self, station: StationContext, messages: Iterable[Message]) -> None:
        running = self._running[station.identity]
        for action, payload in messages:
            if "transactionId" in payload:
                payload["transactionId"] = running.pop(0) if action == "StopTransaction" else running[0]
            answer = await HANDLERS[action](station, payload)
            if action == "StartTransaction":
                running.append(answer["transactionId"])

    def _messages(self, station: StationContext, actions: tuple[str, ...], loops: int) -> list[Message]:
        if actions == ("MeterValues",) and not self._running[station.identity]:
            self._running[station.identity].append(1)  # of whatever station: meter values are always kept
        return [(action, self._payload(action)) for _ in range(loops) for action in actions]

    def _payload(self, action: str) -> dict[str, Any]:
        """As of a moment of its own: a repetition is not booked. The transactionId is filled in when it is sent."""
        self._moment += 1
        now = (BEGIN + timedelta(milliseconds=self._moment)).isoformat().replace("+00:00", "Z")
        if action == "StopTransaction":
            return {"transactionId": 0, "meterStop": 18_000, "timestamp": now, "idTag": TAG}
        payload = CALLS[action]
        if action == "MeterValues":
            values = [{**value, "timestamp": now} for value in payload["meterValue"]]
            return {**payload, "transactionId": 0, "meterValue": values}
        return {**payload, "timestamp": now} if "timestamp" in payload else dict(payload)

    async def _times(self) -> tuple[float, float, float]:
        writer = await self._store.write(lambda connection: time.thread_time())
        lookups = await self._store.look_up(lambda connection: time.thread_time())
        return time.thread_time(), writer, lookups


async def measure(url: str, stations: int, loops: int, rounds: int) -> dict[str, list[Taken]]:
    """All rounds of all rows, interleaved; the first of each warms up."""
    store = await Store.open(url)
    await store.write(lambda connection: tags.put(connection, tags.Tag(TAG)))
    bench = Bench(store, stations)
    taken: dict[str, list[Taken]] = {name: [] for name in ROWS}
    for number in range(rounds + 1):
        for name, actions in ROWS.items():
            its = await bench.round(actions, loops)
            if number:
                taken[name].append(its)
    await store.close()
    return taken


def table(taken: dict[str, list[Taken]], stations: int) -> str:
    """The medians as Markdown."""
    rounds = len(next(iter(taken.values())))
    lines = [
        f"{stations} stations, {rounds} rounds each, interleaved; CPU µs per CALL; {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, {platform.machine()}",
        "",
        "| CALL | event loop | writer | lookups | together | CALLs per commit |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, its in taken.items():
        columns = [statistics.median(one[place] / one.messages * 1e6 for one in its) for place in range(3)]
        shared = statistics.median(one.messages / one.commits for one in its) if its[0].commits else 0
        lines.append(f"| {name} | {' | '.join(f'{one:.1f}' for one in (*columns, sum(columns)))} | {shared:.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=20, help="stations at once (default 20)")
    options.add_argument("--loops", type=int, default=50, help="messages of each kind a round (default 50)")
    options.add_argument("--rounds", type=int, default=5, help="rounds of each row (default 5)")
    options.add_argument("--database", metavar="URL", help="an empty database (default: an SQLite file of its own)")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="plugproof-bench-") as folder:
        url = chosen.database or f"sqlite:///{folder}/bench.db"
        taken = uvloop.run(measure(url, chosen.stations, chosen.loops, chosen.rounds))
    print(table(taken, chosen.stations))


if __name__ == "__main__":
    main()
