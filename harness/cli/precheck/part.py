"""A run of pytest that is the whole pre-check or a part of it."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Part(msgspec.Struct, frozen=True):
    """What a run of pytest came to: the exit code, results unless it never began, what could not be written, and
    when each case was over, in monotonic seconds.
    """

    code: int
    results: dict[str, Any] | None
    problem: str | None = None
    over: Mapping[str, float] = {}

    @property
    def is_cut(self) -> bool:
        """Whether it did not run to its end."""
        return self.results is None or self.results["run"]["interrupted"] is not None
