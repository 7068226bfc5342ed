"""The name that was probably meant, for sentences about one that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, names: Iterable[str], *, alike: float = 0.6) -> str | None:
    """The name most like `word`, whatever its case; None when nothing is `alike` enough (0 to 1)."""
    by_folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=alike)
    return by_folded[close[0]] if close else None
