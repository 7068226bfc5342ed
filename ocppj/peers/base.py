"""What the asyncio peer and the peer on threads have in common: everything but waiting."""

import secrets
from collections.abc import Callable
from time import monotonic_ns, time
from typing import Any, Final

import websockets.exceptions

from ocppj import frames
from ocppj.errors import BadAnswer, CallRefused, ConnectionClosed
from ocppj.evidence.trace import Role, Trace
from ocppj.frames import Call, CallError, CallResult, Frame, Malformed
from ocppj.rules import Finding
from ocppj.rules.known import Wall
from ocppj.session.session import Seen, Session

Observer = Callable[[Seen], None]
"""Is shown every frame, in both directions, right after the session has judged it."""

DEFAULT_CALL_TIMEOUT: Final = 30.0
MAX_FRAME_BYTES: Final = 1 << 20
MAX_WAITING: Final = 64
"""Incoming CALLs that wait for their turn; while there are more, nothing is read from the socket."""


class PeerBase:
    """A session with what a peer adds to it: message ids, an observer, and times taken at the socket."""

    def __init__(self, session: Session, observer: Observer | None, call_timeout: float) -> None:
        self.session = session
        self.call_timeout = call_timeout
        self.subprotocol: str | None = None
        self._observer = observer
        self._prefix = secrets.token_hex(8)
        self._number = 0

    @property
    def role(self) -> Role:
        """Which end this is."""
        return self.session.local

    @property
    def trace(self) -> Trace | None:
        """Where the frames are recorded, if anywhere."""
        return self.session.trace

    @property
    def findings(self) -> list[Finding]:
        """The rules that were broken on this connection, by either party (bounded)."""
        return self.session.findings

    def _next_call(self, action: str, payload: Any, id: str | None) -> Call:
        self._number += 1
        return frames.call(f"{self._prefix}-{self._number}" if id is None else id, action, payload)

    def _sent(self, frame: Frame) -> Seen:
        seen = self.session.send(frame, monotonic_ns())
        if self._observer is not None:
            self._observer(seen)
        return seen

    def _received(self, text: str | bytes, at: int) -> Seen:
        seen = self.session.receive(text, at)
        if self._observer is not None:
            self._observer(seen)
        return seen


def wall_of_system(deviation: float) -> Wall:
    """The clock of this machine, to judge dates by; ``deviation`` in seconds is what other clocks may differ."""
    return Wall(lambda at: time() - (monotonic_ns() - at) / 1e9, deviation)


def is_for_worker(frame: Frame) -> bool:
    """Whether a frame that came in may have to be answered, and is no answer."""
    return type(frame) is Call or (type(frame) is Malformed and not frame.is_answer)


def payload_of(action: str, answer: Frame) -> Any:
    """The payload of the CALLRESULT that answers ``action``. Raises ``CallRefused`` or ``BadAnswer``."""
    if isinstance(answer, CallResult):
        return {} if answer.payload is None else answer.payload
    if isinstance(answer, CallError):
        raise CallRefused(action, answer)
    problem = answer.message if isinstance(answer, Malformed) else "it is a CALL"
    raise BadAnswer(action, answer.raw, problem)


def connection_closed(error: websockets.exceptions.ConnectionClosed) -> ConnectionClosed:
    """How a connection ended, without the socket library; 1006 when there was no close frame (RFC 6455 §7.1.5)."""
    by_remote = error.sent is None if error.rcvd_then_sent is None else error.rcvd_then_sent
    frame = error.rcvd or error.sent  # our own says why we ended it when the other side does not repeat it
    if frame is not None:
        return ConnectionClosed(frame.code, frame.reason, by_remote)
    return ConnectionClosed(1006, "", by_remote)
