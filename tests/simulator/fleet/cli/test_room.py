"""`plugproof fleet` where this machine has no room: open files, the disk of the results, the screen."""

import asyncio
import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from simulator.fleet.cli.console import PatientConsole
from simulator.fleet.cli.main import main
from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms

NOBODY = ("ws://127.0.0.1:9/ocpp", "--stations", "1", "--duration", "50ms", "--quiet")
FEW_FILES = """
import sys, resource
from simulator.fleet.cli.main import main
from simulator.fleet.engine import resources
resources.SPARE_FILES = -1_000  # the check beforehand finds enough
resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30))
sys.exit(main())
"""


@pytest.mark.asyncio
async def test_a_fleet_without_files_left_is_an_error_of_its_own(csms: ScriptedCsms, tmp_path: Path) -> None:
    file = tmp_path / "fleet.json"
    options = ("--stations", "40", "--ramp", "100/s", "--duration", "3s", "--grace", "1s", "--session-every", "0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", FEW_FILES, csms.url, *options, "--json", str(file)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()

    assert (process.returncode, err) == (3, b"")
    reason = "this machine has no open file left for another connection; raise 'ulimit -n'"
    told = json.loads(file.read_text())
    assert told["verdict"] == "ERROR", "and not FAIL: the CSMS was not asked"
    assert told["reason"].startswith("the fleet itself had no room for its connections; ")
    assert told["reason"].endswith(reason)
    assert told["connections"]["failures"] == {reason: told["connections"]["not_connected"]}
    assert told["connections"]["not_connected"] > 20
    assert 5 < told["stations"]["online"] == told["stations"]["accepted"] < 30, "those that are in stay in"
    assert len(out.decode().splitlines()) < 30


@pytest.mark.parametrize("option", ["--json", "--html", "--junit"])
def test_a_full_disk_for_one_result_takes_no_other(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: tmp_path / name[2:] for name in ("--json", "--html", "--junit")}
    files[option] = Path("/dev/full")
    assert main([*NOBODY, *(part for name, file in files.items() for part in (name, str(file)))]) == 3
    said = capsys.readouterr()
    assert said.err == (
        "plugproof fleet: /dev/full: cannot be written (No space left on device); "
        "what stood there before is untouched\n"
    )
    assert all(file.stat().st_size for name, file in files.items() if name != option)
    assert "INCONCLUSIVE: no station was ever connected" in said.out, "what came of it is shown in any case"
    assert ("all figures: " in said.out) is (option != "--json")


def test_results_that_grow_too_large_are_a_sentence_each(tmp_path: Path) -> None:
    arguments = ("--json", str(tmp_path / "a.json"), "--html", str(tmp_path / "a.html"))
    done = subprocess.run(
        (sys.executable, "-m", "simulator.fleet.cli.main", *NOBODY, *arguments),
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        f"plugproof fleet: {tmp_path / name}: cannot be written (File too large); what stood there before is untouched"
        for name in ("a.json", "a.html")
    ]
    assert "INCONCLUSIVE: no station was ever connected" in done.stdout
    assert list(tmp_path.iterdir()) == []


def shown_on(stream: IO[str], monkeypatch: pytest.MonkeyPatch) -> PatientConsole:
    monkeypatch.setattr(sys, "stdout", stream)
    console = PatientConsole(stderr=False)
    for _ in range(3):
        console.print("x" * 5000)
    return console


def test_a_screen_that_is_full_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as full:
        console = shown_on(full, monkeypatch)
    assert console.problem == "the output cannot be written (No space left on device)"


def test_a_reader_who_goes_away_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        console = shown_on(pipe, monkeypatch)
    assert console.problem is None


def test_a_screen_that_takes_everything_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    console = shown_on(stream, monkeypatch)
    assert (len(stream.getvalue().replace("\n", "")), console.problem, console.is_terminal) == (15_000, None, False)
