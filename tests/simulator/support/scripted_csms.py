"""A CSMS for the tests of the station: it answers as told and lets a test read what arrived, in order."""

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.frames import Opcode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ocppj.frames import Call
from ocppj.peers.aio import OcppError, Peer
from ocppj.protocol import Protocol
from ocppj.rules import Finding
from ocppj.session.session import Memory
from ocppj.v16 import PROTOCOL
from simulator import Station

Answer = dict[str, Any] | OcppError | Callable[[dict[str, Any]], Any]

StartStation = Callable[..., Awaitable[Station]]


class ScriptedCsms:
    """Answers with `answers[action]`: a payload, an `OcppError`, or a function of the request (async or not)."""

    protocol: Protocol = PROTOCOL

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {
            "BootNotification": {"status": "Accepted", "currentTime": _now(), "interval": 300},
            "Heartbeat": {"currentTime": _now()},
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": self._start,
            "StopTransaction": {},
            "StatusNotification": {},
            "MeterValues": {},
            "DiagnosticsStatusNotification": {},
            "FirmwareStatusNotification": {},
            "SignedFirmwareStatusNotification": {},
            "LogStatusNotification": {},
            "SecurityEventNotification": {},
            "SignCertificate": {"status": "Accepted"},
        }
        self.received: list[tuple[str, dict[str, Any]]] = []
        self.connections = 0
        self.pings = 0
        self.paths: list[str] = []
        self.handshakes: list[Headers] = []
        self.certificates: list[bytes | None] = []  # what stations have shown, in DER
        self.tls: ssl.SSLContext | None = None
        self.refuses: Callable[[Request], int | None] = lambda request: None  # the HTTP status to refuse with
        self.peer: Peer | None = None
        self.sockets: list[ServerConnection] = []  # of all connections, for what no frame can say
        self.findings: list[Finding] = []
        self.excused: set[str] = set()  # rules a test makes the station break
        self._unread: deque[tuple[str, dict[str, Any]]] = deque()
        self._changed = asyncio.Condition()
        self._transactions = 0
        self._memories: dict[str, Memory] = {}  # of the stations, by their paths
        self._server: Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"{'ws' if self.tls is None else 'wss'}://127.0.0.1:{self.port}/ocpp"

    async def start(self) -> None:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            subprotocols=[Subprotocol(self.protocol.subprotocol)],
            compression=None,
            ping_interval=None,
            create_connection=self._counting(),
            process_request=self._judge,
            ssl=self.tls,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _counting(self) -> type[ServerConnection]:
        """A connection of which the pings are counted."""
        csms = self

        class Counting(ServerConnection):
            def process_event(self, event: Any) -> None:
                csms.pings += getattr(event, "opcode", None) is Opcode.PING
                super().process_event(event)

        return Counting

    def _judge(self, websocket: ServerConnection, request: Request) -> Response | None:
        status = self.refuses(request)
        return None if status is None else websocket.respond(HTTPStatus(status), "")

    async def _serve(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None
        memory = self._memories.setdefault(websocket.request.path, Memory())
        peer = Peer.over_websocket(websocket, "csms", protocol=self.protocol, handler=self._handle, memory=memory)
        self.peer = peer
        self.sockets.append(websocket)
        self.connections += 1
        self.paths.append(websocket.request.path)
        self.handshakes.append(websocket.request.headers)
        tls = websocket.transport.get_extra_info("ssl_object")
        self.certificates.append(None if tls is None else tls.getpeercert(True))
        await self._notify()
        await peer.run()
        self.findings += [finding for finding in peer.findings if finding.party == "station"]
        if self.peer is peer:
            self.peer = None
        await self._notify()

    async def _handle(self, call: Call) -> dict[str, Any]:
        item = (call.action, call.payload)
        self.received.append(item)
        self._unread.append(item)
        await self._notify()
        answer = self.answers[call.action]
        if callable(answer):
            answer = answer(call.payload)
            if asyncio.iscoroutine(answer):
                answer = await answer
        if isinstance(answer, OcppError):
            raise answer
        return answer

    def _start(self, _: dict[str, Any]) -> dict[str, Any]:
        self._transactions += 1
        return {"transactionId": self._transactions, "idTagInfo": {"status": "Accepted"}}

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def receives(self, action: str, *, within: float = 5, **members: Any) -> dict[str, Any]:
        """The next unread CALL of this action with these members; whatever came before it counts as read."""
        async with asyncio.timeout(within), self._changed:
            while True:
                while self._unread:
                    name, payload = self._unread.popleft()
                    if name == action and members.items() <= payload.items():
                        return payload
                await self._changed.wait()

    async def until(self, condition: Callable[[], object], within: float = 30) -> None:
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    async def call(self, action: str, **payload: Any) -> dict[str, Any]:
        assert self.peer is not None, "no station is connected"
        return await self.peer.call(action, payload)

    def forget(self) -> None:
        """Begin a new observation: nothing that has arrived so far counts."""
        self.received.clear()
        self._unread.clear()

    def payloads(self, action: str) -> list[dict[str, Any]]:
        return [payload for name, payload in self.received if name == action]

    @property
    def actions(self) -> list[str]:
        return [name for name, _ in self.received]

    def statuses(self, connector: int) -> list[str]:
        return [p["status"] for p in self.payloads("StatusNotification") if p["connectorId"] == connector]


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
