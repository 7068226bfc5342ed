"""Handshakes that come together are all let in in the end, and nobody who is online waits for them."""

from __future__ import annotations

import asyncio
import base64
import gc
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from sqlalchemy import Connection
from websockets.http11 import Request

from csms_core import Csms
from csms_core.auth import passwords
from csms_core.auth.doorman import Doorman, Offer
from csms_core.cli import garbage
from csms_core.gateway import listening, sockets
from csms_core.gateway.connection import LONGEST_REQUEST, StationConnection
from csms_core.store import credentials, groups, stations
from csms_core.store.rounds import Job
from tests.csms_core.support.bench import STATION, Connecting, configured

pytestmark = pytest.mark.asyncio

MANY = 300
PASSWORD = "a password"


class Client:
    """A client that has no time-out of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    def ask(self, identity: str, password: str | None = None, more: str = "") -> None:
        """Send the request of a station."""
        given = "" if password is None else base64.b64encode(f"{identity}:{password}".encode()).decode()
        self.writer.write(
            (
                f"GET /ocpp/{identity} HTTP/1.1\r\nHost: csms\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Protocol: ocpp1.6\r\n"
                + (f"Authorization: Basic {given}\r\n" if given else "")
                + f"{more}\r\n"
            ).encode()
        )

    async def status(self) -> int:
        """That of the answer, 0: there was none."""
        async with asyncio.timeout(30):
            line = await self._reader.readline()
        return int(line.split(b" ")[1]) if line else 0


Coming = Callable[[], Awaitable[Client]]


@pytest_asyncio.fixture
async def coming(csms: Csms) -> AsyncIterator[Coming]:
    """`await coming()` is a client that is connected."""
    address = urlsplit(csms.url)
    async with AsyncExitStack() as stack:

        async def come() -> Client:
            client = Client(*await asyncio.open_connection(address.hostname, address.port))
            stack.callback(client.writer.close)
            return client

        yield come


class Judge:
    """Judges nobody before it is told to, but those who are `quick`. `begun` are whom it was given."""

    def __init__(self, doorman: Doorman, *quick: str) -> None:
        self._judge = doorman.judge
        self._quick = quick
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        self.release = asyncio.Event()

    async def judge(self, offer: Offer, *rest: Any) -> Any:
        self.begun.put_nowait(offer.identity)
        if offer.identity not in self._quick:
            await self.release.wait()
        return await self._judge(offer, *rest)

    async def next(self) -> str:
        """The next one it was given."""
        async with asyncio.timeout(30):
            return await self.begun.get()


@pytest.fixture
def slow(csms: Csms, monkeypatch: pytest.MonkeyPatch) -> Judge:
    doorman = csms.app.state.services.doorman
    judge = Judge(doorman, STATION)
    monkeypatch.setattr(doorman, "judge", judge.judge)
    return judge


class Doors:
    """What came to a door: `asked` has the door once for each request that is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: asyncio.Queue[listening.Door] = asyncio.Queue()
        asks = listening.Door.asks

        def note(door: listening.Door, *given: Any) -> None:
            asks(door, *given)
            self.asked.put_nowait(door)

        monkeypatch.setattr(listening.Door, "asks", note)

    async def after(self, requests: int) -> listening.Door:
        """The door, once so many more requests are there."""
        async with asyncio.timeout(30):
            for _ in range(requests):
                door = await self.asked.get()
        return door


async def until(condition: Callable[[], bool]) -> None:
    """Turn after turn of the loop, until it holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    return Doors(monkeypatch)


@configured(security_profile=1)
async def test_however_slow_passwords_are_checked_all_who_came_together_are_let_in(
    csms: Csms, coming: Coming, connecting: Connecting, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No password is checked before all requests are there; few are judged, and who is online is served meanwhile."""
    release = threading.Event()

    def matches(password: bytes, stored: str) -> bool:
        if "STORM" in stored:
            assert release.wait(30)
        return password == PASSWORD.encode()

    def register(connection: Connection) -> None:
        for identity in (STATION, *(f"STORM-{number}" for number in range(MANY))):
            stations.put(connection, identity, "")
            credentials.put(connection, identity, password=f"hash for {identity}")

    monkeypatch.setattr(passwords, "matches", matches)
    await csms.store.write(register)
    online = await connecting(basic_auth=(STATION, PASSWORD.encode()))
    await online.boot()
    await doors.after(1)
    try:
        clients = [await coming() for _ in range(MANY)]
        for number, client in enumerate(clients):
            client.ask(f"STORM-{number}", PASSWORD)
        door = await doors.after(MANY)

        await until(lambda: len(door._judged) == listening.JUDGED)
        assert len(door._waiting) == MANY - listening.JUDGED
        assert "currentTime" in await online.call("Heartbeat")
        assert csms.hub.online == 1
    finally:
        release.set()

    assert [await client.status() for client in clients] == [101] * MANY
    assert csms.hub.online == 1 + MANY


