"""What a deliberate defect of a station is: a name, a sentence, and hooks around the correct station.

The hooks stand where the station meets the world: a CALL that leaves and comes back answered, an operation the CSMS
asks for, the way an answer is written, the dialling; and any method of any part, which a subclass of that part
overrides. Nothing in the station knows of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ocppj.frames import Call, CallError, CallResult
from ocppj.session.session import Exchange
from simulator.kernel.base import Base
from simulator.kernel.errors import Offline, Unanswered
from simulator.wire.dialing import Dial, Line
from simulator.wire.operations import Answer

Payload = dict[str, Any]
Came = Payload | Offline | Unanswered
"""What came back for a CALL of the station."""


@dataclass(frozen=True, slots=True)
class Message:
    """A CALL, of the station or to it; `payload` is not to be changed in place. `memory` is what this fault remembers
    about this station; `base` are the parts of it, as its version knows them.
    """

    base: Base
    action: str
    payload: Payload
    memory: dict[str, Any]


Send = Callable[[Payload], Awaitable[Came]]
Calling = Callable[[Message, Send], Awaitable[Came]]
"""Around a CALL of the station: sends it by `send`, changed, twice or not at all, and says what came back."""

Operate = Callable[[Payload], Answer]
Answering = Callable[[Message, Operate], Answer]
"""Around an operation: asks the right one by `operate`, or makes up an answer. May raise `OcppError`."""

Replying = Callable[[Line, Call, Payload], Awaitable[None]]
"""How a CALLRESULT is written."""

Refusing = Callable[[Exchange, CallError], "CallResult | CallError | None"]
"""What is written for a CALL of the CSMS that the station refuses with this CALLERROR; None: that."""

Dialling = Callable[[Dial], Dial]
"""What a connection is made with, given what it should be made with, which is not changed in place."""


class Override(NamedTuple):
    """Another class for a part: `by` derives from `part`, has empty `__slots__` and works by `super()`.

    A station may have a part of a class of its own, which derives from `part` as well.
    """

    part: type
    by: type


@dataclass(frozen=True, slots=True)
class Fault:
    """A deliberate defect. `sentence` says what the station then does wrong.

    `calls` and `answers` are hooks by action, `*` stands for every action that has no hook of its own. `overrides` are
    about the parts, connectors or features of a station. `refusals` is about CALLs that no operation gets to see; like
    `dials` it acts on the next connection.
    """

    name: str
    sentence: str
    calls: Mapping[str, Calling] = field(default_factory=dict)
    answers: Mapping[str, Answering] = field(default_factory=dict)
    replies: Replying | None = None
    refusals: Refusing | None = None
    dials: Dialling | None = None
    overrides: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        if not (self.calls or self.answers or self.replies or self.refusals or self.dials or self.overrides):
            raise ValueError(f"The fault {self.name} has no hook.")
