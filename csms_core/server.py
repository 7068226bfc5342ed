"""The WebSocket side of the CSMS: opening handshake, limits, and the wire of each connection (OCPP-J 1.6 §3)."""

from __future__ import annotations

import http
import logging
import socket
from asyncio import Task, current_task, sleep, timeout
from collections.abc import Sequence
from ssl import SSLContext
from typing import Any, cast

from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import ConnectionClosedError, NegotiationError
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING, OPEN
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from csms_core import leniency, origins
from csms_core.auth.doorman import Doorman, Offer, Refused
from csms_core.config import Config
from csms_core.connection import Receiver, StationConnection
from csms_core.faults import Switchboard, Wire
from csms_core.faults.model import NoCommonSubprotocol, NotAnIdentity, decode_identity
from csms_core.feed import Feed
from csms_core.hub import Hub, NotNow
from csms_core.leniency import Mender
from csms_core.listening import Door, Guest
from ocppj.errors import ConnectionClosed
from ocppj.outside import shown
from schemas import load

log = logging.getLogger(__name__)

LONGEST_ORIGIN = 100
"""Characters of an Origin that a sentence repeats."""


class Tapped:
    """The transport of a peer: the connection, with the faults that are on for the station in between."""

    def __init__(
        self, connection: StationConnection, switchboard: Switchboard, feed: Feed, patience: float | None
    ) -> None:
        self._connection = connection
        self._faults = switchboard.on
        self._identity = connection.identity
        self._wire = Wire(switchboard, connection.identity)
        self._feed = feed
        self._patience = patience
        self.subprotocol = connection.subprotocol
        self.mender: Mender | None = None  # of a lenient CSMS

    async def deliver(self, receiver: Receiver) -> ConnectionClosed:
        """Give every message of the station to `receiver` until the connection has ended; returns how it did."""

        identity, faults, show, mender = self._identity, self._faults, self._feed.frame, self.mender

        def take(message: str | bytes) -> bool:
            if type(message) is str:
                show(identity, "station->csms", message)
                if mender is not None:
                    message = mender.mended(message)
                if faults:
                    self._wire.arrived(message)
            return receiver(message)

        return await self._connection.deliver(take)

    def resume(self) -> None:
        """The receiver takes messages again."""
        self._connection.resume()

    def rest(self, seconds: float) -> None:
        """Read nothing for a while."""
        self._connection.rest(seconds)

    def send_now(self, message: str, /) -> bool:
        """Send a text if no fault is on for anybody and nothing has to be waited for; False: it was not sent."""
        if self._faults or not self._connection.send_now(message):
            return False
        if self.mender is not None:
            self.mender.sent(message)
        self._feed.frame(self._identity, "csms->station", message)
        return True

    async def send(self, message: str, /) -> None:
        """Send a text, or what a fault makes of it."""
        if self.mender is not None:
            self.mender.sent(message)
        instead = self._wire.leaves(message)
        if instead is None:
            self._feed.frame(self._identity, "csms->station", message)
            await self._connection.send_text(message, self._patience)
            return
        if instead.delay:
            await sleep(instead.delay)
        for text in instead.texts:
            self._feed.frame(self._identity, "csms->station", text)
            await self._connection.send_text(text, self._patience)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection."""
        await self._connection.close(code, reason)


class Gate:
    """Judges opening handshakes and hands the connections to the hub."""

    def __init__(self, config: Config, doorman: Doorman, hub: Hub, switchboard: Switchboard) -> None:
        self._config = config
        self._doorman = doorman
        self._hub = hub
        self._switchboard = switchboard
        self._schemas = load("1.6")
        self._hosts = frozenset(host.lower() for host in (config.host, *config.api_hosts))
        self._origins = frozenset(origin.lower() for origin in config.allow_origins)

    async def open(self, sock: socket.socket, tls: SSLContext | None = None) -> Server:
        """Accept stations on a listening socket, with TLS when there is a context for it."""
        server: Server

        def make(guest: Guest) -> StationConnection:
            return self._connection(server, guest)

        async def listen() -> Any:
            return Door(sock, make, tls, self._config.open_timeout)

        server = Server(listen, lambda connection: self._converse(server, connection))
        return await server

    def _connection(self, server: Server, guest: Guest) -> StationConnection:
        config = self._config
        protocol = ServerProtocol(
            select_subprotocol=lambda _, offered: self._select(connection, offered), max_size=config.max_frame
        )
        connection = StationConnection(
            protocol,
            server,
            max_queue=config.max_frames_waiting,
            close_timeout=config.close_timeout,
            ping_interval=config.ping_interval,
            ping_timeout=config.ping_timeout,
        )
        connection.guest = guest
        connection.open_timeout = config.open_timeout
        return connection

    async def _converse(self, server: Server, connection: ServerConnection) -> None:
        """A connection from its request to its end; what `websockets.asyncio.server.serve` does."""
        assert isinstance(connection, StationConnection)
        try:
            if await self._shake_hands(connection):
                server.all_connections.add(connection)
                connection.start_keepalive()
                async with connection:
                    await self._serve(connection)
        except ConnectionClosedError:
            pass
        except Exception:
            log.exception("a connection failed")
        finally:
            if connection.link is not None:
                self._hub.leave(connection.link)
            connection.transport.abort()  # whatever is left of it
            server.all_connections.discard(connection)
            server.handler_tasks.discard(cast("Task[None]", current_task()))

    async def _shake_hands(self, connection: StationConnection) -> bool:
        """The opening handshake; False when there is no connection after it."""
        try:
            async with timeout(self._config.open_timeout):
                await connection.handshake(self._judge, self._enter, server_header="plugproof")
        except (TimeoutError, ConnectionClosedError):
            return False  # it did not wait for the answer, or does not read it
        return connection.protocol.state is OPEN

    async def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        assert isinstance(connection, StationConnection)
        base = self._config.path.rstrip("/") + "/"
        path = request.path.partition("?")[0]
        segment = path.removeprefix(base)
        if self._config.lenient:
            segment, finding = leniency.segment(path, base)
            connection.findings = () if finding is None else (finding,)
        elif not path.startswith(base):
            return connection.respond(http.HTTPStatus.NOT_FOUND, f"Stations connect at {base}<identity>.\n")
        try:
            connection.policy = self._switchboard.handshake(decode_identity(segment))
            identity = connection.policy.decode(segment)
        except NotAnIdentity as error:
            return connection.respond(http.HTTPStatus.NOT_FOUND, f"No station: {error}.\n")
        origins_given = request.headers.get_all("Origin")
        host = next(iter(request.headers.get_all("Host")), "")
        if origins.is_foreign(origins_given, host, self._hosts, self._origins):
            page = shown(origins_given[0], longest=LONGEST_ORIGIN)
            sentence = f"Web pages of {page} may not connect as a station; --allow-origin lets them."
            log.warning("%s was refused: %s", identity, sentence)
            self._hub.feed.refused(identity, sentence)
            return connection.respond(http.HTTPStatus.FORBIDDEN, f"{sentence}\n")
        try:
            connection.admitted = await self._doorman.judge(_offer(connection, request, identity), connection.policy)
        except Refused as refused:
            self._hub.feed.refused(identity, refused.sentence)
            response = connection.respond(refused.status, f"{refused.sentence}\n")
            for name, value in refused.headers.items():
                response.headers[name] = value
            return response
        connection.identity = identity
        return None

    def _enter(self, connection: ServerConnection, request: Request, response: Response) -> Response | None:
        """Enter the station into the hub just before its 101 leaves, so that nobody with a 101 is unknown to the API.

        Gives the answer that is sent instead when it cannot be entered.
        """
        assert isinstance(connection, StationConnection)
        if response.status_code != http.HTTPStatus.SWITCHING_PROTOCOLS or connection.protocol.state is not CONNECTING:
            return None
        transport = Tapped(connection, self._switchboard, self._hub.feed, self._config.ping_timeout)
        try:
            link = connection.link = self._hub.enter(connection.identity, transport, connection.admitted)
        except NotNow as late:
            self._hub.feed.refused(connection.identity, str(late))
            return connection.respond(late.status, f"{late}\n")
        if self._config.lenient:
            for finding in (*connection.findings, *connection.admitted.findings):
                self._hub.let_pass(link, finding)
            transport.mender = Mender(self._schemas, lambda finding: self._hub.let_pass(link, finding))
        return None

    def _select(self, connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        assert isinstance(connection, StationConnection)
        try:
            chosen = connection.policy.choose(offered)
        except NoCommonSubprotocol as error:
            if self._config.lenient and (agreed := leniency.subprotocol(offered)) is not None:
                connection.findings += (agreed[1],)
                return None if agreed[0] is None else Subprotocol(agreed[0])
            raise NegotiationError(str(error)) from None
        return None if chosen is None else Subprotocol(chosen)

    async def _serve(self, connection: StationConnection) -> None:
        assert connection.link is not None  # it was entered before it was answered
        connection.take_over()
        await connection.link.peer.run()


def _offer(connection: ServerConnection, request: Request, identity: str) -> Offer:
    """What a station comes with, as the handshake shows it."""
    ssl_object = connection.transport.get_extra_info("ssl_object")
    given = request.headers.get_all("Authorization")
    return Offer(
        identity,
        tls=ssl_object is not None,
        authorization=None if not given else given[0] if len(given) == 1 else "",
        certificate=None if ssl_object is None else ssl_object.getpeercert(binary_form=True),
    )