@configured(any_station=True)
async def test_no_deadline_runs_while_a_request_is_judged(
    csms: Csms, coming: Coming, slow: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadlines: list[asyncio.Timeout] = []
    handshake = StationConnection.handshake

    async def note(self: StationConnection, *given: Any, **options: Any) -> None:
        deadlines.append(self.patience)
        await handshake(self, *given, **options)

    monkeypatch.setattr(StationConnection, "handshake", note)
    client = await coming()
    client.ask("SLOW")
    assert await slow.next() == "SLOW"

    assert [deadline.when() for deadline in deadlines] == [None]
    slow.release.set()
    assert await client.status() == 101


@configured(any_station=True)
async def test_whoever_goes_away_while_it_is_judged_lets_no_other_be_judged_beside_it(
    csms: Csms, coming: Coming, slow: Judge, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else those who come and go could have any number of passwords computed at a time."""
    monkeypatch.setattr(listening, "JUDGED", 1)
    gone = asyncio.Event()
    left = listening.Door.left

    def leave(door: listening.Door, guest: listening.Guest) -> None:
        left(door, guest)
        gone.set()

    monkeypatch.setattr(listening.Door, "left", leave)
    first, second = await coming(), await coming()
    first.ask("FIRST")
    assert await slow.next() == "FIRST"
    second.ask("SECOND")
    door = await doors.after(2)
    first.writer.transport.abort()
    async with asyncio.timeout(30):
        await gone.wait()

    assert (len(door._judged), len(door._waiting), door.guests) == (1, 1, 2)
    slow.release.set()
    assert await second.status() == 101
    assert (len(door._judged), door.guests) == (0, 0)


@configured(any_station=True)
async def test_who_waits_for_a_judgement_that_has_not_begun_may_go_away(
    csms: Csms, coming: Coming, slow: Judge, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "JUDGED", 1)
    clients = []
    for identity in ("FIRST", "SECOND", "THIRD"):
        clients.append(await coming())
        clients[-1].ask(identity)
        await doors.after(1)
    clients[1].writer.transport.abort()

    slow.release.set()

    assert [await clients[place].status() for place in (0, 2)] == [101, 101]


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells without reading")
@configured(any_station=True)
async def test_nobody_is_judged_who_has_gone_away_meanwhile(
    csms: Csms, coming: Coming, slow: Judge, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a CSMS that is behind works for those who have given up and come again, and falls behind for good."""
    monkeypatch.setattr(listening, "JUDGED", 1)
    is_left = sockets.is_left
    seen: list[bool] = []

    def look(sock: Any) -> bool:
        seen.append(is_left(sock))
        return seen[-1]

    monkeypatch.setattr(sockets, "is_left", look)
    clients = []
    for identity in ("FIRST", "GONE", "THIRD"):
        clients.append(await coming())
        clients[-1].ask(identity)
        await doors.after(1)
    clients[1].writer.close()
    await clients[1].writer.wait_closed()

    slow.release.set()

    assert [await clients[place].status() for place in (0, 2)] == [101, 101]
    assert [slow.begun.get_nowait() for _ in range(slow.begun.qsize())] == ["FIRST", "THIRD"]
    assert seen.count(True) == 1


@configured(any_station=True)
async def test_not_many_more_are_read_than_can_soon_be_judged(
    csms: Csms, coming: Coming, slow: Judge, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes with a request before anybody else is read waits outside, as a socket and nothing else."""
    monkeypatch.setattr(listening, "JUDGED", 1)
    monkeypatch.setattr(listening, "READ_AHEAD", 2)
    first = await coming()
    first.ask("FIRST")
    door = await doors.after(1)
    clients = [first]
    for number in range(8):
        clients.append(await coming())
        clients[-1].ask(f"STORM-{number}")
        if number < 2:
            await doors.after(1)
    await until(lambda: door.guests == 9)

    assert (len(door._judged), len(door._waiting), len(door._lobby)) == (1, 2, 6)
    slow.release.set()
    assert [await client.status() for client in clients] == [101] * 9


async def test_who_was_refused_and_stays_keeps_nobody_from_being_judged(
    csms: Csms, coming: Coming, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "JUDGED", 1)
    clients = [await coming() for _ in range(3)]
    for client, identity in zip(clients, ("UNKNOWN", "NOBODY", STATION), strict=True):
        client.ask(identity)

    assert [await client.status() for client in clients] == [404, 404, 101]


async def test_what_is_no_request_is_not_judged(csms: Csms, coming: Coming, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "JUDGED", 1)
    wrong, right = await coming(), await coming()
    wrong.writer.write(b"this is none\r\n\r\n")
    assert await wrong.status() == 0
    right.ask(STATION)

    assert await right.status() == 101


async def test_a_request_that_is_too_long_is_refused_before_its_end(
    csms: Csms, coming: Coming, slow: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not judged, so it waits for nobody, and nobody for it."""
    monkeypatch.setattr(listening, "JUDGED", 1)
    other, long = await coming(), await coming()
    other.ask("UNKNOWN")
    await slow.next()
    long.writer.write(b"GET /ocpp/LONG HTTP/1.1\r\n" + b"X: y\r\n" * LONGEST_REQUEST)

    assert await long.status() == 431
    slow.release.set()
    assert await other.status() == 404


@configured(any_station=True, open_timeout=3600.0)
async def test_nobody_loses_its_place_while_others_wait_to_be_judged(
    csms: Csms, coming: Coming, slow: Judge, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four places: one is judged, two wait, one is silent. The others wait outside, and all are let in.

    Nor is anybody told that the CSMS stops, while it looks again and again for a place that is free.
    """
    monkeypatch.setattr(listening, "OPENING", 4)
    monkeypatch.setattr(listening, "JUDGED", 1)
    monkeypatch.setattr(listening, "GRACE", 0.0)
    clients = []
    for number in range(3):
        clients.append(await coming())
        clients[-1].ask(f"STORM-{number}")
        door = await doors.after(1)
    silent = await coming()
    for number in range(3, 6):
        clients.append(await coming())
        clients[-1].ask(f"STORM-{number}")
    await until(lambda: (door.guests, len(door._waiting)) == (4, 2))

    slow.release.set()
    assert [await client.status() for client in clients] == [101] * 6
    silent.writer.close()


async def test_with_stations_connected_there_are_places_up_to_three_quarters_of_the_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected = 0
    monkeypatch.setattr(sockets, "open_files", lambda: 4_000)
    sock = sockets.listen("127.0.0.1", 0, "--port")
    door = listening.Door(sock, lambda guest: asyncio.Protocol(), None, 10.0, lambda: connected)
    rooms = []
    for connected in (0, 1_000, 2_500, 3_900):  # noqa: B007 - the door asks for it
        rooms.append(door._room())
    door.close()
    await door.wait_closed()
    sock.close()

    assert rooms == [3_000, 2_000, 1_000, 1_000]


@configured(any_station=True)
async def test_a_connection_that_has_ended_is_no_garbage(csms: Csms, connecting: Connecting) -> None:
    """It is gone at once: to find it among thousands that live would hold up everybody."""
    station = await connecting("SHORT")
    await station.boot()
    link = csms.hub.link("SHORT")
    assert link is not None
    connection: Any = link.peer._transport
    ends = [weakref.ref(each) for each in (link, link.peer, connection, connection._connection)]
    ends.append(weakref.ref(connection._connection.protocol))
    ended: asyncio.Future[None] = connection._connection.connection_lost_waiter
    del link, connection
    gc.collect()
    gc.disable()
    try:
        await station.close()
        async with asyncio.timeout(30):
            await asyncio.shield(ended)
        await until(lambda: not csms.hub.online and all(end() is None for end in ends))
    finally:
        gc.enable()


@configured(any_station=True)
async def test_nothing_of_a_handshake_is_held_when_it_is_over(
    csms: Csms, connecting: Connecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its headers are a tenth of what a connection takes, and a password may be among them."""
    requests: list[Request] = []
    judge = Doorman.judge

    async def judged(self: Doorman, offer: Offer, rules: Any) -> Any:
        requests.extend(each for each in gc.get_objects() if type(each) is Request and each.path.endswith("/SMALL"))
        return await judge(self, offer, rules)

    monkeypatch.setattr(Doorman, "judge", judged)
    station = await connecting("SMALL")
    await station.boot()

    assert len(requests) == 2  # that of the client, in the same process, is there to the end
    assert sorted(len(request.headers) > 0 for request in requests) == [False, True]
    link = csms.hub.link("SMALL")
    assert link is not None
    connection: Any = link.peer._transport
    assert len(connection._connection.request.headers) == len(connection._connection.response.headers) == 0


async def test_what_many_wait_for_is_handed_on_bit_by_bit() -> None:
    loop = asyncio.get_running_loop()
    jobs = [Job(None, None, loop, loop.create_future()) for _ in range(2 * groups.PORTION + 1)]
    turns = []

    groups._deliver([(job, None, None) for job in jobs])
    for _ in range(3):
        turns.append(sum(job.done.done() for job in jobs))
        await asyncio.sleep(0)

    assert turns == [groups.PORTION, 2 * groups.PORTION, 2 * groups.PORTION + 1]


@pytest.fixture
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("collector")
async def test_what_was_made_before_the_start_is_looked_through_no_more() -> None:
    garbage.settle()

    assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == (garbage.NEW, garbage.ROUNDS, garbage.SELDOM)
