"""A CSMS that answers as it is told, right or wrong, in a thread of its own: the SUT of the tests of the harness.

It also serves the few paths of the reference operator's HTTP API, so that cases with an operator can be run against
it. A test changes `answers`, `after` and `operations` before it starts a run, and reads `received` and `replies` after.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from ocppj.frames import Call, CallResult, Frame
from ocppj.peers.aio import CallTimeout, ConnectionClosed, OcppError, Peer
from ocppj.session.session import Seen
from ocppj.v16 import PROTOCOL

Payload = dict[str, Any]

SUT_FILE = """\
[product]
sut = "csms"
designation = "Scripted CSMS"
[connection]
url = "{url}"
{connection}
{stations}
[profiles]
core = true
firmware_management = false
smart_charging = false
reservation = false
local_auth_list = false
remote_trigger = false
[tags]
valid = "VALID-1"
expired = "EXPIRED-1"
[timeouts]
message_s = {message_s}
settle_s = {settle_s}
quiet_s = {quiet_s}
recover_s = {recover_s}
reconnect_s = {reconnect_s}
boot_s = {boot_s}
{operator}
{more}
"""


class Never:
    """No answer at all."""


@dataclass(frozen=True)
class Late:
    """This payload, but only after the station has sent its next CALL, which is answered first."""

    payload: Payload


@dataclass(frozen=True)
class Text:
    """This text, in which `{id}` stands for the id of the CALL."""

    text: str


@dataclass(frozen=True)
class Octets:
    """A binary frame of these octets."""

    octets: bytes


@dataclass(frozen=True)
class Hangup:
    """The connection is closed instead of an answer."""

    code: int = 1000
    reason: str = ""


Answer = Payload | OcppError | type[Never] | Late | Text | Octets | Hangup
Rule = Answer | Callable[[Payload], Answer]
Operation = Callable[[Payload], list[tuple[str, Any] | str]]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ScriptedSut:
    """`answers[action]` is an answer, or a function of the request that gives one.

    `once[identity]` is what the next CALL of a station gets instead. `after[action]` are CALLs that are sent once
    `action` has been answered; `operations[action]` says what is sent when the operator asks for `action`, instead of
    just that.
    """

    def __init__(self) -> None:
        self.once: dict[str, Answer] = {}
        self.answers: dict[str, Rule] = {
            "BootNotification": lambda _: {"status": "Accepted", "currentTime": now(), "interval": 300},
            "Heartbeat": lambda _: {"currentTime": now()},
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": self._start,
            "StopTransaction": {},
            "StatusNotification": {},
            "MeterValues": {},
            "DataTransfer": {"status": "UnknownVendorId"},
        }
        self.after: dict[str, list[tuple[str, Any]]] = {}
        self.operations: dict[str, Operation] = {}
        self.api_status = 202
        self.api_body = b"{}"
        self.refuses: int | None = None
        self.on_handshake: Callable[[], object] = lambda: None
        self.on_request: Callable[[str, str], object] = lambda method, target: None
        self.received: list[tuple[str, Payload]] = []
        self.replies: list[tuple[str, Frame]] = []
        self.authorizations: list[str | None] = []
        self.identities: list[str] = []
        self.url = ""
        self.api = ""
        self._peers: dict[str, Peer] = {}
        self._sockets: dict[Peer, ServerConnection] = {}
        self._late: dict[Peer, str] = {}
        self._transactions = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    def sut_file(
        self,
        folder: Path,
        *,
        operator: bool = False,
        message_s: float = 20,
        settle_s: float = 0.1,
        quiet_s: float = 0.1,
        recover_s: float = 60,
        reconnect_s: float = 0,
        boot_s: float = 0,
        connection: str = "",
        pattern: str = "LANE-{lane}",
        only: str = "",
        more: str = "",
    ) -> Path:
        """A SUT file that points here; ``only``: with this station and no other."""
        file = folder / "sut.toml"
        text = SUT_FILE.format(
            url=self.url,
            connection=connection,
            stations=f'[[lanes]]\nidentity = "{only}"' if only else f'[identities]\npattern = "{pattern}"',
            message_s=message_s,
            settle_s=settle_s,
            quiet_s=quiet_s,
            recover_s=recover_s,
            reconnect_s=reconnect_s,
            boot_s=boot_s,
            operator=f'[operator]\nkind = "reference"\napi = "{self.api}"\n' if operator else "",
            more=more,
        )
        file.write_text(text, "utf-8")
        return file

    async def serve(self, ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Listen on ports the kernel chose until `stop`."""
        listener = await asyncio.start_server(self._request, "127.0.0.1", 0)
        self.api = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        async with serve(
            self._connection,
            "127.0.0.1",
            0,
            subprotocols=[Subprotocol("ocpp1.6")],
            compression=None,
            ping_interval=None,
            process_request=self._let_in,
        ) as server:
            self.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"
            ready()
            await stop.wait()
        listener.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- the wire ----------------------------------------------------------------------------------------------------

    def _let_in(self, connection: ServerConnection, request: Any) -> Any:
        self.on_handshake()
        return None if self.refuses is None else connection.respond(self.refuses, "no\n")

    async def _connection(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None
        self.authorizations.append(websocket.request.headers.get("Authorization"))
        identity = unquote(websocket.request.path.rpartition("/")[2])
        self.identities.append(identity)

        async def on_call(seen: Seen) -> None:
            assert isinstance(seen.frame, Call)
            await self._answer(peer, seen.frame, identity)

        peer = self._peers[identity] = Peer.over_websocket(websocket, "csms", protocol=PROTOCOL, on_call=on_call)
        self._sockets[peer] = websocket
        await peer.run()

    async def _answer(self, peer: Peer, call: Call, identity: str) -> None:
        self.received.append((call.action, call.payload))
        rule = self.once.pop(identity, None) or self.answers[call.action]
        answer = rule if isinstance(rule, type) or not callable(rule) else rule(call.payload)
        if isinstance(answer, OcppError):
            await peer.refuse(call.id, answer.code, answer.description, answer.details)
        elif isinstance(answer, Text):
            await peer.send_raw(answer.text.replace("{id}", call.id))
        elif isinstance(answer, Octets):
            await self._sockets[peer].send(answer.octets)
        elif isinstance(answer, Hangup):
            self._do(peer.close(answer.code, answer.reason))
        elif isinstance(answer, dict):
            await peer.reply(call, answer)
        if peer in self._late:
            await peer.send_raw(self._late.pop(peer))
        if isinstance(answer, Late):
            self._late[peer] = json.dumps([3, call.id, answer.payload])
        for action, payload in self.after.get(call.action, ()):
            self._do(self._ask(peer, action, payload))

    async def _ask(self, peer: Peer, action: str, payload: Any) -> None:
        with contextlib.suppress(CallTimeout, ConnectionClosed):
            self.replies.append((action, await peer.exchange(action, payload, timeout=20)))

    def _start(self, _: Payload) -> Payload:
        self._transactions += 1
        return {"transactionId": self._transactions, "idTagInfo": {"status": "Accepted"}}

    def replied(self, action: str) -> Any:
        """The payload with which the station answered the only CALL of this action; fails on a CALLERROR."""
        (frame,) = (frame for name, frame in self.replies if name == action)
        assert isinstance(frame, CallResult)
        return frame.payload

    def _do(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- the operator's API ------------------------------------------------------------------------------------------

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ")
                lengths = [line.split(":")[1] for line in head if line.lower().startswith("content-length:")]
                body = await reader.readexactly(int(lengths[0]) if lengths else 0)
                self.on_request(method, unquote(target.partition("?")[0]))
                status = 200
                if method == "POST":
                    status = self.api_status
                    parts = target.partition("?")[0].split("/")
                    if status == 202:
                        self._do(self._operate(unquote(parts[4]), parts[6], json.loads(body)))
                said = self.api_body
                writer.write(b"HTTP/1.1 %d Text\r\nContent-Length: %d\r\n\r\n%b" % (status, len(said), said))
                await writer.drain()

    async def _operate(self, identity: str, action: str, payload: Payload) -> None:
        peer = self._peers[identity]
        operation = self.operations.get(action, lambda payload: [(action, payload)])
        for message in operation(payload):
            if isinstance(message, str):
                await peer.send_raw(message)
            else:
                await self._ask(peer, *message)


@contextmanager
def scripted_sut() -> Iterator[ScriptedSut]:
    """Run one while the block lasts."""
    sut = ScriptedSut()
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(sut.serve(ready.set, stop)), daemon=True)
    thread.start()
    assert ready.wait(20), "the scripted CSMS did not start"
    try:
        yield sut
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        assert not thread.is_alive(), "the scripted CSMS did not stop"
        loop.close()
