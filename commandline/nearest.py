"""What somebody may have meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """What may end a sentence, "; did you mean X?", or nothing when no known word is like it; case is no difference."""
    spelled = {each.lower(): each for each in known}
    found = get_close_matches(word.lower(), spelled, n=3)
    return f"; did you mean {' or '.join(spelled[each] for each in found)}?" if found else ""
