"""What `plugproof fleet` does: runs the plan, shows it, judges it, and writes what came of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.fleet.cli.options import Given, plan_of
from simulator.fleet.engine.resources import allow_connections, calm_garbage_collector, loop_factory
from simulator.fleet.report.files import Unwritten, writable, write
from simulator.fleet.report.limits import BadLimit, Limit, parse_limit
from simulator.fleet.spoken import SPOKEN
from simulator.options.usage import Exit, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from simulator.fleet.plan import Plan
    from simulator.fleet.report.show import Watch

EXIT_CODES = {"PASS": Exit.OK, "FAIL": Exit.FAILED, "ERROR": Exit.ERRORS, "INCONCLUSIVE": Exit.ERRORS}


class StoppedAtOnce(Exception):
    """A second signal came before the orderly end was over."""


def fleet(given: Given) -> int:
    """Run it; returns the exit code."""
    to_stdout = given.json == "-"
    try:
        plan = plan_of(given)
        limits = limits_of(given.limit or ())
        allowed = allow_connections(ceil(plan.stations / given.processes))
        if allowed is not None:
            raise UsageError(f"--stations {plan.stations}: the system allows {allowed} connections; raise 'ulimit -Hn'")
        path = None if to_stdout else writable("--json", Path(given.json))
        page_path = None if given.html is None else writable("--html", Path(given.html))
    except (UsageError, BadLimit) as error:
        return _complain(str(error), Exit.USAGE)
    from rich.console import Console

    from simulator.fleet.processes.processes import ProcessDied
    from simulator.kernel.errors import BadValue, UnknownKey

    try:
        console = Console(stderr=to_stdout)
        outcome = _run(given, plan, limits, console)
        _report(outcome, console, path, page_path)
    except (UnknownKey, BadValue) as error:
        return _complain(f"--config: {error}", Exit.USAGE)
    except (ProcessDied, Unwritten) as error:
        return _complain(str(error), Exit.ERRORS)
    except (KeyboardInterrupt, StoppedAtOnce):
        return _complain("ended at once by a second signal; nothing was written", Exit.INTERRUPTED)
    except BrokenPipeError:  # who reads our output went away; the entry point knows what to do
        raise
    except OSError as error:
        return _complain(f"the output cannot be written ({error.strerror})", Exit.ERRORS)
    return Exit.INTERRUPTED if outcome["run"]["interrupted"] else EXIT_CODES[outcome["verdict"]]


def _complain(sentence: str, code: int) -> int:
    print(f"plugproof fleet: {sentence}", file=sys.stderr)
    return code


def limits_of(texts: Sequence[str]) -> list[Limit]:
    """Read the limits. Raises `BadLimit`."""
    actions = [name for name, info in SPOKEN.actions.items() if info.sender != "csms"]
    return [parse_limit(text, actions) for text in texts]


def _report(outcome: dict[str, Any], console: Console, path: Path | None, page_path: Path | None) -> None:
    """Write the figures first: whatever becomes of the rest, they are there."""
    from simulator.fleet.report.page import page
    from simulator.fleet.report.show import summary

    text = json.dumps(outcome, indent=1, ensure_ascii=False)
    if path is not None:
        write(path, text + "\n")
    if page_path is not None:
        write(page_path, page(outcome))
    if path is None:
        print(text, flush=True)
    console.print(*summary(outcome), sep="\n", highlight=False, soft_wrap=True)
    if path is not None:
        console.print(f"all figures: {path}", highlight=False, soft_wrap=True)
    if page_path is not None:
        console.print(f"for people: {page_path}", highlight=False, soft_wrap=True)


def _run(given: Given, plan: Plan, limits: Sequence[Limit], console: Console) -> dict[str, Any]:
    from simulator.fleet.report.show import Watch

    live = console.is_terminal and not given.quiet and "CI" not in os.environ
    watch = None if given.quiet else Watch(console, live=live)
    calm_garbage_collector()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_fleet(given, plan, limits, watch))


async def _fleet(given: Given, plan: Plan, limits: Sequence[Limit], watch: Watch | None) -> dict[str, Any]:
    from simulator.fleet.fleet import Fleet
    from simulator.fleet.processes.part import run
    from simulator.fleet.processes.processes import Processes
    from simulator.fleet.report.result import Measured, result
    from simulator.fleet.report.show import watching

    started = datetime.now(UTC)
    one = Fleet(plan)  # wrong configuration keys show here, also when others do the work
    if given.processes == 1:
        signals = _Signals(one.stop)
        async with signals, watching(watch, lambda: one):
            counted = await run(one, plan)
    else:
        several = Processes(plan, given.processes, ca_file=given.ca_file, is_watched=watch is not None)
        signals = _Signals(several.stop)
        async with signals, watching(watch, several.so_far):
            counted = await several.run()
    measured = Measured(
        started, counted.seconds, counted.cpu_seconds, counted.in_time, limits, given.processes, signals.first
    )
    return result(counted, measured)


class _Signals:
    """The first SIGINT or SIGTERM ends the run orderly, the second one at once (`StoppedAtOnce`)."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._is_second = False
        self.first: str | None = None

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
