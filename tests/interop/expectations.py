"""`expected.toml` and what a run has to say to it: one sentence for each difference, both ways."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("expected.toml")


@dataclass(frozen=True)
class Expectation:
    """The verdict of a case. One other than PASS has a `reason`, and what the record of the case `says`."""

    verdict: str
    reason: str = ""
    says: str = ""


@dataclass(frozen=True)
class Expected:
    """`cases` by profile and id; `remarks` are the rules of no verdict that frames break: rule -> level.

    `sometimes` are those of them that depend on what comes first on the wire, so that a run may be without.
    """

    cases: Mapping[str, Mapping[str, Expectation]]
    remarks: Mapping[str, str]
    sometimes: frozenset[str]

    @property
    def verdicts(self) -> dict[str, Expectation]:
        """Every case of every profile."""
        return {id: expectation for cases in self.cases.values() for id, expectation in cases.items()}


def load(text: str) -> Expected:
    """Read `expected.toml`. Raises ValueError where a deviation is not explained."""
    document = tomllib.loads(text)
    cases = {
        profile: {id: _expectation(id, entry) for id, entry in entries.items()}
        for profile, entries in document["cases"].items()
    }
    remarks = document["remarks"]
    sometimes = frozenset(rule for rule, entry in remarks.items() if entry.get("sometimes"))
    return Expected(cases, {rule: _level(rule, **entry) for rule, entry in remarks.items()}, sometimes)


def _expectation(id: str, entry: str | dict[str, str]) -> Expectation:
    expectation = Expectation(entry) if isinstance(entry, str) else Expectation(**entry)
    if expectation.verdict != "PASS" and not (expectation.reason and expectation.says):
        raise ValueError(f"{id}: a verdict other than PASS needs a reason, and what the case says")
    return expectation


def _level(rule: str, level: str, reason: str = "", sometimes: bool = False) -> str:
    if not reason:
        raise ValueError(f"{rule}: a remark needs a reason")
    return level


def differences(expected: Expected, cases: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the cases of `results.json` and the expectations have to say to each other; nothing when they agree."""
    found = {case["id"]: case for case in cases}
    return [*_of_verdicts(expected.verdicts, found), *_of_remarks(expected, found)]


def _of_verdicts(expected: Mapping[str, Expectation], found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for id in sorted({*expected, *found}):
        wanted, case = expected.get(id), found.get(id)
        if case is None:
            yield f"{id}: expected, but it did not run"
            continue
        verdict, says = case["verdict"], case["reason"] or ""
        got = f"got {verdict}" + (f" ({says})" if says else "")
        if wanted is None:
            yield f"{id}: {got}, but expected.toml does not name it"
        elif verdict != wanted.verdict:
            because = f" ({wanted.reason})" if wanted.reason else ""
            yield f"{id}: expected {wanted.verdict}{because}, {got}"
        elif wanted.says not in says:
            yield f"{id}: expected {verdict} with '{wanted.says}', {got}"


def _of_remarks(expected: Expected, found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    remarks = {(finding["rule"], finding["level"]): id for id, case in found.items() for finding in case["findings"]}
    for rule, level in sorted({*expected.remarks.items(), *remarks}):
        if expected.remarks.get(rule) != level:
            yield f"{rule}: found as {level}, for example in {remarks[rule, level]}, but expected.toml does not say so"
        elif (rule, level) not in remarks and rule not in expected.sometimes:
            yield f"{rule}: expected as {level}, but nobody remarked on it"
