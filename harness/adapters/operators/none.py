"""Nobody operates the back office: every action is refused with the sentence that says how to configure somebody."""

from __future__ import annotations

from typing import Any

from harness.adapters.base import NotOffered
from harness.sut import Sut


class NoneOperator:
    """The operator of a SUT file without an `[operator]` table, and of `--csms URL`."""

    def __init__(self, sut: Sut) -> None:
        self._place = sut.source if sut.digest is not None else "a SUT file (plugproof init writes one)"

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Always raises NotOffered."""
        self.shows(action, station, payload)

    def shows(self, action: str, station: str, payload: dict[str, Any]) -> list[str]:
        """Always raises NotOffered."""
        raise NotOffered(
            "nobody operates the back office, so it cannot be asked for anything; "
            f'configure an [operator] in {self._place}, for example kind = "rest"'
        )

    async def close(self) -> None:
        """Nothing to give back."""
