"""What was asked of a run beside what could have been, so that a part of the catalogue is not taken for all of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from harness.case.facts import Case, is_selected
from harness.case.registry import nearest
from harness.edition import edition_of
from harness.sut import Sut
from reports.results.verdicts import PROFILES

_PRINT_ORDER: Final = tuple(profile.name for profile in PROFILES)


class Asked(msgspec.Struct, frozen=True):
    """The ids and profiles that the user named, as typed; empty: all of them.

    ``named`` are the profiles as results name them.
    """

    ids: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def of(self, cases: Iterable[Case]) -> list[Case]:
        """The cases among ``cases`` that are asked for."""
        return [case for case in cases if is_selected(case, ids=self.ids, profiles=self.named)]


class NoSkip(Exception):
    """What stands after `--skip` names no case, or no reason."""


def skipped(options: Iterable[str], option: str = "--skip", *, known: Collection[str] | None = None) -> dict[str, str]:
    """The cases to be left out, each with the reason, from texts such as ``TC_052_CSMS=ticket 12``.

    ``known``: the ids there are, None where that shows later. Raises NoSkip with a sentence.
    """
    found: dict[str, str] = {}
    for text in options:
        name, _, reason = text.partition("=")
        id = name.strip().upper()
        if not id or (known is not None and id not in known):
            raise NoSkip(f"{option} {name.strip() or text} is no case; {nearest(name.strip())}")
        if not reason.strip():
            raise NoSkip(f'{option} {id} has no reason; say why it is left out, for example "{id}=ticket 12"')
        if id in found:
            raise NoSkip(f"{option} names {id} twice; remove one of them")
        found[id] = " ".join(reason.split())
    return found


def selection(asked: Asked, catalogue: Sequence[Case], selected: Collection[str]) -> dict[str, Any] | None:
    """``run.selection``: None when all of ``catalogue``, the cases of the role, are in ``selected``.

    What is missing beyond the named ids and profiles was left out by pytest's own options.
    """
    if all(case.id in selected for case in catalogue):
        return None
    other = any(case.id not in selected for case in asked.of(catalogue))
    return {"cases": list(asked.ids), "profiles": list(asked.profiles), "other": other}


def profile_counts(
    sut: Sut, catalogue: Iterable[Case], selected: Collection[str], records: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """``run.profiles``. Cases of somebody else's package are in no catalogue; their ``records`` say what is known."""
    rows: dict[str, dict[str, Any]] = {}

    def count(profile: str, *, applies: bool, chosen: bool) -> None:
        row = rows.setdefault(profile, {"profile": profile, "cases": 0, "applicable": 0, "selected": 0})
        row["cases"] += 1
        row["applicable"] += applies
        row["selected"] += applies and chosen

    needs, known = edition_of(sut).needs, set()
    for case in catalogue:
        known.add(case.id)
        applies = needs.applicability(case.profile, case.needs, sut) is None
        count(case.profile, applies=applies, chosen=case.id in selected)
    for record in records:
        if record["id"] not in known:
            count(record["profile"], applies=record["verdict"] != "NOT_APPLICABLE", chosen=True)
    return sorted(rows.values(), key=_place)


def _place(row: Mapping[str, Any]) -> tuple[int, str]:
    name = row["profile"]
    return (_PRINT_ORDER.index(name) if name in _PRINT_ORDER else len(_PRINT_ORDER), name)
