"""The WebSocket side of the CSMS: opening handshake, limits, and the wire of each connection (OCPP-J §3).

The subprotocol that is agreed on picks the version of a connection.
"""

from __future__ import annotations

import http
import logging
import socket
from asyncio import Task, current_task, timeout
from collections.abc import Iterator, Sequence
from itertools import chain
from ssl import SSLContext
from typing import Any, cast

from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import ConnectionClosedError, NegotiationError
from websockets.headers import parse_subprotocol
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING, OPEN
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from csms_core.auth.doorman import Doorman, Offer, Refused
from csms_core.auth.findings import Finding
from csms_core.auth.policy import NoCommonSubprotocol, NotAnIdentity, decode_identity
from csms_core.config.model import Config
from csms_core.faults.switchboard import Switchboard
from csms_core.gateway import leniency, origins
from csms_core.gateway.connection import StationConnection
from csms_core.gateway.leniency import Mender
from csms_core.gateway.listening import Door, Guest
from csms_core.gateway.tapped import Tapped
from csms_core.hub.hub import Hub, NotNow
from csms_core.hub.version import Service
from ocppj.evidence.outside import shown

log = logging.getLogger(__name__)

LONGEST_ORIGIN = 100
"""Characters of an Origin that a sentence repeats."""


class Gate:
    """Judges opening handshakes and hands the connections to the hub."""

    def __init__(
        self, config: Config, doorman: Doorman, hub: Hub, switchboard: Switchboard, services: Sequence[Service]
    ) -> None:
        """`services` are the versions that are spoken; the first of them where nothing says which one is meant."""
        self._config = config
        self._doorman = doorman
        self._hub = hub
        self._switchboard = switchboard
        self._services = {service.version.subprotocol: service for service in services}
        self._hosts = frozenset(host.lower() for host in (config.host, *config.api_hosts))
        self._origins = frozenset(origin.lower() for origin in config.allow_origins)
        self._doors: list[Door] = []

    async def open(self, sock: socket.socket, tls: SSLContext | None = None) -> Server:
        """Accept stations on a listening socket, with TLS when there is a context for it."""
        server: Server

        def make(guest: Guest) -> StationConnection:
            return self._connection(server, guest)

        async def listen() -> Any:
            door = Door(sock, make, tls, self._config.open_timeout, self._connections)
            self._doors.append(door)
            return door

        server = Server(listen, lambda connection: self._converse(server, connection))
        return await server

    def _connections(self) -> int:
        """How many there are, at all doors and behind them."""
        return self._hub.online + sum(door.guests for door in self._doors)

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
            connection.forget()
            server.all_connections.discard(connection)
            server.handler_tasks.discard(cast("Task[None]", current_task()))

    async def _shake_hands(self, connection: StationConnection) -> bool:
        """The opening handshake; False when there is no connection after it."""
        try:
            async with timeout(self._config.open_timeout) as connection.patience:
                await connection.handshake(self._judge_in_peace, self._enter, server_header="plugproof")
        except (TimeoutError, ConnectionClosedError):
            return False  # it did not wait for the answer, or does not read it
        finally:
            connection.guest.judged()
        return connection.protocol.state is OPEN

    async def _judge_in_peace(self, connection: ServerConnection, request: Request) -> Response | None:
        """Judge a request for as long as it takes: it is not the client who is slow."""
        assert isinstance(connection, StationConnection)
        connection.patience.reschedule(None)
        try:
            return await self._judge(connection, request)
        finally:
            connection.guest.judged()
            connection.patience.reschedule(connection.loop.time() + self._config.open_timeout)

    async def _judge(self, connection: StationConnection, request: Request) -> Response | None:
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
            self._hub.feed.refused(identity, sentence, stranger=True)
            return connection.respond(http.HTTPStatus.FORBIDDEN, f"{sentence}\n")
        try:
            connection.admitted = await self._doorman.judge(_offer(connection, request, identity), connection.policy)
        except Refused as refused:
            self._hub.feed.refused(identity, refused.sentence, stranger=refused.stranger)
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
        identity, admitted, service = connection.identity, connection.admitted, self._service(connection, request)
        version, feed = service.version, self._hub.feed
        transport = Tapped(connection, version.subprotocol, self._switchboard, feed, self._config.ping_timeout)
        try:
            if self._doorman.is_stale(identity, admitted):  # since its judgement began
                raise NotNow(http.HTTPStatus.FORBIDDEN, "What this station may connect with has changed meanwhile.")
            link = connection.link = self._hub.enter(identity, transport, admitted, service)
        except NotNow as late:
            feed.refused(identity, str(late), stranger=False)
            return connection.respond(late.status, f"{late}\n")
        if self._config.lenient:
            for finding in (*connection.findings, *admitted.findings):
                self._hub.let_pass(link, finding)
            transport.mender = Mender(version.schemas, lambda finding: self._hub.let_pass(link, finding))
        return None

    def _select(self, connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        assert isinstance(connection, StationConnection)
        try:
            chosen = connection.policy.choose(offered)
        except NoCommonSubprotocol as error:
            agreed = next(self._tolerated(offered), None) if self._config.lenient else None
            if agreed is None:
                raise NegotiationError(str(error)) from None
            connection.findings += (agreed[2],)
            chosen = agreed[1]
        return None if chosen is None else Subprotocol(chosen)

    def _tolerated(self, offered: Sequence[str]) -> Iterator[tuple[Service, str | None, Finding]]:
        for service in self._services.values():
            if (agreed := service.version.tolerated(offered)) is not None:
                yield service, *agreed

    def _service(self, connection: ServerConnection, request: Request) -> Service:
        """The version that was agreed on. Leniency and deliberate defects agree to names of none, or name none: then it
        is the one that was meant, or else the first."""
        agreed = connection.protocol.subprotocol
        if agreed in self._services:
            return self._services[agreed]
        headers = request.headers.get_all("Sec-WebSocket-Protocol")
        offered = list(chain.from_iterable(map(parse_subprotocol, headers)))
        meant = (self._services[name] for name in offered if name in self._services)
        tolerated = (service for service, _, _ in self._tolerated(offered))
        return next(chain(meant, tolerated, self._services.values()))

    async def _serve(self, connection: StationConnection) -> None:
        assert connection.link is not None  # it was entered before it was answered
        self._switchboard.socket(connection.identity, connection)
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
