"""What a simulated station takes for firmware.

Any file is: its version is then its name. One that begins with the line `plugproof-firmware VERSION SHA256` says its
version itself and is damaged unless the digest is that of the bytes after the line. An empty file is damaged.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

MAX_VERSION = 50
"""Characters of firmwareVersion in BootNotification."""

_MAGIC = b"plugproof-firmware"
_LONGEST_HEAD = len(_MAGIC) + 1 + MAX_VERSION + 1 + 64 + 1
_HEAD = re.compile(rb"plugproof-firmware ([\x21-\x7e]{1,50}) ([0-9a-f]{64})\n")


@dataclass(frozen=True)
class Image:
    """An image that was looked at."""

    version: str
    intact: bool


def make_image(version: str, content: bytes = b"") -> bytes:
    """An image that says its version."""
    return b"%s %s %s\n%s" % (_MAGIC, version.encode(), hashlib.sha256(content).hexdigest().encode(), content)


class Inspection:
    """Looks at a file while it comes, and keeps nothing but its beginning: thousands of stations may fetch one."""

    __slots__ = ("_beginning", "_head", "_rest", "_whole")

    def __init__(self) -> None:
        self._beginning = b""
        self._head: re.Match[bytes] | None = None
        self._rest = hashlib.sha256()  # of what follows the head
        self._whole = hashlib.sha256()

    def take(self, block: bytes) -> None:
        """The next bytes."""
        self._whole.update(block)
        if self._head is not None:
            self._rest.update(block)
        elif len(self._beginning) < _LONGEST_HEAD:
            self._beginning += block
            self._head = _HEAD.match(self._beginning)
            if self._head is not None:
                self._rest.update(self._beginning[self._head.end() :])
            self._beginning = self._beginning[:_LONGEST_HEAD]

    @property
    def digest(self) -> bytes:
        """SHA-256 of all bytes so far."""
        return self._whole.digest()

    def image(self, location: str) -> Image:
        """What the whole file is; it was fetched from `location`."""
        if self._head is not None:
            return Image(self._head[1].decode(), self._rest.hexdigest() == self._head[2].decode())
        return Image(_version_of(location), bool(self._beginning) and not self._beginning.startswith(_MAGIC))


def _version_of(location: str) -> str:
    name = unquote(urlsplit(location).path).rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return re.sub(r"[^\x21-\x7e]", "_", stem)[:MAX_VERSION] or "unnamed"
