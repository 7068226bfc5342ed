"""What a diff finds between the sample run and the one before, what makes it red, and how it reads."""

import copy
import json
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from reports.diff.compare import FAIL_ON, Change, compare, is_red
from reports.diff.latency import Latency, latencies
from reports.diff.markdown import MAX_ROWS, diff_markdown
from reports.diff.tables import as_json, headline, runs, sections
from tests.reports.support.diff_runs import GOOD, before, case_of, now, verdict_of, with_samples

MS = 1_000_000


@pytest.fixture
def old() -> dict[str, Any]:
    return before()


@pytest.fixture
def new() -> dict[str, Any]:
    return now()


def moved(changes: tuple[Change, ...]) -> dict[str, tuple[str | None, str | None]]:
    return {change.id: (change.before, change.after) for change in changes}


def test_every_case_is_where_it_belongs(old: dict[str, Any], new: dict[str, Any]) -> None:
    diff = compare(old, new)
    assert moved(diff.failing) == {
        "TC_010_CSMS": ("PASS", "FAIL"),
        "TC_061_CSMS": ("PASS", "FAIL"),
        "TC_021_CSMS": ("PASS", "XPASS"),
        "TC_054_CSMS": ("NOT_APPLICABLE", "FAIL"),
        "TC_078_CSMS": (None, "FAIL"),  # nobody knew it before, and it fails
    }
    assert moved(diff.passing) == {"TC_056_CSMS": ("FAIL", "PASS"), "TC_023_1_CSMS": ("ERROR", "PASS")}
    assert moved(diff.unjudged) == {"TC_012_CSMS": ("PASS", "ERROR"), "TC_017_1_CSMS": ("PASS", "INCONCLUSIVE")}
    assert moved(diff.otherwise) == {
        "TC_001_CSMS": ("FAIL", "FAIL"),  # for another rule
        "TC_013_CSMS": ("FAIL", "XFAIL"),
        "TC_017_2_CSMS": ("ERROR", "INCONCLUSIVE"),
    }
    assert moved(diff.applicability) == {
        "TC_046_CSMS": ("PASS", "NOT_APPLICABLE"),
        "TC_054_CSMS": ("NOT_APPLICABLE", "FAIL"),
    }
    assert moved(diff.added) == {"TC_078_CSMS": (None, "FAIL"), "TC_087_CSMS": (None, "PASS")}
    assert moved(diff.removed) == {"TC_099_CSMS": ("PASS", None)}
    both = {case["id"] for case in old["cases"]} & {case["id"] for case in new["cases"]}
    parts = (diff.failing, diff.passing, diff.unjudged, diff.otherwise, diff.applicability)
    changed = {change.id for part in parts for change in part}
    assert diff.unchanged == len(both) - len(changed & both)
    assert (diff.old.totals["XPASS"], diff.new.totals["XPASS"]) == (0, 1)


def test_reasons(old: dict[str, Any], new: dict[str, Any]) -> None:
    case_of(new, "TC_017_1_CSMS")["reason"] = None
    diff = compare(old, new)
    why = {change.id: change.reason for change in (*diff.failing, *diff.passing, *diff.otherwise, *diff.removed)}
    assert why["TC_010_CSMS"].startswith("TC_010_CSMS.R2: idTag = WRONG-TAG, expected")
    assert why["TC_021_CSMS"] == "expected to fail and passed: CSMS-398: values of configuration keys are cut"
    assert why["TC_001_CSMS"].startswith("before TC_001_CSMS.R1; now TC_001_CSMS.R7: ")
    assert why["TC_056_CSMS"].startswith("before: TC_003_CSMS.R5: idTagInfo.status = Invalid")
    assert why["TC_099_CSMS"] == ""
    case_of(new, "TC_001_CSMS")["reason"] = None
    assert compare(old, new).otherwise[0].reason == "before TC_001_CSMS.R1; now TC_001_CSMS.R7"


def test_secrets_do_not_come_through(old: dict[str, Any], new: dict[str, Any], password: str) -> None:
    case_of(new, "TC_010_CSMS")["reason"] = f"it was key=AuthorizationKey value={password}"
    diff = compare(old, new)
    for text in (diff_markdown(diff), json.dumps(as_json(diff)), str(sections(diff))):
        assert password not in text
        assert "key=AuthorizationKey" in text.replace("\\", "")


def test_equal_runs_do_not_differ(new: dict[str, Any]) -> None:
    diff = compare(new, copy.deepcopy(new))
    assert headline(diff) == f"nothing changed, {len(new['cases'])} unchanged"
    assert not diff.warnings
    assert not is_red(diff, FAIL_ON)
    assert {row.verdict for row in diff.latency} == {"same", "too few"}
    assert "**" not in diff_markdown(diff)


