"""Who sent a frame, where the log does not say: by what went in or out, by its action, by the CALL it answers."""

from __future__ import annotations

from harness.instruments.analysis.shapes.model import Told
from ocppj.evidence.trace import Role
from ocppj.frames import Call, CallError, CallResult, Frame, Malformed
from ocppj.protocol import Protocol
from ocppj.rules.memory import Memory
from ocppj.session.session import OTHER, Session


class Writer:
    """Whoever wrote a log that says "in" and "out": learned from the first CALL that only one party sends."""

    def __init__(self) -> None:
        self.role: Role | None = None

    def sender(self, told: Told, frame: Frame, protocol: Protocol) -> Role | None:
        """The sender of a frame that went in or out, None for one of which the log says nothing.

        Until the writer is known it is taken for a CSMS, where most logs are written.
        """
        if told is None or told == "station" or told == "csms":
            return told
        if self.role is None and type(frame) is Call:
            by_action = by_action_of(frame, protocol)
            if by_action is not None:
                self.role = by_action if told == "out" else OTHER[by_action]
        writer: Role = self.role or "csms"
        return writer if told == "out" else OTHER[writer]


def by_action_of(frame: Call, protocol: Protocol) -> Role | None:
    """The party that sends CALLs of this action; None when both do, or nobody."""
    info = protocol.actions.get(frame.action)
    if info is None:
        folded = frame.action.lower()
        info = next((known for name, known in protocol.actions.items() if name.lower() == folded), None)
    return info.sender if info is not None and info.sender != "both" else None


def guessed(frame: Frame, protocol: Protocol, memory: Memory, session: Session) -> Role | None:
    """The sender by the frame alone: its action, or the CALL that it answers. None when nothing tells."""
    if type(frame) is Call:
        # What both may send is sent by stations, if not always; so is what nobody knows.
        return by_action_of(frame, protocol) or "station"
    is_answer = isinstance(frame, CallResult | CallError) or (isinstance(frame, Malformed) and frame.is_answer)
    id = frame.id
    if not is_answer or id is None:
        return None
    asked = [role for role in OTHER if memory.find(role, id) is not None]
    if len(asked) > 1:  # both used the id: the one whose CALL waits is answered
        asked = [role for role in asked if any(call.id == id for call in session.open_calls(role))] or asked
    return OTHER[asked[0]] if asked else None
