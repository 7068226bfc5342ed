"""The pytest plugin: options, lanes, collection by case, verdicts instead of tracebacks, and the results at the end.

It does nothing in a pytest run without cases. With xdist the controller loads the SUT file, prepares the system under
test and writes the results; every worker runs its cases on a lane of its own.
"""

import asyncio
import re
import shlex
import sys
from collections.abc import Generator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from harness.artifacts import so_far, trace_so_far
from harness.artifacts.results import case_record
from harness.artifacts.run_folder import BASE, held, new_folder, replace_earlier
from harness.artifacts.whole import OutputError, write_whole
from harness.case import judgement
from harness.case.claims import records
from harness.case.facts import Case, cases_of, is_selected
from harness.case.judgement import Judgement
from harness.case.measuring import measured_by
from harness.case.profiles import UnknownProfile
from harness.case.registry import PACKAGE, known_ids
from harness.case.run import CaseRun, trace_path
from harness.case.verdicts import Unreachable as NobodyThere
from harness.edition import VERSIONS, bench_of, edition_of
from harness.peers.pauses import PAUSES
from harness.plugin import hookspecs
from harness.plugin.aloud import aloud
from harness.plugin.collector import Collector
from harness.plugin.lanes.found import Found
from harness.plugin.lanes.ownership import begins
from harness.plugin.lanes.turns import Turn
from harness.plugin.selection import Asked, NoSkip, skipped
from harness.plugin.session import ATTEMPTS, CASE, JUDGEMENT, SECONDS, SESSION, RunSession, new_run_id, session_of
from harness.plugin.trouble.interruption import INTERRUPTION, CutShort, Mode, cut_short_by_signals, held_back
from harness.sut import Sut, SutError
from harness.sut.reading import DEFAULT_VERSION, for_url, load
from harness.sut.tables.values import DEFAULT_TAG
from ocppj.evidence.outside import told
from reports.evidence.explanation import render
from reports.results.verdicts import FAIL_ON, outcome
from reports.text.plain import visible

pytest_plugins = ("harness.plugin.fixtures", "harness.plugin.quiet", "harness.plugin.trouble.again")

COLLECTOR = pytest.StashKey[Collector]()
TURN = pytest.StashKey[Turn]()