def test_only_a_new_failure_is_red_until_more_is_asked_for(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert is_red(compare(old, new))
    assert not is_red(compare(new, new))
    cases: dict[str, Any] = {
        "latency": lambda run: with_samples(run, {"Heartbeat": [MS * (1 + n) for n in range(9)]}),
        "unjudged": lambda run: case_of(run, "TC_012_CSMS").update(GOOD),
        "applicability": lambda run: case_of(run, "TC_046_CSMS").update(GOOD),
        "removed": lambda run: run["cases"].append({**case_of(run, "TC_087_CSMS"), "id": "TC_099_CSMS"}),
        "warning": lambda run: run["run"].update(strict=not run["run"]["strict"]),
    }
    assert cases.keys() == set(FAIL_ON)
    later = with_samples(new, {"Heartbeat": [MS * (20 + n) for n in range(9)]})
    for name, change in cases.items():
        earlier = copy.deepcopy(later)
        change(earlier)
        diff = compare(earlier, later)
        assert not is_red(diff), name
        assert [kind for kind in FAIL_ON if is_red(diff, [kind])] == [name]


def test_warnings(new: dict[str, Any]) -> None:
    old = copy.deepcopy(new)
    old["run"]["sut"]["name"] = "Another"
    old["run"]["harness"]["version"] = "0.0.9"
    old["run"]["claims"]["features"] = {"clear_cache": True, "added": [1]}
    new["run"]["claims"]["features"] = {"clear_cache": None, "other": {"deep": "x"}}
    old["run"]["suite"] = {"cases": 1, "rules": 1, "digest": "0" * 64}
    new["run"]["suite"] = {"cases": 1, "rules": 1, "digest": "1" * 64}
    old["run"]["machine"]["cpus"] = 64
    old["run"]["machine"]["load_1m"] = 7.5  # is another one each time
    new["background"] = {"stations": 5}
    known = {"rule": "PICS-01", "claim": "profiles.core"}
    old["pics_mismatch"] = [known]
    new["pics_mismatch"] = [known, {"rule": "PICS-02", "claim": "limits.tags"}]
    assert list(compare(old, new).warnings) == [
        "The systems under test have different names: Another, now Reference CSMS.",
        "The versions of plugproof differ: 0.0.9, now 0.1.0.",
        "The same cases were run, but their rules differ between the two versions.",
        "The claims differ: features.added was [1], is unanswered; features.clear_cache was true, is unanswered; "
        "features.other.deep was unanswered, is x.",
        "The wire newly contradicts claims: limits.tags (PICS-02).",
        "The conditions of the measurement differ (machine, background stations): "
        "response times may differ for that reason.",
    ]
    new["cases"].pop()
    assert not [text for text in compare(old, new).warnings if "same cases" in text]


def test_a_new_sut_file_does_not_flood(new: dict[str, Any]) -> None:
    old = copy.deepcopy(new)
    old["run"]["claims"] = new["run"]["claims"] | {f"key_{n:02}": True for n in range(30)}
    (warning,) = compare(old, new).warnings
    assert warning.count("was true") == 20
    assert warning.endswith("; and 10 more.")


def test_the_comment(old: dict[str, Any], new: dict[str, Any], markdown_file: SnapshotAssertion) -> None:
    assert diff_markdown(compare(old, new)) == markdown_file


def test_a_comment_has_an_end(new: dict[str, Any]) -> None:
    old = copy.deepcopy(new)
    failing = verdict_of(new, "TC_010_CSMS")
    extra = [{**case_of(new, "TC_087_CSMS"), "id": f"TC_{n}"} for n in range(200, 200 + MAX_ROWS + 7)]
    old["cases"] += copy.deepcopy(extra)
    new["cases"] += [{**case, **failing} for case in extra]
    text = diff_markdown(compare(old, new))
    assert text.count("| PASS | FAIL |") == MAX_ROWS
    assert "\n\n7 more; `plugproof diff --format json` has all.\n" in text
    assert len(compare(old, new).failing) == MAX_ROWS + 7


def test_json_is_plain_and_whole(old: dict[str, Any], new: dict[str, Any]) -> None:
    diff = compare(old, new)
    data = json.loads(json.dumps(as_json(diff)))
    assert data["format"] == 1
    assert data["headline"] == headline(diff)
    assert [change["id"] for change in data["failing"]] == [change.id for change in diff.failing]
    assert data["latency"][0]["verdict"] == "slower"


def test_runs_name_what_they_tested(new: dict[str, Any]) -> None:
    old = copy.deepcopy(new)
    old["run"]["sut"]["software_version"] = "3.1"
    old["cases"] = []
    rows = runs(compare(old, new)).rows
    assert [row[3] for row in rows] == ["Reference CSMS 3.1", "Reference CSMS"]
    assert rows[0][5] == "nothing ran"


# --- response times ---------------------------------------------------------------------------------------------------


def row_of(old: list[int], new: list[int], **more: Any) -> Latency:
    (row,) = latencies(with_samples(now(), {"Heartbeat": old}), with_samples(now(), {"Heartbeat": new}), **more)
    return row


def spread(middle: float, n: int) -> list[int]:
    """Response times around ``middle`` milliseconds, all different."""
    return [round(MS * middle * (0.8 + 0.4 * k / n)) for k in range(n)]


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (spread(10, 20), spread(20, 20), "slower"),
        (spread(20, 20), spread(10, 20), "faster"),
        (spread(10, 20), spread(10, 20), "same"),
        (spread(10, 200), spread(11, 200), "same"),  # certain, and only 10 %
        (spread(10, 3), spread(90, 3), "too few"),
        ([5 * MS] * 9, [5 * MS] * 9, "too few"),  # with nothing but ties no deal is rarer than another
        ([5 * MS] * 9, [9 * MS] * 9, "slower"),
        ([0] * 9, [9 * MS] * 9, "same"),  # nobody measures a median of nothing, and no percent can be told
        # Most pairs are slower and the median is not: no word would be true.
        ([10 * MS] * 51 + [1 * MS] * 49, [7 * MS] * 51 + [90 * MS] * 49, "same"),
        # Certain, and the median doubled; but nearly as many pairs are quicker as are slower.
        ([10 * MS] * 510 + [20 * MS] * 490, [10 * MS] * 400 + [20 * MS] * 600, "same"),
    ],
)
def test_verdicts(old: list[int], new: list[int], verdict: str) -> None:
    assert row_of(old, new).verdict == verdict


