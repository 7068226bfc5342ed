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
_HEAD = re.compile(rb"plugproof-firmware ([\x21-\x7e]{1,50}) ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was looked at."""

    version: str
    intact: bool


def make_image(version: str, content: bytes = b"") -> bytes:
    """An image that says its version."""
    return b"%s %s %s\n%s" % (_MAGIC, version.encode(), hashlib.sha256(content).hexdigest().encode(), content)


def inspect(content: bytes, location: str) -> Image:
    """Look at a file that was fetched from `location`."""
    head = _HEAD.match(content)
    if head is not None:
        intact = hashlib.sha256(content[head.end() :]).hexdigest() == head[2].decode()
        return Image(head[1].decode(), intact)
    return Image(_version_of(location), bool(content) and not content.startswith(_MAGIC))


def _version_of(location: str) -> str:
    name = unquote(urlsplit(location).path).rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return re.sub(r"[^\x21-\x7e]", "_", stem)[:MAX_VERSION] or "unnamed"
