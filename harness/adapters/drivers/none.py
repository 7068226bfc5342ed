"""The driver `none`: nobody is at the station."""

from __future__ import annotations

from typing import Any

from harness.adapters.drivers.base import Cannot


class NoneDriver:
    """Can do nothing."""

    is_person = False

    def __init__(self, source: str) -> None:
        self._source = source

    async def perform(self, act: str, arguments: dict[str, Any]) -> None:
        """Raises `Cannot`."""
        self.shows(act, arguments)

    def shows(self, act: str, arguments: dict[str, Any]) -> list[str]:
        """Raises `Cannot`."""
        raise Cannot(f"nobody is at the station to {act}; add a [driver] table to {self._source}")

    async def close(self) -> None:
        """Nothing to give back."""
