"""How a CALL is refused: by a code, or by a status of its answer; what the versions judge by their own tables."""

from collections.abc import Collection

from ocppj.frames import MAX_ID_LENGTH, CallError
from ocppj.rules.seen import Seen, View


def refused_instead_of_answered(
    seen: Seen, view: View, *, codes: Collection[str], agreed: Collection[str], unless: Collection[str]
) -> str | None:
    """The sentence for a CALLERROR where a status was meant.

    ``codes`` say that the message is wrong, ``agreed`` are the statuses that refuse nothing, and the actions ``unless``
    may be refused so, as may a CALL whose id is too long or was used before.
    """
    frame, request = seen.frame, seen.request
    assert type(frame) is CallError
    if request is None or not request.valid or request.action in unless:
        return None
    if len(request.id) > MAX_ID_LENGTH or request.is_repeated:
        return None
    if frame.code not in codes or request.action not in view.schemas.actions:
        return None
    status = view.schemas.schema(request.action, "result").get("properties", {}).get("status", {})
    refusals = [value for value in status.get("enum", ()) if value not in agreed]
    if not refusals:
        return None
    return f"a right {request.action} was refused with {frame.code}; its answer has a status for that ({refusals[0]})"
