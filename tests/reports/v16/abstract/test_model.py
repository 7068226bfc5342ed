"""From the results of the fixed run to the neutral model, and what may not be printed."""

import copy
from typing import Any

import msgspec
import pytest

from reports.results.coverage import profile_result
from reports.results.validation import validate
from reports.results.verdicts import PROFILES
from reports.v16.abstract import AbstractError, Report, approval_of, from_results, kind, lab_of, lay_out, write
from reports.v16.abstract.invariants import problems
from reports.v16.abstract.model import Counts, Declared, Functionality, Limit, Measured, Question
from reports.v16.abstract.printing import clock, date, number
from reports.v16.abstract.sources import SOURCES
from tests.reports.conftest import profile_counts
from tests.reports.v16.abstract.cases import model, report

PEOPLE = {
    "vendor": {"name": "Jo Doe", "company": "Example Energy", "date": "2026-11-20"},
    "laboratory": {
        "name": "Sam Roe",
        "reviewer": "Kim Poe",
        "company": "Example Lab",
        "location": "Busan, Korea",
        "test_location": "Seoul, Korea",
        "report_reference": "LAB-OCPP1.6TEST-001-2026",
    },
}


def words(made: Report) -> dict[str, str]:
    return {row.key: row.result for row in made.functionalities}


# ---- from results


def test_a_case_that_also_ran_under_load_counts_once_by_its_worse_verdict(results: dict[str, Any]) -> None:
    core = [case for case in results["cases"] if case["profile"] == "Core"]
    passed = next(case for case in core if case["verdict"] == "PASS")
    failed = next(case for case in core if case["verdict"] == "FAIL")
    results["cases"] += [
        dict(passed, id=f"{passed['id']}@loaded", verdict="FAIL"),
        dict(failed, id=f"{failed['id']}@loaded", verdict="PASS"),
    ]

    counts = from_results(results).functionalities[0].counts

    assert counts == Counts(passed=1, fail=5, inconclusive=1, error=1, not_applicable=1)


def test_words_and_counts_per_functionality(results: dict[str, Any]) -> None:
    made = from_results(results)
    assert words(made) == {
        "core": "Fail",
        "firmware_management": "Not claimed",
        "local_auth_list": "Fail",
        "smart_charging": "Pass",
        "remote_trigger": "Not claimed",
        "reservation": "Not claimed",
        "advanced_security": "Fail",
    }
    assert made.security_profiles == (1, 3)
    assert made.functionalities[0].counts == Counts(passed=2, fail=4, inconclusive=1, error=1, not_applicable=1)
    assert made.outside == Counts(passed=1)
    assert kind(made) == "Subset, Security"
    assert problems(made) == []


def test_words_are_those_of_the_terminal_where_something_is_claimed(results: dict[str, Any]) -> None:
    results["run"]["claims"]["profiles"] = {profile.key: True for profile in PROFILES}
    results["cases"] = [case for case in results["cases"] if case["verdict"] != "ERROR"]
    results["run"]["profiles"] = profile_counts(results["cases"])
    assert words(from_results(results)) == {profile.key: profile_result(results, profile) for profile in PROFILES}


@pytest.mark.parametrize(
    ("claim", "verdict", "expected"),
    [
        (True, None, "Inconclusive"),
        (True, "PASS", "Pass"),
        (True, "NOT_APPLICABLE", "Inconclusive"),
        (None, None, "Not claimed"),
        (None, "PASS", "Not claimed"),
        (None, "FAIL", "Not claimed"),
        (False, "PASS", "Not claimed"),
        (False, "FAIL", "Not claimed"),
    ],
)
def test_advanced_security_is_never_certified_unasked(
    results: dict[str, Any], claim: bool | None, verdict: str | None, expected: str
) -> None:
    results["run"]["claims"]["profiles"]["advanced_security"] = claim
    results["run"]["claims"]["security"] = {"profiles": [1]}
    case = next(case for case in results["cases"] if case["profile"] == "Security")
    results["cases"].remove(case)
    if verdict:
        results["cases"].append({**case, "verdict": verdict})
    results["run"]["profiles"] = profile_counts(results["cases"])
    made = from_results(results)
    assert words(made)["advanced_security"] == expected
    assert problems(made) == []
    assert made.outside.fail == (expected == "Not claimed" and verdict == "FAIL")


