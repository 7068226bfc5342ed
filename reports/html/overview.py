"""What stands around the cases: the run in one sentence, profiles by verdict, what was not tested, the conditions."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reports.html.cases import CaseView, Rule
from reports.results.causes import Cause, causes
from reports.results.coverage import coverage, profile_result, profiles
from reports.results.tables import COLUMNS
from reports.results.verdicts import (
    OUTCOME_NAMES,
    PROFILES,
    Results,
    mark,
    ordered,
    outcome,
)
from schemas.profiles import Profile

_ROLES: Final = {"csms": "Charging Station Management System", "charge_point": "Charge point"}
_ANSWERS: Final = {True: "yes", False: "no", None: "not answered"}


@dataclass(frozen=True)
class Fact:
    """A name and its value; ``is_code``: to be read letter by letter."""

    name: str
    value: str
    is_code: bool = False


@dataclass(frozen=True)
class Segment:
    """A part of a bar, in cases."""

    outcome: str
    start: int
    size: int


@dataclass(frozen=True)
class ProfileRow:
    """A profile: the word on it, how many cases had each outcome, how many of its rules were judged."""

    profile: Profile
    result: str
    counts: Mapping[str, int]
    cases: tuple[CaseView, ...]
    promised: int
    judged: int
    is_missing_cases: bool

    @property
    def total(self) -> int:
        """Its cases, whatever their verdict."""
        return sum(self.counts.values())

    @property
    def segments(self) -> list[Segment]:
        """The bar of the profile."""
        return segments(self.counts)

    @property
    def words(self) -> str:
        """The counts as a sentence part, for where there is no room for columns."""
        return in_words(self.counts)

    @property
    def open_rules(self) -> list[tuple[CaseView, Rule]]:
        """The rules that were not judged."""
        return [(view, rule) for view in self.cases for rule in view.rules if rule.state in ("open", "left-out")]


@dataclass(frozen=True)
class Untested:
    """Cases that say nothing about the product, and the one reason they share."""

    outcome: str
    reason: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Advice:
    """A recommendation or a remark that came up in cases that it did not decide."""

    level: str
    rule: str
    message: str
    ids: tuple[str, ...]


def identity(results: Results) -> str:
    """Vendor, product and version, as far as they are named."""
    sut = results["run"]["sut"]
    named = " ".join(sut[key] for key in ("vendor", "designation", "software_version") if sut[key])
    return named or _ROLES[sut["role"]]


def attention(results: Results) -> list[Cause]:
    """What makes the run red, each cause once."""
    return causes(case for case in ordered(results["cases"]) if mark(results, case) in ("failed", "error"))


def segments(counts: Mapping[str, int]) -> list[Segment]:
    """The parts of a bar, in the order of the columns of the tables."""
    parts, start = [], 0
    for name in COLUMNS:
        if counts.get(name):
            parts.append(Segment(name, start, counts[name]))
            start += counts[name]
    return parts


def in_words(counts: Mapping[str, int]) -> str:
    """``3 passed, 1 failed``."""
    return ", ".join(f"{counts[name]} {noun(name, counts[name])}" for name in COLUMNS if counts.get(name))


def noun(outcome_name: str, count: int) -> str:
    """What a number of cases with an outcome is called."""
    return "error" if (outcome_name, count) == ("ERROR", 1) else OUTCOME_NAMES[outcome_name].lower()


def profile_rows(results: Results, views: Sequence[CaseView]) -> list[ProfileRow]:
    """The profiles in print order, each with its cases."""
    rows = []
    for profile in profiles(results):
        cases = tuple(view for view in views if view.case["profile"] == profile.name)
        rows.append(
            ProfileRow(
                profile=profile,
                result=profile_result(results, profile),
                counts=Counter(view.outcome for view in cases),
                cases=cases,
                promised=sum(len(view.case["rules"]) for view in cases),
                is_missing_cases=coverage(results, profile).is_partial,
                judged=sum(len(set(view.case["rules"]) & set(view.case["rules_judged"])) for view in cases),
            )
        )
    return rows


def untested(results: Results) -> list[Untested]:
    """What was not tested, by reason: claims first exclude, then what could not be observed."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in ("INCONCLUSIVE", "NOT_RUN", "ERROR", "NOT_APPLICABLE"):
        for case in ordered(results["cases"]):
            if outcome(case) == name:
                found.setdefault((name, case["reason"] or ""), []).append(case["id"])
    return [Untested(name, reason, tuple(ids)) for (name, reason), ids in found.items()]


