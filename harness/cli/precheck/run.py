"""`plugproof precheck`: the main job. It prepares a pytest run, watches it, and prints what came of it."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module, resources
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from harness.artifacts import so_far, writing
from harness.artifacts.run_folder import BASE, drop_if_empty, held, new_folder, replace_earlier, to_resume
from harness.artifacts.whole import OutputError, told
from harness.case.facts import Case, is_selected
from harness.case.profiles import SECURITY, UnknownProfile
from harness.case.registry import all_cases, known_ids, missing, modules_of, nearest, version_of
from harness.case.verdicts import HarnessError
from harness.cli.faults import problem_of
from harness.cli.precheck import waiting
from harness.cli.precheck.part import Part
from harness.cli.precheck.printing import print_results
from harness.cli.precheck.watch import Watch, trouble
from harness.edition import VERSIONS, edition
from harness.exit_codes import ExitCode, at_least_errors
from harness.plugin.selection import NoSkip, skipped
from harness.plugin.trouble.interruption import INTERRUPTION, Mode
from harness.processes.embedded_file import reference_station_file
from harness.processes.reference_csms import reference_csms
from harness.sut import ManualSettings, Sut, SutError
from harness.sut.reading import DEFAULT_VERSION, for_url, load
from harness.sut.tables.values import DEFAULT_TAG
from reports.results.verdicts import FAIL_ON, exit_code

if TYPE_CHECKING:
    from harness.processes.background import Wanted

MAX_DEFAULT_WORKERS: Final = 4
DEFAULT_ROLE: Final = "csms"

_NEEDED_LATER: Final = (
    "harness.plugin.hooks",
    "harness.plugin.preparation",
    "harness.artifacts.page",
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

_NEEDED: Final = frozenset({"harness.plugin.hooks", "asyncio", "xdist"})
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
    background: str | None = None
    allure: Path | None = None
    skips: tuple[str, ...] = ()
    ocpp: str | None = None
    resume: bool = False
    insists: bool = False
    wait: str | None = None


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
    role, version = (choice.role, choice.ocpp or DEFAULT_VERSION) if known is None else (known.role, known.version)
    patience = _patience(choice, known)
    nothing = missing(role, version)
    if nothing is not None:
        _say(nothing)
        return ExitCode.NOTHING_RAN
    cases = _selected(choice, role, version)
    load = _load(choice, role, version)
    if choice.allure is not None:
        _make_folder(choice.allure, "--allure")
    if known is not None and patience:
        waiting.wait(known, patience)
    out = _out(choice)
    try:
        with held(out), _target(choice, known, version, cases, out) as (sut, options, rerun):
            return _run_cases(choice, sut, cases, options, rerun, out, load)
    finally:
        if choice.out is None:
            drop_if_empty(out)


def _patience(choice: Choice, known: Sut | None) -> float:
    try:
        return waiting.seconds_of(choice.wait, known)
    except ValueError as error:
        raise _Usage(str(error)) from None


def _say(*sentences: str) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)


def _out(choice: Choice) -> Path:
    """The folder of the run, with nothing of another one in it, unless that is resumed."""
    if choice.resume:
        return _resumed(choice)
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


def _resumed(choice: Choice) -> Path:
    """The folder of the run that is resumed."""
    if choice.background is not None:
        raise _Usage("--resume and --background exclude each other: both runs have to be of one piece")
    folder = to_resume() if choice.out is None else choice.out
    if folder is None or not so_far.of(folder):
        where = BASE if folder is None else folder
        raise _Usage(f"--resume: there is no run in {where} that has judged anything; leave it out to begin one")
    print(f"{folder}: {len(so_far.of(folder))} cases of it are kept")
    return folder


def _check_ids(ids: tuple[str, ...]) -> None:
    for id in ids:
        if id.upper() not in known_ids():
            raise _Usage(f"--case {id} is no case; {nearest(id)}")


def _check_fail_on(names: tuple[str, ...]) -> None:
    for name in names:
        if name not in FAIL_ON:
            raise _Usage(f"--fail-on is {', '.join(FAIL_ON[:-1])} or {FAIL_ON[-1]}, not {name}")


def _load(choice: Choice, role: str, version: str) -> "Wanted | None":
    """What is to keep the CSMS busy, before anything is made."""
    if choice.background is None:
        return None
    if edition(version).benches[role].connects_by_itself:
        raise _Usage("--background keeps a CSMS busy, and a charge point is tested here; leave it out")
    from harness.processes.background import wanted  # brings the simulated stations along

    try:
        return wanted(choice.background)
    except HarnessError as error:
        raise _Usage(*str(error).splitlines()) from None


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
    if choice.role not in _EMBEDDED:
        raise _Usage(f"--role is csms or charge-point, not {choice.role}")
    if choice.ocpp is not None and choice.ocpp not in VERSIONS:
        raise _Usage(f"--ocpp is {' or '.join(VERSIONS)}, not {choice.ocpp}")
    _check_faults(choice)
    if choice.sut:
        return _of_the_version(choice, load(choice.sut, known_cases=known_ids()))
    if choice.csms:
        return for_url(choice.csms, choice.tag or DEFAULT_TAG, choice.ocpp or DEFAULT_VERSION)
    return None


def _of_the_version(choice: Choice, sut: Sut) -> Sut:
    if choice.ocpp in (None, sut.version):
        return sut
    raise _Usage(
        f"--ocpp {choice.ocpp} contradicts {choice.sut}, which is about OCPP {sut.version} (connection.ocpp); "
        "leave out --ocpp, or name another file"
    )


@contextmanager
def _target(
    choice: Choice, known: Sut | None, version: str, cases: Iterable[Case], out: Path
) -> Iterator[tuple[Sut, list[str], list[str]]]:
    """The system under test, the pytest options that name it, and the beginning of a command that names it again."""
    ocpp = ["--ocpp", choice.ocpp] if choice.ocpp else []
    if known is None:
        again = [*ocpp, *(part for name in choice.faults for part in ("--fault", name))]
        with _EMBEDDED[choice.role](choice, version, cases, out) as file:
            yield load(file), ["--sut", str(file)], [*_role(choice), *again]
    elif choice.sut:
        yield known, ["--sut", str(choice.sut)], ["--sut", str(choice.sut)]
    else:
        named = ["--csms", str(choice.csms)]
        tag = [choice.tag] if choice.tag else []
        yield (
            known,
            [*named, *(part for name in tag for part in ("--plugproof-tag", name)), "--plugproof-ocpp", version],
            [*named, *(part for name in tag for part in ("--tag", name)), *ocpp],
        )


def _role(choice: Choice) -> list[str]:
    """The role that a command to run a case again has to name: none for the one that is taken anyway."""
    return [] if choice.role == DEFAULT_ROLE else ["--role", choice.role.replace("_", "-")]


def _csms(choice: Choice, version: str, cases: Iterable[Case], out: Path) -> AbstractContextManager[Path]:
    return reference_csms(
        out,
        version=version,
        faults=choice.faults,
        with_rsa=_speak_tls(cases),
        meanwhile=lambda: _import_what_follows(version),
    )


def _station(choice: Choice, version: str, cases: Iterable[Case], out: Path) -> AbstractContextManager[Path]:
    return reference_station_file(out, version=version, faults=choice.faults)


_EMBEDDED: Final[Mapping[str, Callable[[Choice, str, Iterable[Case], Path], AbstractContextManager[Path]]]] = {
    "csms": _csms,
    "charge_point": _station,
}
"""Role -> what is tested where nothing is named."""


_WITHIN_TLS: Final = "security-profile-"
"""How the needs begin of cases that are not filed under security, and connect within TLS all the same."""


def _speak_tls(cases: Iterable[Case]) -> bool:
    """Whether one of the cases looks at the certificates of the CSMS."""
    return any(case.profile == SECURITY or any(need.startswith(_WITHIN_TLS) for need in case.needs) for case in cases)


def _import_what_follows(version: str) -> None:
    """What the run will need: another core starts the reference CSMS in the meantime."""
    for name in (*_NEEDED_LATER, edition(version).benches["csms"].fixtures):
        import_module(name)


def _check_faults(choice: Choice) -> None:
    problem = problem_of(choice.faults, choice.role, choice.ocpp or DEFAULT_VERSION)
    if problem is not None:
        raise _Usage(problem)


def _selected(choice: Choice, role: str, version: str) -> list[Case]:
    of_role = [case for case in all_cases(version) if case.sut == role]
    named = edition(version).profiles.checked(choice.profiles, "--profile")
    chosen = [case for case in of_role if is_selected(case, ids=choice.cases, profiles=named)]
    if not chosen:
        others = {other for id in choice.cases if (other := version_of(id)) not in (None, version)}
        if len(others) == 1:
            raise _Usage(
                f"--case {' '.join(choice.cases)} is of OCPP {others.pop()}, and this run of {version}; see --ocpp"
            )
        raise _Usage(f"no case for a {role} was selected; `plugproof list` shows what there is")
    return chosen


_WORKERS_OF_EMBEDDED: Final[Mapping[str, int]] = {"csms": 1, "charge_point": MAX_DEFAULT_WORKERS}
"""Role -> workers where nothing is named. The embedded CSMS lets nobody wait, so that a further worker costs more than
it does (docs/benchmarks.md); a charge point is mostly waited for."""


_DISTRIBUTION: Final[Mapping[str, str]] = {"csms": "load", "charge_point": "worksteal"}
"""Role -> how xdist gives out the cases: where some are waited for much longer than others, who is idle takes over."""


def _workers(choice: Choice, sut: Sut, cases: list[Case]) -> int:
    if isinstance(sut.operator, ManualSettings) and choice.workers is None:
        return 1
    if choice.workers is not None:
        return min(choice.workers, len(cases))
    if choice.sut is None and choice.csms is None:
        return min(_WORKERS_OF_EMBEDDED[sut.role], len(cases))
    return min(MAX_DEFAULT_WORKERS, sut.lane_count or MAX_DEFAULT_WORKERS, len(cases))


def _run_cases(
    choice: Choice,
    sut: Sut,
    cases: list[Case],
    options: list[str],
    rerun: list[str],
    out: Path,
    load: "Wanted | None",
) -> int:
    def part(folder: Path, name: str) -> Part:
        return _part(choice, sut, cases, options, rerun, out, folder, name)

    # From here on there is something to lose: a signal ends the cases, and never the writing.
    with INTERRUPTION.mode(Mode.NOTED):
        if load is None:
            done = part(out, sut.name)
        else:
            from harness.cli.precheck.under_load import run_twice

            done = run_twice(sut, load, out, part)
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
    problem = writing.tried(results, out, is_last=choice.out is None)
    if choice.allure is None:
        return problem
    from harness.artifacts.allure import write_allure  # who does not ask for it shall not wait for the import

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
    live = sys.stdout.isatty() and not in_ci and not (isinstance(sut.operator, ManualSettings) or sut.is_awaited)
    watch = Watch(len(cases), name, live=live, quiet=in_ci)
    arguments = [
        "--pyargs",
        *modules_of(cases),
        "--noconftest",  # pytest would take those of the folder it is called in, which are somebody's own tests
        "--assert=plain",  # cases raise their own explanations; rewriting would cost every worker again
        *options,
        *("-c", str(resources.files("harness.cli.precheck") / "precheck.ini")),
        *("--rootdir", str(out)),
        *("--plugproof-out", str(folder)),
        "--plugproof-part",
        *(["--plugproof-resume"] if choice.resume else []),
        *("--plugproof-command", shlex.join(["plugproof", *sys.argv[1:]])),
        *("--plugproof-rerun", shlex.join(["plugproof", "precheck", *rerun, *strict])),
        *(part for id in choice.cases for part in ("--plugproof-case", id)),
        *(part for name in choice.profiles for part in ("--plugproof-profile", name)),
        *(f"--plugproof-{option[2:]}" for option in strict),
        *(["--plugproof-like-the-official-tool"] if choice.insists else []),
        *(part for skip in choice.skips for part in ("--plugproof-skip", skip)),
        *(part for what in choice.fail_on for part in ("--plugproof-fail-on", what)),
        *(part for name in _without(workers) for part in ("-p", f"no:{name}")),
        *(["-n", str(workers), "--dist", _DISTRIBUTION[sut.role]] if workers > 1 else []),
    ]
    with watch, _safe_path():
        code = pytest.main(arguments, plugins=[watch])
    if watch.results is None:
        return Part(int(code), None)
    # Whoever ended pytest so, an error in it or a system that cannot be reached, is not seen in the verdicts.
    broken = code in (ExitCode.ERRORS, pytest.ExitCode.INTERNAL_ERROR)
    ended = exit_code(watch.results)
    return Part(at_least_errors(ended) if broken else ended, watch.results, watch.problem, watch.over)


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
