"""What the shell offers behind an option: known names, read when TAB is pressed and never before."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Offer = Callable[[str], list[tuple[str, str]]]
"""The beginning of a word -> the words that begin so, each with what it means."""


def words(*known: str) -> Offer:
    """Words that never change."""
    return lambda incomplete: _matching(incomplete, ((word, "") for word in known))


def cases(incomplete: str) -> list[tuple[str, str]]:
    """The ids of the cases, with their titles."""
    from harness.registry import all_cases

    return _matching(incomplete, ((case.id, case.title) for case in all_cases()))


def profiles(incomplete: str) -> list[tuple[str, str]]:
    """The profiles by the names that need no quotes in a shell."""
    from harness.case import PROFILES

    return _matching(incomplete, PROFILES.items())


def faults(incomplete: str) -> list[tuple[str, str]]:
    """The deliberate defects of the reference CSMS, with what each does."""
    from csms_core.faults import CATALOGUE

    return _matching(incomplete, ((fault.name, fault.sentence) for fault in CATALOGUE.values()))


def _matching(incomplete: str, known: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that begin so, in any case of the letters, but offered as they are written."""
    return [(word, meaning) for word, meaning in known if word.lower().startswith(incomplete.lower())]
