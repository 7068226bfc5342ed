"""Which CALLERROR answers what cannot be processed; the codes are those of the version that is spoken."""

from typing import Final

from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.frames import MAX_ID_LENGTH, Call, CallError, Malformed
from ocppj.protocol import UNREAD_ID, Codes, Protocol
from ocppj.rules.seen import Seen

_LONGEST_DESCRIPTION: Final = 255


def refusal(seen: Seen, protocol: Protocol, local: Role) -> CallError | None:
    """The CALLERROR for a frame that ``local`` received.

    ``None``: it can be handed to a handler if it is a ``Call``, and gets no answer if it is not.
    """
    frame = seen.frame
    if isinstance(frame, Malformed):
        return _of_no_message(frame, protocol.codes)
    if not isinstance(frame, Call):
        return None
    problem = _problem(seen, frame, protocol, local)
    return None if problem is None else frames.error(frame.id, *problem)


def _of_no_message(frame: Malformed, codes: Codes) -> CallError | None:
    if frame.is_answer:
        return None
    id = frame.readable_id
    if frame.problem == "unknown-type":
        code = codes.unknown_type
    else:
        code = codes.no_call if id is not None and frame.type == frames.type_of_call else codes.unread
    return None if code is None else frames.error(UNREAD_ID if id is None else id, code, _cut(frame.message))


def _problem(seen: Seen, frame: Call, protocol: Protocol, local: Role) -> tuple[str, str] | None:
    """Code and description."""
    if len(frame.id) > MAX_ID_LENGTH:
        return "ProtocolError", f"the message id has more than {MAX_ID_LENGTH} characters"
    if seen.earlier is not None and seen.earlier.is_open and seen.earlier is not seen.request:
        return "ProtocolError", "a CALL with this message id is being processed"
    info = protocol.schemas.actions.get(frame.action)
    if info is None:
        return "NotImplemented", f"{frame.action[:50]} is no action of OCPP {protocol.version}"
    if info.sender == local:
        return "NotSupported", f"{frame.action} is not received by the {local}"
    if seen.valid:
        return None
    first = seen.violations[0]
    return protocol.codes.of_keyword[first.keyword], _cut(first.message)


def _cut(description: str) -> str:
    return description[:_LONGEST_DESCRIPTION]
