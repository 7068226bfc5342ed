"""`plugproof precheck`: the main job. It prepares a pytest run, watches it, and prints what came of it."""

import os
import shlex
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

from harness import output
from harness.case import Case, is_selected
from harness.cli.parts import Part
from harness.cli.report import print_results
from harness.cli.watch import Watch, trouble
from harness.exit_codes import ExitCode, at_least_errors
from harness.interruption import INTERRUPTION, Mode
from harness.profile_names import PROFILES, UnknownProfile, checked
from harness.reference import reference_csms
from harness.registry import all_cases, known_ids, missing, modules_of, nearest
from harness.run_folder import BASE, drop_if_empty, held, new_folder, replace_earlier
from harness.selection import NoSkip, skipped
from harness.sut import ManualSettings, Sut, SutError, for_url, load
from harness.verdicts import HarnessError
from harness.whole import OutputError, told
from reports.verdicts import FAIL_ON, exit_code

MAX_DEFAULT_WORKERS: Final = 4

_NEEDED_LATER: Final = (
    "harness.plugin",
    "harness.fixtures",
    "harness.preparation",
    "harness.report_page",
    "pytest_asyncio.plugin",
    "_pytest.junitxml",
    "_pytest.unittest",
    "httpx",
    "httpcore",
    "anyio._backends._asyncio",
    "jsonschema",
    "schemas.diagnosis",
)
"""What is imported by the end of a run anyway, and by nobody before it begins."""

_NEEDED: Final = frozenset({"harness.plugin", "asyncio", "xdist"})
_FOR_WORKERS: Final = frozenset({"xdist"})
# pytest's own, of which a pre-check has no use; the last two look through all objects again and again at the end
_USELESS: Final = ("cacheprovider", "terminal", "faulthandler", "unraisableexception", "threadexception")


class Choice(NamedTuple):
    """What the user asked for."""

    csms: str | None
    tag: str | None
    sut: Path | None
    role: str
    cases: tuple[str, ...]
    profiles: tuple[str, ...]
    out: Path | None
    workers: int | None
    strict: bool
    faults: tuple[str, ...]
    fail_on: tuple[str, ...] = ()
    background: int | None = None
    allure: Path | None = None
    skips: tuple[str, ...] = ()


class _Usage(Exception):
    """The user's input cannot be worked with."""


def run(choice: Choice) -> int:
    """Run the cases and print the outcome; gives the exit code (docs/exit-codes.md)."""
    try:
        with INTERRUPTION.watched():
            return _run(choice)
    except (_Usage, SutError) as error:
        _say(*(error.sentences if isinstance(error, SutError) else error.args))
        return ExitCode.USAGE
    except (UnknownProfile, NoSkip) as error:
        _say(str(error))
        return ExitCode.USAGE
    except (HarnessError, OutputError) as error:
        _say(str(error))
        return ExitCode.ERRORS
    except KeyboardInterrupt:
        _say("interrupted")
        return ExitCode.INTERRUPTED


def _run(choice: Choice) -> int:
    _check_ids(choice.cases)
    _check_fail_on(choice.fail_on)
    skipped(choice.skips, known=known_ids())
    known = _known_sut(choice)
    role = choice.role if known is None else known.role
    nothing = missing(role)
    if nothing is not None:
        _say(nothing)
        return ExitCode.NOTHING_RAN
    cases = _selected(choice, role)
    if choice.allure is not None:
        _make_folder(choice.allure, "--allure")
    out = _out(choice)
    try:
        with held(out), _target(choice, known, out) as (sut, options, rerun):
            return _run_cases(choice, sut, cases, options, rerun, out)
    finally:
        if choice.out is None:
            drop_if_empty(out)


def _say(*sentences: str) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)


def _out(choice: Choice) -> Path:
    """The folder of the run, with nothing of another one in it."""
    if choice.out is None:
        try:
            return new_folder()
        except OSError as error:
            raise _Usage(f"{BASE} cannot be made ({error.strerror}); choose another folder with --out") from None
    _make_folder(choice.out, "--out")
    with told(choice.out):
        replaced = replace_earlier(choice.out, keep=choice.sut)
    if replaced is not None:
        print(replaced)
    return choice.out


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


def _known_sut(choice: Choice) -> Sut | None:
    """The system under test that the user named; None: the embedded one, which is started later."""
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
        return load(choice.sut, known_cases=known_ids())
    if choice.csms:
        return for_url(choice.csms, *([choice.tag] if choice.tag else []))
    return None


@contextmanager
def _target(choice: Choice, known: Sut | None, out: Path) -> Iterator[tuple[Sut, list[str], list[str]]]:
    """The system under test, the pytest options that name it, and the beginning of a command that names it again."""
    if known is None:
        again = [part for name in choice.faults for part in ("--fault", name)]
        with reference_csms(
            out, faults=choice.faults, with_rsa=_speaks_tls(choice), meanwhile=_import_what_follows
        ) as file:
            yield load(file), ["--sut", str(file)], again
    elif choice.sut:
        yield known, ["--sut", str(choice.sut)], ["--sut", str(choice.sut)]
    else:
        named = ["--csms", str(choice.csms)]
        tag = [choice.tag] if choice.tag else []
        yield (
            known,
            [*named, *(part for name in tag for part in ("--plugproof-tag", name))],
            [*named, *(part for name in tag for part in ("--tag", name))],
        )


def _speaks_tls(choice: Choice) -> bool:
    """Whether a case that is asked for looks at the certificates of the CSMS."""
    chosen = (case for case in all_cases() if is_selected(case, ids=choice.cases, profiles=choice.profiles))
    return any(case.profile == PROFILES["security"] for case in chosen)