@pytest.mark.parametrize(("profile", "expected"), [("SmartCharging", "Pass"), ("Reservation", "Not claimed")])
def test_an_unanswered_profile_is_judged_by_the_cases_that_ran(
    results: dict[str, Any], profile: str, expected: str
) -> None:
    results["run"]["claims"] = {}
    key = next(known.key for known in PROFILES if known.name == profile)
    assert key is not None
    assert words(from_results(results))[key] == expected


def test_core_is_printed_even_if_none_of_its_cases_ran(results: dict[str, Any]) -> None:
    results["cases"] = []
    results["run"] |= {"claims": {}, "profiles": []}
    made = from_results(results)
    assert [row.key for row in made.functionalities if row.result != "Not claimed"] == ["core"]
    assert words(made)["core"] == "Inconclusive"


def test_product_harness_and_performance(results: dict[str, Any]) -> None:
    results["run"]["claims"]["performance"] = {"ocpp_response": 5, "triggered_function": 3}
    made = from_results(results)
    assert made.product.designation == "전기차 CSMS"
    assert (made.harness.version, made.configuration.tool) == ("0.1.0", "plugproof 1.6 v0.1.0")
    assert (made.id, made.generated_at) == (results["run"]["id"], "2026-11-21T10:00:05Z")
    assert made.spec.security_paper == "edition 3"
    assert [(row.key, row.max) for row in made.performance.declared] == [("ocpp_response", 5)]
    assert [(row.key, row.n, row.max_ms, row.timeouts) for row in made.performance.measured] == [
        ("ocpp_response", 15, 440, 0),
        ("authorize_response", 3, 470, 1),
    ]
    assert made.pics_digest == results["run"]["sut_file_digest"]
    assert len(made.results_digest or "") == 64


def test_the_security_paper_is_named_only_when_its_cases_ran(results: dict[str, Any]) -> None:
    for case in results["cases"]:
        if case["profile"] == "Security":
            case["verdict"] = "NOT_APPLICABLE"
    assert from_results(results).spec.security_paper is None


@pytest.mark.parametrize(("holder", "vendor"), [("Example", None), (None, "Example")])
def test_holder_and_vendor_stand_in_for_each_other(
    results: dict[str, Any], holder: str | None, vendor: str | None
) -> None:
    results["run"]["sut"] |= {"holder": holder, "vendor": vendor}
    product = from_results(results).product
    assert (product.holder, product.vendor) == ("Example", "Example")


def test_people_of_the_sut_file_and_those_who_replace_them(results: dict[str, Any]) -> None:
    results["run"]["claims"]["people"] = PEOPLE
    made = from_results(results)
    assert (made.lab.name, made.lab.location, made.lab.reference) == (
        "Example Lab",
        "Seoul, Korea",
        "LAB-OCPP1.6TEST-001-2026",
    )
    assert (made.approval.vendor.name, made.approval.laboratory.reviewer) == ("Jo Doe", "Kim Poe")
    other = {"laboratory": {"company": "Other Lab", "name": "Lee Loe"}}
    made = from_results(results, lab=lab_of(other), approval=approval_of(other))
    assert (made.lab.name, made.lab.reference) == ("Other Lab", None)
    assert (made.approval.vendor.name, made.approval.laboratory.name) == (None, "Lee Loe")


