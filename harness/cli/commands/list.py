"""`plugproof list`: the cases, for people and for machines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from harness.case.facts import Case, is_selected
from harness.case.registry import all_cases

_OF: Final[Mapping[str, str]] = {"csms": "", "charge_point": ", of a charge point"}
"""What is tested -> how the heading of a profile ends."""


def select(profiles: Iterable[str], version: str, role: str | None = None) -> list[Case]:
    """All cases of a version of OCPP, or those of the named profiles (as results name them), or for one role.

    Those of optional profiles are among them only when such a profile is named.
    """
    return [case for case in all_cases(version) if is_selected(case, sut=role, profiles=profiles)]


def as_json(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """One object per case: id, title, version of OCPP, sut, profile, the rids it judges, its needs, its sections."""
    return [
        {
            "id": case.id,
            "title": case.title,
            "version": case.version,
            "sut": case.sut,
            "profile": case.profile,
            "rules": list(case.rules),
            "needs": list(case.needs),
            "ref": case.ref,
        }
        for case in cases
    ]


def as_text(cases: Sequence[Case], titles: Mapping[str, str]) -> str:
    """A line per case, grouped by what is tested and by profile, with the counts.

    ``titles``: the profiles whose names say less than their titles.
    """
    lines = []
    groups = dict.fromkeys((case.sut, case.profile) for case in cases)
    for role, profile in sorted(groups, key=lambda group: [*_OF].index(group[0])):
        members = [case for case in cases if (case.sut, case.profile) == (role, profile)]
        rules = sum(len(case.rules) for case in members)
        lines.append(f"{titles.get(profile, profile)}{_OF[role]}: {len(members)} cases, {rules} rules")
        width = max(len(case.id) for case in members)
        lines += [f"  {case.id:<{width}}  {case.title}" for case in members]
        lines.append("")
    rules = sum(len(case.rules) for case in cases)
    return "\n".join([*lines, f"{len(cases)} cases, {rules} rules", ""])
