"""What a deliberate defect is: a name, a sentence, and a hook around the correct CSMS.

A hook sees what the CSMS is about to send (or what has just come, or how it is about to judge a handshake) and says
what is to be done instead. Handlers know nothing of faults, and what a hook makes up is not validated on its way out:
that is the point.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from csms_core.auth.policy import Handshake
from ocppj.frames import Frame

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from csms_core.pki.contexts import TlsSettings


@dataclass(frozen=True, slots=True)
class Past:
    """A message that went over the wire: `kind` is call or result, `sender` is who wrote it."""

    sender: Literal["station", "csms"]
    kind: Literal["call", "result"]
    action: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message the CSMS is about to send, on a connection with this subprotocol.

    `request` is the payload of the CALL a result answers, None for a call. `history` is what went over the wire of this
    station before it while faults were on, oldest first, over all its connections; the request itself is not in it.
    """

    kind: Literal["call", "result"]
    id: str
    action: str
    payload: Any
    subprotocol: str
    request: Any = None
    history: Sequence[Past] = ()


@dataclass(frozen=True, slots=True)
class Instead:
    """What is sent instead: these texts in this order, after a delay in seconds."""

    texts: tuple[str, ...]
    delay: float = 0.0


Hook = Callable[[Outgoing], Instead | None]
"""None: this message is sent as it is."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text that came from a station, on a connection with this subprotocol.

    `earlier` are the ids of the CALLs that came before it on the connection, `waiting` those of the CALLs of the CSMS
    that wait for their answer. `history` is as that of an `Outgoing`.
    """

    frame: Frame
    subprotocol: str
    earlier: Collection[str] = ()
    waiting: Collection[str] = ()
    history: Sequence[Past] = ()


@dataclass(frozen=True, slots=True)
class Reaction:
    """What becomes of a text that came: these texts are sent, and the CSMS gets to see `seen`; None: nothing.

    `ends`: then the connection is cut.
    """

    texts: tuple[str, ...] = ()
    seen: str | None = None
    ends: bool = False


Reflex = Callable[[Incoming], Reaction | None]
"""None: the CSMS gets to see the text as it is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A deliberate defect.

    `sentence` says what the CSMS then does wrong. `message` hooks in where a message leaves, `arrival` where a text has
    come, `socket` where a connection begins to be served, `handshake` where it is judged, `tls` where its encryption
    begins: before anybody knows whose it is, so such a fault is on for all stations or for none. Exactly one of them is
    set, but for a fault of TLS whose `handshake` says to whom it applies: its `tls` acts as soon as it is on for
    anybody.
    """

    name: str
    sentence: str
    message: Hook | None = None
    arrival: Reflex | None = None
    socket: Callable[[ServerConnection], None] | None = None
    handshake: Callable[[Handshake], Handshake] | None = None
    tls: Callable[[TlsSettings], TlsSettings] | None = None

    def __post_init__(self) -> None:
        connecting = self.handshake is not None or self.tls is not None
        hooks = (self.message is not None, self.arrival is not None, self.socket is not None, connecting)
        if sum(hooks) != 1:
            raise ValueError(
                f"The fault {self.name} needs one hook: of messages, arrivals, the socket or the handshake."
            )

    @property
    def is_for_all(self) -> bool:
        """Whether it can only be on for all stations."""
        return self.tls is not None and self.handshake is None
