"""Killed under load, the CSMS loses no TransactionEvent that it acknowledged, and books none twice (E04, E13)."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from csms_core.v201.store import tables
from csms_core.v201.store import transactions as booked
from ocppj.peers.aio import ConnectFailed, ConnectionClosed
from tests.csms_core.store.test_durability_kill import parent
from tests.csms_core.support.load import PATIENCE, Network, look
from tests.csms_core.v201.support import Station, connect, energy, event, token

SEED, STATIONS, KILLS, EVENTS = 201_2026, 4, 3, 5

Key = tuple[str, str, int]
"""Station, transactionId, seqNo."""


class ChargingStation:
    """Charges one session after the other, and repeats every event until it is acknowledged."""

    def __init__(self, identity: str, network: Network, acknowledged: list[Key]) -> None:
        self._identity = identity
        self._network = network
        self._acknowledged = acknowledged
        self._station: Station | None = None

    async def run(self, enough: asyncio.Event) -> None:
        """Charge until it is enough; the session under way is brought to its end."""
        session = 0
        while not enough.is_set():
            session += 1
            for seq_no in range(EVENTS):
                await self._deliver(f"{self._identity}-{session}", seq_no)
        if self._station is not None:
            await self._station.close()

    async def _deliver(self, transaction: str, seq_no: int) -> None:
        kind = {0: "Started", EVENTS - 1: "Ended"}.get(seq_no, "Updated")
        members: dict[str, Any] = {"transactionId": transaction, "meterValue": energy(seq_no)}
        if seq_no == 1:
            members["idToken"] = token("NOBODY")
        payload = event(seq_no, kind, "MeterValuePeriodic", **members)
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    station = await self._connected()
                    self._network.passes()
                    answer = await station.call("TransactionEvent", payload, timeout=30)
                    break
                except (ConnectionClosed, ConnectFailed):
                    self._station = None
        assert answer == ({"idTokenInfo": {"status": "Unknown"}} if seq_no == 1 else {})
        self._acknowledged.append((self._identity, transaction, seq_no))
        self._network.passes()

    async def _connected(self) -> Station:
        url = await self._network.url()
        if self._station is None:
            self._station = await connect(url, self._identity)
            await self._station.boot()
        return self._station


def events(connection: Connection) -> list[Key]:
    rows = connection.execute(select(tables.events.c.identity, tables.events.c.transaction_id, tables.events.c.seq_no))
    return [(row.identity, row.transaction_id, row.seq_no) for row in rows]


@pytest.mark.asyncio
async def test_kill_9_under_load_loses_no_event_and_books_none_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/csms.db"
    moments, network, acknowledged = random.Random(SEED), Network(), list[Key]()
    enough = asyncio.Event()

    async with parent() as csms, asyncio.TaskGroup() as group:
        for number in range(STATIONS):
            group.create_task(ChargingStation(f"S{number}", network, acknowledged).run(enough))
        for _ in range(KILLS):
            await csms.start("--any-station", "--database", url)
            ready = await csms.line()
            assert set(acknowledged) <= set(look(url, events))
            await network.set(ready["url"])
            await network.after(moments.randint(20, 100))
            csms.signal_kill()
            await network.set(None)
            await csms.kill()
        await csms.start("--any-station", "--database", url)
        await network.set((await csms.line())["url"])
        await network.after(50)
        enough.set()

    kept = look(url, events)
    assert sorted(kept) == sorted(acknowledged)
    assert len(set(kept)) == len(kept) > KILLS * EVENTS
    for one in look(url, lambda connection: booked.listing(connection)):
        assert (one.running, one.facts.events, one.facts.energy_last) == (False, EVENTS, EVENTS - 1.0)
