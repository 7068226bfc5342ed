"""Where a run writes: a folder of its own, `latest`, and a folder that the user named, in which nothing is mixed."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from harness.adapters.provisioning.ledger import FOLDER, Entry, Ledger, address
from harness.adapters.provisioning.scopes import make_for_run, remove_all
from harness.artifacts import run_folder
from harness.artifacts.run_folder import KEPT, LATEST, abandoned, followed, held, new_folder, point_to, replace_earlier
from harness.sut.reading import load
from tests.harness.conftest import PlugproofRun, Running
from tests.harness.support.scripted_sut import ScriptedSut

HEARTBEAT = """
@made_up()
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""


def test_every_run_has_a_folder_and_latest_is_the_last(
    plugproof_run: PlugproofRun, scripted: ScriptedSut, tmp_path: Path
) -> None:
    arguments = ("precheck", "--sut", str(scripted.sut_file(tmp_path)), "--case", "TC_001_CSMS")
    first = plugproof_run(*arguments)
    base = tmp_path / "plugproof-out"
    (folder,) = (path for path in base.iterdir() if path.name != LATEST)
    assert f"reports: {folder.relative_to(tmp_path)}/report.html" in first.stdout
    assert os.readlink(base / LATEST) == folder.name

    again = json.loads((folder / "results.json").read_text("utf-8"))["cases"][0]["rerun"]
    assert "--out" not in again
    assert plugproof_run(*again.split()[1:]).code == 0
    assert len(list(base.iterdir())) == 3
    assert os.readlink(base / LATEST) != folder.name
    assert (folder / "results.json").exists()

    report = plugproof_run("report", "--format", "json", "--partial")
    if "no such option" in report.stderr.lower():
        report = plugproof_run("report", "--format", "json")
    assert report.code == 0


def test_without_a_run_there_is_nothing_to_report(plugproof_run: PlugproofRun) -> None:
    done = plugproof_run("report")
    assert done.code == 2
    assert "plugproof-out/latest/results.json: there is no such file" in done.stderr


def test_a_named_folder_holds_one_run(plugproof_run: PlugproofRun, scripted: ScriptedSut, tmp_path: Path) -> None:
    sut = str(scripted.sut_file(tmp_path))
    plugproof_run("precheck", "--sut", sut, "--case", "TC_001_CSMS", "--out", "out")
    (tmp_path / "out" / "mine.txt").write_text("mine")
    (tmp_path / "out" / "cases" / "TC_001_CSMS" / "notes.txt").write_text("mine")
    done = plugproof_run("precheck", "--sut", sut, "--case", "TC_003_CSMS", "--out", "out")

    assert done.stdout.startswith("out: the results of an earlier run that were here are replaced\n")
    cases = tmp_path / "out" / "cases"
    assert {path.relative_to(cases).as_posix() for path in cases.rglob("*") if path.is_file()} == {
        "TC_001_CSMS/notes.txt",
        "TC_003_CSMS/trace.jsonl",
        "TC_003_CSMS/sequence.svg",
    }
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
    assert not (tmp_path / "plugproof-out").exists()


def test_the_sut_file_of_a_run_stays_where_an_earlier_run_wrote_it(tmp_path: Path) -> None:
    for name in ("results.json", "reference-csms.toml", ".sut-at-first"):
        (tmp_path / name).write_text("")

    assert replace_earlier(tmp_path, keep=tmp_path / "reference-csms.toml") is not None
    assert {path.name for path in tmp_path.iterdir()} == {"reference-csms.toml"}


def test_a_usage_error_replaces_nothing(plugproof_run: PlugproofRun, scripted: ScriptedSut, tmp_path: Path) -> None:
    sut = str(scripted.sut_file(tmp_path))
    before = plugproof_run("precheck", "--sut", sut, "--case", "TC_001_CSMS", "--out", "out").results
    assert plugproof_run("precheck", "--sut", sut, "--case", "TC_1_CSMS", "--out", "out").results == before
    assert plugproof_run("precheck", "--sut", "gone.toml", "--out", "out").results == before
    assert plugproof_run("precheck", "--sut", "gone.toml").code == 2
    assert not (tmp_path / "plugproof-out").exists()


