"""`plugproof report`, run as a command over real files."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from tests.reports.support.abstract_reading import from_html

LAB_FILE = """\
[laboratory]
company = "Example Lab"
test_location = "Seoul, Korea"
location = "Busan, Korea"
reviewer = "Kim Poe"
date = 2026-11-21
report_reference = "LAB-OCPP1.6TEST-001-2026"
"""


def plugproof(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["report", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def file(results: dict[str, Any], tmp_path: Path) -> Path:
    results["run"]["claims"]["people"] = {
        "vendor": {"name": "Jo Doe"},
        "laboratory": {"name": "Sam Roe", "company": "X"},
    }
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results), encoding="utf-8")
    return path


def test_without_options_the_layout_of_2024_goes_to_the_terminal_as_markdown(file: Path) -> None:
    code, out, err = plugproof(file)
    assert (code, err) == (0, "")
    assert out.splitlines()[2] == "# Abstract of the test report: OCPP 1.6"
    assert out.endswith("belongs to the layout.\n")


@pytest.mark.parametrize(
    ("name", "start"), [("a.html", "<!doctype html>"), ("a.json", "{"), ("a.md", ">"), ("A.MD", ">"), ("a", ">")]
)
def test_the_format_goes_by_the_name_of_the_file(file: Path, tmp_path: Path, name: str, start: str) -> None:
    out = tmp_path / name
    assert plugproof(file, "--out", out) == (0, f"{out}: written\n", "")
    assert out.read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--out", "x.docx"),
            "--out x.docx: .docx is no format of this command; end the name with one of .html, .md, .pdf, .json",
        ),
        (
            ("--out", "x.html", "--format", "pdf"),
            "--out x.html ends with another format than --format pdf; leave out --format or change the name",
        ),
        (
            ("--out", "x.md", "--format", "report.html"),
            "--out x.md ends with another format than --format report.html; leave out --format or change the name",
        ),
    ],
)
def test_a_name_that_no_format_has_is_refused(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert plugproof(file, *options) == (2, "", f"{sentence}\n")
    assert not list(tmp_path.glob("x.*"))


def test_a_format_that_was_named_goes_into_a_file_of_any_name(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "abstract.txt"
    assert plugproof(file, "--format", "md", "--out", out) == (0, f"{out}: written\n", "")


def test_the_abstract_of_a_part_is_refused_unless_it_was_asked_for(results: dict[str, Any], file: Path) -> None:
    results["run"]["profiles"][0]["applicable"] = 34
    results["run"]["selection"] = {"cases": ["TC_010_CSMS"], "profiles": [], "other": False}
    file.write_text(json.dumps(results), encoding="utf-8")
    code, out, err = plugproof(file)
    assert (code, out) == (2, "")
    assert err == (
        f"{file}: 12 of 45 cases that apply were run, and an abstract speaks of the whole; "
        "run all cases that apply, or print what there is with --partial\n"
    )
    code, out, err = plugproof(file, "--partial")
    assert (code, err) == (0, "")
    assert out.splitlines()[2] == (
        "> **Partial run: 12 of 45 cases that apply were run. This is no statement about the rest.**"
    )


def test_layout_format_and_all_rows(file: Path) -> None:
    _, out, _ = plugproof(file, "--layout", "2023", "--format", "html", "--all-rows")
    parts = from_html(out)
    assert "Test Configuration" in parts
    assert ["Firmware Management", "Not claimed"] in [row[:2] for row in parts["Tested functionalities"]]


def test_laboratory_data_of_a_file_go_over_those_of_the_sut_file(file: Path, tmp_path: Path) -> None:
    lab = tmp_path / "lab.toml"
    lab.write_text(LAB_FILE, encoding="utf-8")
    code, out, _ = plugproof(file, "--format", "html", "--lab", lab)
    parts = from_html(out)
    assert code == 0
    assert parts["Test Report: OCPP 1.6"][:3] == [
        ["Test laboratory", "Example Lab"],
        ["Location", "Seoul, Korea"],
        ["Test Report Reference", "LAB-OCPP1.6TEST-001-2026"],
    ]
    line = "_" * 24
    assert parts["Statement of Approval"] == [
        ["Vendor"],
        ["Name", "Jo Doe", "Date", "-"],
        ["Company", "-", "Signature", line],
        *([name, "-"] for name in ("Department", "Position", "Location")),
        ["Laboratory"],
        ["Name", "Sam Roe", "Date", "2026-11-21"],
        ["Reviewer", "Kim Poe", "Signature", line],
        ["Company", "Example Lab"],
        ["Department", "-"],
        ["Position", "-"],
        ["Location", "Busan, Korea"],
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--layout", "2025"), "--layout is 2023 or 2024, not 2025\n"),
        (("--format", "docx"), "--format is html, md, pdf, json or report.html, not docx\n"),
    ],
)
def test_unknown_options_are_one_sentence(file: Path, options: tuple[str, ...], sentence: str) -> None:
    assert plugproof(file, *options) == (2, "", sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no such file; `plugproof precheck --out DIR` writes one into DIR"),
        (b"{", "is no JSON; name the results.json of a run"),
        (b"\xff", "is no JSON; name the results.json of a run"),
        (b"[]", "is no results file of this version: the results is [], not object"),
    ],
)
def test_unusable_results_are_one_sentence(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    file = tmp_path / "results.json"
    if content is not None:
        file.write_bytes(content)
    assert plugproof(file) == (2, "", f"{file}: {sentence}\n")


def test_the_folder_of_a_run_is_as_good_as_its_file(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copy(file, folder / "results.json")
    assert plugproof(folder) == plugproof(file)


def test_results_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "results.json").mkdir()
    code, _, err = plugproof(tmp_path)
    assert (code, err) == (
        2,
        f"{tmp_path / 'results.json'}: cannot be read, Is a directory; name the results.json of a run\n",
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[laboratory", "is no TOML, "),
        ("[laboratory]\ncompanny = 'X'\n", "laboratory.companny is not known; did you mean company?"),
        ("[vendor]\nname = 1\n", 'vendor.name must be a text, not 1; write for example name = "Jo Doe"'),
        ("[vendor]\nreviewer = 'X'\n", "vendor.reviewer is not known; "),
        ("[lab]\nname = 'X'\n", "lab is not known; known are laboratory, vendor"),
    ],
)
def test_an_unusable_laboratory_file_is_one_sentence(file: Path, tmp_path: Path, content: str, sentence: str) -> None:
    lab = tmp_path / "lab.toml"
    lab.write_text(content, encoding="utf-8")
    code, out, err = plugproof(file, "--lab", lab)
    assert (code, out) == (2, "")
    assert err.startswith(f"{lab}: {sentence}")
    assert len(err.splitlines()) == 1


def test_a_missing_laboratory_file_is_one_sentence(file: Path, tmp_path: Path) -> None:
    lab = tmp_path / "lab.toml"
    assert plugproof(file, "--lab", lab) == (
        2,
        "",
        f"{lab}: there is no such file; write one with the tables [laboratory] and [vendor]\n",
    )


def test_an_unwritable_place_is_one_sentence(file: Path, tmp_path: Path) -> None:
    code, out, err = plugproof(file, "--out", tmp_path / "missing" / "a.md")
    assert (code, out) == (2, "")
    assert (
        err == f"{tmp_path / 'missing' / 'a.md'}: cannot be written, No such file or directory; choose another --out\n"
    )
