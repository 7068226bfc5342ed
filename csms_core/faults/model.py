"""What a deliberate defect is: a name, a sentence, and a hook around the correct CSMS.

A hook sees what the CSMS is about to send (or how it is about to judge a handshake) and says what is to be sent
instead. Handlers know nothing of faults, and what a hook makes up is not validated on its way out: that is the point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from csms_core.auth.policy import Handshake

if TYPE_CHECKING:
    from csms_core.pki.contexts import TlsSettings


@dataclass(frozen=True, slots=True)
class Past:
    """A message that went over the wire: `kind` is call or result, `sender` is who wrote it.

    `is_repeated`: it is a CALL whose id an earlier one had, on the same connection.
    """

    sender: Literal["station", "csms"]
    kind: Literal["call", "result"]
    action: str
    payload: Any
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message the CSMS is about to send, on a connection with this subprotocol.

    `request` is the payload of the CALL a result or an error answers, None for a call; an error has the members of a
    CALLERROR as its payload, and no action where the CALL could not be read. `is_repeated`: an earlier CALL of this
    connection had the id of the one that is answered. `history` is what went over the wire of this
    station before it while faults were on, oldest first, over all its connections; the request itself is not in it.
    """

    kind: Literal["call", "result", "error"]
    id: str
    action: str
    payload: Any
    subprotocol: str
    request: Any = None
    history: Sequence[Past] = ()
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Instead:
    """What is sent instead: these texts in this order, after a delay in seconds."""

    texts: tuple[str, ...]
    delay: float = 0.0


Hook = Callable[[Outgoing], Instead | None]
"""None: this message is sent as it is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A deliberate defect.

    `sentence` says what the CSMS then does wrong. `message` hooks in where a message leaves, `handshake` where a
    connection is judged, `tls` where the encryption of a connection begins: before anybody knows whose it is, so such a
    fault is on for all stations or for none. Exactly one of them is set, but for a fault of TLS whose `handshake` says
    to whom it applies: its `tls` acts as soon as it is on for anybody.
    """

    name: str
    sentence: str
    message: Hook | None = None
    handshake: Callable[[Handshake], Handshake] | None = None
    tls: Callable[[TlsSettings], TlsSettings] | None = None

    def __post_init__(self) -> None:
        connecting = self.handshake is not None or self.tls is not None
        if (self.message is not None) == connecting:
            raise ValueError(f"The fault {self.name} needs either a message hook or a hook of the handshake.")

    @property
    def is_for_all(self) -> bool:
        """Whether it can only be on for all stations."""
        return self.tls is not None and self.handshake is None
