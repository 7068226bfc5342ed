"""The least a CSMS in one CPython process can cost: ``python -m benchmarks.floor uvloop|picows`` serves the loop of
``benchmarks.csms``.

Each frame is unmasked, its JSON read, its payload validated, the answer taken from a table, validated, written. There
are no handlers, no rules, no pairing, no store, no limits and no faults, and only frames as the benchmark sends them
are understood: what the reference CSMS takes beyond it is the price of those. ``uvloop`` is a protocol on the bare
transport, ``picows`` the same on that library.
"""

import asyncio
import base64
import hashlib
import json
import sys
from typing import Any, Final

import msgspec
import picows
import uvloop
from websockets.frames import Frame, Opcode
from websockets.speedups import apply_mask

import schemas
from benchmarks.engine import ANSWERS, NOW

SET: Final = schemas.load("1.6")
ANSWER_TO: Final[dict[str, Any]] = {
    **ANSWERS,
    "BootNotification": {"status": "Accepted", "currentTime": NOW, "interval": 300},
    "StopTransaction": {"idTagInfo": {"status": "Accepted"}},
}
GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def answer(text: Any) -> bytes:
    """The CALLRESULT to a right CALL."""
    _, id, action, payload = _decode(text)
    result = ANSWER_TO[action]
    if not SET.call[action](payload) or not SET.result[action](result):
        raise ValueError(action)
    return _encode([3, id, result])


class Bare(asyncio.Protocol):
    """One connection; every read is one whole frame."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection begins."""
        self._transport: Any = transport
        self._is_open = False

    def data_received(self, data: bytes) -> None:
        """The request, or a frame."""
        if not self._is_open:
            self._upgrade(data)
        elif data[0] == 0x81:
            begin = 8 if data[1] & 0x7F == 126 else 6
            reply = answer(apply_mask(data[begin:], data[begin - 4 : begin]))
            size = len(reply)
            head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
            self._transport.write(head + reply)
        else:
            self._transport.write(Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=False))
            self._transport.close()

    def _upgrade(self, data: bytes) -> None:
        lines = (line.partition(b":") for line in data.split(b"\r\n"))
        key = next(value.strip() for name, _, value in lines if name.lower() == b"sec-websocket-key")
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self._is_open = True


class Listener(picows.WSListener):
    """The same on picows."""

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        """A frame came."""
        if frame.msg_type == picows.WSMsgType.TEXT:
            transport.send(picows.WSMsgType.TEXT, answer(frame.get_payload_as_memoryview()))
        elif frame.msg_type == picows.WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()


def _listen(_: Any) -> Any:
    upgrade = picows.WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": "ocpp1.6"})
    return picows.WSUpgradeResponseWithListener(upgrade, Listener())


async def _main(kind: str) -> None:
    server: asyncio.Server
    if kind == "picows":
        server = await picows.ws_create_server(_listen, "127.0.0.1", 0)
    else:
        server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"ws://127.0.0.1:{port}"}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1]))
