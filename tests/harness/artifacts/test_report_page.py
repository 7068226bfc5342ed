"""The files of report.html: what is written beside a run, and made again from it."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.artifacts.page import read_traces, write_page
from harness.cli.app import app
from tests.reports import sample

TRACE = "cases/TC_010_CSMS/trace.jsonl"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of three cases on disk: one that failed, one that passed, one that did not apply."""
    results = sample.results()
    results["cases"] = [
        case for case in results["cases"] if case["id"] in ("TC_010_CSMS", "TC_056_CSMS", "TC_046_CSMS")
    ]
    (tmp_path / "results.json").write_text(json.dumps(results), "utf-8")
    for case in results["cases"]:
        if case["trace"]:
            (tmp_path / case["trace"]).parent.mkdir(parents=True)
            shutil.copy(sample.HERE / case["trace"], tmp_path / case["trace"])
    return tmp_path


def results_of(run: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((run / "results.json").read_text("utf-8"))
    return loaded


def plugproof(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["report", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_the_page_and_a_picture_beside_each_trace_are_written(run: Path) -> None:
    write_page(results_of(run), run)

    page = (run / "report.html").read_text("utf-8")
    assert "BootNotification.conf" in page
    pictures = sorted(file.relative_to(run).as_posix() for file in run.rglob("*.svg"))
    assert pictures == ["cases/TC_010_CSMS/sequence.svg", "cases/TC_056_CSMS/sequence.svg"]
    assert all(f'href="./{name}"' in page for name in pictures)
    assert "WRONG-TAG" in (run / pictures[0]).read_text("utf-8")


def test_the_page_is_made_again_from_the_results(run: Path) -> None:
    write_page(results_of(run), run)
    written = (run / "report.html").read_text("utf-8")

    assert plugproof(run / "results.json", "--format", "report.html") == (0, written, "")
    again = run / "again.html"
    assert plugproof(run / "results.json", "--format", "report.html", "--out", again) == (0, f"{again}: written\n", "")
    assert again.read_text("utf-8") == written


def test_a_file_of_the_name_of_the_page_is_never_an_abstract(run: Path) -> None:
    write_page(results_of(run), run)
    written = (run / "report.html").read_text("utf-8")

    plugproof(run / "results.json", "--out", run / "report.html")

    assert (run / "report.html").read_text("utf-8") == written


@pytest.mark.parametrize("content", ["{\n", "[]\n", "\udcff", None])
def test_a_trace_that_cannot_be_read_is_left_out(run: Path, content: str | None) -> None:
    whole = read_traces(results_of(run), run)
    assert len(whole) == 2
    if content is None:
        (run / TRACE).unlink()
    else:
        (run / TRACE).write_bytes(content.encode("utf-8", "surrogateescape"))

    assert read_traces(results_of(run), run).keys() == whole.keys() - {TRACE}
    write_page(results_of(run), run)
    assert "RemoteStartTransaction" in (run / "report.html").read_text("utf-8")  # the results tell the sequence as well


def test_no_file_outside_of_the_run_is_read_or_written(run: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(run / TRACE, elsewhere / "trace.jsonl")
    results = sample.results()
    results["cases"] = [
        {**case, "trace": trace}
        for case, trace in zip(
            results["cases"], (str(elsewhere / "trace.jsonl"), f"../{elsewhere.name}/trace.jsonl"), strict=False
        )
    ]

    assert read_traces(results, run) == {}
    write_page(results, run)
    assert [file.name for file in elsewhere.iterdir()] == ["trace.jsonl"]
