"""What a driver can touch: two cables that are attached to the station, and a card reader that both share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Outlet:
    """A connector: what is plugged in, who may charge there, and what runs."""

    number: int
    plugged: bool = False
    faulted: bool = False
    operative: bool = True
    status: str = "Available"
    authorized: str | None = None
    """The tag that a cable is waited for with."""
    transaction: int | None = None
    tag: str | None = None
    register: int = 1_000
    """Wh; it grows whenever it is read while something charges."""
    patience: asyncio.TimerHandle | None = None
    sampling: asyncio.Task[None] | None = None

    @property
    def is_charging(self) -> bool:
        """Whether somebody charges, with or without a vehicle."""
        return self.tag is not None

    @property
    def is_for_somebody(self) -> bool:
        """Whether a tag has been accepted for it, and the cable is waited for."""
        return self.authorized is not None

    def reading(self) -> int:
        """The meter."""
        if self.is_charging and self.plugged:
            self.register += 7
        return self.register

    def waits(self, seconds: float, ends: Callable[[], object]) -> None:
        """A cable is waited for, so long."""
        self.forgets()
        self.patience = asyncio.get_running_loop().call_later(seconds, ends)

    def forgets(self) -> None:
        """Nobody is waited for any more."""
        if self.patience is not None:
            self.patience.cancel()
            self.patience = None