def _import_what_follows() -> None:
    """What the run will need: another core starts the reference CSMS in the meantime."""
    for name in _NEEDED_LATER:
        import_module(name)


def _check_faults(names: tuple[str, ...]) -> None:
    if not names:
        return
    from csms_core.faults import CATALOGUE

    for name in names:
        if name not in CATALOGUE:
            close = get_close_matches(name, CATALOGUE, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise _Usage(f"--fault {name} is no fault; {hint}`plugproof csms --list-faults` shows them all")


def _selected(choice: Choice, role: str) -> list[Case]:
    of_role = [case for case in all_cases() if is_selected(case, sut=role)]
    checked(choice.profiles, "--profile")
    chosen = [case for case in of_role if is_selected(case, ids=choice.cases, profiles=choice.profiles)]
    if not chosen:
        raise _Usage(f"no case for a {role} was selected; `plugproof list` shows what there is")
    return chosen


def _workers(choice: Choice, sut: Sut, cases: list[Case]) -> int:
    if isinstance(sut.operator, ManualSettings) and choice.workers is None:
        return 1
    if choice.workers is not None:
        return min(choice.workers, len(cases))
    if choice.sut is None and choice.csms is None:
        return 1  # the embedded CSMS lets nobody wait: a further worker costs more than it does (docs/benchmarks.md)
    return min(MAX_DEFAULT_WORKERS, sut.lane_count or MAX_DEFAULT_WORKERS, len(cases))


def _run_cases(choice: Choice, sut: Sut, cases: list[Case], options: list[str], rerun: list[str], out: Path) -> int:
    def part(folder: Path, name: str) -> Part:
        return _part(choice, sut, cases, options, rerun, out, folder, name)

    # From here on there is something to lose: a signal ends the cases, and never the writing.
    with INTERRUPTION.mode(Mode.NOTED):
        if choice.background is None:
            done = part(out, sut.name)
        else:
            from harness.cli.loaded import run_twice  # brings the simulated stations along

            done = run_twice(sut, choice.background, out, part)
        if done.results is None:
            return ExitCode.USAGE if done.code == pytest.ExitCode.USAGE_ERROR else ExitCode.ERRORS
        problem = done.problem or _written(done.results, choice, out)
    _shown(done.results, choice, out)
    problem = problem or trouble()
    if problem is not None:
        _say(problem)
    return done.code if problem is None else at_least_errors(done.code)


def _written(results: dict[str, Any], choice: Choice, out: Path) -> str | None:
    """Write the documents; a sentence about the first one that could not be written."""
    problem = output.tried(results, out, is_last=choice.out is None)
    if choice.allure is None:
        return problem
    from harness.allure import write_allure  # who does not ask for it shall not wait for the import

    try:
        with told(choice.allure):
            write_allure(results, out, choice.allure)
    except OutputError as error:
        return problem or str(error)
    return problem


def _shown(results: dict[str, Any], choice: Choice, out: Path) -> None:
    print_results(results, out)
    if choice.allure is not None:
        print(f"results for Allure: {choice.allure}")


def _part(
    choice: Choice,
    sut: Sut,
    cases: list[Case],
    options: list[str],
    rerun: list[str],
    out: Path,
    folder: Path,
    name: str,
) -> Part:
    """One run of pytest over the cases, into ``folder``, which is the folder ``out`` of the run or below it."""
    workers = _workers(choice, sut, cases)
    strict = ["--strict"] if choice.strict else []
    in_ci = bool(os.environ.get("CI"))
    # A bar would be in the way of the instructions for a person.
    live = sys.stdout.isatty() and not in_ci and not isinstance(sut.operator, ManualSettings)
    watch = Watch(len(cases), name, live=live, quiet=in_ci)
    arguments = [
        "--pyargs",
        *modules_of(cases),
        "--noconftest",  # pytest would take those of the folder it is called in, which are somebody's own tests
        "--assert=plain",  # cases raise their own explanations; rewriting would cost every worker again
        *options,
        *("-c", str(resources.files("harness") / "precheck.ini")),
        *("--rootdir", str(out)),
        *("--plugproof-out", str(folder)),
        "--plugproof-part",
        *("--plugproof-command", shlex.join(["plugproof", *sys.argv[1:]])),
        *("--plugproof-rerun", shlex.join(["plugproof", "precheck", *rerun, *strict])),
        *(part for id in choice.cases for part in ("--plugproof-case", id)),
        *(part for name in choice.profiles for part in ("--plugproof-profile", name)),
        *(f"--plugproof-{option[2:]}" for option in strict),
        *(part for skip in choice.skips for part in ("--plugproof-skip", skip)),
        *(part for what in choice.fail_on for part in ("--plugproof-fail-on", what)),
        *(part for name in _without(workers) for part in ("-p", f"no:{name}")),
        *(["-n", str(workers)] if workers > 1 else []),
    ]
    with watch, _safe_path():
        code = pytest.main(arguments, plugins=[watch])
    if watch.results is None:
        return Part(int(code), None)
    # Whoever ended pytest so, an error in it or a system that cannot be reached, is not seen in the verdicts.
    broken = code in (ExitCode.ERRORS, pytest.ExitCode.INTERNAL_ERROR)
    ended = exit_code(watch.results)
    return Part(at_least_errors(ended) if broken else ended, watch.results, watch.problem)


@contextmanager
def _safe_path() -> Iterator[None]:
    """Workers that begin meanwhile import nothing from the folder they begin in."""
    name = "PYTHONSAFEPATH"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _without(workers: int) -> list[str]:
    """Plugins that stay away: what else is installed would cost its import in every worker or change a verdict."""
    needed = _NEEDED if workers > 1 else _NEEDED - _FOR_WORKERS
    return [*_USELESS, *sorted({entry.name for entry in entry_points(group="pytest11")} - needed)]
