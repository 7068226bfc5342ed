"""What was found, counted by rule and party; the first of each kind is kept to be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ocppj.evidence.outside import shown
from ocppj.rules import Finding

LEVELS: Final = ("MUST", "SHOULD", "INFO")
"""The gravest first."""

LONGEST: Final = 300
MOST_KINDS: Final = 1_000
"""Kinds that are told apart; there are fewer rules than that, times two parties."""


class Found(msgspec.Struct):
    """A rule that a party has broken: how often, and the first time."""

    rule: str
    level: str
    party: str
    count: int
    sentence: str
    connection: int
    identity: str
    seq: int | None


class Tally:
    """All of them."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Found] = {}

    def add(self, finding: Finding, connection: int, identity: str) -> None:
        """Count a finding."""
        key = finding.rule, finding.level, finding.party
        if key in self._found:
            self._found[key].count += 1
        elif len(self._found) < MOST_KINDS:
            sentence = shown(finding.message, longest=LONGEST)
            self._found[key] = Found(*key, 1, sentence, connection, identity, finding.seq)

    @property
    def all(self) -> Sequence[Found]:
        """The gravest first, then by rule."""
        return sorted(self._found.values(), key=lambda each: (LEVELS.index(each.level), each.rule, each.party))

    def count(self, level: str) -> int:
        """How many of a level there were."""
        return sum(each.count for each in self._found.values() if each.level == level)

    def as_json(self) -> list[dict[str, Any]]:
        """For machines."""
        return [msgspec.structs.asdict(each) for each in self.all]
