"""Which station each user of a process has: the numbers are dealt out to the processes like cards."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Protocol


class Holder(Protocol):
    """Who has a station."""

    number: int
    stays_with_its_station: bool


class Places:
    """The numbers first, first + step and so on. Who starts gets the lowest that is free.

    locust stops whichever user it likes. In a fleet alone the station that came last goes first, so a user that is
    stopped changes places with the one who has it, unless one of the two stays with its station.
    """

    def __init__(self, first: int = 1, step: int = 1) -> None:
        self._next = first
        self._step = step
        self._free: list[int] = []
        self._held: dict[int, Holder] = {}
        self._highest: list[int] = []  # negative; some of them are free by now

    def take(self, user: Holder) -> int:
        """The number for a user that starts."""
        if self._free:
            number = heappop(self._free)
        else:
            number, self._next = self._next, self._next + self._step
        user.number = number
        self._held[number] = user
        heappush(self._highest, -number)
        return number

    def give_back(self, user: Holder) -> int:
        """The number that is free when a user stops."""
        while -self._highest[0] not in self._held:
            heappop(self._highest)
        last = self._held[-self._highest[0]]
        if not (user.stays_with_its_station or last.stays_with_its_station):
            user.number, last.number = last.number, user.number
            self._held[last.number] = last
        del self._held[user.number]
        heappush(self._free, user.number)
        return user.number
