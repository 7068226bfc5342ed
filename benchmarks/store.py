"""CPU time of a booking of the reference CSMS, by kind and by thread, without sockets.

``python -m benchmarks.store [--stations K] [--loops N] [--rounds N] [--database URL]`` prints a Markdown table. K
stations call the handlers of the CSMS, the next message when the last one was answered, so that as many bookings share
a commit as with real ones. Each row is one kind of message; the last is the loop of ``benchmarks.csms``. The times are
those of the threads, ``time.thread_time``: the event loop with the handlers, the thread that writes (the commit
included), the one that looks up. Without ``--database`` it is an SQLite file of its own.
"""

import argparse
import asyncio
import gc
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import uvloop

from benchmarks.csms import LOOP
from benchmarks.engine import CALLS
from csms_core.config import Config
from csms_core.context import StationContext
from csms_core.profiles import HANDLERS
from csms_core.store import Store, stations, tags

TAG: Final = CALLS["Authorize"]["idTag"]
KINDS: Final = ("Authorize", "StartTransaction", "MeterValues", "StopTransaction", "StatusNotification")
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)

Payloads = Callable[[int], dict[str, Any]]
"""Makes the payload of the next message of a station out of its running transaction."""


class Taken(NamedTuple):
    """Seconds of CPU of one round, and its messages and commits."""

    loop: float
    writer: float
    lookups: float
    messages: int
    commits: int


class Bench:
    """A store, and stations that know it."""

    def __init__(self, store: Store, number: int) -> None:
        self._store = store
        self._stations = [
            StationContext(f"BENCH-{n:04d}", store, Config(), registered_as="Accepted") for n in range(number)
        ]
        self._moment = 0
        self._running: dict[str, list[int]] = {}

    async def round(self, actions: tuple[str, ...], loops: int) -> Taken:
        """Measure; what a kind needs before it (a transaction to stop) and after it is not counted."""
        if actions == ("StopTransaction",):
            ids = [await self._started(station, loops) for station in self._stations]
        else:
            ids = [[] for _ in self._stations]
        made = {station.identity: self._payloads(actions, loops, its) for station, its in zip(self._stations, ids)}
        gc.collect()
        before, commits = await self._times(), self._store.writer.commits
        await asyncio.gather(*(self._drive(station, made[station.identity]) for station in self._stations))
        after = await self._times()
        if actions == ("StartTransaction",):
            await asyncio.gather(*(self._stop_all(station) for station in self._stations))
        spent = (b - a for a, b in zip(before, after, strict=True))
        return Taken(*spent, len(self._stations) * loops * len(actions), self._store.writer.commits - commits - 1)

    async def _drive(self, station: StationContext, payloads: list[tuple[str, dict[str, Any]]]) -> None:
        transaction = 0
        for action, payload in payloads:
            if payload.get("transactionId", None) == 0:
                payload["transactionId"] = transaction
            answer = await HANDLERS[action](station, payload)
            if "transactionId" in answer:
                transaction = answer["transactionId"]
                self._running.setdefault(station.identity, []).append(transaction)

    async def _stop_all(self, station: StationContext) -> None:
        """End what runs: a station does not start thousands of transactions without an end."""
        for transaction_id in self._running.pop(station.identity, []):
            await HANDLERS["StopTransaction"](
                station, {**self._payload("StopTransaction"), "transactionId": transaction_id}
            )

    async def _started(self, station: StationContext, loops: int) -> list[int]:
        return [
            (await HANDLERS["StartTransaction"](station, self._payload("StartTransaction")))["transactionId"]
            for _ in range(loops)
        ]

    def _payloads(
        self, actions: tuple[str, ...], loops: int, ids: list[int]
    ) -> list[tuple[str, dict[str, Any]]]:
        made = []
        for number in range(loops):
            for action in actions:
                payload = self._payload(action)
                if ids:
                    payload["transactionId"] = ids[number]
                made.append((action, payload))
        return made

    def _payload(self, action: str) -> dict[str, Any]:
        self._moment += 1
        now = (BEGIN + timedelta(milliseconds=self._moment)).isoformat(timespec="microseconds")[:-6] + "Z"
        if action == "StopTransaction":
            return {"transactionId": 0, "meterStop": 18_000, "timestamp": now, "idTag": TAG}
        payload = dict(CALLS[action])
        if action == "MeterValues":
            payload["transactionId"] = 0
            payload["meterValue"] = [{**value, "timestamp": now} for value in payload["meterValue"]]
        elif "timestamp" in payload:
            payload["timestamp"] = now
        return payload

    async def _times(self) -> tuple[float, float, float]:
        writer = await self._store.write(lambda connection: time.thread_time())
        lookups = await self._store.look_up(lambda connection: time.thread_time())
        return time.thread_time(), writer, lookups


async def measure(url: str, number: int, loops: int, rounds: int) -> dict[str, list[Taken]]:
    """All rounds of all kinds, interleaved."""
    store = await Store.open(url)
    await store.write(lambda c: tags.put(c, tags.Tag(TAG)))
    bench = Bench(store, number)
    taken: dict[str, list[Taken]] = {}
    for round_number in range(rounds + 1):
        for name, actions in [*((kind, (kind,)) for kind in KINDS), ("the loop", LOOP)]:
            its = await bench.round(actions, loops)
            if round_number:
                taken.setdefault(name, []).append(its)
    await store.close()
    return taken
