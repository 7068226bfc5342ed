"""What a look at a system under test from outside finds: how far a peer comes, and which tags are known.

Nothing here is a verdict. Whoever answers at all is judged by the cases; the look tells what they will meet.
"""

from collections.abc import Mapping
from enum import IntEnum

import msgspec


class Answers(IntEnum):
    """How far a station comes, from nobody there to a boot that is answered."""

    NOTHING = 0
    SOMETHING = 1
    """TLS, HTTP with a server error, or what is neither."""
    TURNS_AWAY = 2
    """The handshake was answered with a refusal."""
    OPENS = 3
    """There is a WebSocket."""
    BOOTS = 4
    """A BootNotification was answered, in whatever way."""


class Look(msgspec.Struct, frozen=True):
    """What the station ``identity`` saw. ``sentence``: what is not as a station needs it.

    ``tags``: key of ``[tags]`` -> the status told of it; ``rtt_ms``: median round trip of a ping in milliseconds.
    """

    answers: Answers
    identity: str
    sentence: str | None = None
    rtt_ms: float | None = None
    tags: Mapping[str, str] = {}


class Doubts(msgspec.Struct, frozen=True):
    """What the tags are not that the SUT file says they are, as sentences.

    ``unknown``: key of ``[tags]`` -> why cases cannot be run with it; ``doubtful`` is what only a reader can tell.
    """

    unknown: Mapping[str, str] = {}
    doubtful: tuple[str, ...] = ()


class Tried(msgspec.Struct, frozen=True):
    """An operation that was tried. ``problem``: why its message did not come; ``evidence``: what the operator did.

    ``ms`` are milliseconds until it came, None where it did not; ``offered`` is false where nobody could be asked.
    """

    action: str
    problem: str | None = None
    evidence: str = ""
    ms: float | None = None
    offered: bool = True
