"""`plugproof precheck --background N`: the cases run twice, quietly and then under load, and become one result."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from harness import output
from harness.background import Background, crew_for, made_known
from harness.cli.parts import Part
from harness.joining import FOLDER, joined
from harness.session import new_run_id
from harness.sut import Sut
from reports.verdicts import exit_code

ERRORS: Final = 3
LOG: Final = "background.log"


def run_twice(sut: Sut, stations: int, out: Path, part: Callable[[Path, str], Part]) -> Part:
    """Run the cases without and with ``stations`` background stations; ``part`` runs them into a folder.

    Its second argument says what the cases run against. Raises ``HarnessError`` when the background cannot be set up.
    """
    crew = crew_for(sut, stations, new_run_id())
    began = time.monotonic()
    quiet = part(out, sut.name)
    if quiet.results is None or quiet.is_cut:
        if quiet.results is not None:
            output.write(quiet.results, out)
        return quiet
    loaded = Part(pytest.ExitCode.OK, None)
    try:
        with made_known(sut, crew, out), Background(crew, out / LOG) as background:
            is_ready, later = background.wait_until_ready(), time.monotonic()
            if is_ready:
                loaded = part(out / FOLDER, f"{sut.name}, kept busy by {stations} station{'s' * (stations != 1)}")
                if loaded.results is None:
                    background.reason = background.reason or "the cases could not begin under the load"
            background.end()
    except BaseException:
        output.write(quiet.results, out)  # what there is
        raise
    results = joined(
        quiet.results,
        loaded.results,
        background.report(began),
        later_s=later - began,
        seconds=time.monotonic() - began,
        again=f"--background {stations}",
    )
    output.write(results, out)
    if loaded.code == pytest.ExitCode.INTERRUPTED:
        return Part(loaded.code, results)
    return Part(exit_code(results) or (ERRORS if background.reason else 0), results)
