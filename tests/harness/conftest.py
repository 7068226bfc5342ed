"""What the tests of the harness share: a scripted CSMS and pytest runs of made-up cases against it."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# Modules that a run imports late: pytester forgets what was imported while it ran, and a class would exist twice.
import harness.cli.precheck.run
import harness.plugin.preparation  # noqa: F401
from reports.results.validation import validate
from tests.harness.support.scripted_sut import ScriptedSut, scripted_sut

# Scopes that are not ours, so that a dependence of the plugin on the user's ini would show.
INI = "[pytest]\nasyncio_default_fixture_loop_scope = session\nasyncio_default_test_loop_scope = module\n"

WITHOUT = tuple(
    part
    for name in ("cacheprovider", "schemathesis", "syrupy", "anyio", "pytest_cov", "hypothesispytest")
    for part in ("-p", f"no:{name}")
)
"""Of no use to the runs that tests start, and some seconds to import in each of their processes."""

HEADER = """\
from harness.v16.csms.vocabulary import *
from harness.case.verdicts import Inconclusive, HarnessError

def made_up(id="TC_MADE_UP_CSMS", rules=("R1",), **more):
    more = {"profile": "core", "ref": "OCPP 1.6 §4.1", **more}
    return case(id, f"Title of {id}", rules={rule: f"Sentence of {rule}." for rule in rules}, **more)

"""


@pytest.fixture
def scripted() -> Iterator[ScriptedSut]:
    """A CSMS that answers rightly until a test says otherwise."""
    with scripted_sut() as sut:
        yield sut


@dataclass
class Outcome:
    """A pytest run: its exit code and output, and the documents it wrote (None when there are none)."""

    code: int
    stdout: str
    stderr: str
    out: Path
    results: dict[str, Any] | None

    @property
    def cases(self) -> dict[str, dict[str, Any]]:
        assert self.results is not None, self.stdout + self.stderr
        return {case["id"]: case for case in self.results["cases"]}

    @property
    def only(self) -> dict[str, Any]:
        """The record of the only case."""
        (record,) = self.cases.values()
        return record

    @property
    def verdicts(self) -> dict[str, str]:
        return {id: record["verdict"] for id, record in self.cases.items()}


Running = Callable[..., Outcome]


@pytest.fixture
def running(pytester: pytest.Pytester, scripted: ScriptedSut, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Run made-up cases (Python source, `HEADER` stands above it) against the scripted CSMS."""
    monkeypatch.setenv("COLUMNS", "120")
    pytester.makeini(INI)

    def run(
        source: str | None,
        *arguments: str,
        sut: dict[str, Any] | None = None,
        named: bool = True,
        process: bool = False,
    ) -> Outcome:
        if source is not None:
            pytester.makepyfile(test_made_up=HEADER + textwrap.dedent(source))
        out = pytester.path / "out"
        options = ["--plugproof-out", str(out), *WITHOUT]
        if named:
            options += ["--sut", str(scripted.sut_file(pytester.path, **(sut or {})))]
        go = pytester.runpytest_subprocess if process else pytester.runpytest_inprocess
        result = go(*options, *arguments)
        file = out / "results.json"
        results = json.loads(file.read_text("utf-8")) if file.exists() else None
        if results is not None:
            assert validate(results) == []
        return Outcome(int(result.ret), result.stdout.str(), result.stderr.str(), out, results)

    return run


PlugproofRun = Callable[..., Outcome]


@pytest.fixture
def plugproof_run(tmp_path: Path) -> PlugproofRun:
    """Run a command of plugproof as a user does, in an empty folder; results are those of ``--out out``."""

    def run(*arguments: str, **environment: str) -> Outcome:
        command = [sys.executable, "-c", "from harness.cli import main; main()", *arguments]
        shell = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", **environment}
        if "CI" not in environment:
            shell.pop("CI", None)
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=shell, timeout=120)
        assert "Traceback" not in done.stdout + done.stderr
        out = tmp_path / "out"
        file = out / "results.json"
        results = json.loads(file.read_text("utf-8")) if file.exists() else None
        if results is not None:
            assert validate(results) == []
        return Outcome(done.returncode, done.stdout, done.stderr, out, results)

    return run
