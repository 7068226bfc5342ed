"""What a rule is, and what is found when it is broken."""

from typing import Literal

import msgspec

from ocppj.evidence.trace import Role

Level = Literal["MUST", "SHOULD", "INFO"]
Who = Literal["both", "station", "csms"]


class Rule(msgspec.Struct, frozen=True):
    """A rule of the protocol: ``who`` is bound by it; ``source`` names the section."""

    id: str
    level: Level
    who: Who
    source: str
    sentence: str


class Finding(msgspec.Struct, frozen=True):
    """A broken rule: ``party`` broke it, in the frame ``seq`` of the trace, at ``path`` of the payload."""

    rule: str
    level: Level
    party: Role
    message: str
    path: tuple[str | int, ...] = ()
    seq: int | None = None


class Remark(msgspec.Struct, frozen=True):
    """What a check found, when the level is not the rule's own, or when it is about one member of the payload."""

    message: str
    level: Level | None = None
    path: tuple[str | int, ...] = ()
