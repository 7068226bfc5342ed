"""`$GITHUB_STEP_SUMMARY`: appended to when it is set, within what GitHub takes, and never a reason to fail."""

from pathlib import Path

import pytest

from harness.artifacts.github import add_step_summary
from reports.ci.step_summary import LIMIT, step_summary
from tests.harness.conftest import Running
from tests.reports.support.diff_runs import now

CASE = """
@made_up()
async def test_it(station):
    await station.sends("Heartbeat", rule="R1")
"""


def test_a_run_adds_its_summary(running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "step.md"
    file.write_text("# A step before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    outcome = running(CASE)

    assert outcome.code == 0
    before, _, added = file.read_text("utf-8").partition("\n")
    assert before == "# A step before"
    assert added == step_summary(outcome.results or {})
    assert "1 of 1 selected cases passed" in added


def test_nothing_is_written_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    add_step_summary(now())
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "")
    add_step_summary(now())
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "step.md"
    file.write_bytes(b"x" * (LIMIT - 5_000))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    add_step_summary(now())
    size = file.stat().st_size
    assert LIMIT - 5_000 < size <= LIMIT
    assert b"**Cut:**" in file.read_bytes()

    file.write_bytes(b"x" * LIMIT)
    add_step_summary(now())
    assert file.stat().st_size == LIMIT


def test_a_file_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    add_step_summary(now())
    assert capsys.readouterr().err == (
        f"GITHUB_STEP_SUMMARY: {tmp_path} cannot be written, Is a directory; the step has no summary\n"
    )
