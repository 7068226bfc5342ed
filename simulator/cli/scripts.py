"""Scripts: a Python file with `async def scenario(station)`, run by `plugproof station --script FILE`.

What is written after `--` on the command line becomes further arguments of the scenario, as texts. A script is a
program: what it prints is printed, an exception is its failure, and `assert` makes a test of it.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from simulator.cli.version import Station
from simulator.options.arguments import UsageError

Scenario = Callable[..., Awaitable[Any]]

_MODULE = "plugproof_script"


class ScriptFailed(Exception):
    """A script has ended with an exception; the text is the trace through its own lines."""


def load(file: str, arguments: Sequence[str] = ()) -> Scenario:
    """The scenario of a script that takes these arguments. Raises `UsageError`, `ScriptFailed`."""
    path = Path(file)
    if not path.is_file():
        raise UsageError(
            f"--script {file}: there is no such file; give a Python file with 'async def scenario(station)'"
        )
    scenario: Scenario | None = vars(_module(path)).get("scenario")
    if scenario is None:
        raise UsageError(f"--script {file}: it has no scenario; write 'async def scenario(station):'")
    if not inspect.iscoroutinefunction(scenario):
        raise UsageError(f"--script {file}: its scenario is no 'async def'; write 'async def scenario(station):'")
    signature = inspect.signature(scenario)
    try:
        signature.bind(None, *arguments)
    except TypeError as error:
        raise UsageError(
            f"--script {file}: scenario{signature} does not take the {len(arguments)} arguments after -- ({error})"
        ) from None
    return scenario


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_loader(_MODULE, importlib.machinery.SourceFileLoader(_MODULE, str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    sys.path.insert(
        0, str(path.resolve().parent)
    )  # as Python does for a program, so that it can have modules beside it
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        place = f"{error.filename or path}, line {error.lineno}"
        raise UsageError(f"--script {path}: it is no Python ({error.msg} in {place}); correct it") from None
    except Exception as error:
        raise ScriptFailed(trace(error, path)) from None
    return module


async def run(scenario: Scenario, file: str, station: Station, arguments: Sequence[str] = ()) -> None:
    """Run a scenario to its end. Raises `ScriptFailed`."""
    try:
        await scenario(station, *arguments)
    except SystemExit as error:
        if error.code not in (0, None):
            raise ScriptFailed(f"{file} has ended with {error.code}") from None
    except Exception as error:
        raise ScriptFailed(trace(error, Path(file))) from None


def trace(error: Exception, path: Path) -> str:
    """The lines of the script that led to an exception, the newest last, and what it says."""
    files = {str(path), str(path.resolve())}
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    lines = [f"{frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in own]
    said = "".join(traceback.format_exception_only(error)).strip()
    return "\n".join([*lines, said])
