"""Sentences about what makes two runs unlike beside the system under test."""

from collections.abc import Iterable

from reports.text.plain import clean


def differs(what: str, before: object, after: object) -> Iterable[str]:
    """One sentence when ``before`` and ``after`` are not the same, else none."""
    if before != after:
        yield f"{what}: {clean(before)}, now {clean(after)}."
