"""The errata levels of OCPP 1.6: what the sheets of 2019 and those of 2025-04 say differently.

The rules are written down with the numbers of the newest sheet. A level is an object that is handed in; what it judges
otherwise it brings as chapters.

2019: errata v4.0 of 2019-10-23 and OCPP-J errata v1.0 of 2019-12-04, the level that certificates name. 2025-04: both
sheets of that month.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from ocppj.rules.book import Book
from ocppj.rules.chapter import Chapter
from ocppj.rules.model import Rule
from ocppj.v16.rules import CHAPTERS
from ocppj.v16.rules.messages import repeating
from ocppj.v16.rules.values import units


class Errata(msgspec.Struct, frozen=True):
    """``chapters`` are what only this level judges so; ``number`` gives the number that an erratum of the newest sheet
    has here, None for one that is not in it; ``says`` are rules that read otherwise: id -> source, sentence.
    """

    level: str
    chapters: tuple[Chapter, ...]
    number: Callable[[int, int], int | None]
    says: Mapping[str, tuple[str, str]] = {}

    def rule(self, rule: Rule) -> Rule | None:
        """The rule as this level has it; None for one that only errata of later levels make."""
        source, sentence = self.says.get(rule.id, (self.source(rule.source), rule.sentence))
        return msgspec.structs.replace(rule, source=source, sentence=sentence) if source else None

    def source(self, text: str) -> str:
        """A source with the numbers of this level; what is not in it is left out."""
        return _ERRATA.sub(lambda found: self._numbers(found[1]), text).strip(", ")

    def _numbers(self, listed: str) -> str:
        parts = []
        for part in listed.split(", "):
            ends = [self._one(number) for number in part.split(" to ")]
            parts += [" to ".join(ends)] if all(ends) else []
        return f"E {', '.join(parts)}" if parts else ""

    def _one(self, text: str) -> str:
        chapter, _, number = text.partition(".")
        here = self.number(int(chapter), int(number))
        return "" if here is None else f"{chapter}.{here}"


_ERRATA: Final = re.compile(r"\bE (\d+\.\d+(?:(?:, | to )\d+\.\d+)*)")


def _of_2019(chapter: int, number: int) -> int | None:
    """Between v4.0 and the newest sheet two errata came in between the others: 3.68 and 3.84."""
    if chapter != 3 or number < 68:
        return number
    return {68: None, 84: None}.get(number, number - 1 - (number > 84))


NEWEST: Final = Errata("2025-04", (repeating.AFTER_SILENCE, units.BOTH_SPELLINGS), lambda chapter, number: number)

LEVELS: Final = (
    Errata(
        "2019",
        (repeating.NEVER, units.ONE_SPELLING),
        _of_2019,
        says={
            "RPC-06": (
                "J §4.1.4, JE 3.1",
                "A CALL has an id its sender has not used before, on any connection, also when it is sent again.",
            ),
            "CFG-07": (
                "E 3.83",
                "With a fixed cable UnlockConnectorOnEVSideDisconnect reads false and cannot be changed.",
            ),
        },
    ),
    NEWEST,
)
"""The levels, the oldest first."""


def book_of(errata: Errata, *more: Chapter) -> Book:
    """The rules of a level, and those of other chapters."""
    return Book((*CHAPTERS, *errata.chapters, *more), errata.rule)