_CASE = "plugproof_case"
_LOOP: Final[Mapping[str, Literal["function", "session"]]] = {"csms": "function", "charge_point": "session"}
"""Role -> how long the event loop of its cases lasts: a charge point under test stays connected between them."""
_NAMING = {"sut": "sut", "csms": "csms", "tag": "plugproof_tag"}
"""How a pre-check names the system under test -> the option here."""
NOTABLE_WAIT = 0.05
"""Seconds of waiting for the system under test from which on the trace mentions it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of ``pytest --pyargs testcases``; the command ``plugproof precheck`` sets them all."""
    group = parser.getgroup("plugproof", "OCPP conformance cases")
    group.addoption("--sut", metavar="FILE", help="SUT file of the system under test")
    group.addoption("--csms", metavar="URL", help="address of a CSMS under test, when there is no SUT file")
    group.addoption("--plugproof-tag", metavar="TAG", help="with --csms: an idTag that the CSMS accepts")
    group.addoption("--plugproof-ocpp", metavar="VERSION", help="with --csms: the version of OCPP; without it 1.6")
    group.addoption("--plugproof-out", metavar="DIR", help="where results and traces go (a folder of its own)")
    group.addoption("--plugproof-strict", action="store_true", help="a broken SHOULD fails the case")
    group.addoption(
        "--plugproof-like-the-official-tool",
        action="store_true",
        help="also tell what the official test tool insists on beyond the standard",
    )
    group.addoption("--plugproof-case", metavar="ID", action="append", default=[], help="only this case (repeatable)")
    group.addoption("--plugproof-profile", metavar="NAME", action="append", default=[], help="only this profile")
    group.addoption(
        "--plugproof-skip",
        metavar="ID=REASON",
        action="append",
        default=[],
        help="leave this case out of the run, and say why (repeatable)",
    )
    group.addoption(
        "--plugproof-fail-on",
        metavar="WHAT",
        action="append",
        default=[],
        choices=FAIL_ON,
        help=f"red also on {', '.join(FAIL_ON[:-1])} or {FAIL_ON[-1]} (repeatable)",
    )
    group.addoption("--plugproof-rerun", metavar="COMMAND", help="how the command to run a case again begins")
    group.addoption("--plugproof-resume", action="store_true", help="go on with the run of --plugproof-out")
    group.addoption("--plugproof-part", action="store_true", help="part of a run: writes no reports")
    group.addoption("--plugproof-command", metavar="COMMAND", help="what results.json gives as the command of the run")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """The hook that other plugins may listen to."""
    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the SUT file, check that there is a lane for every worker, choose the own lane."""
    if not (config.getoption("sut") or config.getoption("csms")):
        # Under xdist only workers collect, where a usage error cannot be shown; so look at what was asked for.
        if config.getoption("tx", None) and any(re.split(r"[./:]", arg)[0] == PACKAGE for arg in config.args):
            session_of(config)
        return
    sut = _load(config)
    try:
        profiles = edition_of(sut).profiles.checked(config.getoption("plugproof_profile"), "--plugproof-profile")
        skips = skipped(config.getoption("plugproof_skip"), "--plugproof-skip")
    except (UnknownProfile, NoSkip) as error:
        raise pytest.UsageError(str(error)) from None
    workers = len(config.getoption("tx", None) or ()) or 1
    try:
        sut.lane(_worker(config) or 0)
        if not _is_worker(config):
            sut.lane(workers - 1)
    except SutError as error:
        raise pytest.UsageError(*error.sentences) from None
    config.pluginmanager.import_plugin(bench_of(sut).fixtures)
    out = _out(config).absolute()
    _hold(config, out)
    rerun = config.getoption("plugproof_rerun") or _rerun(config)
    strict = config.getoption("plugproof_strict")
    insists = config.getoption("plugproof_like_the_official_tool") or sut.run.like_the_official_tool
    run_id = config.workerinput["plugproof_run"] if _is_worker(config) else new_run_id()  # type: ignore[attr-defined]
    alone = _workers_beside(config) <= 1
    config.stash[SESSION] = session = RunSession(
        sut, _worker(config) or 0, run_id, out, rerun, strict, insists, skips, alone, profiles
    )
    session.aloud = aloud(config)
    earlier = so_far.of(out) if config.getoption("plugproof_resume") else {}
    session.done = frozenset(earlier)
    if _is_worker(config):
        PAUSES.learn(config.workerinput["plugproof_due"])  # type: ignore[attr-defined]
    _watch_for_signals(config)
    if not _is_worker(config) and not config.option.collectonly:
        command = config.getoption("plugproof_command") or shlex.join(("pytest", *config.invocation_params.args))
        writes = not config.getoption("plugproof_part")
        config.stash[COLLECTOR] = collector = Collector(
            config,
            session,
            workers=workers,
            command=command,
            writes=writes,
            asked=Asked(
                tuple(config.getoption("plugproof_case")), tuple(config.getoption("plugproof_profile")), profiles
            ),
            fail_on=config.getoption("plugproof_fail_on"),
            is_last=not config.getoption("plugproof_out"),
            earlier=earlier,
        )
        config.pluginmanager.register(collector, "plugproof-collector")
    if config.pluginmanager.has_plugin("allure_listener"):
        from harness.plugin.allure_bridge import bridge  # imports Allure's model, which a run without it has no use for

        bridge(config, session)


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, None, None]:
    """Before any worker starts: is the system under test there, and does it know the stations and tags?"""
    collector = session.config.stash.get(COLLECTOR, None)
    if collector is not None:
        _prepare(collector, session_of(session.config))
    with held_back():
        return (yield)


def _prepare(collector: Collector, session: RunSession) -> None:
    from harness.plugin.preparation import NotReady, prepare  # of no use to a worker

    try:
        work = cut_short_by_signals(prepare)(collector.sut, collector.lanes, collector.out, session.id)
        prepared = asyncio.run(work)
    except NotReady as error:
        raise pytest.UsageError(told(session.sut.scrub(str(error)))) from None
    except NobodyThere as error:
        sentence = told(session.sut.scrub(str(error)))
        if error.evidence:
            print(visible(error.evidence, lines=True), file=sys.stderr)
        raise Unreachable(sentence, collector.end_early(f"not run: {sentence}")) from None
    except CutShort:
        raise Interrupted("before the first case", collector.end_early(judgement.NOT_BEGUN)) from None
    collector.rtt_ms = prepared.rtt_ms
    prepared.found.write(collector.out)
    for sentence in prepared.sentences:
        print(f"before the first case: {told(session.sut.scrub(sentence))}", file=sys.stderr)


class Unreachable(pytest.exit.Exception):  # type: ignore[name-defined,misc]
    """The run ended before its first case; pytest prints the name of the class, and the sentence."""


class Interrupted(pytest.exit.Exception):  # type: ignore[name-defined,misc]
    """A signal came before the first case."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What a signal does is our business while a case runs, and not while any other test does.

    When a case is over it lets go of what it had to itself.
    """
    if CASE in item.stash:
        try:
            return (yield)
        finally:
            end_turn(item)
    if SESSION not in item.config.stash:
        return (yield)
    if INTERRUPTION.has_come():
        raise KeyboardInterrupt
    with INTERRUPTION.mode(Mode.ABRUPT):
        return (yield)


def end_turn(item: pytest.Item) -> None:
    """Whatever tags the case held, others may have them."""
    turn = item.stash.get(TURN, None)
    if turn is not None:
        del item.stash[TURN]
        turn.ends()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """A signal ends the case that runs."""
    if CASE in item.stash and isinstance(item, pytest.Function):
        item.obj = cut_short_by_signals(item.obj)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(obj: object) -> None:
    """Mark a case as asyncio before pytest-asyncio looks at it; the loop scope does not depend on anybody's ini."""
    cases = cases_of(obj)
    if cases and not hasattr(obj, "pytestmark"):
        pytest.mark.asyncio(loop_scope=_LOOP[cases[0].sut])(obj)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a function once for each case it carries, under the id of the case."""
    cases = cases_of(metafunc.function)
    if not cases:
        return
    names = list(dict.fromkeys(name for case in cases for name in case.parameters))
    metafunc.fixturenames.insert(0, _CASE)
    metafunc.parametrize(
        [_CASE, *names],
        [[case, *(case.parameters.get(name) for name in names)] for case in cases],
        ids=[case.id for case in cases],
        indirect=[_CASE],
    )


@pytest.fixture(name=_CASE)
def _plugproof_case(request: pytest.FixtureRequest) -> Case:
    case: Case = request.param
    return case


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give every case its facts, and keep those of the role under test that were asked for."""
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        case = _case_of(item)
        if case is None:
            chosen.append(item)
            continue
        item.stash[CASE] = case
        item.user_properties += [("case", case.id), ("profile", case.profile), ("rules", " ".join(case.rules))]
        (chosen if _wanted(case, config) else others).append(item)
    if any(CASE in item.stash for item in chosen) and not config.option.collectonly:
        session = session_of(config)  # a usage error when there is nothing to test
        _check_skips(session, {item.stash[CASE].id for item in items if CASE in item.stash}, config)
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = chosen


