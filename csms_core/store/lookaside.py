"""Rows that were asked for lately by their key, so that most messages need no look into the database.

What is remembered counts until the writer has run anything but bookings of messages: only rows that no such booking
ever touches may be asked for here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from csms_core.store.groups import GroupWorker, T

ROOM = 10_000
"""Answers remembered; a station may make up as many keys as it likes."""

Question = Callable[[Connection, str], T]
"""Asks for what has a key."""


class Lookaside:
    """Answers by their question and key."""

    def __init__(self, lookups: GroupWorker) -> None:
        self._lookups = lookups
        self._age = 0
        self._known: dict[tuple[Question[Any], str], tuple[int, Any]] = {}  # with the age in which it was asked for

    def forget(self) -> None:
        """The rows may have changed. Called before anybody is told so, on any thread, one at a time."""
        self._age += 1

    async def find(self, question: Question[T], key: str) -> T:
        """What the question brings for a key."""
        remembered = self._known.get((question, key))
        if remembered is not None and remembered[0] == self._age:
            known: T = remembered[1]
            return known
        age = self._age
        found = await self._lookups.submit(lambda connection: question(connection, key))
        if len(self._known) >= ROOM:
            self._known.clear()
        self._known[question, key] = (age, found)
        return found
