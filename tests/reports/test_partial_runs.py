"""A selection is a selection and an interrupted run is one: no report says Pass of what nobody looked at."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from reports.ci.allure import environment, run_result
from reports.ci.junit import junit
from reports.ci.step_summary import step_summary
from reports.ci.summary import summary
from reports.diff.compare import compare
from reports.html import page
from reports.results.coverage import (
    OUTSIDE,
    Coverage,
    coverage,
    is_partial,
    profile_named,
    profile_result,
    profiles,
    whole,
)
from reports.results.headline import headline, interruption, notices, state
from reports.results.tables import profile_table
from reports.results.validation import validate
from reports.results.verdicts import PROFILES, exit_code
from reports.v16.abstract import from_results, write
from reports.v16.abstract.invariants import problems
from tests.reports.ci.test_junit import JENKINS
from tests.reports.conftest import NOT_RUN, profile_counts
from tests.reports.support.abstract_reading import from_html, from_markdown
from tests.reports.support.pdf_reading import read, squeezed

Run = Callable[..., dict[str, Any]]
CORE = PROFILES[0]


@pytest.fixture
def selected(with_outcomes: Run) -> dict[str, Any]:
    """One case of Core that passed, out of 34 that apply, and 5 of Firmware Management that nobody asked for."""
    run = with_outcomes("PASS")
    run["run"] |= {
        "selection": {"cases": ["TC_001_CSMS"], "profiles": [], "other": False},
        "profiles": [
            {"profile": "Core", "cases": 34, "applicable": 34, "selected": 1},
            {"profile": "FirmwareManagement", "cases": 5, "applicable": 5, "selected": 0},
        ],
    }
    run["run"]["claims"]["profiles"] |= {"core": True, "firmware_management": True}
    return run


@pytest.fixture
def interrupted(with_outcomes: Run) -> dict[str, Any]:
    """Cut after two of four."""
    run = with_outcomes("PASS", "NOT_RUN")
    run["cases"] += [
        {**run["cases"][0], "id": "TC_002_CSMS"},
        {**run["cases"][1], "id": "TC_071_CSMS"},
    ]
    run["run"] |= {
        "interrupted": {"by": "SIGINT", "judged": 2, "of": 4},
        "profiles": [{"profile": "Core", "cases": 4, "applicable": 4, "selected": 4}],
    }
    return run


def printed(run: dict[str, Any]) -> dict[str, str]:
    """Every report of a run as text."""
    abstract = {
        f"abstract {layout} {format}": write(from_results(run, layout), format).decode()
        for layout in ("2023", "2024")
        for format in ("md", "html", "json")
    }
    return abstract | {
        "terminal": str(profile_table(run).rows),
        "summary": summary(run),
        "page": page(run, {}),
        "step": step_summary(run),
        "junit": junit(run),
        "allure": environment(run),
    }


# ---- a selection


def test_a_selection_is_pass_nowhere(selected: dict[str, Any]) -> None:
    assert validate(selected) == []
    assert profile_result(selected, CORE) == "1 of 34 run"
    for name, text in printed(selected).items():
        if not name.endswith("json"):
            assert "1 of 34 run" in text, name
        assert not re.search(r"\bPass\b", text.replace("result Pass", "").replace(".Pass", "")), name


def test_a_failure_in_a_selection_stays_one(selected: dict[str, Any], with_outcomes: Run) -> None:
    selected["cases"] = with_outcomes("FAIL")["cases"]
    selected["cases"][0]["profile"] = "Core"
    assert profile_result(selected, CORE) == "Fail"
    assert from_results(selected).functionalities[0].result == "Fail"


def test_a_selection_is_said_at_the_head(selected: dict[str, Any]) -> None:
    said = "Only some cases were asked for (--case TC_001_CSMS): 1 of 39 cases that apply were run."
    assert notices(selected) == [said]
    assert headline(selected) == "1 of 1 selected cases passed"
    assert (state(selected), exit_code(selected)) == ("odd", 0)
    assert "claimed, and no case of it was part of this run" in page(selected, {})
    for name, text in printed(selected).items():
        said_there = said if name != "allure" else said.replace(": 1 of", ": 1 of")
        if name != "terminal":
            assert re.sub(r"[\s\\]", "", said_there) in re.sub(r"[\s\\]", "", text), name


def test_how_a_selection_was_asked_for(selected: dict[str, Any]) -> None:
    ids = [f"TC_{number:03}_CSMS" for number in range(9)]
    selected["run"]["selection"] = {"cases": ids, "profiles": ["Smart Charging"], "other": True}
    (said,) = notices(selected)
    assert "--case TC_005_CSMS, 3 more of --case, --profile Smart Charging, by options of pytest)" in said
    assert "TC_006" not in said


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_the_abstract_of_a_part_is_marked_on_every_page(selected: dict[str, Any], layout: Any) -> None:
    notice = "Partial run: 1 of 39 cases that apply were run. This is no statement about the rest."
    made = from_results(selected, layout)
    assert problems(made) == []
    found = read(write(made, "pdf"))
    first, *others = found.pages
    assert others
    assert squeezed(notice) in squeezed("".join(first.marked.values()))
    assert all(squeezed(notice) in squeezed(one.running) for one in others)
    assert squeezed("(partial run)") in found.text
    html = write(made, "html").decode()
    assert f'<p class="notice">{notice}</p>' in html
    assert '@top-center { content: "' in html and f'"\\A " "{notice}"' in html  # noqa: PT018
    assert f"> **{notice}**" in write(made, "md").decode()
    model = json.loads(write(made, "json"))
    assert model["partial"] == notice
    assert [(row["result"], row["applicable"]) for row in model["functionalities"][:2]] == [
        ("Partial", 34),
        ("Partial", 5),
    ]
    for parts in (from_html(html), from_markdown(write(made, "md").decode())):
        assert ["Core", "1 of 34 run"] in [row[:2] for row in parts["Tested functionalities"]]
        assert ["Firmware Management", "0 of 5 run"] in [row[:2] for row in parts["Tested functionalities"]]
    assert ", Full" not in html.partition("<h2>")[0]


def test_a_whole_run_is_marked_nowhere(results: dict[str, Any]) -> None:
    assert not is_partial(results)
    assert notices(results) == []
    made = from_results(results)
    assert (made.partial, made.notices) == (None, ())
    assert "artial run" not in write(made, "md").decode()


def test_cases_that_are_missing_without_a_selection_are_said(selected: dict[str, Any]) -> None:
    selected["run"]["selection"] = None
    assert notices(selected) == ["Of 39 cases that apply, 1 were run."]


# ---- an interruption


def test_an_interrupted_run_is_called_one_everywhere(interrupted: dict[str, Any]) -> None:
    assert validate(interrupted) == []
    assert interruption(interrupted) == "interrupted after 2 of 4"
    assert headline(interrupted) == "interrupted after 2 of 4: 2 of 2 cases passed, 2 not run"
    assert (exit_code(interrupted), state(interrupted)) == (130, "bad")
    assert profile_result(interrupted, CORE) == "2 of 4 run"
    for name, text in printed(interrupted).items():
        if name != "terminal":
            assert "nterrupted after 2 of 4" in text, name
        if not name.endswith("json"):
            assert "2 of 4 run" in text, name
    assert "not run: the run was interrupted" in summary(interrupted)


def test_the_abstract_says_what_was_interrupted(interrupted: dict[str, Any]) -> None:
    rest = "This is no statement about the rest."
    assert from_results(interrupted).partial == f"Partial run: interrupted after 2 of 4 cases. {rest}"
    interrupted["run"] |= {"selection": {"cases": [], "profiles": ["Core"], "other": False}}
    interrupted["run"]["profiles"][0]["applicable"] = 34
    assert from_results(interrupted).partial == (
        f"Partial run: interrupted after 2 of 4 selected cases, 2 of 34 cases that apply were run. {rest}"
    )


def test_junit_of_an_interrupted_run_is_not_green(interrupted: dict[str, Any]) -> None:
    document = junit(interrupted)
    root = ET.fromstring(document)
    assert [str(error.reason) for error in xmlschema.XMLSchema10(str(JENKINS)).iter_errors(document)] == []
    assert (root.get("errors"), root.get("tests")) == ("1", "5")
    suite = root.find("testsuite[@name='run']")
    assert suite is not None
    error = suite.find("testcase/error")
    assert error is not None
    assert error.attrib == {
        "type": "INTERRUPTED",
        "message": "Interrupted after 2 of 4: 2 of 2 cases passed, 2 not run.",
    }
    skipped = root.findall("testsuite[@name='Core']/testcase/skipped")
    assert [one.get("message") for one in skipped] == ["not run: the run was interrupted"] * 2
    told = {one.get("value") for one in root.iter("property") if one.get("name") == "interrupted"}
    assert told == {"interrupted after 2 of 4"}


def test_allure_has_a_result_for_the_run_itself(interrupted: dict[str, Any], results: dict[str, Any]) -> None:
    made = run_result(interrupted)
    assert made is not None
    assert (made.status, made.name) == ("broken", "The run as a whole")
    assert made.statusDetails.message.startswith("RUN INTERRUPTED: Interrupted after 2 of 4:")
    assert run_result(results) is None


def test_a_system_that_went_away_leaves_a_part(with_outcomes: Run) -> None:
    run = with_outcomes("PASS", "ERROR", "NOT_RUN")
    run["cases"][1]["profile"] = "OCPP-J"
    run["run"]["profiles"] = profile_counts(run["cases"])
    assert is_partial(run)
    assert profile_result(run, CORE) == "1 of 2 run"
    assert notices(run) == ["Cases that were selected and not run: 1.", "Of 3 cases that apply, 2 were run."]


# ---- what is not known


@pytest.fixture
def earlier(with_outcomes: Run) -> dict[str, Any]:
    run = copy.deepcopy(with_outcomes("PASS"))
    for name in ("selection", "interrupted", "profiles", "fail_on"):
        del run["run"][name]
    return run


def test_results_of_an_earlier_version_do_not_say_what_is_missing(earlier: dict[str, Any]) -> None:
    assert whole(earlier) == Coverage(1, None)
    assert str(coverage(earlier, CORE)) == "1 run"
    assert notices(earlier) == [
        "Whether all cases that apply were run is unknown: results of an earlier version do not say it."
    ]
    assert not is_partial(earlier)
    assert profile_result(earlier, CORE) == "Pass"
    assert "is unknown" in write(from_results(earlier), "md").decode()


def test_what_an_earlier_version_did_not_run_is_known(earlier: dict[str, Any]) -> None:
    earlier["cases"].append({**NOT_RUN, "reason": "not run: the CSMS went away"})
    assert is_partial(earlier)
    assert profile_result(earlier, CORE) == "1 of 2 run"
    made = from_results(earlier)
    assert problems(made) == []
    assert made.partial == (
        "Partial run: not all cases that were selected were run. This is no statement about the rest."
    )


# ---- both phases of a run with background load


def test_a_case_that_was_not_begun_under_load_is_missing(with_outcomes: Run) -> None:
    run = with_outcomes("PASS")
    quiet = run["cases"][0]
    run["cases"] = [quiet, {**quiet, "id": f"{quiet['id']}@loaded", "verdict": "INCONCLUSIVE", "not_run": True}]
    assert coverage(run, CORE) == Coverage(0, 1)
    assert profile_result(run, CORE) == "0 of 1 run"
    assert from_results(run).functionalities[0].counts.not_run == 1


# ---- security is named for what was claimed


def security(run: dict[str, Any], verdict: str = "PASS", **claims: Any) -> dict[str, Any]:
    """A run of TC_088 and of a case that needs a security profile, which applies when ``claims`` say so."""
    template = run["cases"][0] | {"profile": "Security", "verdict": verdict}
    applies = claims.pop("applies", False)
    run["cases"] = [
        template | {"id": "TC_088_CSMS", "needs": []},
        template
        | {
            "id": "TC_085_CSMS",
            "needs": ["security-profile-1-or-2"],
            "verdict": "PASS" if applies else "NOT_APPLICABLE",
            "reason": None if applies else "not claimed: security.profiles = []",
        },
    ]
    run["run"]["claims"] = claims
    run["run"]["profiles"] = profile_counts(run["cases"])
    return run


@pytest.mark.parametrize(
    ("claims", "title"),
    [
        ({"security": {"profiles": []}}, OUTSIDE),
        ({}, OUTSIDE),
        ({"applies": True}, "Security"),
        ({"security": {"profiles": [1]}, "applies": True}, "Security profile 1"),
        ({"security": {"profiles": [1, 2]}, "applies": True}, "Security profiles 1, 2"),
        ({"security": {"profiles": [1, 3]}, "applies": True}, "Advanced Security"),
        ({"profiles": {"advanced_security": True}, "applies": True}, "Advanced Security"),
        ({"profiles": {"advanced_security": False}, "security": {"profiles": [3]}}, "Security profile 3"),
    ],
)
def test_security_is_titled_after_the_claims(with_outcomes: Run, claims: dict[str, Any], title: str) -> None:
    run = security(with_outcomes("PASS"), **claims)
    assert [profile.title for profile in profiles(run)] == [title]
    assert profile_table(run).rows[0][:2] == (title, "Pass")
    advanced = next(row for row in from_results(run).functionalities if row.key == "advanced_security")
    assert (advanced.result == "Not claimed") is (title != "Advanced Security")


def test_who_claims_no_security_gets_no_line_for_it_and_no_failed_one(with_outcomes: Run) -> None:
    """TC_088 needs no claim: it is told, and under no profile that nobody claimed."""
    run = security(with_outcomes("FAIL"), verdict="FAIL", security={"profiles": []})
    assert profile_result(run, profile_named(run, "Security")) == "Fail"
    made = from_results(run)
    assert problems(made) == []
    for all_rows in (False, True):
        text = write(made, "md", all_rows=all_rows).decode()
        assert "Cases that belong to none of these rows: 1 failed." in text
        assert "Advanced Security | Fail" not in text
        assert ("Advanced Security | Not claimed" in text) is all_rows
    assert "Security" not in str(profile_table(run).rows)


def test_a_row_in_which_nothing_applied_is_not_claimed(with_outcomes: Run) -> None:
    run = security(with_outcomes("PASS"), security={"profiles": []})
    del run["cases"][0]
    run["run"]["profiles"] = profile_counts(run["cases"])
    assert profile_table(run).rows[0][:2] == (OUTSIDE, "Not claimed")


def test_not_run_cases_outside_of_the_rows_are_told(interrupted: dict[str, Any]) -> None:
    for case in interrupted["cases"]:
        case["profile"] = "OCPP-J"
    text = write(from_results(interrupted), "md").decode()
    assert "Cases that belong to none of these rows: 2 not run." in text


# ---- errors


def test_errors_are_called_errors_and_counted_where_the_list_is_closed(with_outcomes: Run) -> None:
    run = with_outcomes("PASS", "ERROR")
    assert profile_result(run, CORE) == "Error"
    made = from_results(run)
    assert made.functionalities[0].result == "Inconclusive"
    assert "| Core | Inconclusive (1 error) <sup>M</sup> |" in write(made, "md").decode()
    run["cases"].append({**run["cases"][1], "id": "TC_099_CSMS"})
    assert "| Core | Inconclusive (2 errors) <sup>M</sup> |" in write(from_results(run), "md").decode()


def test_what_could_not_be_observed_is_inconclusive(with_outcomes: Run) -> None:
    text = write(from_results(with_outcomes("PASS", "INCONCLUSIVE")), "md").decode()
    assert "| Core | Inconclusive <sup>M</sup> |" in text


# ---- diff


def test_a_difference_warns_of_a_part(results: dict[str, Any], selected: dict[str, Any]) -> None:
    assert not any("partial" in warning for warning in compare(results, copy.deepcopy(results)).warnings)
    told = "run is partial, 1 of 39 cases that apply were run: what it did not run is not compared."
    found = compare(results, selected)
    others = len(results["cases"]) - 1
    assert found.warnings[:2] == (
        f"The later {told}",
        f"Cases of the earlier run that were not asked for in the later one: {others}.",
    )
    found = compare(selected, results)
    assert found.warnings[:2] == (
        f"The earlier {told}",
        f"Cases of the later run that were not asked for in the earlier one: {others}.",
    )


def test_what_a_selection_did_not_ask_for_is_neither_added_nor_removed(
    results: dict[str, Any], selected: dict[str, Any]
) -> None:
    assert compare(results, selected).removed == ()
    back = compare(selected, results)
    assert back.added == ()
    assert len(back.failing) == 6  # that fails is true all the same
    selected["run"]["selection"] = None
    assert len(compare(results, selected).removed) == len(compare(selected, results).added) > 0


def test_a_case_that_is_no_longer_run_is_no_longer_judged(with_outcomes: Run) -> None:
    before, after = with_outcomes("PASS"), copy.deepcopy(with_outcomes("PASS"))
    after["cases"][0] |= {"verdict": "INCONCLUSIVE", "not_run": True, "reason": "not run: interrupted"}
    (change,) = compare(before, after).unjudged
    assert (change.before, change.after) == ("PASS", "NOT_RUN")
