"""Tags that were asked for lately, so that most messages with an idTag need no look into the database.

What is remembered counts until the writer has run anything but bookings of messages: these alone never touch a tag.
"""

from __future__ import annotations

from csms_core.store import tags
from csms_core.store.groups import GroupWorker
from csms_core.store.tags import Tag

ROOM = 10_000
"""Tags remembered; a station may make up as many as it likes."""


class TagMemory:
    """Tags by their folded spelling, None for one that is not known."""

    def __init__(self, lookups: GroupWorker) -> None:
        self._lookups = lookups
        self._age = 0
        self._known: dict[str, tuple[int, Tag | None]] = {}  # with the age in which the question was asked

    def forget(self) -> None:
        """The tags may have changed. Called before anybody is told so, on any thread, one at a time."""
        self._age += 1

    async def find(self, id_tag: str) -> Tag | None:
        """The tag, None when it is not known."""
        folded = tags.fold(id_tag)
        remembered = self._known.get(folded)
        if remembered is not None and remembered[0] == self._age:
            return remembered[1]
        age = self._age
        tag = await self._lookups.submit(lambda connection: tags.find(connection, id_tag))
        if len(self._known) >= ROOM:
            self._known.clear()
        self._known[folded] = (age, tag)
        return tag
