"""`plugproof precheck --background`: the cases run twice, quietly and then under load, and become one result."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from harness.artifacts import so_far
from harness.artifacts.joining import joined
from harness.artifacts.run_folder import LOAD_LOG, LOADED
from harness.artifacts.whole import OutputError, write_whole
from harness.case.verdicts import HarnessError
from harness.cli.precheck.part import Part
from harness.exit_codes import ExitCode, at_least_errors
from harness.plugin.session import new_run_id
from harness.plugin.trouble.interruption import INTERRUPTION, Mode
from harness.processes.background import Background, Wanted, crew_for, made_known
from harness.processes.progress import Progress
from harness.sut import Sut, SutError
from reports.results.verdicts import exit_code
from simulator.fleet.spoken import SPOKEN

RESULT: Final = "background.json"
"""All that a load profile came to, as `plugproof fleet` writes it."""
PAGE: Final = "background.html"
CUT_SHORT: Final = "the run was interrupted"


def run_twice(sut: Sut, wanted: Wanted, out: Path, part: Callable[[Path, str], Part]) -> Part:
    """Run the cases without and with the background stations; ``part`` runs them into a folder.

    Its second argument says what the cases run against. A signal ends what is under way, and what was judged is in the
    results. Raises ``SutError`` when the SUT file lacks what the stations need.
    """
    try:
        crew = crew_for(sut, wanted, new_run_id())
    except HarnessError as error:
        raise SutError([str(error)]) from None
    began = later = time.monotonic()
    others = "" if sut.version == SPOKEN.version else f" of OCPP {SPOKEN.version}"
    described = f"{wanted.described}{others}"
    quiet = part(out, sut.name)
    if quiet.results is None:
        return quiet
    background = Background(crew, out / LOAD_LOG)
    loaded = Part(ExitCode.OK, None)
    try:
        # Between the cases there is nothing that a signal could spoil.
        with INTERRUPTION.mode(Mode.ABRUPT):
            if INTERRUPTION.has_come():
                raise KeyboardInterrupt
            with made_known(sut, crew, out), background:
                with Progress(f"{described} are switched on") as shown:
                    is_ready = background.wait_until_ready(shown)
                later = time.monotonic()
                if others and not is_ready:
                    background.reason = (
                        f"{background.reason}; the stations of --background speak OCPP {SPOKEN.version} only"
                    )
                if is_ready:
                    with INTERRUPTION.mode(Mode.NOTED):
                        loaded = part(out / LOADED, f"{sut.name}, kept busy by {described}")
                    if loaded.results is None:
                        background.reason = background.reason or "the cases could not begin under the load"
                    elif not INTERRUPTION.has_come():
                        background.enough()
    except HarnessError as error:
        background.reason = background.reason or str(error)
    except KeyboardInterrupt:
        background.reason = background.reason or CUT_SHORT
    for folder in (out, out / LOADED):  # two runs that are one cannot be resumed
        (folder / so_far.FILE).unlink(missing_ok=True)
    results = joined(
        quiet.results,
        loaded.results,
        background.report(began),
        later_s=later - began,
        seconds=time.monotonic() - began,
        again=f"--background {shlex.quote(wanted.given)}",
        interrupted=INTERRUPTION.by,
        outlasted=_outlasted(loaded, background.over_at),
    )
    problem = None if wanted.profile is None else written(background.result, out)
    code = exit_code(results)
    broken = ExitCode.ERRORS in (quiet.code, loaded.code) or (background.reason and not code)
    return Part(at_least_errors(code) if broken else code, results, quiet.problem or loaded.problem or problem)


def _outlasted(loaded: Part, over_at: float | None) -> list[str]:
    """The cases that were not over yet when the load was."""
    return [] if over_at is None else [id for id, at in loaded.over.items() if at > over_at]


def written(result: Mapping[str, Any] | None, out: Path) -> str | None:
    """Write what the load came to, for machines and for people; a sentence when it could not be written."""
    if result is None:
        return None
    from simulator.fleet.report.page import page

    try:
        write_whole(out / RESULT, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        write_whole(out / PAGE, page(result))
    except OutputError as error:
        return str(error)
    return None