def test_a_users_own_file_is_not_overwritten(plugproof_run: PlugproofRun, tmp_path: Path) -> None:
    (tmp_path / "sut.toml").write_text("mine")
    assert plugproof_run("precheck", "--case", "TC_001_CSMS", "--out", ".").code == 0
    assert (tmp_path / "sut.toml").read_text() == "mine"
    assert (tmp_path / "reference-csms.toml").exists()


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_pytest_makes_a_folder_too(
    running: Running, pytester: pytest.Pytester, scripted: ScriptedSut, workers: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_made_up="from harness.v16.csms.vocabulary import *\n" + CASE)
    sut = str(scripted.sut_file(pytester.path))
    result = pytester.runpytest_subprocess("--sut", sut, "-p", "no:cacheprovider", *workers)
    assert result.ret == 0
    base = pytester.path / "plugproof-out"
    folder = base / os.readlink(base / LATEST)
    assert (folder / "cases" / "TC_MADE_UP_CSMS" / "trace.jsonl").exists()
    result.stdout.fnmatch_lines([f"results, reports and traces: {folder}"])


CASE = """
@case("TC_MADE_UP_CSMS", "Title", profile="core", ref="OCPP 1.6", rules={"R1": "One."})
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""


def test_only_collecting_makes_none(pytester: pytest.Pytester, scripted: ScriptedSut, running: Running) -> None:
    running(HEARTBEAT, "--collect-only", named=True)
    assert not (pytester.path / "out").exists()
    assert not (pytester.path / "plugproof-out").exists()


# --- the functions ----------------------------------------------------------------------------------------------------


def a_run(base: Path) -> Path:
    folder = new_folder(base)
    (folder / "results.json").write_text("{}")
    point_to(folder)
    return folder


def test_the_oldest_runs_go_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "20200101T000000Z-0000").mkdir()
    (tmp_path / "20200101T000000Z-0000" / "notes.txt").write_text("mine")
    (tmp_path / "20200102T000000Z-0000").mkdir()
    (tmp_path / "20200102T000000Z-0000" / "results.json").write_text("{}")
    (tmp_path / "mine").mkdir()
    runs = [a_run(tmp_path) for _ in range(KEPT)]
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"20200101T000000Z-0000", "mine", LATEST, *(run.name for run in runs)}
    assert os.readlink(tmp_path / LATEST) == runs[-1].name


def test_without_links_latest_is_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refused)
    folder = a_run(tmp_path)
    assert (tmp_path / LATEST).read_text() == f"{folder.name}\n"
    assert followed(tmp_path / LATEST) == folder
    assert followed(folder) == folder


def test_a_folder_called_latest_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / LATEST / "mine").mkdir(parents=True)
    with pytest.raises(OSError, match="irectory"):
        a_run(tmp_path)
    assert (tmp_path / LATEST / "mine").exists()
    assert not list(tmp_path.glob(f".{LATEST}*"))


def test_a_folder_without_results_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "cases" / "mine").mkdir(parents=True)
    (tmp_path / "cases" / "mine" / "a.txt").write_text("mine")
    assert replace_earlier(tmp_path) is None
    assert (tmp_path / "cases" / "mine" / "a.txt").exists()


def test_a_run_that_lives_is_not_abandoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other, dead = (new_folder(tmp_path) for _ in range(3))
    (dead / ".running").touch()
    with held(other):
        assert set(abandoned(mine)) == {dead}
    assert set(abandoned(mine)) == {other, dead}
    assert list(abandoned(tmp_path)) == []
    monkeypatch.setattr(run_folder, "fcntl", None)
    with held(other):
        assert list(abandoned(mine)) == []


def test_what_a_killed_run_left_beside_is_removed_at_the_same_system_only(
    tmp_path: Path, scripted: ScriptedSut
) -> None:
    removed: list[str] = []
    scripted.on_request = lambda method, target: removed.append(target) if method == "DELETE" else None
    sut = load(scripted.sut_file(tmp_path, operator=True))
    killed, mine = new_folder(tmp_path), new_folder(tmp_path)
    Ledger(killed / FOLDER, address(sut)).add(Entry("station", "OLD-1"))
    Ledger(killed / FOLDER, "ws://elsewhere").add(Entry("station", "OLD-2"))

    asyncio.run(make_for_run(sut, [sut.lane(0)], mine))
    assert [target.rpartition("/")[2] for target in removed] == ["OLD-1"]
    assert [entry.name for entry in Ledger(killed / FOLDER)] == ["OLD-2"]
    asyncio.run(remove_all(sut, mine))