def _check_skips(session: RunSession, collected: set[str], config: pytest.Config) -> None:
    """A case that is to be left out has to be one; a worker could not say so."""
    if session.skips and not _is_worker(config):
        try:
            skipped(config.getoption("plugproof_skip"), "--plugproof-skip", known=collected | known_ids())
        except NoSkip as error:
            raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A case that the claims exclude is NOT_APPLICABLE before anything is sent; none is begun while the SUT is away."""
    if CASE in item.stash:
        session = session_of(item.config)
        run = session.run_of(item)
        needs = session.edition.needs
        reason = needs.applicability(run.case.profile, run.case.needs, run.sut)
        if reason is not None:
            item.stash[JUDGEMENT] = Judgement("NOT_APPLICABLE", reason)
            pytest.skip(reason)
        if (left_out := session.skips.get(run.case.id)) is not None:
            item.stash[JUDGEMENT] = Judgement("INCONCLUSIVE", f"{judgement.LEFT_OUT}{left_out}", not_run=True)
            pytest.skip(f"{judgement.LEFT_OUT}{left_out}")
        fixtures = getattr(item, "fixturenames", ())
        missing = needs.missing_tag(run.case.needs, run.sut)
        if missing is None and (unknown := Found.of(session.out).missing(run.case, fixtures, run.tags)) is not None:
            missing = f"not run: {unknown}"
        if missing is not None:
            item.stash[JUDGEMENT] = Judgement("INCONCLUSIVE", missing, not_run=True)
            pytest.skip(missing)
        if session.gone is not None:
            item.stash[JUDGEMENT] = Judgement("INCONCLUSIVE", f"not run: {session.gone}", not_run=True)
            pytest.skip(f"not run: {session.gone}")
        if not INTERRUPTION.has_come():
            judged, waited = session.health.before(INTERRUPTION.has_come)
        if not INTERRUPTION.has_come() and judged is None:
            turn = begins(session, run, fixtures, INTERRUPTION.has_come)
            if turn is not None:
                item.stash[TURN] = turn
        if INTERRUPTION.has_come():
            judged, waited = Judgement("INCONCLUSIVE", judgement.NOT_BEGUN, not_run=True), 0.0
        if judged is not None:
            item.stash[JUDGEMENT] = judged
            pytest.skip(str(judged.reason))
        session.health.begins(run.case.id)
        trace_so_far.begins((session.out / trace_path(run.case.id)).parent, run.trace)
        if waited > NOTABLE_WAIT:
            run.note(f"the system under test was away; it came back after {waited:.1f} s")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn what happened into a verdict; the last report of a case carries its record."""
    report = yield
    if CASE in item.stash and SESSION in item.config.stash:
        _judge(item, call, report)
    return report


