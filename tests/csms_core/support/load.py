"""Stations that charge one session after the other and repeat every message until it is answered (OCPP 1.6 §3.7.1).

Each keeps a journal of what was acknowledged. `assert_kept` and `assert_booked_once` compare the journals with the
database.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from csms_core.store import clock, codec
from csms_core.store.database.dialect import open_engine
from csms_core.v16.store import tables
from ocppj.peers.aio import CallRefused, ConnectFailed, ConnectionClosed
from ocppj.times import timestamp
from tests.csms_core.support.bench import Station, connect

BEGIN = datetime(2026, 11, 21, tzinfo=UTC)

PATIENCE = 60.0
"""Seconds after which a station whose message is never answered makes the test fail instead of hang."""

Key = tuple[str, int]
"""Station and meterStart; no session of these stations has the same."""


@dataclass
class Journal:
    """What was acknowledged: transactionId of each start, payload of each stop, number of each meter value."""

    starts: dict[Key, int] = field(default_factory=dict)
    stops: dict[Key, dict[str, Any]] = field(default_factory=dict)
    values: Counter[tuple[str, int, str]] = field(default_factory=Counter)


class Network:
    """Where the CSMS is, and a moment after so many messages."""

    def __init__(self) -> None:
        self._url: str | None = None
        self._changed = asyncio.Condition()
        self._left = 0
        self._moment = asyncio.Event()

    async def set(self, url: str | None) -> None:
        """The CSMS is at this address now; None: it is gone."""
        async with self._changed:
            self._url = url
            self._changed.notify_all()

    async def url(self) -> str:
        """The address, once there is one."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._url is not None)
            assert self._url is not None
            return self._url

    def passes(self) -> None:
        """A message was sent, or its answer came."""
        self._left -= 1
        if self._left <= 0:
            self._moment.set()

    async def after(self, messages: int) -> None:
        """Wait until so many more messages have passed."""
        self._left = messages
        self._moment.clear()
        await self._moment.wait()


class ChargePoint:
    """One station under load."""

    def __init__(
        self, identity: str, network: Network, journal: Journal, seed: int, *, database_may_fail: bool
    ) -> None:
        self._may_fail = database_may_fail
        self._identity = identity
        self._network = network
        self._journal = journal
        self._random = random.Random(f"{seed} {identity}")
        self._station: Station | None = None

    async def run(self, enough: asyncio.Event) -> None:
        """Charge until it is enough; the session under way is brought to its end."""
        session = 0
        while not enough.is_set():
            session += 1
            await self._charge(session)
        if self._station is not None:
            await self._station.close()

    async def _charge(self, session: int) -> None:
        began = BEGIN + timedelta(hours=session)
        key = (self._identity, session * 1000)
        start = {"connectorId": 1, "idTag": f"T-{self._identity}", "meterStart": key[1], "timestamp": timestamp(began)}
        transaction_id = (await self._deliver("StartTransaction", start))["transactionId"]
        self._journal.starts[key] = transaction_id

        for minute in range(1, self._random.randint(1, 4)):
            values = [_value(began + timedelta(minutes=minute, seconds=second)) for second in (0, 1)]
            payload = {"connectorId": 1, "transactionId": transaction_id, "meterValue": values}
            await self._deliver("MeterValues", payload)
            self._count(transaction_id, values)

        stop: dict[str, Any] = {"transactionId": transaction_id, "meterStop": key[1] + 500}
        stop["timestamp"] = timestamp(began + timedelta(minutes=30))
        if self._random.random() < 0.5:
            stop["transactionData"] = [_value(began + timedelta(minutes=30))]
        await self._deliver("StopTransaction", stop)
        self._journal.stops[key] = stop
        self._count(transaction_id, stop.get("transactionData", []))

    def _count(self, transaction_id: int, values: list[dict[str, Any]]) -> None:
        for value in values:
            self._journal.values[self._identity, transaction_id, clock.normal(value["timestamp"])] += 1

    async def _deliver(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            return await self._repeat(action, payload)

    async def _repeat(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        while True:
            try:
                station = await self._connected()
                self._network.passes()
                answer = await station.call(action, payload, timeout=30)
            except (ConnectionClosed, ConnectFailed):
                self._station = None
            except CallRefused as error:
                if not self._may_fail or error.error.code != "InternalError":
                    raise
            else:
                self._network.passes()
                return answer

    async def _connected(self) -> Station:
        url = await self._network.url()
        if self._station is None:
            self._station = await connect(url, self._identity)
            await self._station.boot()
        return self._station


def _value(at: datetime) -> dict[str, Any]:
    return {"timestamp": timestamp(at), "sampledValue": [{"value": "1"}]}


@asynccontextmanager
async def charging(
    network: Network, journal: Journal, stations: int, seed: int, *, database_may_fail: bool = False
) -> AsyncIterator[None]:
    """Stations charge while the block runs, and bring their sessions to an end after it.

    Unless `database_may_fail`, a message that is refused is an error; else, one refused with InternalError is sent
    again.
    """
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for number in range(stations):
            station = ChargePoint(f"S{number}", network, journal, seed, database_may_fail=database_may_fail)
            group.create_task(station.run(enough))
        yield
        enough.set()


def look(url: str, question: Callable[[Connection], Any]) -> Any:
    """Ask the database itself, beside the CSMS."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return question(connection)
    finally:
        engine.dispose()


def assert_kept(url: str, journal: Journal) -> None:
    """Whatever was acknowledged is in the database."""
    starts, stops, values = look(url, _booked)

    assert journal.starts.items() <= starts.items()
    assert journal.stops.keys() <= stops.keys()
    assert journal.values <= values


def assert_booked_once(url: str, journal: Journal) -> None:
    """The database holds what was acknowledged, each message once, and nothing else."""
    starts, stops, values = look(url, _booked)

    assert starts == journal.starts
    expected = {key: (stop["meterStop"], clock.normal(stop["timestamp"])) for key, stop in journal.stops.items()}
    assert stops == expected
    assert values == journal.values
    assert look(url, lambda c: c.execute(select(tables.unmatched_stops.c.payload)).all()) == []


def _booked(
    connection: Connection,
) -> tuple[dict[Key, int], dict[Key, tuple[int, str]], Counter[tuple[str, int, str]]]:
    starts: dict[Key, int] = {}
    stops: dict[Key, tuple[int, str]] = {}
    for row in connection.execute(select(tables.transactions)):
        key = (row.identity, row.meter_start)
        assert key not in starts, f"{key} is booked twice"
        assert codec.from_text(row.id_tag_info)["status"] == "Invalid", "no tag is known here"
        starts[key] = row.transaction_id
        if row.stopped_at is not None:
            stops[key] = (row.meter_stop, row.stopped_at)
    values = Counter(
        (row.identity, row.transaction_id, row.measured_at) for row in connection.execute(select(tables.meter_values))
    )
    return starts, stops, values
