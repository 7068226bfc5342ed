"""The cases to choose from, by profile, and why some of them do not apply."""

from __future__ import annotations

from typing import Any

from harness.case.facts import Case
from harness.case.registry import all_cases
from harness.edition import edition
from harness.sut import Sut


def cases_for(role: str, version: str) -> list[Case]:
    """All cases of a role, those among them that run only when they are asked for."""
    return [case for case in all_cases(version) if case.sut == role]


def catalogue(role: str, version: str, sut: Sut | None) -> list[dict[str, Any]]:
    """The profiles, each with its cases. ``sut``: the product that is asked whether they apply; None: all do."""
    known = edition(version)
    names = [*known.profiles.titles]
    order = [*(name for name in names if name not in known.profiles.optional), *names]
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in order}
    for case in cases_for(role, version):
        groups.setdefault(case.profile, []).append(
            {
                "id": case.id,
                "title": case.title,
                "ref": case.ref,
                "rules": list(case.rules.values()),
                "optional": case.optional,
                "not": None
                if sut is None
                else known.needs.applicability(case.profile, case.needs, sut)
                or known.needs.missing_tag(case.needs, sut),
            }
        )
    return [
        {"name": name, "title": known.profiles.titles.get(name, name), "cases": cases}
        for name, cases in groups.items()
        if cases
    ]
