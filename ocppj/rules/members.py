"""How checks read what a message says: its payload, that of the CALL it answers, and dates."""

from typing import Any

from ocppj import times
from ocppj.rules.seen import Seen, View

Members = dict[str, Any]
Path = tuple[str | int, ...]


def payload(seen: Seen) -> Members:
    """The payload of a right CALL or CALLRESULT; an absent one has no members."""
    return seen.frame.payload or {}  # type: ignore[union-attr]  # every message comes by here several times


def asked(seen: Seen) -> Members:
    """The payload of the right CALL that is answered."""
    assert seen.request is not None
    return seen.request.payload or {}


def moment(text: str) -> float:
    """A dateTime of a right message in seconds since 1970."""
    return times.moment(text).timestamp()


def is_past(text: str, seen: Seen, view: View, since: str | None = None) -> bool:
    """Whether a date was over when the frame came, or at ``since`` if that is earlier; clocks may differ a little."""
    wall = view.wall
    if wall is None:
        return False
    now = wall.now(seen.at)
    return moment(text) < (now if since is None else min(now, moment(since))) - wall.deviation
