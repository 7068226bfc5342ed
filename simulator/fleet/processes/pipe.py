"""What the processes of one fleet say to each other: objects of our own classes, pickled, each after its length.

Only for the two ends of a pipe between a process and the one that started it: both are this program.
"""

from __future__ import annotations

import pickle
from typing import Any, Final

HEADER: Final = 8
"""Bytes before each object: how many follow."""


def packed(what: Any) -> bytes:
    """The bytes to write."""
    body = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(HEADER) + body


def length(header: bytes) -> int:
    """How many bytes follow a header."""
    return int.from_bytes(header)


def unpacked(body: bytes) -> Any:
    """The object."""
    return pickle.loads(body)
