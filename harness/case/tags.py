"""The idTags as a case sees them: its own while it runs; one that the SUT file lacks ends the case with its key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from harness.case.facts import Case
from harness.case.verdicts import Inconclusive
from harness.sut import Tags
from harness.sut.needs import OF_NEED

_OF_STATE: Final[Mapping[str, tuple[str, ...]]] = {
    "authorized": ("valid",),
    "charging": ("valid",),
    "charging_for_a_while": ("valid",),
}
"""What the fixtures of the cases (``harness.v16.csms.fixtures`` and its brothers) present on the way to a state."""
SHOWN_BY: Final = frozenset({"tags", "id_tokens", *_OF_STATE})
"""The arguments of a case that present a tag."""
CHARGES: Final = frozenset({"valid", "valid_2", "concurrent"})
"""The tags that a transaction is to start with."""
_WHAT: Final[Mapping[str, str]] = {
    "valid": "a tag that the CSMS accepts",
    "valid_2": "a second tag that the CSMS accepts",
    "parent": "the parentIdTag of valid and valid_2",
    "expired": "a tag that has expired at the CSMS",
    "blocked": "a tag that is blocked at the CSMS",
}


def presented(case: Case, fixtures: Collection[str]) -> tuple[str, ...]:
    """The keys of `[tags]` that a case presents, by what it needs and by the states it begins with."""
    names = [
        *(tag for need in case.needs for tag in OF_NEED.get(need, ())),
        *(tag for state, needed in _OF_STATE.items() if state in fixtures for tag in needed),
    ]
    return tuple(dict.fromkeys(names))


class CaseTags:
    """The tags of one case. A tag that the SUT file does not name raises ``Inconclusive`` with its key."""

    def __init__(self, tags: Tags, source: str) -> None:
        self._tags = tags
        self._source = source

    @property
    def valid(self) -> str:
        """Accepted by the CSMS."""
        return self.named("valid")

    @property
    def valid_2(self) -> str:
        """Accepted by the CSMS, of the same parent."""
        return self.named("valid_2")

    @property
    def parent(self) -> str:
        """The parent of both."""
        return self.named("parent")

    @property
    def expired(self) -> str:
        """Known to the CSMS, and its time is over."""
        return self.named("expired")

    @property
    def blocked(self) -> str:
        """Known to the CSMS as blocked."""
        return self.named("blocked")

    @property
    def unknown(self) -> str:
        """Not known to the CSMS; another one each time."""
        return self._tags.unknown

    def named(self, name: str) -> str:
        """The tag with this key of `[tags]`, or with the name of a property here.

        Raises ``Inconclusive`` when the file has none.
        """
        tag: str | None = self.unknown if name == "unknown" else getattr(self._tags, name)
        if tag is None:
            raise Inconclusive(f"{self._source}: tags.{name} is missing; name {_WHAT.get(name, 'such a tag')}")
        return tag
