"""The embedded reference CSMS as it starts: waited for as long as it lives, told of, ended at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from harness.case.verdicts import HarnessError
from harness.processes import reference_process
from harness.processes.progress import Progress
from harness.processes.reference_csms import reference_csms
from harness.processes.reference_process import ReferenceProcess

PLUGPROOF = str(Path(sys.executable).with_name("plugproof"))
PATIENCE = 120
"""Seconds after which a process that should have ended fails its test."""

HOLD = """\
import os, sys
if "harness.processes.embedded" in sys.orig_argv:
    {what}
"""
"""`sitecustomize` of all Pythons below; what stands in it happens in the process of the CSMS, before all else."""

ERASED = "\r\x1b[2K"
"""What takes a line off a terminal."""

Starting = Callable[..., "subprocess.Popen[str]"]


class Terminal:
    """A terminal that somebody looks at; `other_end` is what a process writes to."""

    def __init__(self) -> None:
        self._end, self.other_end = os.openpty()
        self._seen = ""

    def line_with(self, words: str) -> str:
        """What is on it once these words are."""
        while words not in self._seen:
            self._seen += os.read(self._end, 1024).decode()
        return self._seen

    def rest(self) -> str:
        """All that was ever on it; whoever wrote to it has ended."""
        os.close(self.other_end)
        with suppress(OSError):  # that is how the end is told
            while octets := os.read(self._end, 1024):
                self._seen += octets.decode()
        os.close(self._end)
        return self._seen


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def starting(tmp_path: Path) -> Starting:
    """`plugproof precheck` of one case, whose CSMS does something before it starts."""

    def start(what: str, stderr: int = subprocess.PIPE) -> "subprocess.Popen[str]":
        (tmp_path / "sitecustomize.py").write_text(HOLD.format(what=what))
        return subprocess.Popen(
            [PLUGPROOF, "precheck", "--case", "TC_010_CSMS", "--out", str(tmp_path / "out")],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )

    return start


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A FIFO: who opens it to read waits until somebody opens it to write."""
    fifo = tmp_path / "hold"
    os.mkfifo(fifo)
    return fifo


def test_a_slow_start_is_waited_for_and_told_of(starting: Starting, held: Path, terminal: Terminal) -> None:
    process = starting(f"open({str(held)!r}).read()", terminal.other_end)
    assert "starting the reference CSMS ... " in terminal.line_with("(starting Python)")
    held.write_text("go on")
    out, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0
    assert "1 passed" in out
    assert terminal.rest().endswith(ERASED), "nothing of it stays"


def test_ctrl_c_ends_a_slow_start_at_once(starting: Starting, held: Path, terminal: Terminal) -> None:
    process = starting(f"open({str(held)!r}).read()", terminal.other_end)
    terminal.line_with("(starting Python)")

    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode != 0
    assert out == ""
    assert terminal.rest().endswith(f"{ERASED}interrupted\r\n")
    with pytest.raises(OSError, match="No such device or address"):  # nobody reads: the process of the CSMS is gone
        os.open(held, os.O_WRONLY | os.O_NONBLOCK)


def test_what_one_that_dies_said_last_is_in_the_sentence_and_all_in_the_log(starting: Starting, tmp_path: Path) -> None:
    process = starting("print(*range(9), 'no room left', sep='\\n', file=sys.stderr); os._exit(9)")
    out, said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, out) == (3, "")
    assert said == (
        "the reference CSMS ended with exit code 9 before it was ready. It said last:\n"
        "  5\n  6\n  7\n  8\n  no room left\n"
    )
    assert (tmp_path / "out" / "reference-csms.log").read_text().splitlines() == [*"012345678", "no room left"]


def test_where_lines_stay_there_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("starting") as progress:
        for second in range(2, 75):
            progress(second, f"at {second}")

    assert capsys.readouterr().err == "starting ... 30 s (at 30)\nstarting ... 60 s (at 60)\n"


def test_one_that_is_killed_without_a_word(tmp_path: Path) -> None:
    with ReferenceProcess([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]) as process:
        process.start({}, tmp_path / "log")

        with pytest.raises(HarnessError) as raised:
            process.ready(lambda seconds, where: None)

    assert str(raised.value) == "the reference CSMS ended with signal 9 before it was ready. It said nothing."
    assert (tmp_path / "log").read_text() == ""


def test_the_log_says_where_it_is(tmp_path: Path) -> None:
    with reference_csms(tmp_path, with_rsa=False):
        pass

    log = (tmp_path / "reference-csms.log").read_text()  # whole now that the CSMS has ended
    stages = [line.split(" ", 3)[-1] for line in log.splitlines()]
    assert stages[:2] == ["importing the libraries", "importing the libraries"]
    assert stages[2:] == [
        "opening the store",
        "reading the certificates",
        "opening the ports",
        "opening the file server",
        "opening the HTTP API",
        "ready",
        "stopping",
        "stopped",
    ]


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """A harness that is killed leaves no server behind."""
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    script = (
        "import os, subprocess, sys\n"
        "from harness.processes import reference_process\n"
        # the end of the FIFO that only the CSMS holds: who reads it sees its end with that of the CSMS
        f"kept = os.open({str(fifo)!r}, os.O_WRONLY)\n"
        "popen = subprocess.Popen\n"
        "subprocess.Popen = lambda *given, **how: popen(*given, **how, pass_fds=[kept])\n"
        "from harness.processes.reference_csms import reference_csms\n"
        "from pathlib import Path\n"
        f"with reference_csms(Path({str(tmp_path)!r}), with_rsa=False):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script]) as process, fifo.open("rb") as alive:
        assert process.wait(PATIENCE) == -9
        assert alive.read() == b""


def test_there_are_rsa_keys_where_a_case_asks_for_a_suite_that_needs_them(tmp_path: Path) -> None:
    """TC_086 wants each of the four suites of A00.FR.317; other cases have no use for keys that take long to make."""
    command = [PLUGPROOF, "precheck", "--case", "TC_086_CSMS", "--out", str(tmp_path)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=PATIENCE)

    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["precheck"], True),
        (["precheck", "--case", "TC_010_CSMS", "-n", "2"], True),
        (["precheck", "--csms", "ws://127.0.0.1:1"], False),
        (["precheck", "--csms=ws://127.0.0.1:1"], False),
        (["precheck", "--sut", "sut.toml"], False),
        (["precheck", "--help"], False),
        (["list"], False),
        ([], False),
    ],
)
def test_it_is_begun_before_all_else_where_it_will_be_wanted(arguments: list[str], wanted: bool) -> None:
    """Seen from outside: by the time the command has imported its options, the process is there."""
    script = (
        "import sys, harness.cli, harness.cli.app as app\n"
        "from harness.processes import reference_process\n"
        "app.main = lambda: print(len(reference_process._begun), 'pytest' in sys.modules)\n"
        "harness.cli.main()\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, check=True, text=True, timeout=PATIENCE
    ).stdout

    assert said == f"{int(wanted)} False\n"


def test_one_that_nobody_took_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A usage error, for example: the command ends before the CSMS has imported what it needs."""
    monkeypatch.setattr(reference_process, "_begun", [])
    reference_process.begin()
    process = reference_process.taken()

    process.stop()
    process.stop()

    assert process._process.returncode == -signal.SIGKILL
