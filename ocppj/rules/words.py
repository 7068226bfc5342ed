"""How a sentence names what the other side wrote."""

from typing import Any, Final

_LONGEST_QUOTED: Final = 60


def short(text: Any) -> str:
    """A text of the other side as it is quoted: short, in one line, however long it is."""
    return repr(text) if len(text) <= _LONGEST_QUOTED else repr(text[:_LONGEST_QUOTED]) + "…"


def named(action: str) -> str:
    """An action as a sentence calls it."""
    return action[:_LONGEST_QUOTED] or "a malformed CALL"
