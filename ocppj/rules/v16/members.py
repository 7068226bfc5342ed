"""How checks read what a message says: its payload, that of the CALL it answers, and dates."""

from datetime import datetime
from typing import Any

from ocppj.frames import Call, CallResult
from ocppj.rules.seen import Seen, View

Members = dict[str, Any]
Path = tuple[str | int, ...]


def payload(seen: Seen) -> Members:
    """The payload of a right CALL or CALLRESULT; an absent one has no members."""
    frame = seen.frame
    assert isinstance(frame, Call | CallResult)
    return frame.payload or {}


def asked(seen: Seen) -> Members:
    """The payload of the right CALL that is answered."""
    assert seen.request is not None
    return seen.request.payload or {}


def moment(text: str) -> float | None:
    """A dateTime in seconds since 1970; ``None`` for one that cannot be compared, such as a leap second."""
    try:
        return datetime.fromisoformat(text.upper()).timestamp()
    except ValueError:
        return None


def is_past(text: str, seen: Seen, view: View, since: str | None = None) -> bool:
    """Whether a date was over when the frame came, or at ``since`` if that is earlier; clocks may differ a little."""
    wall, date = view.wall, moment(text)
    if wall is None or date is None:
        return False
    now = wall.now(seen.at)
    earlier = moment(since) if since is not None else None
    return date < (now if earlier is None else min(now, earlier)) - wall.deviation
