"""`plugproof diff` as a command: what it prints, how it ends, what it says about files that are none."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner, Result

from harness.cli.app import app
from tests.reports.support.diff_runs import SAMPLE, before, now, with_samples
from tests.reports.support.load_runs import limit, load_run

Diff = Callable[..., Result]


@pytest.fixture
def diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Diff:
    """Run the command in a folder with `old.json`; the later run is the sample unless it is named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("old.json").write_text(json.dumps(before()), "utf-8")

    def run(*arguments: str, new: str = str(SAMPLE)) -> Result:
        old = [] if arguments and not arguments[0].startswith("-") else ["old.json"]
        result = CliRunner().invoke(app, ["diff", *old, *arguments, new])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def write(name: str, results: Any) -> str:
    Path(name).write_text(json.dumps(results), "utf-8")
    return name


def test_as_text(diff: Diff, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion) -> None:
    result = diff()
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == snapshot

    monkeypatch.setenv("COLUMNS", "80")
    narrow = diff().stdout
    assert "p95" not in narrow
    assert re.search(r"StatusNotification +\d+\.\d → \d+\.\d +\+200 % +\+0\.\d\d +< 0\.001 +slower", narrow)


def test_formats_for_machines(diff: Diff) -> None:
    result = diff("--format", "md")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("### plugproof: 5 newly failing, ")
    result = diff("--format", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert len(json.loads(result.stdout)["failing"]) == 5


def test_exit_codes(diff: Diff) -> None:
    same = diff(str(SAMPLE.parent))  # a folder holds its results.json
    assert same.exit_code == 0
    assert same.stdout.startswith("nothing changed, 32 unchanged\n")

    quick = write("quick.json", with_samples(now(), {"Heartbeat": [1000 + n for n in range(9)]}))
    slow = write("slow.json", with_samples(now(), {"Heartbeat": [2000 + n for n in range(9)]}))
    assert diff(quick, new=slow).exit_code == 0
    assert diff(quick, "--fail-on", "latency", new=slow).exit_code == 1
    assert diff(quick, "--fail-on", "latency", "--min-change", "120", new=slow).exit_code == 0
    assert diff(slow, "--fail-on", "latency", "--fail-on", "unjudged", new=quick).exit_code == 0


def sentence(result: Result) -> str:
    """The only line of a usage error."""
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "bad.json: there is no such file; `plugproof precheck --out DIR` writes one into DIR"),
        (b"{", "bad.json: is no JSON; name the results.json of a run"),
        (b"\xff\xfe\x00", "bad.json: is no JSON; name the results.json of a run"),
        (b'"\xff"', "bad.json: is no JSON; name the results.json of a run"),
        (b"[" * 100_000, "bad.json: is nested too deeply to be results; name the results.json of a run"),
        (b"[]", "bad.json: is no results file of this version: the results is [], not object"),
        (
            b'{"format": 2}',
            "bad.json: is no results file of this version: format is 2, not 1 (3 more problems)",
        ),
    ],
)
def test_a_bad_file_is_one_sentence(diff: Diff, content: bytes | None, said: str) -> None:
    if content is not None:
        Path("bad.json").write_bytes(content)
    assert sentence(diff(new="bad.json")) == said
    assert sentence(diff("bad.json")) == said


def test_other_mistakes_are_one_sentence(diff: Diff, tmp_path: Path) -> None:
    (tmp_path / "folder" / "results.json").mkdir(parents=True)
    assert sentence(diff(new="folder")) == (
        "folder/results.json: cannot be read, Is a directory; name the results.json of a run"
    )
    assert sentence(diff("--format", "html")) == "--format is text, md or json, not html"
    assert sentence(diff("--fail-on", "speed")) == (
        "--fail-on is latency, unjudged, applicability, removed or warning, not speed"
    )
    station = copy.deepcopy(now())
    station["run"]["sut"]["role"] = "charge_point"
    assert sentence(diff(new=write("station.json", station))) == (
        "old.json tested a csms and station.json a charge_point: compare two runs of the same role"
    )


# --- two load runs ----------------------------------------------------------------------------------------------------


def test_two_load_runs_are_compared_as_such(diff: Diff) -> None:
    worse = load_run() | {"verdict": "FAIL", "limits": [limit("Authorize p95 < 1s", "FAIL")]}
    good, bad = write("good.json", load_run()), write("bad.json", worse)

    result = diff(good, new=bad)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("load run FAIL, was PASS, limits newly failing: 1\n")
    assert "Before: 2026-01-01T00:00:00.000Z, ws://csms.example/ocpp, 5 stations for 60.0 s, plugproof" in result.stdout
    assert diff(bad, new=good).exit_code == 0
    assert diff(good, "--format", "md", new=bad).stdout.startswith("### plugproof: load run FAIL, was PASS, ")
    assert json.loads(diff(good, "--format", "json", new=bad).stdout)["kind"] == "load"


def test_a_load_run_and_a_run_of_cases_are_not_compared(diff: Diff) -> None:
    load = write("load.json", load_run())
    said = "load.json is the result of a load run and old.json is not: compare two load runs, or two runs of cases"

    assert said in sentence(diff(new=load))
    assert said in sentence(diff(load, new="old.json"))


def test_a_load_result_with_something_missing_is_a_sentence(diff: Diff) -> None:
    broken = load_run()
    del broken["plan"]["url"]

    said = sentence(diff(write("good.json", load_run()), new=write("broken.json", broken)))
    assert "broken.json: is no results file of this version: plan has no url" in said
