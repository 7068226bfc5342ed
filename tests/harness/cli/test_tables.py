"""What a run and a comparison print where no terminal is: whole words at any width, one cause once."""

import copy
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from harness.cli.precheck.printing import print_results
from harness.cli.tables import console_for, least_width, rich_table, without
from reports.results.tables import performance_table, profile_table
from reports.text.table import Table
from tests.reports.conftest import NOT_RUN, RESULTS, profile_counts
from tests.reports.results.test_causes import many
from tests.reports.support.diff_runs import SAMPLE, before

WIDTHS = (None, "20", "40", "60", "80", "100", "200")


@pytest.fixture
def run() -> dict[str, Any]:
    return copy.deepcopy(RESULTS)


def words(table: Table) -> set[str]:
    return {word for row in (table.headers, *table.rows) for cell in row for word in cell.split()}


def printed(run: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    print_results(run, Path("out"))
    return capsys.readouterr().out


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_of_a_table_is_broken_in_a_pipe(
    run: dict[str, Any], width: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if width is not None:
        monkeypatch.setenv("COLUMNS", width)
    out = printed(run, capsys)
    there = set(out.partition("\nProfiles")[2].split())
    columns = {"Passed", "Failed", "unexpectedly", "Inconclusive", "applicable", "Declared", "Within", "Timeouts"}
    names = {row[0] for row in profile_table(run).rows} | {row[0] for row in performance_table(run).rows}
    assert columns | {word for name in names for word in name.split()} <= there
    assert {"Fail", "Pass", "claimed"} <= there


@pytest.mark.parametrize("width", [width for width in WIDTHS if width is not None])
def test_no_word_of_a_comparison_is_broken_in_a_pipe(width: str, tmp_path: Path) -> None:
    """Run as a command, with its output in a pipe."""
    (tmp_path / "old.json").write_text(json.dumps(before()), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from harness.cli import main; main()", "diff", "old.json", str(SAMPLE)],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": width},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (1, "")
    for word in ("DiagnosticsStatusNotification", "INCONCLUSIVE", "TC_010_CSMS", "slower", "Applicability"):
        assert re.search(rf"(?<!\S){word}(?!\S)", done.stdout), word


def test_a_console_is_as_wide_as_its_tables_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    table = Table("Title", ("Name", "Count"), (("two words", "17 of 34 run"), ("W" * 20, "1")))
    shown = rich_table(table, folded={"Name"})
    assert least_width(shown) == 2 + 20 + 12 + 2 * 2 + 1
    console = console_for([shown], 120)
    with console.capture() as capture:
        console.print(shown)
    lines = capture.get().splitlines()
    assert max(map(cell_len, lines)) == console.width == least_width(shown)
    assert "17 of 34 run" in capture.get()
    assert without(table, {"Name"}).rows == (("17 of 34 run",), ("1",))


def test_one_cause_is_explained_once(run: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    run["cases"] = many()
    run["run"]["profiles"] = profile_counts(run["cases"])
    out = printed(run, capsys)
    assert out.count("expected  idTagInfo.status = Accepted") == 1
    assert "the same in 77 others: TC_001_CSMS, TC_002_CSMS," in out
    assert all(case["id"] in out for case in run["cases"])
    assert len(out.splitlines()) < 70
    assert "exit code 3: 78 with errors" in out


def test_an_interrupted_run_is_called_one(run: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    passed = next(case for case in run["cases"] if case["id"] == "TC_001_CSMS")
    run["cases"] = [passed, NOT_RUN, {**NOT_RUN, "id": "TC_071_CSMS"}]
    run["run"] |= {"interrupted": {"by": "SIGTERM", "judged": 1, "of": 3}, "profiles": profile_counts(run["cases"])}
    out = printed(run, capsys)
    assert re.search(r"^interrupted after 1 of 3: 2 not run, 1 passed in 5\.1 s$", out, re.MULTILINE)
    assert re.search(r"^exit code 130: interrupted after 1 of 3$", out, re.MULTILINE)
    assert "not run: TC_070_CSMS, TC_071_CSMS: the run was interrupted" in " ".join(out.split())
    assert re.search(r"Core +1 of 3 run +1 ", out)


def test_a_selection_is_called_one(run: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    run["cases"] = [case for case in run["cases"] if case["id"] == "TC_001_CSMS"]
    run["run"]["selection"] = {"cases": ["tc_001_csms"], "profiles": [], "other": False}
    run["run"]["profiles"] = [{"profile": "Core", "cases": 34, "applicable": 34, "selected": 1}]
    out = printed(run, capsys)
    said = "run: Only some cases were asked for (--case tc_001_csms): 1 of 34 cases that apply were run."
    assert said in " ".join(out.split())
    assert re.search(r"Core +1 of 34 run +1 ", out)
    assert "exit code" not in out


def test_many_cases_stand_below_their_reason(run: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    run["cases"] = [{**NOT_RUN, "id": f"TC_{number:03}_CSMS"} for number in range(40)]
    lines = printed(run, capsys).splitlines()
    reason = NOT_RUN["reason"].removeprefix("not run: ")
    begin = next(number for number, line in enumerate(lines) if line.startswith("not run, 40 cases: "))
    assert reason in " ".join(lines[begin:])
    ids = [id for line in lines[begin:] if line.startswith("  TC_") for id in line.replace(",", "").split()]
    assert ids == [f"TC_{number:03}_CSMS" for number in range(40)]
