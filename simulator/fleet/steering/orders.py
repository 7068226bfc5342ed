"""What somebody at the keys may tell a fleet; an order goes to each of its processes (docs/load.md, "By hand")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Name = Literal["more", "fewer", "pause", "go on", "black out", "light", "restart", "quit"]


@dataclass(frozen=True, slots=True)
class Order:
    """`count` stations come or go; a blackout is for a `share` of those that are there."""

    name: Name
    count: int = 0
    share: float = 1.0


class Dealer:
    """Deals the stations that come like cards to so many processes, and takes them back in the opposite order."""

    def __init__(self, processes: int, stations: int) -> None:
        """So many `stations` are dealt already."""
        self._processes = processes
        self._dealt = stations

    def parts(self, order: Order) -> Iterator[Order]:
        """What each process is told."""
        before = self._dealt
        if order.name == "more":
            self._dealt += order.count
        elif order.name == "fewer":
            self._dealt = max(0, before - order.count)
        low, high = sorted((before, self._dealt))
        for process in range(self._processes):
            yield replace(order, count=self._below(high, process) - self._below(low, process))

    def _below(self, cards: int, process: int) -> int:
        """How many of the first cards a process has."""
        return (cards + self._processes - 1 - process) // self._processes
