"""A run of pytest that is the whole pre-check or a part of it."""

from typing import Any

import msgspec
import pytest


class Part(msgspec.Struct, frozen=True):
    """What a run of pytest came to: its exit code, and results unless it never began."""

    code: int
    results: dict[str, Any] | None

    @property
    def is_cut(self) -> bool:
        """Whether it did not run to its end."""
        return self.results is None or self.code in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR)
