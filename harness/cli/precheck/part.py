"""A run of pytest that is the whole pre-check or a part of it."""

from typing import Any

import msgspec


class Part(msgspec.Struct, frozen=True):
    """What a run of pytest came to: the exit code, results unless it never began, and what could not be written."""

    code: int
    results: dict[str, Any] | None
    problem: str | None = None

    @property
    def is_cut(self) -> bool:
        """Whether it did not run to its end."""
        return self.results is None or self.results["run"]["interrupted"] is not None
