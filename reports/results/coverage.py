"""How much of what applies a run has run, and the one word on each profile that follows.

A profile of which not all applicable cases were run is no Pass. How many apply is known to the run (``run.profiles``);
results of an earlier version do not say, and then nothing is made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from reports.results.verdicts import UNDER_LOAD, Results, begun, ordered, outcome
from schemas.profiles import Profile
from schemas.profiles import profiles as profiles_of
from schemas.versions import known_versions

OUTSIDE: Final = "Outside the profiles"
"""The row of the cases that are filed under security and that a product without it has to pass as well."""
_SECURITY: Final = "Security"
_BY_NAME: Final = {profile.name: profile for version in known_versions() for profile in profiles_of(version)}


@dataclass(frozen=True)
class Coverage:
    """Cases that were begun, and cases that apply; None: the results do not say how many those are."""

    run: int
    applicable: int | None

    @property
    def is_partial(self) -> bool:
        """Whether it is known that cases are missing."""
        return self.applicable is not None and self.run < self.applicable

    def __str__(self) -> str:
        return f"{self.run} of {self.applicable} run" if self.applicable is not None else f"{self.run} run"


def profiles(results: Results) -> list[Profile]:
    """The profiles that have cases in these results, in print order; unknown ones at the end."""
    names = dict.fromkeys(case["profile"] for case in ordered(results["cases"]))
    return [profile_named(results, name) for name in names]


def profile_named(results: Results, name: str) -> Profile:
    """A profile of the catalogue by its name there. The security cases are titled after what was claimed of them."""
    profile = _BY_NAME.get(name, Profile(case=name, name=name, title=name, key=name))
    return msgspec.structs.replace(profile, title=_security_title(results)) if name == _SECURITY else profile


def claims_advanced_security(results: Results) -> bool:
    """Whether Advanced Security is claimed as a profile, by its name or as security profile 3."""
    stated = _claimed_profiles(results).get("advanced_security")
    return stated is True or (stated is None and 3 in (_security_profiles(results) or ()))


def _security_title(results: Results) -> str:
    if claims_advanced_security(results):
        return _BY_NAME[_SECURITY].title
    stated = _security_profiles(results)
    if stated:
        return f"Security profile{'s' * (len(stated) != 1)} {', '.join(map(str, stated))}"
    # Without an answer the run has gone by the connection: whether a security profile is in use shows in what applied.
    applied = any(
        case["profile"] == _SECURITY and case["needs"] and case["verdict"] != "NOT_APPLICABLE"
        for case in results.get("cases", ())
    )
    return _SECURITY if stated is None and applied else OUTSIDE


def _claimed_profiles(results: Results) -> Mapping[str, Any]:
    return results["run"].get("claims", {}).get("profiles") or {}


def _security_profiles(results: Results) -> list[int] | None:
    """The security profiles that are stated; None without an answer."""
    stated: list[int] | None = (results["run"].get("claims", {}).get("security") or {}).get("profiles")
    return stated


def coverage(results: Results, profile: Profile) -> Coverage:
    """How much of a profile was run. A case that runs twice has run when both of its runs were begun."""
    runs: dict[str, bool] = {}
    for case in results["cases"]:
        if case["profile"] == profile.name and outcome(case) != "NOT_APPLICABLE":
            id = case["id"].removesuffix(UNDER_LOAD)
            runs[id] = runs.get(id, True) and begun(case)
    known = (row["applicable"] for row in results["run"].get("profiles") or () if row["profile"] == profile.name)
    # Where the number was not recorded, what was selected and not begun is known all the same.
    least = None if all(runs.values()) else len(runs)
    return Coverage(sum(runs.values()), next(known, least))


def whole(results: Results) -> Coverage:
    """The same of all profiles together."""
    rows = results["run"].get("profiles")
    every = [coverage(results, profile) for profile in profiles(results)]
    return Coverage(sum(one.run for one in every), None if rows is None else sum(row["applicable"] for row in rows))


def is_partial(results: Results) -> bool:
    """Whether cases that apply were not run, as far as the results say."""
    is_cut = bool(results["run"].get("interrupted")) or any(outcome(case) == "NOT_RUN" for case in results["cases"])
    return is_cut or any(
        coverage(results, profile_named(results, row["profile"])).is_partial
        for row in results["run"].get("profiles") or ()
    )


def profile_result(results: Results, profile: Profile) -> str:
    """One word per profile: Fail, Not claimed, Error, Inconclusive, how many of its cases were run, or Pass.

    Any failure gives Fail, also an expected one: the word is about the product, the expectation only about the run.
    Otherwise any error gives Error, a missing observation Inconclusive, a missing case their number. A profile of which
    nothing applied is Inconclusive.
    """
    outcomes = {outcome(case) for case in results["cases"] if case["profile"] == profile.name}
    if outcomes & {"FAIL", "XFAIL"}:
        return "Fail"
    if _is_not_claimed(results, profile, outcomes):
        return "Not claimed"
    if "ERROR" in outcomes:
        return "Error"
    if "INCONCLUSIVE" in outcomes:
        return "Inconclusive"
    covered = coverage(results, profile)
    if covered.is_partial or "NOT_RUN" in outcomes:
        return str(covered)
    return "Pass" if outcomes & {"PASS", "XPASS"} else "Inconclusive"


def _is_not_claimed(results: Results, profile: Profile, outcomes: set[str]) -> bool:
    if profile.name == _SECURITY:
        return not outcomes - {"NOT_APPLICABLE"} and _security_title(results) == OUTSIDE
    return _claimed_profiles(results).get(profile.key or profile.name) is False