def test_the_threshold_of_the_median_is_the_users(old: dict[str, Any]) -> None:
    assert row_of(spread(10, 200), spread(13, 200), min_change=29).verdict == "slower"
    assert row_of(spread(10, 200), spread(13, 200), min_change=31).verdict == "same"


def test_figures() -> None:
    row = row_of(spread(10, 20), spread(20, 20))
    assert (row.n, row.p50_ms, row.p95_ms) == ((20, 20), (9.8, 19.6), (11.6, 23.2))
    assert row.change == pytest.approx(100)
    assert (row.delta, row.exact) == (1.0, True)
    assert row.p == pytest.approx(2 / 137846528820)


def test_what_can_never_be_significant_weakens_nothing() -> None:
    """Seven against seven can reach 2/3432; with twenty actions of one sample counted in, that would not be enough."""
    ones = {f"Action{n}": [MS] for n in range(20)}
    old = with_samples(now(), {"Heartbeat": spread(10, 7), **ones})
    new = with_samples(now(), {"Heartbeat": spread(30, 7), **ones})
    rows = latencies(old, new)
    assert [row.verdict for row in rows] == ["slower", *["too few"] * 20]
    assert rows[0].p == pytest.approx(2 / 3432)
    assert rows[1].p is None


def test_many_actions_are_corrected_for() -> None:
    old = with_samples(now(), {f"Action{n}": spread(10, 7) for n in range(20)})
    new = with_samples(now(), {f"Action{n}": spread(30, 7) for n in range(20)})
    assert {row.verdict for row in latencies(old, new)} == {"too few"}
    new = with_samples(now(), {f"Action{n}": spread(10 if n else 30, 9) for n in range(20)})
    old = with_samples(now(), {f"Action{n}": spread(10, 9) for n in range(20)})
    assert [row.verdict for row in latencies(old, new)] == ["slower", *["same"] * 19]
    assert latencies(old, new)[0].p == pytest.approx(20 * 2 / 48620)


def test_under_load_is_compared_with_under_load() -> None:
    old = with_samples(with_samples(now(), {"Heartbeat": spread(10, 20)}), {"Heartbeat": spread(20, 20)}, "loaded")
    new = with_samples(with_samples(now(), {"Heartbeat": spread(10, 20)}), {"Heartbeat": spread(60, 20)}, "loaded")
    assert [(row.phase, row.verdict) for row in latencies(old, new)] == [("loaded", "slower"), ("quiet", "same")]
    assert "| Heartbeat under load | 20 → 20 | 19.6 → 58.8 | +200 % |" in diff_markdown(compare(old, new))
    assert [row.phase for row in latencies(old, with_samples(now(), {"Heartbeat": spread(10, 20)}))] == ["quiet"]


def test_results_without_samples_are_shown_and_not_judged() -> None:
    old, new = now(), now()
    del old["performance"]["samples"]
    rows = latencies(old, new)
    assert {(row.verdict, row.p, row.delta) for row in rows} == {("no samples", None, None)}
    assert "| Authorize | 45 → 45 |" in diff_markdown(compare(old, new))


def test_an_action_of_one_run_only_is_left_out() -> None:
    old = with_samples(now(), {"Heartbeat": spread(10, 20), "Authorize": []})
    new = with_samples(now(), {"Authorize": spread(10, 20)})
    assert latencies(old, new) == []
    assert "Rank test" not in diff_markdown(compare(old, new))
