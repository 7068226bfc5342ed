"""What can be seen of a frame at a glance that calls for a closer look; nearly every frame has none of it.

Every CALL and every CALLRESULT comes by here, so this is plain arithmetic. A check that is registered with a sign runs
only on frames that have it.
"""

import re
from typing import TYPE_CHECKING, Final

from ocppj.frames import MAX_ID_LENGTH, Call, CallResult

if TYPE_CHECKING:
    from ocppj.rules.seen import Seen, View

LONG_ID: Final = 1
"""The message id has more characters than it may."""
SAME_ID: Final = 2
"""A CALL whose id was used before, an answer to what had been answered."""
CALL_OPEN: Final = 4
"""A CALL whose sender waits for an answer."""
FOREIGN: Final = 8
"""An action that is not known, or that the sender does not send."""
NO_OBJECT: Final = 16
"""The payload is no JSON object."""
ODD_TIME: Final = 32
"""A time may be written otherwise than with whole seconds or three decimals of one, and Z."""

ODD_TEXT: Final = 64
"""The text is not all printable ASCII, or has escapes in which something else may hide."""
MEMBERS: Final = 128
"""As many names of members as the payload has were not counted: it is nested, has white space, or one stands twice.

What was made of a payload here has each member once."""

ALL: Final = 255

_odd_time: Final = re.compile(r'T..:..:..(?!Z"|\....Z")').search


def of_call(seen: "Seen", view: "View", is_open: bool) -> int:
    """The signs of a CALL; ``is_open``: its sender waits for an answer."""
    frame: Call = seen.frame  # type: ignore[assignment]  # `cast` is a call
    signs = _of_text(frame)
    info = view.schemas.actions.get(frame.action)
    if info is None or info.sender not in (seen.sender, "both"):
        signs |= FOREIGN
    if seen.earlier is not None:
        signs |= SAME_ID
    if is_open:
        signs |= CALL_OPEN
    return signs


def of_result(seen: "Seen") -> int:
    """The signs of a CALLRESULT."""
    frame: CallResult = seen.frame  # type: ignore[assignment]
    return _of_text(frame) | SAME_ID if seen.repeated else _of_text(frame)


def _of_text(frame: Call | CallResult) -> int:
    signs, raw, payload = 0, frame.raw, frame.payload
    if len(frame.id) > MAX_ID_LENGTH:
        signs = LONG_ID
    if type(payload) is not dict:
        signs |= NO_OBJECT
    elif not frame.is_ours and (
        raw.count('":') != len(payload) or " " in raw or "\n" in raw or "\r" in raw or "\t" in raw
    ):
        signs |= MEMBERS
    if _odd_time(raw) is not None:
        signs |= ODD_TIME
    if not raw.isascii() or "\\" in raw or "\x7f" in raw:
        signs |= ODD_TEXT
    return signs
