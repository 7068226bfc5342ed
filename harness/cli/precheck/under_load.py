"""`plugproof precheck --background N`: the cases run twice, quietly and then under load, and become one result."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from harness.artifacts import so_far
from harness.artifacts.joining import FOLDER, joined
from harness.case.verdicts import HarnessError
from harness.cli.precheck.part import Part
from harness.exit_codes import ExitCode, at_least_errors
from harness.plugin.session import new_run_id
from harness.plugin.trouble.interruption import INTERRUPTION, Mode
from harness.processes.background import Background, crew_for, made_known
from harness.sut import Sut, SutError
from reports.results.verdicts import exit_code

LOG: Final = "background.log"
CUT_SHORT: Final = "the run was interrupted"


def run_twice(sut: Sut, stations: int, out: Path, part: Callable[[Path, str], Part]) -> Part:
    """Run the cases without and with ``stations`` background stations; ``part`` runs them into a folder.

    Its second argument says what the cases run against. A signal ends what is under way, and what was judged is in the
    results. Raises ``SutError`` when the SUT file lacks what the stations need.
    """
    try:
        crew = crew_for(sut, stations, new_run_id())
    except HarnessError as error:
        raise SutError([str(error)]) from None
    began = later = time.monotonic()
    quiet = part(out, sut.name)
    if quiet.results is None:
        return quiet
    background = Background(crew, out / LOG)
    loaded = Part(ExitCode.OK, None)
    try:
        # Between the cases there is nothing that a signal could spoil.
        with INTERRUPTION.mode(Mode.ABRUPT):
            if INTERRUPTION.has_come():
                raise KeyboardInterrupt
            with made_known(sut, crew, out), background:
                is_ready, later = background.wait_until_ready(), time.monotonic()
                if is_ready:
                    with INTERRUPTION.mode(Mode.NOTED):
                        loaded = part(out / FOLDER, _named(sut, stations))
                    if loaded.results is None:
                        background.reason = background.reason or "the cases could not begin under the load"
    except HarnessError as error:
        background.reason = background.reason or str(error)
    except KeyboardInterrupt:
        background.reason = background.reason or CUT_SHORT
    for folder in (out, out / FOLDER):  # two runs that are one cannot be resumed
        (folder / so_far.FILE).unlink(missing_ok=True)
    results = joined(
        quiet.results,
        loaded.results,
        background.report(began),
        later_s=later - began,
        seconds=time.monotonic() - began,
        again=f"--background {stations}",
        interrupted=INTERRUPTION.by,
    )
    code = exit_code(results)
    broken = ExitCode.ERRORS in (quiet.code, loaded.code) or (background.reason and not code)
    return Part(at_least_errors(code) if broken else code, results, quiet.problem or loaded.problem)


def _named(sut: Sut, stations: int) -> str:
    return f"{sut.name}, kept busy by {stations} station{'s' * (stations != 1)}"
