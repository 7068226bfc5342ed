"""Where drivers wait while nobody may come."""

from __future__ import annotations

from collections.abc import Callable


class Gate:
    """Open at first. A driver who comes to a closed one waits outside, one for each station."""

    def __init__(self) -> None:
        self.is_open = True
        self._outside: dict[int, Callable[[], None]] = {}

    def wait(self, station: int, goes_on: Callable[[], None]) -> None:
        """The driver of a station waits; `goes_on` is called when the gate is open again."""
        self._outside[station] = goes_on

    def forget(self, station: int) -> None:
        """Nobody comes to this station any more."""
        self._outside.pop(station, None)

    def close(self) -> None:
        """From now on nobody comes."""
        self.is_open = False

    def open(self) -> None:
        """Whoever waits goes on."""
        self.is_open = True
        outside, self._outside = self._outside, {}
        for goes_on in outside.values():
            goes_on()
