"""Ctrl-C and SIGTERM at every moment of a run: what was judged is kept, what was not is said, all files are whole."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from harness.adapters.provisioning.ledger import FOLDER
from harness.artifacts import writing
from harness.artifacts.writing import FILES
from harness.cli.precheck import run as precheck
from harness.plugin import collector
from harness.plugin.trouble.interruption import INTERRUPTION, SAME_S, CutShort, Interruption, Mode
from reports.results.validation import validate
from tests.harness.conftest import INI, Running
from tests.harness.support.scripted_sut import Never, ScriptedSut, now

MAIN = (sys.executable, "-c", "from harness.cli import main; main()")
CUT = "not run: interrupted while it ran"
NOT_BEGUN = "not run: the run was interrupted before it"
CASES = ("TC_001_CSMS", "TC_003_CSMS", "TC_064_CSMS")
OPTIONS = tuple(part for id in CASES for part in ("--case", id))


class Ended:
    """How a command ended, and what it left."""

    def __init__(self, code: int, stdout: str, stderr: str, out: Path) -> None:
        self.code, self.stdout, self.stderr, self.out = code, stdout, stderr, out
        assert "Traceback" not in stdout + stderr
        assert not list(out.rglob("*.part"))
        file = out / "results.json"
        self.results: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        if self.results:
            assert validate(self.results) == []
            assert all((out / name).exists() for name in FILES)
            ET.parse(out / "junit.xml")

    @property
    def reasons(self) -> dict[str, str | None]:
        cases = self.results["cases"]
        return {case["id"]: case["reason"] if case.get("not_run") else case["verdict"] for case in cases}


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A pre-check in a process group of its own, as a shell starts it."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    with subprocess.Popen(
        (*MAIN, "precheck", *arguments, "--out", "out"),
        cwd=folder,
        env=environment,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def ended(process: subprocess.Popen[str], folder: Path) -> Ended:
    stdout, stderr = process.communicate(timeout=100)
    with pytest.raises(ProcessLookupError):  # neither a worker nor a station is left
        os.killpg(process.pid, 0)
    return Ended(process.returncode, stdout, stderr, folder / "out")


def hang_from(scripted: ScriptedSut, number: int) -> Event:
    """The CSMS answers no boot from this one on (from 1, that of the probe); set when it comes."""
    count, hangs = itertools.count(1), Event()

    def boot(_: Any) -> Any:
        if next(count) < number:
            return {"status": "Accepted", "currentTime": now(), "interval": 300}
        hangs.set()
        return Never

    scripted.answers["BootNotification"] = boot
    return hangs


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("sent", "send"),
    [(signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill)],  # what a terminal does, and what a supervisor does
    ids=["Ctrl-C", "SIGTERM"],
)
def test_in_the_middle_of_a_case(
    scripted: ScriptedSut,
    tmp_path: Path,
    workers: str,
    sent: signal.Signals,
    send: Callable[[int, int], None],
) -> None:
    # The probe boots, and as many cases as there are workers. Whoever boots after that has judged a case before.
    hangs = hang_from(scripted, 2 + int(workers))
    with started(tmp_path, "--sut", str(scripted.sut_file(tmp_path)), *OPTIONS, "-n", workers) as process:
        assert hangs.wait(100)
        send(process.pid, sent)
        done = ended(process, tmp_path)

    assert done.code == 130
    assert "interrupted: the case that runs is stopped" in done.stderr
    run = done.results["run"]
    judged = list(done.reasons.values()).count("PASS")
    assert 1 <= judged <= int(workers)
    assert run["interrupted"] == {"by": sent.name, "judged": judged, "of": 3}
    assert set(done.reasons.values()) <= {"PASS", CUT, NOT_BEGUN}
    cut = [case for case in done.results["cases"] if case["reason"] == CUT]
    assert cut
    for case in cut:
        assert "BootNotification" in (done.out / case["trace"]).read_text("utf-8")
    assert not [name for name in done.out.iterdir() if name.name.startswith(".")]


def test_while_the_system_is_looked_at_nothing_is_judged(scripted: ScriptedSut, tmp_path: Path) -> None:
    hangs = hang_from(scripted, 1)
    with started(tmp_path, "--sut", str(scripted.sut_file(tmp_path)), *OPTIONS) as process:
        assert hangs.wait(100)
        process.send_signal(signal.SIGTERM)
        done = ended(process, tmp_path)
    assert done.code == 130
    assert done.results["run"]["interrupted"] == {"by": "SIGTERM", "judged": 0, "of": 3}
    assert set(done.reasons.values()) == {NOT_BEGUN}


def test_while_the_reference_starts_there_is_nothing_to_lose(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        log = tmp_path / "out" / "reference-csms.log"
        while not log.exists():  # it is opened just before the CSMS is started
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        done = ended(process, tmp_path)
    assert (done.code, done.stdout, done.stderr) == (130, "", "interrupted\n")
    assert done.results == {}


def test_a_second_signal_does_not_wait_for_the_case(running: Running, scripted: ScriptedSut) -> None:
    """The case ignores that it is cut short; what was judged before it is written all the same."""
    source = """
    @made_up("TC_1_CSMS")
    async def test_first(station):
        await station.sends("Heartbeat", rule="R1")

    @made_up("TC_2_CSMS")
    async def test_stubborn(station):
        import asyncio, os, signal, time
        from harness.plugin.trouble.interruption import SAME_S
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(60)
        finally:
            while time.monotonic() < CAME + SAME_S:
                await asyncio.sleep(0)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(60)

    import time
    CAME = time.monotonic() + 5
    """
    outcome = running(source, process=True)
    assert outcome.code == 130
    assert {id: case["reason"] for id, case in outcome.cases.items()} == {"TC_1_CSMS": None, "TC_2_CSMS": NOT_BEGUN}


def test_a_second_signal_ends_workers_that_do_not_end(scripted: ScriptedSut, tmp_path: Path) -> None:
    """The operator's API does not answer when the stations of the cases are removed."""
    hangs, removing, release = hang_from(scripted, 4), Event(), Event()

    def request(method: str, target: str) -> None:
        if method == "DELETE" and "TC_" in target and hangs.is_set():
            removing.set()
            release.wait(60)

    scripted.on_request = request
    sut = scripted.sut_file(tmp_path, operator=True, pattern="PP-{run}-{case}")
    with started(tmp_path, "--sut", str(sut), *OPTIONS, "-n", "2") as process:
        try:
            assert hangs.wait(100)
            process.send_signal(signal.SIGINT)
            assert removing.wait(100)
            assert not release.wait(2 * SAME_S)  # sooner it would not be a second one
            process.send_signal(signal.SIGINT)
            done = ended(process, tmp_path)
        finally:
            release.set()
    assert done.code == 130
    assert "PASS" in done.reasons.values()
    assert done.results["run"]["interrupted"]["of"] == 3
    assert "was not taken back; the next run takes it back, if it writes beside or into the same folder" in done.stderr


