"""Message ids that are used again (OCPP-J 1.6 §4.1.4), which the errata levels see differently.

``rpc`` names the rule; each level brings one of these chapters.
"""

from typing import Final

from ocppj.rules import rpc, signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.seen import Seen, View

AFTER_SILENCE: Final = Chapter()
"""A CALL that went unanswered may be sent again as it was, with its id."""

NEVER: Final = Chapter()
"""No id is used twice."""


@AFTER_SILENCE.judges("RPC-06", "call", sign=signs.SAME_ID)
def id_unused_or_repeated(seen: Seen, view: View) -> str | None:
    return None if seen.earlier is None or rpc.is_repeated(seen) else rpc.used_before(seen)


@NEVER.judges("RPC-06", "call", sign=signs.SAME_ID)
def id_unused(seen: Seen, view: View) -> str | None:
    return None if seen.earlier is None else rpc.used_before(seen)
