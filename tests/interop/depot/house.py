"""The listeners: one for each security profile, and who is connected."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.interop.depot.authority import Authority
from tests.interop.depot.books import Books
from tests.interop.depot.door import Breather, Door, identity_of
from tests.interop.depot.habits import Habits
from tests.interop.depot.station import Station

HOST = "127.0.0.1"
SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-GCM-SHA384"
)
BROKEN = 1011
"""Close code of a connection that came too soon."""


class Heard(ServerConnection):
    """A connection that knows when it heard something last.

    The breather of a station begins there: the answer to its close frame leaves before anybody here notices that it is
    gone, and on a busy machine long before.
    """

    last = float("-inf")

    def data_received(self, data: bytes) -> None:
        """Whatever the station sends."""
        self.last = self.loop.time()
        super().data_received(data)


class House:
    """The back office itself: books, authority, and the stations that are connected now."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.books = Books(habits)
        self.authority = Authority()
        self.stations: dict[str, Station] = {}
        self.breather = Breather(habits.breather_s)

    @asynccontextmanager
    async def listens(self, pki: Path | None) -> AsyncIterator[dict[int, str]]:
        """Listen on ports the kernel chose; gives the address of each security profile, those with TLS only with
        a folder of server certificates and of the root that signs stations."""
        async with AsyncExitStack() as stack:
            addresses = {}
            for profile in range(2 if pki is None else 4):
                context = None if pki is None or profile < 2 else self._tls(pki, asks=profile == 3)
                server = await stack.enter_async_context(self._listener(profile, context))
                port = next(iter(server.sockets)).getsockname()[1]
                addresses[profile] = f"{'wss' if context else 'ws'}://{HOST}:{port}/depot/v1/ocpp"
            yield addresses

    def _listener(self, profile: int, context: ssl.SSLContext | None) -> AbstractAsyncContextManager[Server]:
        door = Door(self.books, profile)

        async def greet(connection: ServerConnection, request: Request) -> Response | None:
            refusal = door.refuses(connection, request)
            if refusal is None and self.habits.too_soon == "refuses" and not self._is_rested(identity_of(request)):
                return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Not so fast.\n")
            return refusal

        return serve(
            self._connected,
            HOST,
            0,
            subprotocols=["ocpp1.6"],  # type: ignore[list-item]
            process_request=greet,
            ssl=context,
            compression=None,
            create_connection=Heard,
        )

    async def _connected(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        identity = identity_of(connection.request)
        rested = self._is_rested(identity)
        self.breather.arrives(identity)
        try:
            if rested:
                await self._serves(identity, connection)
            else:
                with suppress(ConnectionClosed):
                    await connection.recv()
                await connection.close(BROKEN, "no queue for this station")
        finally:
            assert isinstance(connection, Heard)
            self.breather.leaves(identity, connection.last)

    async def _serves(self, identity: str, connection: ServerConnection) -> None:
        place = self.books.places.get(identity)
        if place is None:  # removed while it came in
            return
        station = self.stations[identity] = Station(place, connection, self.books, self.authority)
        try:
            with suppress(ConnectionClosed):
                await station.line.run()
        finally:
            if self.stations.get(identity) is station:
                del self.stations[identity]

    def _is_rested(self, identity: str) -> bool:
        return self.breather.is_rested(identity, _clock())

    def _tls(self, pki: Path, *, asks: bool) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(SUITES)
        for kind in ("ec", "rsa"):
            context.load_cert_chain(pki / f"server-{kind}.pem", pki / f"server-{kind}.key")
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cafile=pki / "root.pem", cadata=self.authority.root)
        return context


def _clock() -> float:
    return asyncio.get_running_loop().time()
