"""`plugproof precheck`: the main job. It prepares a pytest run, watches it, and prints what came of it."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module, resources
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final, NamedTuple

import pytest

from harness.case import Case, is_selected
from harness.cli.parts import Part
from harness.cli.report import print_results
from harness.cli.watch import Watch
from harness.reference import reference_csms
from harness.registry import all_cases, known_ids, nearest
from harness.selection import FAIL_ON
from harness.sut import ManualSettings, Sut, SutError, for_url, load
from harness.verdicts import HarnessError

USAGE: Final = 2
ERRORS: Final = 3
MAX_DEFAULT_WORKERS: Final = 4

_NEEDED: Final = frozenset({"harness.plugin", "asyncio", "xdist"})
_USELESS: Final = ("cacheprovider", "terminal", "faulthandler")  # pytest's own, of which a pre-check has no use


class Choice(NamedTuple):
    """What the user asked for."""

    csms: str | None
    tag: str | None
    sut: Path | None
    role: str
    cases: tuple[str, ...]
    profiles: tuple[str, ...]
    out: Path
    workers: int | None
    strict: bool
    faults: tuple[str, ...]
    fail_on: tuple[str, ...] = ()
    background: int | None = None
    allure: Path | None = None


class _Usage(Exception):
    """The user's input cannot be worked with."""