@pytest.mark.parametrize(
    ("role", "claims", "expected"),
    [
        ("csms", {}, [("AQ-1", None)]),
        ("csms", {"features": {"boot_pending": True}}, [("AQ-1", "Yes")]),
        ("csms", {"features": {"boot_pending": True}, "questions": {"AQ-1": False}}, [("AQ-1", "No")]),
        ("csms", {"features": {"reject_unknown_at_handshake": False}}, [("AQ-1", None), ("AQ-6", "No")]),
        ("charge_point", {"features": {"boot_pending": True}}, []),
        ("charge_point", {"questions": {"CP-7": True, "X-1": False}}, [("CP-7", "Yes"), ("X-1", "No")]),
    ],
)
def test_questions(results: dict[str, Any], role: str, claims: dict[str, Any], expected: list[Any]) -> None:
    results["run"]["sut"]["role"] = role
    results["run"]["claims"] = claims
    assert [(question.id, question.answer) for question in from_results(results).questions] == expected


@pytest.mark.parametrize(("answer", "printed"), [(True, ["Yes"]), (False, ["No"]), (None, [])])
def test_settings(results: dict[str, Any], answer: bool | None, printed: list[str]) -> None:
    rows = [{"limit": "Maximum stations", "value": "1000"}]
    results["run"]["claims"]["settings"] = {"milliseconds_in_timestamps": answer, "rows": rows}
    limits = from_results(results).configuration.limits
    assert [limit.value for limit in limits] == [*printed, "1000"]
    assert limits[-1] == Limit(name="Maximum stations", value="1000")


def test_the_same_results_give_the_same_bytes(results: dict[str, Any]) -> None:
    assert write(from_results(results), "html") == write(from_results(copy.deepcopy(results)), "html")


def test_the_fixed_run_is_valid(results: dict[str, Any]) -> None:
    assert validate(results) == []


# ---- single values


@pytest.mark.parametrize(
    ("ms", "printed"),
    [
        (0, "00:00:00"),
        (499.999, "00:00:00"),
        (500, "00:00:01"),
        (1499.999999, "00:00:01"),
        (1500, "00:00:02"),
        (59_500, "00:01:00"),
        (3_599_500, "01:00:00"),
        (360_000_000, "100:00:00"),
    ],
)
def test_times_are_whole_seconds_rounded_half_up(ms: float, printed: str) -> None:
    assert clock(ms) == printed


@pytest.mark.parametrize(("value", "printed"), [(10, "10"), (10.0, "10"), (2.5, "2.5"), (1_000_000.0, "1000000")])
def test_numbers_are_printed_as_declared(value: float, printed: str) -> None:
    assert number(value) == printed


@pytest.mark.parametrize(
    ("text", "in_2023", "in_2024"),
    [
        ("2026-11-21", "2026.11.21", "2026-11-21"),
        ("2026.11.21", "2026.11.21", "2026-11-21"),
        ("next week", "next week", "next week"),
    ],
)
def test_dates_in_the_form_of_the_layout(text: str, in_2023: str, in_2024: str) -> None:
    assert (date(text, "2023"), date(text, "2024")) == (in_2023, in_2024)


# ---- invariants


def core(result: str = "Pass", /, **counts: int) -> dict[str, Any]:
    return {"key": "core", "result": result, "counts": counts}


def broken(**changes: Any) -> Report:
    """Case A with changes that a reader of JSON would let through, made into structs without a check."""
    return msgspec.structs.replace(report("A"), **changes)


def measured(**changes: Any) -> Any:
    row = Measured(key="ocpp_response", n=20, min_ms=1.0, mean_ms=2.0, max_ms=3.0)
    return msgspec.structs.replace(report("A").performance, measured=(msgspec.structs.replace(row, **changes),))


def functionality(
    key: Any = "core", result: Any = "Pass", applicable: int | None = None, **counts: int
) -> Functionality:
    return Functionality(key=key, result=result, counts=Counts(**(counts or {"passed": 1})), applicable=applicable)


