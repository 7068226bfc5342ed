"""One WebSocket connection as it was captured: bytes of both directions go in, messages come out (RFC 6455, RFC 7692).

The frames are read by ``websockets``. A capture may begin after the handshake; then nobody knows the identity, and
compressed messages cannot be read.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Final

from websockets.exceptions import InvalidHandshake, PayloadTooBig, ProtocolError, SecurityError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.headers import parse_extension
from websockets.http11 import Request, Response
from websockets.streams import StreamReader

from harness.instruments.analysis.shapes.traces import identity_in
from ocppj.evidence.trace import Role

MOST_BYTES: Final = 16 << 20
"""Of one message."""

_WRONG: Final = (
    InvalidHandshake,
    ProtocolError,
    PayloadTooBig,
    SecurityError,
    EOFError,
    LookupError,
    NotImplementedError,
    ValueError,
)
"""What ``websockets`` raises for bytes that are not what they should be."""

Message = tuple[bytes, bool]
"""What was sent, and whether it came in binary frames."""


class NoWebSocket(Exception):
    """What was captured is no WebSocket connection, or cannot be followed any more; the text says why."""


class Connection:
    """What is known of it: ``identity`` and ``subprotocol`` from its handshake, ``closed_by`` who said goodbye."""

    def __init__(self) -> None:
        self.identity: str | None = None
        self.subprotocol: str | None = None
        self.is_open = False
        self.closed_by: Role | None = None
        self._extension: str | None = None
        self._sides: dict[Role, _Side] = {}

    def feed(self, sender: Role, data: bytes) -> Iterator[Message]:
        """The messages that are whole with these bytes. Raises ``NoWebSocket``."""
        side = self._sides.get(sender)
        if side is None:
            begins = b"GET " if sender == "station" else b"HTTP/1.1 "
            side = self._sides[sender] = _Side(self, sender, data.startswith(begins))
        try:
            side.feed(data)
        except _WRONG as error:
            raise NoWebSocket(str(error) or type(error).__name__) from None
        while side.messages:
            yield side.messages.pop(0)

    def asked(self, request: Request) -> None:
        """The station asked for the connection."""
        self.identity = identity_in(request.path)

    def answered(self, response: Response) -> None:
        """The CSMS answered. Raises ``NoWebSocket`` when it refused."""
        if response.status_code != 101:
            raise NoWebSocket(f"the handshake was answered with {response.status_code}")
        self.is_open = True
        self.subprotocol = response.headers.get("Sec-WebSocket-Protocol")
        self._extension = response.headers.get("Sec-WebSocket-Extensions")

    def extensions(self, sender: Role) -> list[Extension]:
        """What the frames of a side went through, as whoever receives them undoes it."""
        who = "client" if sender == "station" else "server"
        for name, parameters in parse_extension(self._extension) if self._extension else ():
            if name == "permessage-deflate":
                told: Mapping[str, str | None] = dict(parameters)
                bits = told.get(f"{who}_max_window_bits")
                return [PerMessageDeflate(f"{who}_no_context_takeover" in told, False, int(bits or 15), 15)]
        return []


class _Side:
    """What one party sends."""

    def __init__(self, connection: Connection, sender: Role, has_handshake: bool) -> None:
        self.messages: list[Message] = []
        self._reader = StreamReader()
        self._connection = connection
        self._sender = sender
        self._parser = self._parse(has_handshake)
        next(self._parser)

    def feed(self, data: bytes) -> None:
        self._reader.feed_data(data)
        next(self._parser, None)

    def _parse(self, has_handshake: bool) -> Generator[None, None, None]:
        reader = self._reader
        if has_handshake and self._sender == "station":
            self._connection.asked((yield from Request.parse(reader.read_line)))
        elif has_handshake:
            self._connection.answered(
                (yield from Response.parse(reader.read_line, reader.read_exact, reader.read_to_eof))
            )
        yield from self._first_byte()
        extensions = self._connection.extensions(self._sender)
        parts: list[bytes] = []
        is_binary = False
        while True:
            frame = yield from Frame.parse(
                reader.read_exact, mask=self._sender == "station", max_size=MOST_BYTES, extensions=extensions
            )
            if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
                parts, is_binary = [], frame.opcode is Opcode.BINARY
            if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                parts.append(bytes(frame.data))
                if sum(map(len, parts)) > MOST_BYTES:
                    raise NoWebSocket(f"a message of more than {MOST_BYTES >> 20} MiB")
                if frame.fin:
                    self.messages.append((b"".join(parts), is_binary))
            elif frame.opcode is Opcode.CLOSE and self._connection.closed_by is None:
                self._connection.closed_by = self._sender

    def _first_byte(self) -> Generator[None, None, None]:
        """Wait for one: until then the other side may say what the frames will have gone through."""
        while not self._reader.buffer:
            yield
