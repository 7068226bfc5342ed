"""What `plugproof fleet` does: runs the plan, shows it, judges it, and writes what came of it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.fleet.cli.options import Given, plan_of, profile_of, with_profile
from simulator.fleet.cli.units import listening
from simulator.fleet.counting.interventions import BY_KEY
from simulator.fleet.engine.resources import allow_connections, calm_garbage_collector, loop_factory
from simulator.fleet.report.files import Unwritten, writable, write
from simulator.fleet.report.judging.limits import BadLimit, Limit, parse_limit
from simulator.fleet.spoken import SPOKEN
from simulator.options.usage import Exit, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from simulator.fleet.plan import Plan
    from simulator.fleet.processes.part import Counted
    from simulator.fleet.profile.reading import Profile
    from simulator.fleet.steering.orders import Order

EXIT_CODES = {"PASS": Exit.OK, "FAIL": Exit.FAILED, "ERROR": Exit.ERRORS, "INCONCLUSIVE": Exit.ERRORS}


class StoppedAtOnce(Exception):
    """A second signal came before the orderly end was over."""


def fleet(given: Given, named: Collection[str] = ()) -> int:
    """Run it; `named` are the options that stood on the command line. Returns the exit code."""
    to_stdout = given.json == "-"
    try:
        profile = profile_of(given)
        if profile is not None:
            given = with_profile(given, profile, named)
        plan = plan_of(given, profile, named)
        limits = limits_of(given.limit or (), profile)
        hopeless = hopeless_of(given.abort_on or ())
        allowed = allow_connections(ceil(plan.stations / given.processes))
        if allowed is not None:
            raise UsageError(f"--stations {plan.stations}: the system allows {allowed} connections; raise 'ulimit -Hn'")
        path = None if to_stdout else writable("--json", Path(given.json))
        page_path = None if given.html is None else writable("--html", Path(given.html))
        others = _others(given)
        place = _place(given)
    except (UsageError, BadLimit) as error:
        return _complain(str(error), Exit.USAGE)
    from simulator.fleet.cli.console import PatientConsole
    from simulator.fleet.processes.processes import ProcessDied
    from simulator.kernel.errors import BadValue, UnknownKey

    try:
        console = PatientConsole(stderr=to_stdout)
        outcome = _run(given, plan, limits, hopeless, place, console)
        problems = _report(outcome, console, path, page_path, others)
        problems += [] if console.problem is None else [console.problem]
    except UsageError as error:
        return _complain(str(error), Exit.USAGE)
    except (UnknownKey, BadValue) as error:
        return _complain(f"--config: {error}", Exit.USAGE)
    except ProcessDied as error:
        return _complain(str(error), Exit.ERRORS)
    except (KeyboardInterrupt, StoppedAtOnce):
        return _complain("ended at once by a second signal; nothing was written", Exit.INTERRUPTED)
    except BrokenPipeError:  # who reads our output went away; the entry point knows what to do
        raise
    except OSError as error:
        return _complain(f"the output cannot be written ({error.strerror})", Exit.ERRORS)
    for problem in problems:
        _complain(problem, Exit.ERRORS)
    code = Exit.INTERRUPTED if outcome["run"]["interrupted"] else EXIT_CODES[outcome["verdict"]]
    return Exit.ERRORS if problems and code != Exit.INTERRUPTED else code


def _complain(sentence: str, code: int) -> int:
    print(f"plugproof fleet: {sentence}", file=sys.stderr)
    return code


def limits_of(texts: Sequence[str], profile: Profile | None = None) -> list[Limit]:
    """Read the limits, and those of the stages of a profile. Raises `BadLimit`."""
    actions = [name for name, info in SPOKEN.actions.items() if info.sender != "csms"]
    if profile is None:
        return [parse_limit(text, actions) for text in texts]
    return [parse_limit(text, actions, profile.breaks) for text in (*texts, *profile.stage_limits)]


def hopeless_of(texts: Sequence[str]) -> list[Limit]:
    """Read the limits that end a run. Raises `BadLimit`."""
    for text in texts:
        if ":" in text:
            raise BadLimit(f"--abort-on {text}: a limit of one stage ends no run; leave the stage and the colon out")
    limits = limits_of(texts)
    for limit in limits:
        if limit.lower:  # at its beginning every run is below it
            raise BadLimit(f"--abort-on {limit.text}: it is an upper limit that ends a run, with < or <=")
    return limits


def _place(given: Given) -> tuple[str, int] | None:
    """Where the figures are served while it runs. Raises `UsageError`."""
    try:
        return None if given.prometheus is None else listening(given.prometheus)
    except ValueError as error:
        raise UsageError(f"--prometheus: {error}") from None


def _others(given: Given) -> dict[str, Path]:
    """The files for machines beside the figures, by what stands in them. Raises `UsageError`."""
    from simulator.fleet.report.sheets import places

    found = {} if given.junit is None else {"junit": writable("--junit", Path(given.junit))}
    for name, path in ({} if given.csv is None else places(given.csv)).items():
        found[name] = writable("--csv", path)
    return found


def _report(
    outcome: dict[str, Any], console: Console, path: Path | None, page_path: Path | None, others: dict[str, Path]
) -> list[str]:
    """Write everything, and show it: what can be written is, whatever becomes of the rest. Gives the problems."""
    from simulator.fleet.report.junit import junit
    from simulator.fleet.report.page import page
    from simulator.fleet.report.sheets import sheets
    from simulator.fleet.report.show import summary

    text = json.dumps(outcome, indent=1, ensure_ascii=False)
    texts = {"junit": junit(outcome), **sheets(outcome)}
    files: list[tuple[str, Path, str]] = [] if path is None else [("all figures", path, f"{text}\n")]
    files += [] if page_path is None else [("for people", page_path, page(outcome))]
    files += [("for machines", other, texts[name]) for name, other in others.items()]
    written: dict[str, list[Path]] = {}
    problems = []
    for name, file, content in files:
        try:
            write(file, content)
            written.setdefault(name, []).append(file)
        except Unwritten as error:
            problems.append(str(error))
    if path is None:
        print(text, flush=True)
    console.print(*summary(outcome), sep="\n", highlight=False, soft_wrap=True)
    for name, paths in written.items():
        console.print(f"{name}: {'  '.join(map(str, paths))}", highlight=False, soft_wrap=True)
    return problems


def _run(
    given: Given,
    plan: Plan,
    limits: Sequence[Limit],
    hopeless: Sequence[Limit],
    place: tuple[str, int] | None,
    console: Console,
) -> dict[str, Any]:
    calm_garbage_collector()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_fleet(given, plan, limits, hopeless, place, console))


async def _fleet(
    given: Given,
    plan: Plan,
    limits: Sequence[Limit],
    hopeless: Sequence[Limit],
    place: tuple[str, int] | None,
    console: Console,
) -> dict[str, Any]:
    from simulator.fleet.fleet import Fleet
    from simulator.fleet.processes.part import run
    from simulator.fleet.processes.processes import Processes
    from simulator.fleet.report.judging.aborting import Abort
    from simulator.fleet.report.result import Measured, result
    from simulator.fleet.steering.hand import Hand

    started = datetime.now(UTC)
    one = Fleet(plan)  # wrong configuration keys show here, also when others do the work
    if given.processes == 1:
        signals, abort = _Signals(one.stop), Abort(hopeless, lambda: one, one.stop)
        watch = _watching(given, plan, console, lambda: one, Hand(one).obey, signals)
        async with _serving(place, lambda: one), signals, abort, watch:
            counted = await run(one, plan)
    else:
        is_watched = not given.quiet or bool(hopeless) or place is not None
        several = Processes(plan, given.processes, ca_file=given.ca_file, is_watched=is_watched)
        signals, abort = _Signals(several.stop), Abort(hopeless, several.so_far, several.stop)
        watch = _watching(given, plan, console, several.so_far, several.obey, signals)
        async with _serving(place, several.so_far), signals, abort, watch:
            counted = await several.run()
    measured = Measured(
        started,
        counted.seconds,
        counted.cpu_seconds,
        counted.in_time,
        limits,
        given.processes,
        signals.first,
        abort.broken if signals.first is None else None,
    )
    return result(counted, measured)


def _watching(
    given: Given,
    plan: Plan,
    console: Console,
    fleet: Callable[[], Counted],
    order: Callable[[Order], bool],
    signals: _Signals,
) -> AbstractAsyncContextManager[object]:
    """What shows the fleet: a picture with keys, lines, or nothing."""
    if given.quiet:
        return nullcontext()
    from simulator.fleet.report.show import Watch
    from simulator.fleet.watching.keys import Keys
    from simulator.fleet.watching.screen import Screen, keyboard, lives

    if not lives(console):
        return Watch(console, fleet)
    return Screen(console, fleet, Keys(plan.stations, order, signals.quit), keyboard(), given.processes)


@asynccontextmanager
async def _serving(place: tuple[str, int] | None, fleet: Callable[[], Counted]) -> AsyncIterator[None]:
    """Serve what `fleet` gives. Raises `UsageError`; what it needs is imported when somebody asks for it."""
    if place is None:
        yield
        return
    from simulator.fleet.report.exporting import exporting
    from simulator.fleet.report.prometheus import exposition

    async with exporting(place, lambda: exposition(fleet())):
        yield


class _Signals:
    """The first SIGINT or SIGTERM, or the key, ends the run orderly, the next signal at once (`StoppedAtOnce`)."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._is_second = False
        self.first: str | None = None

    def quit(self) -> None:
        """Somebody has pressed the key that ends the run."""
        if self.first is None:
            self.first = BY_KEY
            self._stop()

    async def __aenter__(self) -> None:
        loop, main = asyncio.get_running_loop(), asyncio.current_task()
        assert main is not None

        def on_signal(number: signal.Signals) -> None:
            if self.first is None:
                self.first = number.name
                self._stop()
            else:
                self._is_second = True
                main.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, RuntimeError, ValueError):  # not on Windows, not beside the main thread
                loop.add_signal_handler(number, on_signal, number)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._is_second and kind is asyncio.CancelledError:
            raise StoppedAtOnce from None