def _judge(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    session = session_of(item.config)
    run = session.run_of(item)
    item.stash[SECONDS] = item.stash.get(SECONDS, 0.0) + call.duration
    known = item.stash.get(JUDGEMENT, None)
    judged = known
    if call.excinfo is not None and call.excinfo.errisinstance(CutShort):
        judged = judgement.of_interruption(run)
    elif call.excinfo is not None and (known is None or known.verdict == "PASS"):
        # A case that passed and whose fixtures then broke is an error. Interruptions never come here.
        judged = judgement.of_exception(run, call.excinfo.value, str(report.longrepr))
    elif call.excinfo is None and report.when == "call" and known is None:
        judged = judgement.of_silence(run, strict=session.strict)
    elif call.excinfo is None and report.when == "teardown" and known is not None and known.verdict == "PASS":
        judged = judgement.of_silence(run, strict=session.strict)  # the cleanup is on the wire too
    if judged is None:
        return
    if report.when == "teardown":
        looked = session.health.after(run.case.id, judged, run.last_answer, INTERRUPTION.has_come)
        # What ends us may have ended the system under test as well, which is no fault of it.
        judged = judgement.of_interruption(run) if looked is not judged and INTERRUPTION.has_come() else looked
    item.stash[JUDGEMENT] = judged
    record = _record(item, session, run, judged)
    if judged is not known or (report.when == "setup" and (judged.verdict == "NOT_APPLICABLE" or judged.not_run)):
        _show(report, record, judged, run, item.config)
    if report.when == "teardown":
        problem = _write_trace(session, run)
        trace_so_far.ends((session.out / trace_path(run.case.id)).parent)
        if problem is not None:
            record = {**record, "trace": None, "problem": problem}
        measured = measured_by(run, session.edition.effects)
        beside = {"measured": measured, "pics": records(run, session.bench.contradicted), "due": PAUSES.due}
        report.plugproof = {**record, **beside}  # type: ignore[attr-defined]


def _show(report: pytest.TestReport, record: dict[str, Any], judged: Judgement, run: CaseRun, config: Any) -> None:
    """What pytest itself prints and counts for the verdict."""
    expected, came = record["expected_failure"], outcome(record)
    report.plugproof_verdict = judged.verdict  # type: ignore[attr-defined]
    if judged.verdict == "NOT_APPLICABLE" or judged.not_run:
        report.outcome = "skipped"
        report.longrepr = (str(run.case.id), 0, f"Skipped: {judged.reason}")
    elif came == "XFAIL":
        report.outcome = "skipped"
        report.wasxfail = expected
    elif came != "PASS":
        report.outcome = "failed"
        placed = {**record, "trace": str(session_of(config).out / record["trace"])} if record["trace"] else record
        report.longrepr = render(placed)


def _record(item: pytest.Item, session: RunSession, run: CaseRun, judged: Judgement) -> dict[str, Any]:
    attempts = item.stash.get(ATTEMPTS, None)
    record = case_record(
        run,
        verdict=judged.verdict,
        reason=judged.reason,
        failure=judged.failure,
        seconds=item.stash[SECONDS],
        rerun=session.rerun_command(run.case.id),
        not_run=judged.not_run,
        beside=session.bench.beside,
        insisted=session.bench.insisted(run) if session.insists else None,
    )
    return {**record, "attempts": attempts} if attempts else record


def _write_trace(session: RunSession, run: CaseRun) -> str | None:
    """Write the trace of a case; a sentence when it cannot be, which is no fault of the case."""
    if len(run.trace):
        try:
            write_whole(session.out / trace_path(run.case.id), run.trace.to_jsonl())
        except OutputError as problem:
            return str(problem)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """The verdicts that pytest has no word for."""
    if hasattr(report, "wasxfail"):
        return None
    verdict = getattr(report, "plugproof_verdict", None)
    if verdict == "NOT_APPLICABLE":
        return "not applicable", "n", ("NOT_APPLICABLE", {"yellow": True})
    if verdict == "INCONCLUSIVE":
        return "inconclusive", "i", ("INCONCLUSIVE", {"yellow": True})
    if verdict == "ERROR":
        return "error", "E", ("ERROR", {"red": True})
    return None


def _out(config: pytest.Config) -> Path:
    """The folder of the run; on a worker that of the controller."""
    if _is_worker(config):
        return Path(config.workerinput["plugproof_out"])  # type: ignore[attr-defined]
    named = config.getoption("plugproof_out")
    if config.option.collectonly or config.getoption("plugproof_part"):  # whoever runs parts has seen to the folder
        return Path(named or BASE)
    try:
        if named is None:
            return new_folder()
        sut = config.getoption("sut")
        replaced = replace_earlier(Path(named), keep=Path(sut) if sut else None)
    except OSError as error:
        hint = "choose another folder with --plugproof-out"
        raise pytest.UsageError(f"{named or BASE}: cannot be written to ({error.strerror}); {hint}") from None
    if replaced is not None:
        print(replaced)
    return Path(named)


def _hold(config: pytest.Config, out: Path) -> None:
    """Whoever runs parts holds the folder of the whole."""
    if _is_worker(config) or config.option.collectonly or config.getoption("plugproof_part"):
        return
    stack = ExitStack()
    config.add_cleanup(stack.close)
    try:
        out.mkdir(parents=True, exist_ok=True)
        stack.enter_context(held(out))
    except OSError as error:
        raise pytest.UsageError(f"{out}: cannot be written to ({error.strerror}); choose another folder") from None


def _watch_for_signals(config: pytest.Config) -> None:
    stack = ExitStack()
    config.add_cleanup(stack.close)
    if _is_worker(config):
        earlier = config.workerinput["plugproof_interrupted"]  # type: ignore[attr-defined]
        # Ctrl-C is for the controller, which passes it on.
        stack.enter_context(INTERRUPTION.watched(only="SIGTERM", earlier=earlier))
        stack.enter_context(INTERRUPTION.mode(Mode.NOTED))
    elif not config.option.collectonly:
        stack.enter_context(INTERRUPTION.watched())
        stack.enter_context(INTERRUPTION.mode(Mode.GENTLE))


def _load(config: pytest.Config) -> Sut:
    file, url, tag = config.getoption("sut"), config.getoption("csms"), config.getoption("plugproof_tag")
    if file and tag:
        raise pytest.UsageError("--plugproof-tag goes with --csms: the SUT file names its tags")
    if file and url:
        raise pytest.UsageError("--sut and --csms exclude each other: the SUT file names the address")
    version = config.getoption("plugproof_ocpp")
    if file and version:
        raise pytest.UsageError("--plugproof-ocpp goes with --csms: the SUT file names its version")
    if version and version not in VERSIONS:
        raise pytest.UsageError(f"--plugproof-ocpp is {' or '.join(VERSIONS)}, not {version}")
    try:
        return load(file) if file else for_url(url, tag or DEFAULT_TAG, version or DEFAULT_VERSION)
    except SutError as error:
        raise pytest.UsageError(*error.sentences) from None


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _worker(config: pytest.Config) -> int | None:
    """The lane the collector gave to this xdist worker, from 0; ``None`` without xdist and on the controller."""
    if not _is_worker(config):
        return None
    lane: int = config.workerinput["plugproof_lane"]  # type: ignore[attr-defined]
    return lane


def _workers_beside(config: pytest.Config) -> int:
    """How many workers of xdist the run has, this one included."""
    return config.workerinput["workercount"] if _is_worker(config) else 1  # type: ignore[attr-defined]


def _rerun(config: pytest.Config) -> str:
    """The command that runs a case again; into a folder of its own, so that it replaces nothing."""
    named = [(f"--{name}", config.getoption(option)) for name, option in _NAMING.items()]
    parts = [part for option, value in named if value for part in (option, value)]
    strict = ["--strict"] if config.getoption("plugproof_strict") else []
    return shlex.join(["plugproof", "precheck", *parts, *strict])


def _case_of(item: pytest.Item) -> Case | None:
    callspec = getattr(item, "callspec", None)
    case: Case | None = callspec.params.get(_CASE) if callspec is not None else None
    return case


def _wanted(case: Case, config: pytest.Config) -> bool:
    session = config.stash.get(SESSION, None)
    if session is not None and case.id in session.done:
        return False
    return is_selected(
        case,
        sut=None if session is None else session.sut.role,
        version=None if session is None else session.sut.version,
        ids=config.getoption("plugproof_case"),
        profiles=config.getoption("plugproof_profile") if session is None else session.profiles,
    )