LIMIT = Declared(key="ocpp_response", max=5)
WORDS = "it is one of Pass, Fail, Inconclusive, Partial, Not claimed."
BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"disclaimer": " "}, "the disclaimer is empty; every abstract says that it is no certificate."),
    ({"functionalities": ()}, "functionalities has no core; Core is always printed, and first."),
    ({"functionalities": (functionality(), functionality())}, "functionalities has core 2 times; name it once."),
    ({"functionalities": (functionality(result="Passed"),)}, f"the result of core is Passed; {WORDS}"),
    (
        {"functionalities": (functionality(passed=5, fail=2),)},
        "the result of core is Pass, although 2 of its cases failed.",
    ),
    (
        {"functionalities": (functionality(result="Fail"),)},
        "the result of core is Fail, although 0 of its cases failed.",
    ),
    (
        {"functionalities": (functionality(passed=5, error=1, inconclusive=2),)},
        "the result of core is Pass, although 3 of its cases came to no verdict.",
    ),
    (
        {"functionalities": (functionality(passed=5, inconclusive=1),)},
        "the result of core is Pass, although 1 of its cases came to no verdict.",
    ),
    (
        {"functionalities": (functionality(not_applicable=3),)},
        "the result of core is Pass, although none of its cases passed.",
    ),
    (
        {"functionalities": (functionality(applicable=34),)},
        "the result of core is Pass, although 33 of its cases were not run.",
    ),
    (
        {"functionalities": (functionality(passed=1, not_run=2),)},
        "the result of core is Pass, although 2 of its cases were not run.",
    ),
    (
        {"functionalities": (functionality(result="Partial", applicable=1),)},
        "the result of core is Partial, although all of its cases were run.",
    ),
    (
        {"performance": measured(unit="minutes")},
        "measured ocpp_response is in minutes; what is declared and what is measured is both in seconds.",
    ),
    (
        {"performance": msgspec.structs.replace(report("A").performance, declared=(LIMIT, LIMIT))},
        "declared ocpp_response is there 2 times; name it once.",
    ),
    (
        {"performance": measured(mean_ms=4.0)},
        "ocpp_response has min 1.0, mean 4.0 and max 3.0 ms; they must be in this order.",
    ),
    (
        {"performance": measured(mean_ms=0.5)},
        "ocpp_response has min 1.0, mean 0.5 and max 3.0 ms; they must be in this order.",
    ),
    (
        {"performance": measured(mean_ms=None)},
        "ocpp_response has 20 samples and 2 of min, mean and max; name all three.",
    ),
    (
        {"performance": measured(n=0)},
        "ocpp_response has 0 samples and 3 of min, mean and max; without samples there is none.",
    ),
    (
        {"sources": {place: letter for place, letter in SOURCES.items() if place != "lab.name"}},
        "sources has no letter for lab.name; every printed value has one.",
    ),
    ({"sources": SOURCES | {"id": "X"}}, "the source of id is X; it is one of P, M, L, T, K."),
]


@pytest.mark.parametrize(("changes", "sentence"), BROKEN, ids=[sentence for _, sentence in BROKEN])
@pytest.mark.parametrize("format", ["html", "md", "json"])
def test_a_broken_invariant_is_one_sentence_and_nothing_is_printed(
    changes: dict[str, Any], sentence: str, format: str
) -> None:
    with pytest.raises(AbstractError) as caught:
        write(broken(**changes), format)
    assert caught.value.sentences == (sentence,)
    assert str(caught.value) == sentence


def test_results_of_another_version_are_no_abstract(results: dict[str, Any]) -> None:
    results["run"]["schemas"]["version"] = "2.0.1"

    with pytest.raises(AbstractError) as caught:
        from_results(results)
    assert caught.value.sentences == ("the run was of OCPP 2.0.1, and an abstract is laid out for 1.6 only.",)


def test_profiles_are_put_into_the_order_of_the_layout_with_core_first() -> None:
    shuffled = broken(functionalities=tuple(reversed(report("A").functionalities)))
    table = next(block for block in lay_out(shuffled).blocks if block.title == "Tested functionalities")
    assert [row[0].text for row in table.rows[:3]] == ["Core", "Optional features", "Firmware Management"]


# ---- what layouts do with the unusual


