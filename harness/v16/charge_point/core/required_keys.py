"""Whether a station tells the configuration keys that its feature profiles ask for, and what else it tells (S §9)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from harness.case.message import Message
from harness.case.verdicts import CaseFailure
from harness.v16.charge_point.csms import Csms
from ocppj.v16.rules.core.keys import CORE, OF_PROFILE, Group, required

__all__ = [
    "CORE",
    "CORE_EITHER",
    "CORE_FIXED",
    "CORE_WRITABLE",
    "OF_PROFILE",
    "are_told",
    "is_not_told",
    "is_told_as",
    "names",
    "none_is_left_out",
    "required",
    "value",
]


CORE_WRITABLE: Final = Group(writable=CORE.writable)
CORE_FIXED: Final = Group(fixed=CORE.fixed)
CORE_EITHER: Final = Group(either=CORE.either)


def names(answer: Message) -> list[str]:
    """The keys that a GetConfiguration.conf tells."""
    return [entry["key"] for entry in _entries(answer)]


def value(answer: Message, key: str) -> str:
    """The value of a key in a GetConfiguration.conf; empty when it is not told."""
    told = (entry.get("value") for entry in _entries(answer) if entry["key"].casefold() == key.casefold())
    return str(next(told, None) or "")


def are_told(csms: Csms, answer: Message, group: Group, *, rule: str) -> None:
    """Check that a GetConfiguration.conf has these keys, with the access that they have to have."""
    wrong = list(_wrong(answer, group))
    if wrong:
        raise CaseFailure(
            "mismatch",
            expected=", ".join((*group.writable, *(f"{key} (read-only)" for key in group.fixed), *group.either)),
            actual=", ".join(wrong),
            rule=csms.run.failed(rule),
            seq=answer.seen.seq,
        )
    csms.run.judge(rule)


def none_is_left_out(csms: Csms, answer: Message, asked: Collection[str], *, rule: str) -> None:
    """Check that a GetConfiguration.conf tells all keys that were asked for."""
    are_told(csms, answer, Group(either=tuple(asked)), rule=rule)


def is_told_as(csms: Csms, key: str, told: str, wanted: str, *, rule: str) -> None:
    """Check the value of a key; letter case does not count, as true may be written True."""
    if told.strip().casefold() != wanted.casefold():
        raise CaseFailure(
            "mismatch", expected=f"{key} = {wanted}", actual=f"{key} = {told}", rule=csms.run.failed(rule)
        )
    csms.run.judge(rule)


def is_not_told(csms: Csms, answer: Message, key: str, *, rule: str) -> None:
    """Check that a GetConfiguration.conf has no value of a key, which may be there by its name; none is shown."""
    told = value(answer, key)
    if told:
        raise CaseFailure(
            "mismatch",
            expected=f"{key} without a value",
            actual=f"a value of {len(told)} characters",
            rule=csms.run.failed(rule),
            seq=answer.seen.seq,
        )
    csms.run.judge(rule)


def _wrong(answer: Message, group: Group) -> Iterator[str]:
    found = {entry["key"].casefold(): entry.get("readonly") for entry in _entries(answer)}
    for key in group.names:
        if key.casefold() not in found:
            yield f"{key} is missing"
    for keys, access, said in ((group.writable, False, "is read-only"), (group.fixed, True, "can be written")):
        for key in keys:
            if found.get(key.casefold(), access) is not access:
                yield f"{key} {said}"


def _entries(answer: Message) -> list[dict[str, Any]]:
    found = answer.payload.get("configurationKey") if isinstance(answer.payload, dict) else None
    entries = found if isinstance(found, list) else []
    return [one for one in entries if isinstance(one, dict) and isinstance(one.get("key"), str)]