def unasked(results: Results) -> list[str]:
    """The titles of the profiles that are claimed and of which this run has no case."""
    answered = results["run"]["claims"].get("profiles") or {}
    asked = {case["profile"] for case in results["cases"]}
    return [one.title for one in PROFILES if answered.get(one.key) is True and one.name not in asked]


def advice(results: Results) -> list[Advice]:
    """The findings below MUST, one for each rule and sentence."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for case in ordered(results["cases"]):
        for finding in case["findings"]:
            if finding["level"] != "MUST":
                found.setdefault((finding["level"], finding["rule"], finding["message"]), []).append(case["id"])
    # "SHOULD" is more than "INFO"
    rows = sorted(found.items(), key=lambda item: (item[0][0] != "SHOULD", item[0]))
    return [Advice(*key, tuple(dict.fromkeys(ids))) for key, ids in rows]


def product(results: Results) -> list[Fact]:
    """Who made what, and where it was reached."""
    sut = results["run"]["sut"]
    claimed = results["run"]["claims"].get("product") or {}
    names = ("vendor", "holder", "designation", "software_version")
    more = ("hardware_version", "firmware_version", "family_of", "declared_route")
    return [
        Fact("System under test", _ROLES[sut["role"]]),
        *(Fact(_title(name), sut[name]) for name in names if sut[name] is not None),
        *(Fact(_title(name), str(claimed[name])) for name in more if claimed.get(name) is not None),
        *([Fact("Communication", sut["communication"])] if sut["communication"] else []),
        *([Fact("Address", sut["address"], is_code=True)] if sut["address"] else []),
    ]


def claims(results: Results) -> list[tuple[str, list[Fact]]]:
    """The answers of the PICS: the profiles, then every other table by its dotted names."""
    given = dict(results["run"]["claims"])
    titles = {profile.key: profile.title for profile in PROFILES}
    answered = given.pop("profiles", None) or {}
    parts = [("Profiles", [Fact(titles.get(key, _title(key)), _answer(value)) for key, value in answered.items()])]
    for name in ("product", "people"):
        given.pop(name, None)
    for table, answers in given.items():
        parts.append((_title(table), [Fact(key, _answer(value)) for key, value in _dotted(answers)]))
    return [(title, facts) for title, facts in parts if facts]


def conditions(results: Results) -> list[Fact]:
    """Under which conditions the run was made; what a file of an earlier version does not record is left out."""
    run, link = results["run"], results["performance"]["link"]
    machine, schemas = run["machine"], run["schemas"]
    suite, rules, load = run.get("suite"), run.get("rules"), machine.get("load_1m")
    packages = ", ".join(f"{name} {version}" for name, version in sorted(run.get("packages", {}).items()))
    return [
        Fact("Run", run["id"], is_code=True),
        Fact("Started", run["started"].replace("T", " ").replace("Z", " UTC")),
        Fact("Duration", f"{run['seconds']:.1f} s"),
        Fact("Harness", f"{run['harness']['name']} {run['harness']['version']}"),
        Fact("Schemas", f"OCPP {schemas['version']} from {schemas['source']}"),
        Fact("Digest of the schemas", schemas["digest"], is_code=True),
        *([Fact("Cases asked", f"{suite['cases']} with {suite['rules']} rules")] if suite else []),
        *([Fact("Digest of the cases", suite["digest"], is_code=True)] if suite else []),
        *([Fact("Rules judged", f"{rules['judged']} of {rules['promised']}")] if rules else []),
        *([Fact("Digest of the SUT file", run["sut_file_digest"], is_code=True)] if run["sut_file_digest"] else []),
        Fact("Seed", "none: nothing was drawn" if run["seed"] is None else str(run["seed"])),
        Fact("Workers", str(run["workers"])),
        Fact("Recommendations count as rules", "yes" if run["strict"] else "no"),
        Fact("Machine", f"Python {machine['python']}, {machine['platform']}, {machine['cpus']} CPUs"),
        *([Fact("Load of the machine", f"{load:g} in the last minute")] if load is not None else []),
        Fact("Link", link["technology"] or "not named"),
        Fact("Round trip of the link", "not measured" if link["rtt_ms"] is None else f"{link['rtt_ms']:.3g} ms"),
        *([Fact("Packages", packages)] if packages else []),
        Fact("Command", run["command"], is_code=True),
    ]


def _answer(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return _ANSWERS[value]
    if isinstance(value, list):
        return ", ".join(map(_answer, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _dotted(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield from _dotted(member, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _dotted(item, f"{path}[{number}]")
    else:
        yield path, value


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()