def run(choice: Choice) -> int:
    """Run the cases and print the outcome; gives the exit code (0, 1, 2 usage, 3 errors, 5 nothing ran)."""
    # CI ends a job so; like Ctrl-C, it lets what was made be removed.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    try:
        _check_ids(choice.cases)
        _check_fail_on(choice.fail_on)
        _make_folder(choice.out, "--out")
        if choice.allure is not None:
            _make_folder(choice.allure, "--allure")
        with _target(choice) as (sut, options, rerun):
            cases = _selected(choice, sut)
            return _run_cases(choice, sut, cases, options, rerun)
    except (_Usage, SutError, HarnessError) as error:
        for sentence in error.sentences if isinstance(error, SutError) else error.args:
            print(sentence, file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return USAGE


def _check_ids(ids: tuple[str, ...]) -> None:
    for id in ids:
        if id.upper() not in known_ids():
            raise _Usage(f"--case {id} is no case; {nearest(id)}")


def _check_fail_on(names: tuple[str, ...]) -> None:
    for name in names:
        if name not in FAIL_ON:
            raise _Usage(f"--fail-on is {', '.join(FAIL_ON[:-1])} or {FAIL_ON[-1]}, not {name}")


def _make_folder(out: Path, option: str) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _Usage(f"{option} {out} cannot be made ({error.strerror}); choose another folder") from None
    try:
        with TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise _Usage(f"{option} {out} cannot be written to ({error.strerror}); choose another folder") from None


@contextmanager
def _target(choice: Choice) -> Iterator[tuple[Sut, list[str], list[str]]]:
    """The system under test, the pytest options that name it, and the beginning of a command that names it again."""
    if choice.csms and choice.sut:
        raise _Usage("--csms and --sut exclude each other: the SUT file names the address")
    if choice.faults and (choice.csms or choice.sut):
        raise _Usage("--fault breaks the embedded reference CSMS only; leave out --csms and --sut")
    if choice.tag and not choice.csms:
        raise _Usage("--tag goes with --csms; a SUT file names its tags in [tags]")
    _check_faults(choice.faults)
    if choice.role not in ("csms", "charge_point"):
        raise _Usage(f"--role is csms or charge_point, not {choice.role}")
    if choice.sut:
        sut = load(choice.sut, known_cases=known_ids())
        yield sut, ["--sut", str(choice.sut)], ["--sut", str(choice.sut)]
    elif choice.csms:
        tag = [choice.tag] if choice.tag else []
        named = ["--csms", choice.csms]
        options = [*named, *(part for name in tag for part in ("--plugproof-tag", name))]
        yield for_url(choice.csms, *tag), options, [*named, *(part for name in tag for part in ("--tag", name))]
    elif choice.role == "charge_point":
        raise _Usage("a charge point under test needs a SUT file: plugproof init --role charge_point writes one")
    else:
        again = [part for name in choice.faults for part in ("--fault", name)]
        with reference_csms(choice.out, *again, meanwhile=_import_what_follows) as file:
            yield load(file), ["--sut", str(file)], again


def _import_what_follows() -> None:
    """The cases, and what the preparation needs: another core starts the reference CSMS in the meantime."""
    import_module("harness.preparation")
    import_module("httpx")
    all_cases()


def _check_faults(names: tuple[str, ...]) -> None:
    if not names:
        return
    from csms_core.faults import CATALOGUE

    for name in names:
        if name not in CATALOGUE:
            close = get_close_matches(name, CATALOGUE, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise _Usage(f"--fault {name} is no fault; {hint}`plugproof csms --list-faults` shows them all")


def _selected(choice: Choice, sut: Sut) -> list[Case]:
    of_role = [case for case in all_cases() if is_selected(case, sut=sut.role)]
    for name in choice.profiles:
        if not any(is_selected(case, profiles=[name]) for case in of_role):
            names = ", ".join(sorted({case.profile for case in of_role})) or "none yet"
            raise _Usage(f"--profile {name} has no cases for a {sut.role}; there are: {names}")
    chosen = [case for case in of_role if is_selected(case, ids=choice.cases, profiles=choice.profiles)]
    if not chosen:
        raise _Usage(f"no case for a {sut.role} was selected; `plugproof list` shows what there is")
    return chosen


def _workers(choice: Choice, sut: Sut, cases: list[Case]) -> int:
    if isinstance(sut.operator, ManualSettings) and choice.workers is None:
        return 1
    if choice.workers is not None:
        return min(choice.workers, len(cases))
    lanes = sut.lane_count or MAX_DEFAULT_WORKERS
    embedded = choice.sut is None and choice.csms is None
    # Workers mostly wait for a CSMS elsewhere; the embedded one shares the cores with them and never lets them wait.
    cores = os.cpu_count() or 1 if embedded else MAX_DEFAULT_WORKERS
    return min(MAX_DEFAULT_WORKERS, lanes, cores, len(cases))


def _run_cases(choice: Choice, sut: Sut, cases: list[Case], options: list[str], rerun: list[str]) -> int:
    def part(out: Path, name: str) -> Part:
        return _part(choice, sut, cases, [*options, "--plugproof-part"], rerun, out, name)

    if choice.background is None:
        done = _part(choice, sut, cases, options, rerun, choice.out, sut.name)
    else:
        from harness.cli.loaded import run_twice  # brings the simulated stations along

        done = run_twice(sut, choice.background, choice.out, part)
    if done.results is None:
        return USAGE if done.code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERRUPTED) else ERRORS
    print_results(done.results, choice.out)
    if choice.allure is not None:
        from harness.allure import write_allure  # who does not ask for it shall not wait for the import

        write_allure(done.results, choice.out, choice.allure)
        print(f"results for Allure: {choice.allure}")
    return _exit_code(done.code)


def _part(
    choice: Choice, sut: Sut, cases: list[Case], options: list[str], rerun: list[str], out: Path, name: str
) -> Part:
    """One run of pytest over the cases, into the folder ``out``."""
    workers = _workers(choice, sut, cases)
    strict = ["--strict"] if choice.strict else []
    in_ci = bool(os.environ.get("CI"))
    # A bar would be in the way of the instructions for a person.
    live = sys.stdout.isatty() and not in_ci and not isinstance(sut.operator, ManualSettings)
    watch = Watch(len(cases), name, live=live, quiet=in_ci)
    arguments = [
        "--pyargs",
        "testcases",
        "--assert=plain",  # cases raise their own explanations; rewriting would cost every worker again
        *options,
        *("-c", str(resources.files("harness") / "precheck.ini")),
        *("--rootdir", str(choice.out)),
        *("--plugproof-out", str(out)),
        *("--plugproof-command", shlex.join(["plugproof", *sys.argv[1:]])),
        *("--plugproof-rerun", shlex.join(["plugproof", "precheck", *rerun, *strict])),
        *(part for id in choice.cases for part in ("--plugproof-case", id)),
        *(part for name in choice.profiles for part in ("--plugproof-profile", name)),
        *(f"--plugproof-{option[2:]}" for option in strict),
        *(part for what in choice.fail_on for part in ("--plugproof-fail-on", what)),
        *(part for name in _without() for part in ("-p", f"no:{name}")),
        *(["-n", str(workers)] if workers > 1 else []),
    ]
    with watch:
        code = pytest.main(arguments, plugins=[watch])
    return Part(int(code), watch.results)


def _without() -> list[str]:
    """Plugins that stay away: what else is installed would cost its import in every worker or change a verdict."""
    return [*_USELESS, *sorted({entry.name for entry in entry_points(group="pytest11")} - _NEEDED)]


def _exit_code(code: Any) -> int:
    if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERRUPTED):
        return USAGE
    return int(code)
