"""What a frame of the CSMS was very likely to be: a CALL whose action is misspelled, or whose frame is no message."""

import re
from collections.abc import Iterable
from typing import Final

from ocppj.frames import Call, Malformed
from ocppj.session.session import Seen

_QUOTED: Final = re.compile(r'"([A-Za-z_. -]{3,60})"')
_SEARCHED: Final = 400
"""Characters of a malformed frame in which the action is looked for; what stands before it is short."""


def meant(seen: Seen, actions: Iterable[str]) -> str | None:
    """Which of ``actions`` a wrong frame was to be, ``None`` when it is right or none of them."""
    frame = seen.frame
    if not seen.findings or not isinstance(frame, Call | Malformed):
        return None
    names = [frame.action] if isinstance(frame, Call) else _QUOTED.findall(frame.raw[:_SEARCHED])
    found = {_spelled(name) for name in names}
    return next((action for action in actions if _spelled(action) in found), None)


def _spelled(name: str) -> str:
    """A name without what people write differently: case, separators, and what programmers append to a message."""
    folded = re.sub(r"[_\s-]", "", name.lower())
    return folded.removesuffix(".req").removesuffix("request")
