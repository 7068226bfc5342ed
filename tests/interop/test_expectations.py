"""The comparison with `expected.toml` finds every difference, and says what it is."""

from typing import Any

import pytest

from harness.case.registry import catalogue
from tests.interop.expectations import FILE, differences, load

TABLE = """\
[cases.core]
TC_A_CSMS = "PASS"
TC_B_CSMS = { verdict = "FAIL", reason = "it cannot do that", says = "nothing arrived" }
[remarks.VAL-01]
level = "INFO"
reason = "legal"
"""


def found(id: str, verdict: str, reason: str | None = None, *remarks: tuple[str, str]) -> dict[str, Any]:
    findings = [{"rule": rule, "level": level} for rule, level in remarks]
    return {"id": id, "verdict": verdict, "reason": reason, "findings": findings}


A = found("TC_A_CSMS", "PASS", None, ("VAL-01", "INFO"))
B = found("TC_B_CSMS", "FAIL", "nothing arrived in 5 s")


def test_agreement_has_nothing_to_say() -> None:
    assert differences(load(TABLE), [A, B]) == []


@pytest.mark.parametrize(
    ("cases", "sentence"),
    [
        ([A], "TC_B_CSMS: expected, but it did not run"),
        ([A, B, found("TC_C_CSMS", "PASS")], "TC_C_CSMS: got PASS, but expected.toml does not name it"),
        ([A, found("TC_B_CSMS", "PASS")], "TC_B_CSMS: expected FAIL (it cannot do that), got PASS"),
        (
            [{**A, "verdict": "ERROR", "reason": "no connection"}, B],
            "TC_A_CSMS: expected PASS, got ERROR (no connection)",
        ),
        (
            [A, found("TC_B_CSMS", "FAIL", "status = Rejected")],
            "TC_B_CSMS: expected FAIL with 'nothing arrived', got FAIL (status = Rejected)",
        ),
        ([found("TC_A_CSMS", "PASS"), B], "VAL-01: expected as INFO, but nobody remarked on it"),
        (
            [A, found("TC_B_CSMS", "FAIL", "nothing arrived", ("RPC-15", "SHOULD"))],
            "RPC-15: found as SHOULD, for example in TC_B_CSMS, but expected.toml does not say so",
        ),
    ],
    ids=["missing", "unnamed", "passes", "breaks", "other-reason", "remark-gone", "remark-new"],
)
def test_a_difference_is_one_sentence(cases: list[dict[str, Any]], sentence: str) -> None:
    assert differences(load(TABLE), cases) == [sentence]


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ('"it cannot do that"', '""', "TC_B_CSMS"),
        ('"nothing arrived"', '""', "TC_B_CSMS"),
        ('"legal"', '""', "VAL-01"),
    ],
)
def test_a_deviation_is_explained(before: str, after: str, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        load(TABLE.replace(before, after))


def test_the_table_names_every_case_but_those_of_security() -> None:
    wanted = {case.id for case in catalogue("1.6") if case.sut == "csms" and case.profile != "Security"}

    assert set(load(FILE.read_text("utf-8")).verdicts) == wanted


def test_a_remark_that_is_made_sometimes_may_be_missing() -> None:
    expected = load(TABLE.replace('reason = "legal"', 'reason = "legal"\nsometimes = true'))

    assert differences(expected, [{**A, "findings": []}, B]) == []
    assert differences(expected, [A, B]) == []
    assert differences(expected, [found("TC_A_CSMS", "PASS", None, ("VAL-01", "SHOULD")), B]) == [
        "VAL-01: found as SHOULD, for example in TC_A_CSMS, but expected.toml does not say so"
    ]
