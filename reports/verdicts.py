"""What a verdict means for a run: expected failures, totals, the word per profile.

The five verdicts are the harness's; two more words follow from the SUT file. A case that was expected to fail and did
is XFAIL and not red; one that was expected to fail and passed is XPASS and red, so that the list of expected failures
cannot rot.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Results = Mapping[str, Any]
"""A whole ``results.json``, as loaded."""
Case = Mapping[str, Any]
"""One element of its ``cases``."""

OUTCOMES: Final = ("FAIL", "XPASS", "ERROR", "INCONCLUSIVE", "XFAIL", "PASS", "NOT_APPLICABLE")
"""Most severe first."""
OUTCOME_NAMES: Final[Mapping[str, str]] = {
    "FAIL": "Failed",
    "XPASS": "Passed unexpectedly",
    "ERROR": "Errors",
    "INCONCLUSIVE": "Inconclusive",
    "XFAIL": "Failed as expected",
    "PASS": "Passed",
    "NOT_APPLICABLE": "Not applicable",
}
OUTCOME_WORDS: Final[Mapping[str, str]] = {"NOT_APPLICABLE": "NOT APPLICABLE"}
"""How an outcome is written to people where that differs from its name."""


UNDER_LOAD: Final = "@loaded"
"""What the id of a case ends with that ran under background load."""


@dataclass(frozen=True)
class Profile:
    """A certification profile: its name in the catalogue, its key among the claims, its name in print."""

    name: str
    key: str
    title: str


PROFILES: Final = (
    Profile("Core", "core", "Core"),
    Profile("FirmwareManagement", "firmware_management", "Firmware Management"),
    Profile("LocalAuthListManagement", "local_auth_list", "Local Authorization List Management"),
    Profile("SmartCharging", "smart_charging", "Smart Charging"),
    Profile("RemoteTrigger", "remote_trigger", "Remote Trigger"),
    Profile("Reservation", "reservation", "Reservation"),
    Profile("Security", "advanced_security", "Advanced Security"),
)
"""In the order of the 2024 layout of the certification abstract."""
_BY_NAME: Final = {profile.name: profile for profile in PROFILES}


def outcome(case: Case) -> str:
    """The verdict of a case in the light of what was expected of it: one of `OUTCOMES`."""
    verdict: str = case["verdict"]
    if case["expected_failure"] is not None:
        return {"FAIL": "XFAIL", "PASS": "XPASS"}.get(verdict, verdict)
    return verdict


def word(outcome_name: str) -> str:
    """An outcome as people read it."""
    return OUTCOME_WORDS.get(outcome_name, outcome_name)


def totals(results: Results) -> dict[str, int]:
    """How many cases had each outcome, most severe first, zeros included."""
    counts = Counter(outcome(case) for case in results["cases"])
    return {name: counts[name] for name in OUTCOMES}


def once(results: Results) -> list[Case]:
    """Each case once: where it also ran under background load, the run with the worse verdict."""
    worst: dict[str, Case] = {}
    for case in results["cases"]:
        id = case["id"].removesuffix(UNDER_LOAD)
        before = worst.setdefault(id, case)
        if OUTCOMES.index(case["verdict"]) < OUTCOMES.index(before["verdict"]):
            worst[id] = case
    return list(worst.values())


def ordered(cases: Iterable[Case]) -> list[Case]:
    """The cases by profile and id, whatever order the workers finished them in."""
    names = [profile.name for profile in PROFILES]
    return sorted(
        cases,
        key=lambda case: (
            names.index(case["profile"]) if case["profile"] in _BY_NAME else len(names),
            case["profile"],
            case["id"],
        ),
    )


def profiles(results: Results) -> list[Profile]:
    """The profiles that have cases in these results, in print order; unknown ones at the end."""
    names = dict.fromkeys(case["profile"] for case in ordered(results["cases"]))
    return [_BY_NAME.get(name, Profile(name, name, name)) for name in names]


def profile_result(results: Results, profile: Profile) -> str:
    """One word per profile, as the certification abstract prints it: Pass, Fail, Inconclusive, Not claimed.

    Any failure gives Fail, also an expected one: the word is about the product, the expectation only about the run.
    Otherwise any error or missing observation gives Inconclusive, and so does a profile of which nothing applied.
    """
    verdicts = {case["verdict"] for case in results["cases"] if case["profile"] == profile.name}
    if "FAIL" in verdicts:
        return "Fail"
    if (results["run"]["claims"].get("profiles") or {}).get(profile.key) is False:
        return "Not claimed"
    if "PASS" in verdicts and not verdicts & {"ERROR", "INCONCLUSIVE"}:
        return "Pass"
    return "Inconclusive"


def exit_code(results: Results) -> int:
    """What the process should end with.

    0: nothing failed; 1: a case failed, or one that was expected to fail passed; 3: there were errors, or nothing
    conclusive; 5: no case ran (none was selected, or none was applicable); 130: the run was interrupted.
    """
    if results["run"].get("interrupted"):
        return 130
    counts = totals(results)
    if counts["FAIL"] or counts["XPASS"]:
        return 1
    if not sum(counts.values()) - counts["NOT_APPLICABLE"]:
        return 5
    if counts["ERROR"] or not counts["PASS"] + counts["XFAIL"]:
        return 3
    return 0