def test_what_could_not_be_removed_is_named(
    running: Running, scripted: ScriptedSut, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(*_: Any) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(collector, "remove_all", interrupted)
    outcome = running(HEARTBEAT, sut={"operator": True})
    assert outcome.verdicts == {"TC_MADE_UP_CSMS": "PASS"}
    assert (
        "station LANE-1 was not taken back; the next run takes it back, if it writes beside or into the same folder"
        in outcome.stderr
    )
    assert (outcome.out / FOLDER).exists()


HEARTBEAT = """
@made_up()
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""
LAST = """
@made_up()
async def test_heartbeat(station):
    import os, signal
    await station.sends("Heartbeat", rule="R1")
    os.kill(os.getpid(), signal.SIGTERM)
"""


def test_in_the_last_moment_of_the_last_case_nothing_is_lost(running: Running) -> None:
    outcome = running(LAST)
    assert (outcome.code, outcome.verdicts) == (130, {"TC_MADE_UP_CSMS": "PASS"})
    assert outcome.results is not None
    assert outcome.results["run"]["interrupted"] == {"by": "SIGTERM", "judged": 1, "of": 1}


@pytest.mark.parametrize("writer", ["junit", "summary", "add_step_summary"])
def test_while_reports_are_written_they_are_finished(
    scripted: ScriptedSut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    """Every case was judged, so that it is a whole run."""
    original = getattr(writing, writer)
    sent = []

    def interrupted(results: Any) -> Any:
        sent.append(writer)
        os.kill(os.getpid(), signal.SIGTERM)
        return original(results)

    monkeypatch.setattr(writing, writer, interrupted)
    monkeypatch.chdir(tmp_path)
    chosen = precheck.Choice(
        csms=None,
        tag=None,
        sut=scripted.sut_file(tmp_path),
        role="csms",
        cases=("TC_001_CSMS",),
        profiles=(),
        out=Path("out"),
        workers=1,
        strict=False,
        faults=(),
    )
    done = Ended(precheck.run(chosen), "", "", tmp_path / "out")
    assert (sent, done.code) == ([writer], 0)
    assert done.results["run"]["interrupted"] is None
    assert done.reasons == {"TC_001_CSMS": "PASS"}


def test_other_tests_in_the_same_run_end_as_always(pytester: pytest.Pytester, running: Running) -> None:
    pytester.makepyfile(
        test_other="""
        import os, signal, time
        def test_other():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(60)
        """
    )
    outcome = running(HEARTBEAT, process=True)
    assert outcome.code == 130
    assert outcome.verdicts == {"TC_MADE_UP_CSMS": "PASS"}


def test_after_a_signal_no_other_test_is_begun(pytester: pytest.Pytester, running: Running) -> None:
    pytester.makepyfile(test_zother="def test_other():\n    open('begun', 'w').close()\n")
    outcome = running(LAST, process=True)
    assert outcome.code == 130
    assert not (pytester.path / "begun").exists()


def test_cases_that_pytest_did_not_reach_are_not_run(running: Running) -> None:
    source = """
    @made_up("TC_1_CSMS")
    async def test_first(station):
        await station.sends("Heartbeat", rule="R1")
        raise Inconclusive("no")

    @made_up("TC_2_CSMS")
    async def test_second(station):
        await station.sends("Heartbeat", rule="R1")
    """
    outcome = running(source, "-x")
    assert outcome.cases["TC_2_CSMS"]["reason"] == "not run: pytest stopped before it"
    assert outcome.cases["TC_2_CSMS"]["not_run"] is True


# --- the handler ------------------------------------------------------------------------------------------------------


@pytest.fixture
def interruption() -> Iterator[Interruption]:
    fresh = Interruption()
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with fresh.watched():
        yield fresh
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_where_nothing_is_lost_it_is_an_interrupt_of_python(interruption: Interruption) -> None:
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
    assert interruption.by == "SIGTERM"


def test_the_same_signal_twice_at_once_is_one(interruption: Interruption) -> None:
    with interruption.mode(Mode.GENTLE):
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert interruption.by == "SIGTERM"


def test_the_second_one_calls_and_interrupts(interruption: Interruption, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    interruption.tell(lambda: told.append("first"), lambda: told.append("second"))
    with interruption.mode(Mode.GENTLE):
        os.kill(os.getpid(), signal.SIGINT)
        monkeypatch.setattr("harness.plugin.trouble.interruption.SAME_S", 0.0)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        with interruption.mode(Mode.NOTED):
            os.kill(os.getpid(), signal.SIGINT)
    assert told == ["first", "second"]


@pytest.mark.asyncio
async def test_what_begins_after_a_signal_is_cut_short_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(INTERRUPTION, "by", "SIGINT")
    with pytest.raises(CutShort), INTERRUPTION.cuts():
        raise AssertionError("it was begun")


def test_inside_another_watch_nothing_changes(interruption: Interruption) -> None:
    handler = signal.getsignal(signal.SIGINT)
    with interruption.watched(only="SIGTERM"):
        assert signal.getsignal(signal.SIGINT) == handler


def test_pytest_of_the_cases_in_workers(running: Running, scripted: ScriptedSut, pytester: pytest.Pytester) -> None:
    """`pytest -n 2` as a user starts it: the code, the results, and the case that was under way."""
    assert INI
    source = """
    @made_up("TC_1_CSMS")
    async def test_first(station):
        await station.sends("Heartbeat", rule="R1")

    @made_up("TC_2_CSMS")
    async def test_hanging(station):
        import asyncio, os, signal
        os.kill(os.getppid(), signal.SIGTERM)
        await asyncio.sleep(60)
    """
    outcome = running(source, "-n", "1", process=True)
    assert outcome.code == 130
    assert {id: case["reason"] for id, case in outcome.cases.items()} == {"TC_1_CSMS": None, "TC_2_CSMS": CUT}
