"""The opening request of a station, and what a CSMS answers (RFC 6455 §4, OCPP-J §3): found, read, and rewritten.

Rewritten is a request only where `--to` and its like ask for it, and then byte by byte: every other line stays as the
station wrote it, its order, its letters and its white space too.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

import msgspec
import websockets.exceptions
from websockets.headers import parse_extension

LONGEST_HEAD: Final = 64 << 10
"""Bytes of a request or of an answer up to its empty line; what is longer is passed on, and not understood."""

END: Final = b"\r\n\r\n"
_LINE: Final = b"\r\n"

MASK: Final = b"********"
_SECRET: Final = re.compile(
    rb"^((?:proxy-)?authorization|cookie|set-cookie)(:[ \t]*(?:(?:basic|bearer|digest)[ \t]+)?)[^\r\n]*", re.I | re.M
)


class Changes(msgspec.Struct, frozen=True):
    """What a request is to have instead of what the station wrote. None or an empty text: nothing is changed.

    `path` is that of the endpoint, without the identity; `authorization` the value of a header.
    """

    path: str = ""
    query: str = ""
    host: str = ""
    authorization: str = ""
    compression: bool = True

    def __repr__(self) -> str:
        return f"Changes(path={self.path!r}, host={self.host!r})"


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def rewritten(head: bytes, changes: Changes) -> tuple[bytes, list[str]]:
    """A request with the changes, and what was changed in words; a head that is no request stays as it is."""
    lines = head.split(_LINE)
    words = lines[0].split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/"):
        return head, []
    told: list[str] = []
    target = _target(words[1], changes)
    if target != words[1]:
        told.append(f"path {_text(words[1])} became {_text(target)}")
        lines[0] = b" ".join((words[0], target, words[2]))
    if changes.host:
        _replace(lines, b"host", changes.host.encode(), told, say=True)
    if changes.authorization:
        _replace(lines, b"authorization", changes.authorization.encode(), told, say=False)
    if not changes.compression:
        left = [line for line in lines if _name(line) != b"sec-websocket-extensions"]
        if len(left) < len(lines):
            told.append("Sec-WebSocket-Extensions was taken out")
        lines = left
    return _LINE.join(lines), told


def _target(target: bytes, changes: Changes) -> bytes:
    """The identity, as it is written, behind the path of the endpoint."""
    if not changes.path and not changes.query:
        return target
    path, _, query = target.partition(b"?")
    if changes.path:
        path = changes.path.rstrip("/").encode() + b"/" + path.rpartition(b"/")[2]
    if changes.query:
        query = b"&".join(filter(None, (changes.query.encode(), query)))
    return path + b"?" + query if query else path


def _replace(lines: list[bytes], name: bytes, value: bytes, told: list[str], *, say: bool) -> None:
    """Give a header a value where it stands, or add it before the empty line; a second one of its name goes."""
    shown = name.decode().capitalize()
    places = [number for number, line in enumerate(lines) if number and _name(line) == name]
    if not places:
        lines.insert(len(lines) - 2, shown.encode() + b": " + value)
        told.append(f"{shown} {_text(value)} was added" if say else f"{shown} was added")
        return
    line = lines[places[0]]
    before, _, old = line.partition(b":")
    if old.strip(b" \t") != value:
        lines[places[0]] = before + b":" + old[: len(old) - len(old.lstrip(b" \t"))] + value
        told.append(f"{shown} {_text(old.strip())} became {_text(value)}" if say else f"{shown} was replaced")
    for number in reversed(places[1:]):
        del lines[number]


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip(b" \t").lower()


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def shown(head: bytes) -> str:
    """A request or an answer as it may be written down: without credentials and cookies."""
    return _SECRET.sub(rb"\1\2" + MASK, head).decode("latin-1").removesuffix("\r\n\r\n").replace("\r\n", "\n")


class Request(msgspec.Struct, frozen=True):
    """What a request tells. `identity` is the last segment of the path, without its percent signs."""

    path: str
    identity: str
    offered: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True):
    """What the CSMS answers; `extensions` as they are written."""

    status: int
    reason: str
    subprotocol: str
    extensions: str

    @property
    def is_upgrade(self) -> bool:
        """Whether frames come next."""
        return self.status == 101


def read_request(head: bytes) -> Request | None:
    """None: it is no request."""
    words = head.partition(_LINE)[0].split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/"):
        return None
    path = _text(words[1])
    identity = unquote(path.partition("?")[0].rpartition("/")[2])
    return Request(path, identity, tuple(filter(None, map(str.strip, _values(head, b"sec-websocket-protocol")))))


def read_answer(head: bytes) -> Answer | None:
    """None: it is no answer."""
    words = head.partition(_LINE)[0].split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        return None
    reason = _text(words[2]) if len(words) > 2 else ""
    subprotocols = [value.strip() for value in _values(head, b"sec-websocket-protocol")]
    extensions = ",".join(_values(head, b"sec-websocket-extensions"))
    return Answer(int(words[1]), reason, subprotocols[0] if subprotocols else "", extensions.strip())


def _values(head: bytes, name: bytes) -> list[str]:
    """What stands in all headers of a name, parted at commas."""
    lines = [line for line in head.split(_LINE)[1:] if _name(line) == name]
    return [part for line in lines for part in _text(line.partition(b":")[2]).split(",")]


class Compression(msgspec.Struct, frozen=True):
    """How the two have agreed to compress (RFC 7692 §7.1): window bits, and whether each message stands alone."""

    station_bits: int = 15
    csms_bits: int = 15
    station_alone: bool = False
    csms_alone: bool = False


def compression(extensions: str) -> Compression | None:
    """What an answer agrees to; None is nothing. Raises `ValueError` with a sentence for what is not known here."""
    if not extensions:
        return None
    try:
        agreed: Sequence[tuple[str, Sequence[tuple[str, str | None]]]] = parse_extension(extensions)
    except websockets.exceptions.InvalidHeader:
        agreed = []
    if len(agreed) != 1 or agreed[0][0] != "permessage-deflate":
        raise ValueError(f"the two have agreed on extensions that are not known here ({extensions[:100]})")
    given = dict(agreed[0][1])
    bits = {name: given.get(name) or "15" for name in ("client_max_window_bits", "server_max_window_bits")}
    if not all(text.isdigit() and 8 <= int(text) <= 15 for text in bits.values()):
        raise ValueError(f"the two have agreed on a window that no compression has ({extensions[:100]})")
    return Compression(
        int(bits["client_max_window_bits"]),
        int(bits["server_max_window_bits"]),
        "client_no_context_takeover" in given,
        "server_no_context_takeover" in given,
    )