def test_a_claim_that_does_not_hold_is_printed_as_a_failure(results: dict[str, Any]) -> None:
    text = write(from_results(results), "md").decode()
    assert "| Core | Fail <sup>M</sup> |" in text
    assert "Firmware Management" not in text
    assert (
        "| Firmware Management | Not claimed <sup>M</sup> |"
        in write(from_results(results), "md", all_rows=True).decode()
    )


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_few_samples_and_timeouts_are_said(results: dict[str, Any], layout: Any) -> None:
    text = write(from_results(results, layout), "md").decode()
    assert " (3 samples) <sup>M</sup> |" in text
    assert " (15 samples)" not in text
    assert "Response time Authorize: requests without an answer in time: 1 <sup>M</sup>" in text
    assert "timeout: requests without" not in text


@pytest.mark.parametrize(("rtt", "printed"), [(None, False), (0.25, True)])
def test_the_round_trip_is_printed_when_it_was_measured(results: dict[str, Any], rtt: Any, printed: bool) -> None:
    results["performance"]["link"]["rtt_ms"] = rtt
    assert ("Round trip of the link: 0.3 ms" in write(from_results(results), "md").decode()) is printed


def test_failures_that_belong_to_no_row_are_not_hidden(results: dict[str, Any]) -> None:
    transport = next(case for case in results["cases"] if case["id"] == "RPC_001")
    assert "none of these rows" not in write(from_results(results), "md").decode()
    transport["verdict"] = "FAIL"
    text = write(from_results(results), "md").decode()
    assert "Cases that belong to none of these rows: 1 failed. <sup>M</sup>" in text


@pytest.mark.parametrize(
    ("answer", "observed", "remark"),
    [("No", "Yes", True), ("No", "No", False), (None, "Yes", False), ("No", None, False)],
)
def test_an_answer_that_was_contradicted_is_said(answer: Any, observed: Any, remark: bool) -> None:
    made = msgspec.structs.replace(report("C"), questions=(Question(id="AQ-1", answer=answer, observed=observed),))
    text = write(made, "md").decode()
    assert ("AQ-1: the answer is No, the run observed Yes. <sup>M</sup>" in text) is remark
    assert "| AQ-1 <sup>P</sup> | - <sup>K</sup> |" not in text
    assert "| AQ-1 <sup>P</sup> | - |" in text


def test_nothing_measured_or_declared_prints_dashes() -> None:
    empty: dict[str, Any] = {"performance": {}, "functionalities": [core(**{"pass": 1})], "questions": []}
    in_2023 = write(report("A", **empty), "md").decode()
    assert "| OCPP response timeout | - <sup>P</sup> | - <sup>M</sup> |" in in_2023
    assert "Optional features" not in in_2023
    in_2024 = write(report("C", **empty), "md").decode()
    assert "| OCPP response time | - <sup>P</sup> | seconds <sup>P</sup> |" in in_2024
    assert "| OCPP response time | - <sup>M</sup> | - <sup>M</sup> | - <sup>M</sup> | seconds <sup>M</sup> |" in in_2024
    assert "Additional Questions" not in in_2024


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_a_charge_point_has_its_own_rows(layout: str) -> None:
    station = report("C", layout=layout, product=model("C")["product"] | {"sut": "charge_point"})
    text = write(station, "md").decode()
    assert "| Device Under Test | Charging Station <sup>P</sup> |" in text
    assert "| Transaction authorization end time by RemoteStopTransaction | " in text
    assert "Response time Authorize" not in text


def test_kinds() -> None:
    five = report("A").functionalities[:-1]
    security = functionality("advanced_security")
    assert kind(broken(functionalities=five)) == "Subset"
    assert kind(broken(functionalities=(*report("A").functionalities, security))) == "Full, Security"
    assert kind(broken(functionalities=(*five, functionality("remote_trigger", "Not claimed")))) == "Subset"
    assert kind(broken(functionalities=(*five, functionality("remote_trigger", "Fail", fail=1)))) == "Full"
