"""What a check is shown: the frame as the session judged it, and the connection so far, to look at only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from ocppj.evidence.trace import Role
from ocppj.frames import Frame, Malformed
from ocppj.protocol import Protocol as OfVersion
from ocppj.rules.known import Wall
from ocppj.rules.memory import Exchange, Memory
from ocppj.rules.model import Finding
from schemas import Violation

if TYPE_CHECKING:
    from schemas import SchemaSet


class Seen(msgspec.Struct, gc=False):
    """A frame as the session judged it.

    ``at`` is when it passed, in monotonic nanoseconds, ``seq`` its number in the trace, ``violations`` what its payload
    breaks of the schema, ``findings`` the rules that it breaks.

    ``request`` is the exchange a CALL opened or an answer belongs to; ``earlier`` an older CALL with the same id;
    ``valid`` whether the payload is what the schema of the action asks for (unknown actions are not); ``late`` an
    answer to a request that had been given up; ``repeated`` an answer to one that had been answered before.
    """

    frame: Frame
    sender: Role
    at: int
    seq: int | None = None
    request: Exchange | None = None
    earlier: Exchange | None = None
    valid: bool = True
    late: bool = False
    repeated: bool = False
    violations: tuple[Violation, ...] = ()
    findings: tuple[Finding, ...] = ()


class View(Protocol):
    """The connection as a check may look at it; the session is one."""

    @property
    def protocol(self) -> OfVersion:
        """The version that is spoken."""

    @property
    def schemas(self) -> "SchemaSet":
        """The schemas of that version."""

    @property
    def memory(self) -> Memory:
        """What is remembered of the identity over all its connections."""

    @property
    def number(self) -> int:
        """Which connection of the identity this is, counted from 1."""

    @property
    def answer_window(self) -> int:
        """How long, in nanoseconds, a party is known to wait for an answer at the least."""

    @property
    def wall(self) -> Wall | None:
        """The wall time to judge dates by, if anybody gave one."""

    @property
    def since(self) -> int | None:
        """When the first frame of this connection passed, in nanoseconds."""

    def open_calls(self, sender: Role) -> Sequence[Exchange]:
        """The CALLs of ``sender`` that wait for an answer, oldest first."""

    def unusual(self, receiver: Role) -> Sequence[Malformed]:
        """The last malformed texts that ``receiver`` was sent."""
