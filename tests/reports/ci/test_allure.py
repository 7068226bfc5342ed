"""The sample run in Allure's model: statuses, suites, steps, and what makes the same case the same in the next run."""

import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from attr import asdict
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from reports.ci.allure import MAX_FRAME, categories, environment, test_result
from reports.results.verdicts import outcome
from tests.reports.support.diff_runs import SAMPLE, case_of, now, three

make = test_result
del test_result  # pytest would take it for a test


class JsonFile(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "json"


@pytest.fixture
def sample() -> dict[str, Any]:
    return now()


def entries_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    if case["trace"] is None:
        return []
    return [json.loads(line) for line in Path(SAMPLE.parent, case["trace"]).read_text("utf-8").splitlines()]


def result_of(results: dict[str, Any], id: str, entries: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The result as Allure's writer puts it into a file."""
    case = case_of(results, id)
    result = make(results, case, entries_of(case) if entries is None else entries)
    written: dict[str, Any] = asdict(result, filter=lambda _, value: value or value is False)
    return written


def labels(result: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label in result["labels"]:
        found.setdefault(label["name"], []).append(label["value"])
    return found


def test_results(snapshot: SnapshotAssertion) -> None:
    run = three()
    written = [result_of(run, case["id"]) for case in run["cases"]]
    assert json.dumps(written, indent=1, ensure_ascii=False) == snapshot(extension_class=JsonFile)


def test_statuses(sample: dict[str, Any]) -> None:
    found = {(outcome(case), make(sample, case, []).status) for case in sample["cases"]}
    assert found == {
        ("PASS", "passed"),
        ("FAIL", "failed"),
        ("XPASS", "failed"),
        ("ERROR", "broken"),
        ("INCONCLUSIVE", "skipped"),
        ("XFAIL", "skipped"),
        ("NOT_APPLICABLE", "skipped"),
    }


def test_what_it_says(sample: dict[str, Any]) -> None:
    skipped = result_of(sample, "TC_046_CSMS")["statusDetails"]
    assert skipped["message"] == "NOT APPLICABLE: not claimed: profiles.reservation = false in sut.toml"
    expected = result_of(sample, "TC_013_CSMS")["statusDetails"]
    assert expected["message"].startswith(
        "XFAIL: expected: CSMS-412: the kind of a reset is swapped, mended in 3.2; TC_"
    )
    assert expected["known"] is True
    passed = result_of(sample, "TC_021_CSMS")["statusDetails"]
    assert passed["message"] == "XPASS: expected: CSMS-398: values of configuration keys are cut"
    failed = result_of(sample, "TC_010_CSMS")["statusDetails"]
    assert failed["message"].startswith("FAIL: TC_010_CSMS.R2: idTag = WRONG-TAG, expected")
    assert "^^^" in failed["trace"]
    broken = result_of(sample, "TC_012_CSMS")["statusDetails"]
    assert broken["message"].startswith("ERROR: the state charging was not reached: idTagInfo.status")
    unjudged = result_of(sample, "TC_017_1_CSMS")["statusDetails"]
    assert unjudged["message"].startswith("INCONCLUSIVE: nobody operates the back office")
    assert "statusDetails" not in result_of(sample, "TC_023_1_CSMS")


def test_suites_are_profiles(sample: dict[str, Any]) -> None:
    result = result_of(sample, "TC_043_4_CSMS")
    assert result["titlePath"] == ["Reference CSMS", "Local Authorization List Management"]
    found = labels(result)
    assert (found["parentSuite"], found["suite"]) == (["Reference CSMS"], ["Local Authorization List Management"])
    assert (found["epic"], found["feature"]) == (["OCPP 1.6"], ["Local Authorization List Management"])
    assert found["severity"] == ["normal"]
    assert labels(result_of(sample, "TC_010_CSMS"))["severity"] == ["critical"]
    assert labels(result_of(sample, "PERF_RESPONSE_CSMS"))["severity"] == ["minor"]
    assert labels(result_of(sample, "TC_010_CSMS"))["tag"] == ["remote-start", "valid-tag"]


def test_links(sample: dict[str, Any]) -> None:
    case = case_of(sample, "TC_013_CSMS")
    case["expected_failure"] = "see https://tracker.example/CSMS-412, and (http://tracker.example/7)."
    assert [(link["type"], link["name"]) for link in result_of(sample, case["id"])["links"]] == [
        ("link", case["ref"]),
        ("issue", "https://tracker.example/CSMS-412"),
        ("issue", "http://tracker.example/7"),
    ]
    case |= {"ref": None, "expected_failure": None}
    assert "links" not in result_of(sample, case["id"])


def test_steps_are_the_trace(sample: dict[str, Any]) -> None:
    result = result_of(sample, "TC_010_CSMS")
    steps = result["steps"]
    assert [(step["name"].split(":")[0], step["status"]) for step in steps] == [
        ("connected", "passed"),
        ("booted", "passed"),
        ("station → CSMS", "passed"),
        ("CSMS → station", "passed"),
        ("operator", "passed"),
        ("CSMS → station", "failed"),
        ("station → CSMS", "passed"),
        ("cleanup", "passed"),
    ]
    flat = [inner for step in steps for inner in step.get("steps", [step])]
    entries = entries_of(case_of(sample, "TC_010_CSMS"))
    assert [step["parameters"][0]["value"] for step in flat] == [str(entry["seq"]) for entry in entries]
    offending = steps[5]
    assert offending["name"] == "CSMS → station: RemoteStartTransaction  connectorId=1 idTag=WRONG-TAG"
    assert offending["parameters"][1]["value"] == entries[int(offending["parameters"][0]["value"]) - 1]["text"]
    times = [step["start"] for step in flat]
    assert times == sorted(times)
    assert result["start"] == times[0]
    assert result["stop"] - result["start"] == round(case_of(sample, "TC_010_CSMS")["seconds"] * 1000)


def test_what_did_not_come_is_a_step_that_failed(sample: dict[str, Any]) -> None:
    steps = result_of(sample, "TC_061_CSMS")["steps"]
    (failed,) = [step for step in steps if step["status"] == "failed"]
    assert failed["name"] == "nothing arrived in 5 s"
    assert "parameters" not in failed


def test_a_broken_preamble_is_broken_where_it_broke(sample: dict[str, Any]) -> None:
    steps = result_of(sample, "TC_012_CSMS")["steps"]
    (broken,) = [step for step in steps if step["status"] == "broken"]
    assert broken["name"].startswith("charging: ")
    assert Counter(step["status"] for step in broken["steps"])["broken"] == 1


def test_without_the_trace_the_steps_of_the_results_are_there(sample: dict[str, Any]) -> None:
    whole, less = result_of(sample, "TC_010_CSMS"), result_of(sample, "TC_010_CSMS", [])
    # The results know what happened until the case failed.
    assert [step["name"] for step in less["steps"]] == [step["name"] for step in whole["steps"][:-1]]
    started = datetime.fromisoformat(sample["run"]["started"]).timestamp() * 1000
    assert less["start"] == started < whole["start"]  # of the case nothing is known but when the run began
    assert "steps" not in result_of(sample, "TC_046_CSMS")


def test_a_long_frame_is_cut(sample: dict[str, Any]) -> None:
    entry = entries_of(case_of(sample, "TC_023_1_CSMS"))[0] | {"kind": "frame", "text": "x" * (MAX_FRAME + 1)}
    (step,) = result_of(sample, "TC_023_1_CSMS", [entry])["steps"][0]["steps"]
    assert step["parameters"][1]["value"] == "x" * MAX_FRAME + "…"


def test_a_case_is_known_again(sample: dict[str, Any]) -> None:
    first = {case["id"]: make(sample, case, []) for case in sample["cases"]}
    sample["run"] |= {"id": "plugproof-2026-11-22-000000000000", "started": "2026-11-22T10:00:00Z"}
    sample["run"]["sut"]["software_version"] = "3.3"
    second = {case["id"]: make(sample, case, []) for case in sample["cases"]}
    for id, result in first.items():
        assert (result.historyId, result.testCaseId) == (second[id].historyId, second[id].testCaseId)
        assert result.uuid != second[id].uuid
    assert len({result.historyId for result in first.values()}) == len(first)


def test_description_has_the_rules(sample: dict[str, Any]) -> None:
    text = result_of(sample, "TC_010_CSMS")["description"]
    assert "- `TC_010_CSMS.R2` The station is asked to start with the tag that the operator chose.\n" in text
    assert "- `TC_010_CSMS.R7` The transaction with that tag is accepted. (not judged)" in text
    assert text.endswith("Run again: `plugproof precheck --sut sut.toml --strict --case TC_010_CSMS`")
    case = case_of(sample, "TC_010_CSMS")
    case |= {"sentences": {}, "rerun": None, "phase": "loaded", "lane": None}
    loaded = result_of(sample, "TC_010_CSMS")
    assert loaded["description"].startswith("- `TC_010_CSMS.R2`\n")
    assert "Run again" not in loaded["description"]
    assert "under load" in labels(loaded)["tag"]
    assert "thread" not in labels(loaded)


def test_categories_take_each_result_to_one(sample: dict[str, Any]) -> None:
    """As Allure does it: status in the list, and the whole message matches."""
    for case in sample["cases"]:
        result = make(sample, case, [])
        names = [
            category["name"]
            for category in categories()
            if result.status in category["matchedStatuses"]
            and result.statusDetails is not None
            and re.fullmatch(category["messageRegex"], result.statusDetails.message)
        ]
        assert len(names) == (outcome(case) != "PASS"), case["id"]


def test_environment_is_ascii_and_reads_back(sample: dict[str, Any]) -> None:
    sample["run"]["sut"] |= {"vendor": "전기 \\ 𝄞\nx", "software_version": None, "address": "wss://u:secret@h/"}
    text = environment(sample)
    lines = dict(line.split(" = ", 1) for line in text.splitlines())
    assert text.isascii()
    assert lines["Vendor"] == "\\uc804\\uae30 \\\\ \\ud834\\udd1e\\u240ax"
    assert "Software_version" not in lines
    assert lines["Strict"] == "yes"
    assert "secret" not in text
    sample["run"]["strict"] = False
    assert "\nStrict = no\n" in environment(sample)


def test_no_secret(results: dict[str, Any], password: str) -> None:
    assert password in str(results)
    for case in results["cases"]:
        assert password not in str(make(results, case, []))
    assert password not in environment(results)
