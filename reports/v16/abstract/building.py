"""From the results of a run to the neutral model."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast, get_args

from reports.results import asked
from reports.results.coverage import claims_advanced_security, coverage, profile_result
from reports.results.headline import DISCLAIMER, missing, notices
from reports.results.mismatches import contradictions
from reports.results.untested import untested
from reports.results.validation import digest
from reports.results.verdicts import Case, Results, once, outcome
from reports.v16.abstract.invariants import AbstractError
from reports.v16.abstract.model import (
    Answer,
    Approval,
    Configuration,
    Counts,
    Declared,
    Functionality,
    Harness,
    Lab,
    Layout,
    Limit,
    Link,
    Measured,
    MeasureKey,
    Performance,
    Person,
    Product,
    ProfileKey,
    Question,
    Report,
    Role,
    Spec,
    Word,
)
from reports.v16.abstract.words import MEASURES, MILLISECONDS, PROFILES, QUESTIONS
from schemas.profiles import Profile

SECURITY: Final = "Security"
"""What the catalogue calls the profile of the security cases."""
_OCPP: Final = "1.6"
_ASKED_AS: Final[Mapping[Role, Mapping[str, str]]] = {
    "csms": {"AQ-1": "boot_pending", "AQ-6": "reject_unknown_at_handshake"},
    "charge_point": {"CP-7": "download_firmware_during_tx"},
}
"""Additional questions that are answered in [features]; files of an earlier version could answer them twice."""
_ALWAYS_ASKED: Final[Mapping[Role, tuple[str, ...]]] = {"csms": ("AQ-1",), "charge_point": ()}


def from_results(
    results: Results, layout: Layout = "2024", *, lab: Lab | None = None, approval: Approval | None = None
) -> Report:
    """The model of a run; ``results`` is a valid results.json.

    ``lab`` and ``approval`` replace what the SUT file says about people. Nothing here reads a clock: the same results
    give the same report. Raises AbstractError for results of another version of OCPP.
    """
    run, claims = results["run"], results["run"]["claims"]
    if run["schemas"]["version"] != _OCPP:
        raise AbstractError(
            [f"the run was of OCPP {run['schemas']['version']}, and an abstract is laid out for {_OCPP} only."]
        )
    people = claims.get("people") or {}
    role: Role = run["sut"]["role"]
    harness = Harness(**run["harness"], test_suite_version=run["harness"]["version"])
    known = {profile.name for profile in PROFILES}
    security = any(
        case["profile"] == SECURITY and case["needs"] and case["verdict"] != "NOT_APPLICABLE"
        for case in results["cases"]
    )
    stated = (claims.get("security") or {}).get("profiles") or ()
    return Report(
        layout=layout,
        id=run["id"],
        generated_at=_ended(run),
        harness=harness,
        disclaimer=DISCLAIMER,
        lab=lab or lab_of(people),
        product=_product(run["sut"], role),
        spec=Spec(
            ocpp="1.6 edition 2",
            errata="v4.0 2019-10-23",
            errata_j="v1.0 2019-12-04",
            security_paper="edition 3" if security else None,
        ),
        functionalities=tuple(_functionality(results, profile) for profile in PROFILES),
        questions=tuple(_questions(claims, role, _contradicted(results))),
        performance=_performance(results["performance"], claims.get("performance") or {}, role),
        configuration=Configuration(
            tool=f"{harness.name} {_OCPP} v{harness.version}", limits=tuple(_limits(claims.get("settings") or {}))
        ),
        approval=approval or approval_of(people),
        partial=_partial(results),
        notices=tuple(notices(results)),
        security_profiles=tuple(stated),
        outside=_counts(case for case in once(results) if case["profile"] not in known or _is_extra(results, case)),
        mismatches=tuple(contradictions(results)),
        asked=tuple(asked.differences(results)),
        untested=tuple(untested(results)),
        pics_digest=run["sut_file_digest"],
        results_digest=digest(results),
    )


def lab_of(people: Mapping[str, Any]) -> Lab:
    """The laboratory, from the table ``people`` of a SUT file."""
    laboratory = people.get("laboratory") or {}
    return Lab(
        name=laboratory.get("company"),
        location=laboratory.get("test_location") or laboratory.get("location"),
        reference=laboratory.get("report_reference"),
    )


def approval_of(people: Mapping[str, Any]) -> Approval:
    """Who approves, from the table ``people`` of a SUT file."""
    return Approval(vendor=_person(people.get("vendor") or {}), laboratory=_person(people.get("laboratory") or {}))


def _person(block: Mapping[str, Any]) -> Person:
    return Person(**{name: block[name] for name in Person.__struct_fields__ if name in block})


def _ended(run: Mapping[str, Any]) -> str:
    ended = datetime.fromisoformat(run["started"]) + timedelta(seconds=run["seconds"])
    return ended.strftime("%Y-%m-%dT%H:%M:%SZ")


def _product(sut: Mapping[str, Any], role: Role) -> Product:
    return Product(
        sut=role,
        holder=sut["holder"] or sut["vendor"],
        vendor=sut["vendor"] or sut["holder"],
        designation=sut["designation"],
        software_version=sut["software_version"],
        communication=sut["communication"],
    )


def _partial(results: Results) -> str | None:
    """What every page says of a run that did not run all cases that apply; None for a whole run."""
    told = missing(results)
    return None if told is None else f"Partial run: {told}. This is no statement about the rest."


def _is_extra(results: Results, case: Case) -> bool:
    """Whether a security case was run although Advanced Security is not claimed: it belongs to no row then."""
    return case["profile"] == SECURITY and case["verdict"] != "NOT_APPLICABLE" and not claims_advanced_security(results)


def _functionality(results: Results, profile: Profile) -> Functionality:
    own = [case for case in once(results) if case["profile"] == profile.name and not _is_extra(results, case)]
    counts, word = _counts(own), _word(results, profile)
    applicable = None if word == "Not claimed" else coverage(results, profile).applicable
    return Functionality(key=cast(ProfileKey, profile.key), result=word, counts=counts, applicable=applicable)


def _word(results: Results, profile: Profile) -> Word:
    """The word of the other reports, out of the closed list that an abstract has, and only for what is claimed.

    An unanswered claim of one of the six profiles lets its cases run, and they speak. Where none of them applies, or
    for Advanced Security, whose cases also judge the basic security of Core, silence is no claim. An error is
    Inconclusive here, and its number is printed beside it.
    """
    if profile.name == SECURITY and not claims_advanced_security(results):
        return "Not claimed"
    claimed = (results["run"]["claims"].get("profiles") or {}).get(profile.key)
    there = any(case["profile"] == profile.name for case in results["cases"])
    if claimed is None and profile.key != "core" and not there and not coverage(results, profile).applicable:
        return "Not claimed"
    word = profile_result(results, profile)
    if word == "Error":
        return "Inconclusive"
    return cast(Word, word) if word in get_args(Word) else "Partial"


def _counts(cases: Iterable[Case]) -> Counts:
    counts = Counter("NOT_RUN" if outcome(case) == "NOT_RUN" else case["verdict"] for case in cases)
    return Counts(
        passed=counts["PASS"],
        fail=counts["FAIL"],
        inconclusive=counts["INCONCLUSIVE"],
        error=counts["ERROR"],
        not_applicable=counts["NOT_APPLICABLE"],
        not_run=counts["NOT_RUN"],
    )


def _contradicted(results: Results) -> frozenset[str]:
    """The claims that the wire contradicts."""
    return frozenset(one["claim"] for one in results.get("pics_mismatch", ()))


def _questions(claims: Mapping[str, Any], role: Role, contradicted: frozenset[str]) -> Iterable[Question]:
    features, answered = claims.get("features") or {}, claims.get("questions") or {}
    elsewhere = {id: features[name] for id, name in _ASKED_AS[role].items() if name in features}
    answers: dict[str, bool] = elsewhere | answered
    for id in sorted({*answers, *_ALWAYS_ASKED[role]}):
        answer = answers.get(id)
        seen = {f"questions.{id}", f"features.{_ASKED_AS[role].get(id)}"} & contradicted
        observed = not answer if seen and answer is not None else None
        yield Question(id=id, text=QUESTIONS.get(id), answer=_yes_no(answer), observed=_yes_no(observed))


def _yes_no(value: bool | None) -> Answer | None:
    return None if value is None else "Yes" if value else "No"


def _performance(measured: Mapping[str, Any], claimed: Mapping[str, Any], role: Role) -> Performance:
    rows = MEASURES[role]
    return Performance(
        declared=tuple(Declared(key=key, max=claimed[key]) for key in rows if claimed.get(key) is not None),
        measured=tuple(_measured(key, measured[key]) for key in rows if key in measured),
        link=Link(**measured["link"]),
    )


def _measured(key: MeasureKey, row: Mapping[str, Any]) -> Measured:
    names = ("n", "min_ms", "max_ms", "mean_ms", "p95_ms", "timeouts")
    return Measured(key=key, **{name: row[name] for name in names})


def _limits(settings: Mapping[str, Any]) -> Iterable[Limit]:
    answer = _yes_no(settings.get("milliseconds_in_timestamps"))
    if answer is not None:
        yield Limit(name=MILLISECONDS, value=answer)
    yield from (Limit(name=row["limit"], value=row["value"]) for row in settings.get("rows", ()))
