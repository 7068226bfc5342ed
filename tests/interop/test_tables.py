"""The tables of real systems on the page: in step with what runs said, and with what was found out about it.

The systems themselves are not here; `benchmarks/interop_tables.py` makes the data of results files.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import interop_tables
from benchmarks.interop_tables import DATA, PAGE, Disagreement, kept, measured, page, system
from tests import ROOT

JUDGED = """\
name = "A system"
about = "Version 1, tried by nobody."
[[judged]]
cases = ["TC_002_CSMS"]
verdict = "FAIL"
holds = "true"
why = "It does so."
"""


def results(folder: Path, name: str, *verdicts: str, **run: Any) -> Path:
    """A results file: TC_001_CSMS, TC_002_CSMS, ... with these verdicts."""
    document = {
        "run": {
            "started": "2026-11-30T10:00:00Z",
            "workers": 1,
            "harness": {"version": "1"},
            "selection": None,
            "interrupted": None,
            **run,
        },
        "cases": [
            {"id": f"TC_00{i}_CSMS", "title": f"Case {i}", "verdict": verdict, "reason": f"because of {i}"}
            for i, verdict in enumerate(verdicts, 1)
        ],
    }
    file = folder / f"{name}.json"
    file.write_text(json.dumps(document), "utf-8")
    return file


def call(*arguments: object) -> tuple[int, str]:
    """Exit code of the script, and what it says to whoever called it."""
    command = [sys.executable, "-m", interop_tables.__name__, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    return done.returncode, done.stderr


def test_the_page_has_the_tables_of_the_data() -> None:
    text = PAGE.read_text("utf-8")
    assert page(text, kept(DATA)) == text, "run: python benchmarks/interop_tables.py"


def test_every_system_was_run_again_and_with_workers_and_nothing_was_ours() -> None:
    systems = kept(DATA)
    assert {one.name for one in systems} >= {"SteVe", "CitrineOS"}
    for one in systems:
        workers = [run["workers"] for run in one.runs]
        assert workers.count(1) >= 2, one.name
        assert max(workers) >= 4, one.name
        assert [id for id, judged in one.judgements.items() if judged.holds == "ours"] == []
        assert [id for id, case in one.cases.items() if len(set(case.verdicts)) > 1] == []


def test_results_files_of_ones_own_become_a_page_of_ones_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "own.toml").write_text(JUDGED, "utf-8")
    (tmp_path / "page.md").write_text(f"Before\n{interop_tables.BEGIN}\nold\n{interop_tables.END}\nAfter\n", "utf-8")
    files = [results(tmp_path, "one", "PASS", "FAIL"), results(tmp_path, "two", "PASS", "FAIL", workers=4)]

    assert call("add", "own", *files, "--data", mine) == (0, "")
    assert call("--data", mine, "--page", tmp_path / "page.md") == (0, "")

    text = (tmp_path / "page.md").read_text("utf-8")
    assert text.startswith("Before\n")
    assert text.endswith("After\n")
    assert "old" not in text
    assert "Runs: `-n 1`, `-n 4`, 2026-11-30. Every run gave the same verdicts." in text
    assert "1 PASS, 1 FAIL." in text
    assert "| TC_001_CSMS | Case 1 | PASS |  |  |\n" in text
    assert "| TC_002_CSMS | Case 2 | FAIL | yes | It does so. |\n" in text


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        (("PASS", "PASS"), "TC_002_CSMS was PASS, and what was judged is FAIL"),
        (("PASS", "ERROR"), "TC_002_CSMS was ERROR, and what was judged is FAIL"),
        (("FAIL", "FAIL"), "TC_001_CSMS was FAIL and nobody judged it: because of 1"),
        (("PASS",), "TC_002_CSMS was judged and not run"),
    ],
)
def test_a_verdict_that_nobody_judged_is_told(tmp_path: Path, verdicts: tuple[str, ...], says: str) -> None:
    (tmp_path / "own.toml").write_text(JUDGED, "utf-8")
    code, told = call("add", "own", results(tmp_path, "run", *verdicts), "--data", tmp_path)
    assert (code, told) == (1, f"own: {says}\n")


def test_verdicts_that_differ_from_run_to_run_are_shown_and_have_to_be_judged(tmp_path: Path) -> None:
    files = [results(tmp_path, "one", "PASS", "FAIL"), results(tmp_path, "two", "PASS", "PASS")]
    (tmp_path / "own.json").write_text(json.dumps(measured(files)), "utf-8")
    (tmp_path / "own.toml").write_text(JUDGED, "utf-8")
    with pytest.raises(Disagreement, match="TC_002_CSMS was FAIL, PASS, and what was judged is FAIL"):
        system(tmp_path, "own")

    (tmp_path / "own.toml").write_text(JUDGED.replace('"FAIL"', '"FAIL, PASS"').replace('"true"', '"ours"'), "utf-8")
    text = interop_tables.tables([system(tmp_path, "own")])
    assert "Not every run gave the same verdicts." in text
    assert "| TC_002_CSMS | Case 2 | FAIL, PASS | no, ours | It does so. |" in text


def test_what_was_found_out_is_asked_for(tmp_path: Path) -> None:
    code, told = call("add", "own", results(tmp_path, "run", "PASS"), "--data", tmp_path / "new")
    assert (code, told.partition(": ")[0]) == (1, f"write {tmp_path / 'new' / 'own.toml'}")
    assert (tmp_path / "new" / "own.json").exists()


def test_a_judgement_says_whether_the_verdict_holds_and_why(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text(json.dumps(measured([results(tmp_path, "run", "PASS", "FAIL")])), "utf-8")
    (tmp_path / "own.toml").write_text(JUDGED.replace('"true"', '"perhaps"'), "utf-8")
    with pytest.raises(Disagreement, match="TC_002_CSMS needs holds = one of true, ours, API, and why"):
        system(tmp_path, "own")


@pytest.mark.parametrize("run", [{"selection": {"cases": ["TC_001_CSMS"]}}, {"interrupted": "Ctrl-C"}])
def test_a_part_of_a_run_says_nothing_about_a_system(tmp_path: Path, run: dict[str, Any]) -> None:
    with pytest.raises(Disagreement, match="is of a part of the cases"):
        measured([results(tmp_path, "run", "PASS", **run)])


def test_runs_of_different_cases_are_not_put_side_by_side(tmp_path: Path) -> None:
    with pytest.raises(Disagreement, match=r"two\.json has other cases than the runs before it"):
        measured([results(tmp_path, "one", "PASS"), results(tmp_path, "two", "PASS", "PASS")])


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("No marks\n", "utf-8")
    (tmp_path / "none").mkdir()
    code, told = call("--data", tmp_path / "none", "--page", tmp_path / "page.md")
    assert (code, told) == (1, f"the page needs the lines {interop_tables.BEGIN} and {interop_tables.END}\n")
    assert (tmp_path / "page.md").read_text("utf-8") == "No marks\n"
