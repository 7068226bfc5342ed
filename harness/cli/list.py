"""`plugproof list`: the cases, for people and for machines."""

from collections.abc import Iterable, Sequence
from typing import Any

from harness.case import Case, is_selected
from harness.registry import all_cases


def select(profiles: Iterable[str]) -> list[Case]:
    """All cases, or those of the named profiles (in any spelling). Raises ``UnknownProfile``."""
    return [case for case in all_cases() if is_selected(case, profiles=profiles)]


def as_json(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """One object per case: id, title, sut, profile, the rids it judges, its needs, the section it rests on."""
    return [
        {
            "id": case.id,
            "title": case.title,
            "sut": case.sut,
            "profile": case.profile,
            "rules": list(case.rules),
            "needs": list(case.needs),
            "ref": case.ref,
        }
        for case in cases
    ]


def as_text(cases: Sequence[Case]) -> str:
    """A line per case, grouped by profile, with the counts."""
    lines = []
    for profile in dict.fromkeys(case.profile for case in cases):
        members = [case for case in cases if case.profile == profile]
        rules = sum(len(case.rules) for case in members)
        lines.append(f"{profile}: {len(members)} cases, {rules} rules")
        width = max(len(case.id) for case in members)
        lines += [f"  {case.id:<{width}}  {case.title}" for case in members]
        lines.append("")
    rules = sum(len(case.rules) for case in cases)
    return "\n".join([*lines, f"{len(cases)} cases, {rules} rules", ""])
