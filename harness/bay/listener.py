"""The ports that a station under test connects to: one without TLS, one within it (OCPP-J §3, white paper A00).

What a station showed at the door and what it was answered goes into the trace of whoever is there. The listener takes
nobody's side: whether a station is let in is asked of the gate it was given, what a connection is for of its welcome.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from time import monotonic_ns
from typing import Any, Final, NamedTuple, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response

from harness.bay.hello import LookingContext, Shown
from harness.bay.knock import Knock, credentials_of, identity_of, offered_by
from harness.case.verdicts import HarnessError
from harness.pki import facts
from harness.sut.reach import TLS_FROM
from ocppj.evidence.masking import MASK
from ocppj.evidence.trace import Direction, Trace
from ocppj.peers.base import MAX_FRAME_BYTES

_SECRET: Final = frozenset({"authorization", "proxy-authorization", "cookie"})
ASKING_S: Final = 10.0
"""Seconds that an opening handshake may take; who asks for nothing until then is dropped."""
LEAVING_S: Final = 2.0
"""Seconds that the other side has to answer the end of the connection, and to end it."""


class Refusal(NamedTuple):
    """Why a station is not let in; ``status`` None: the connection is dropped without a word."""

    status: int | None
    reason: str


class Doorway(ServerConnection):
    """A connection that says when it ended before anything could be read that asks for a WebSocket, and when it pings.

    ``knock`` is what its station showed, once that could be read, and ``refusal`` why it is not let in.
    """

    knock: Knock
    refusal: Refusal | None = None

    def __init__(self, unread: Callable[[str], None], pinged: Callable[[], object], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unread = unread
        self._pinged = pinged

    def process_event(self, event: Any) -> None:
        """A frame of the WebSocket has come, or before that the request."""
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self._pinged()
        super().process_event(event)

    def connection_lost(self, error: Exception | None) -> None:
        """The TCP connection has ended, from whichever side."""
        if self.request is None:
            problem = self.protocol.handshake_exc
            self._unread("nothing was asked for" if problem is None else str(problem.__cause__ or problem))
        super().connection_lost(error)


class Listener:
    """The open ports. ``gate`` says who is not let in, ``welcome`` keeps a connection until it has ended.

    ``turned_away`` is told of those that TLS has not let in, and of whoever the gate let in and who does not speak as
    OCPP-J says; ``unread`` of a connection on which nothing could be read; ``pinged`` of a WebSocket ping.
    """

    def __init__(
        self,
        subprotocol: str,
        *,
        gate: Callable[[Knock], Refusal | None],
        welcome: Callable[[ServerConnection, Knock], Awaitable[None]],
        turned_away: Callable[[Knock, Refusal], object],
        unread: Callable[[str], None],
        pinged: Callable[[], object],
        trace: Callable[[], Trace],
    ) -> None:
        self._subprotocol = subprotocol
        self._gate = gate
        self._welcome = welcome
        self._turned_away = turned_away
        self._unread = unread
        self._pinged = pinged
        self._trace = trace
        self._servers: dict[bool, Server] = {}
        self._profile = {False: 0, True: TLS_FROM}

    async def opens(self, host: str, port: int, tls: LookingContext | None = None) -> int:
        """Open a port; gives its number. Raises ``HarnessError`` for an address that cannot be had."""

        def judge(websocket: ServerConnection, request: Request) -> Response | None:
            return self._judge(cast("Doorway", websocket), request, within_tls=tls is not None)

        if tls is not None:
            tls.failed = self._has_failed
        try:
            server = await serve(
                self._serve,
                host,
                port,
                ssl=tls,
                process_request=judge,
                process_response=self._answers,
                select_subprotocol=self._select,
                create_connection=cast("type[ServerConnection]", partial(Doorway, self._misheard, self._pinged)),
                compression=None,
                max_size=MAX_FRAME_BYTES,
                ping_interval=None,
                open_timeout=ASKING_S,
                close_timeout=LEAVING_S,
            )
        except OSError as error:
            where = f"{host}:{port}"
            raise HarnessError(
                f"connection.listen: {where} cannot be listened at ({error.strerror}); choose another"
            ) from None
        self._servers[tls is not None] = server
        number: int = next(iter(server.sockets)).getsockname()[1]
        return number

    def expects(self, profile: int) -> None:
        """From now on the port that this security profile uses is that of this profile."""
        self._profile[profile >= TLS_FROM] = profile

    async def closes(self) -> None:
        """Close all ports and what is connected to them."""
        for server in self._servers.values():
            server.close()
        for server in self._servers.values():
            await server.wait_closed()
        self._servers.clear()

    # --- the door ----------------------------------------------------------------------------------------------------

    def _select(self, _: ServerConnection, offered: Any) -> Any:
        return self._subprotocol if self._subprotocol in offered else None

    def _judge(self, websocket: Doorway, request: Request, *, within_tls: bool) -> Response | None:
        knock = websocket.knock = self._knock(websocket, request, within_tls)
        lines = [f"GET {request.path} HTTP/1.1", *_lines(request.headers), *knock.remarks]
        if knock.version is not None:
            self._add("station->csms", *_tls_lines(knock))
        self._add("station->csms", *lines)
        refusal = websocket.refusal = self._gate(knock)
        if refusal is None:
            return None
        if refusal.status is None:
            self._add("csms->station", f"the connection is dropped: {refusal.reason}")
            websocket.transport.abort()
            return websocket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "")
        response = websocket.respond(HTTPStatus(refusal.status), f"{refusal.reason}\n")
        if refusal.status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
        return response

    def _answers(self, websocket: ServerConnection, request: Request, response: Response) -> None:
        """What is answered is written down; a request that is no opening handshake was refused by nobody until now."""
        doorway = cast("Doorway", websocket)
        knock, refusal = doorway.knock, doorway.refusal
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self._add("csms->station", "HTTP/1.1 101 Switching Protocols", f"subprotocol {self._agreed(knock)}")
            return
        if refusal is None:
            refusal = Refusal(response.status_code, f"no opening handshake: {websocket.protocol.handshake_exc}")
            self._turned_away(knock, refusal)
        if refusal.status is not None:
            status = HTTPStatus(refusal.status)
            self._add("csms->station", f"HTTP/1.1 {status.value} {status.phrase}", refusal.reason)

    def _misheard(self, problem: str) -> None:
        self._add("station->csms", f"a connection without a request that can be read: {problem}")
        self._unread(problem)

    def _agreed(self, knock: Knock) -> str:
        return self._subprotocol if self._subprotocol in knock.offered else "none, as it is not offered"

    def _knock(self, websocket: ServerConnection, request: Request, within_tls: bool) -> Knock:
        identity, remarks = identity_of(request.path)
        tls = websocket.transport.get_extra_info("ssl_object")
        return Knock(
            profile=self._profile[within_tls],
            identity=identity,
            path=request.path,
            at=monotonic_ns(),
            offered=offered_by(request.headers.get_all("Sec-WebSocket-Protocol")),
            remarks=remarks,
            credentials=credentials_of(request.headers.get("Authorization")),
            version=None if tls is None else tls.version(),
            suite=None if tls is None else (tls.cipher() or ("",))[0],
            certificate=None if tls is None else tls.getpeercert(binary_form=True),
            hello=tls.hello if isinstance(tls, Shown) else None,
        )

    def _has_failed(self, shown: Shown, reason: str) -> None:
        knock = Knock(
            profile=self._profile[True],
            identity="",
            path="",
            at=monotonic_ns(),
            offered=(),
            certificate=shown.certificate,
            hello=shown.hello,
        )
        self._add("station->csms", *_tls_lines(knock))
        self._add("csms->station", f"TLS fails: {reason}")
        self._turned_away(knock, Refusal(None, f"TLS failed: {reason}"))

    async def _serve(self, websocket: ServerConnection) -> None:
        knock = cast("Doorway", websocket).knock
        if websocket.subprotocol is None:  # OCPP-J §3.2: nothing that both sides speak
            reason = f"the subprotocol {self._subprotocol} is not offered"
            self._turned_away(knock, Refusal(None, reason))
            await websocket.close(1002, reason)
            return
        await self._welcome(websocket, knock)

    def _add(self, direction: Direction, *lines: str) -> None:
        self._trace().add_handshake(direction, "\n".join(lines), monotonic_ns())


def _lines(headers: Headers) -> list[str]:
    return [f"{name}: {MASK if name.lower() in _SECRET else value}" for name, value in headers.raw_items()]


def _tls_lines(knock: Knock) -> tuple[str, ...]:
    agreed = () if knock.version is None else (f"{knock.version}, {knock.suite}",)
    offered = "no ClientHello" if knock.hello is None else f"ClientHello: {knock.hello}"
    return (*agreed, offered, _shown(knock.certificate))


def _shown(certificate: bytes | None) -> str:
    if certificate is None:
        return "no client certificate"
    try:
        return f"client certificate {facts(certificate)}"
    except ValueError as error:
        return f"a client certificate that cannot be read ({error})"
