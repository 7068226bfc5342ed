"""What the relay tells the judge: one record for each thing that happens, behind its length.

`connection` is a number, `at` monotonic nanoseconds; both processes look at the same clock.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ocppj.evidence.trace import Role


class Ready(msgspec.Struct, array_like=True, tag="ready"):
    """It listens at this port."""

    port: int


class Trouble(msgspec.Struct, array_like=True, tag="trouble"):
    """It cannot go on, or begin; `code` is the exit code."""

    code: int
    sentence: str


class Opened(msgspec.Struct, array_like=True, tag="opened"):
    """A station has connected, from an address; `tls` says what protects it, if anything does."""

    connection: int
    at: int
    address: str
    tls: str


class Requested(msgspec.Struct, array_like=True, tag="requested"):
    """The opening request of a station: as it came, and what was changed of it in words."""

    connection: int
    at: int
    head: bytes
    changed: list[str]


class Passed(msgspec.Struct, array_like=True, tag="passed"):
    """Bytes that were passed on."""

    connection: int
    at: int
    sender: Role
    data: bytes


class Behind(msgspec.Struct, array_like=True, tag="behind"):
    """From here on no copy is kept of what `sender` sends, because the judge is behind."""

    connection: int
    at: int
    sender: Role


class Unseen(msgspec.Struct, array_like=True, tag="unseen"):
    """So much was passed on since `Behind`, unseen. What comes next begins with a message."""

    connection: int
    at: int
    sender: Role
    messages: int
    size: int


class Faulted(msgspec.Struct, array_like=True, tag="faulted"):
    """A fault was put into what `sender` sent."""

    connection: int
    at: int
    sender: Role
    fault: str


class Unreached(msgspec.Struct, array_like=True, tag="unreached"):
    """The CSMS could not be reached for this station."""

    connection: int
    at: int
    sentence: str


class Closed(msgspec.Struct, array_like=True, tag="closed"):
    """The connection has ended; `by` is whose side ended first, empty when the proxy ended it."""

    connection: int
    at: int
    by: str
    reason: str


Record = Ready | Trouble | Opened | Requested | Passed | Behind | Unseen | Faulted | Unreached | Closed

_PREFIX: Final = 4
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Record).decode


def packed(record: Record) -> bytes:
    """A record behind its length."""
    body = _encode(record)
    return len(body).to_bytes(_PREFIX) + body


class Unpacker:
    """Records out of a stream of bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Record]:
        """The records that are complete with these bytes."""
        buffer, found, at = self._buffer, [], 0
        buffer += data
        while len(buffer) - at >= _PREFIX:
            end = at + _PREFIX + int.from_bytes(buffer[at : at + _PREFIX])
            if len(buffer) < end:
                break
            found.append(_decode(bytes(buffer[at + _PREFIX : end])))
            at = end
        del buffer[:at]
        return found
