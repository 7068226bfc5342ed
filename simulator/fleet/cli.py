"""`plugproof fleet`: many stations from the command line; docs/load.md explains the options and the figures.

Exit codes: 0 the limits were kept (or none was set), 1 one was not, 2 a wrong argument, 3 nothing conclusive was
measured or the fleet itself failed. Ctrl-C ends the run orderly and reports what there is; a second one at once, and
without a report.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

from rich.console import Console

import schemas
from simulator.arguments import UsageError
from simulator.configuration import BadValue, UnknownKey
from simulator.fleet.fleet import Fleet
from simulator.fleet.options import OK, USAGE, parser, plan_of
from simulator.fleet.page import page
from simulator.fleet.part import run
from simulator.fleet.plan import Plan
from simulator.fleet.processes import ProcessDied, Processes
from simulator.fleet.resources import allow_connections, calm_garbage_collector, loop_factory
from simulator.fleet.result import Measured, result
from simulator.fleet.show import Watch, summary, watching
from simulator.limits import BadLimit, Limit, parse_limit

EXIT_CODES = {"PASS": OK, "FAIL": 1, "ERROR": 3, "INCONCLUSIVE": 3}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `plugproof fleet` with these arguments (without the command's own name); returns the exit code."""
    try:
        options = parser().parse_args(argv)
    except SystemExit as exit:  # argparse has said what was wrong, or printed the help
        return OK if exit.code in (0, None) else USAGE
    to_stdout = options.json == "-"
    console = Console(stderr=to_stdout)
    try:
        plan = plan_of(options)
        limits = limits_of(options.limit)
        allowed = allow_connections(ceil(plan.stations / options.processes))
        if allowed is not None:
            raise UsageError(f"--stations {plan.stations}: the system allows {allowed} connections; raise 'ulimit -Hn'")
        path = None if to_stdout else _writable("--json", Path(options.json))
        page_path = None if options.html is None else _writable("--html", Path(options.html))
        outcome = _run(options, plan, limits, console)
    except ProcessDied as error:
        print(f"plugproof fleet: {error}", file=sys.stderr)
        return EXIT_CODES["ERROR"]
    except (UsageError, BadLimit, UnknownKey, BadValue) as error:
        print(f"plugproof fleet: {error}", file=sys.stderr)
        return USAGE
    except (KeyboardInterrupt, asyncio.CancelledError):
        return EXIT_CODES["INCONCLUSIVE"]
    text = json.dumps(outcome, indent=1, ensure_ascii=False)
    console.print(*summary(outcome), sep="\n", highlight=False, soft_wrap=True)
    if path is None:
        print(text)
    else:
        path.write_text(text + "\n", encoding="utf-8")
        console.print(f"all figures: {path}", highlight=False, soft_wrap=True)
    if page_path is not None:
        page_path.write_text(page(outcome), encoding="utf-8")
        console.print(f"for people: {page_path}", highlight=False, soft_wrap=True)
    return EXIT_CODES[outcome["verdict"]]


def limits_of(texts: Sequence[str]) -> list[Limit]:
    """Read the limits. Raises `BadLimit`."""
    loaded = schemas.load("1.6")
    actions = [name for name, info in loaded.actions.items() if info.sender != "csms"]
    return [parse_limit(text, actions) for text in texts]


def _writable(option: str, path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8"):
            return path
    except OSError as error:
        raise UsageError(f"{option} {path}: cannot be written ({error.strerror}); name another file") from None


def _run(options: Namespace, plan: Plan, limits: Sequence[Limit], console: Console) -> dict[str, Any]:
    live = console.is_terminal and not options.quiet and "CI" not in os.environ
    watch = None if options.quiet else Watch(console, live=live)
    calm_garbage_collector()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_fleet(options, plan, limits, watch))


async def _fleet(options: Namespace, plan: Plan, limits: Sequence[Limit], watch: Watch | None) -> dict[str, Any]:
    started = datetime.now(UTC)
    fleet = Fleet(plan)  # wrong configuration keys show here, also when others do the work
    if options.processes == 1:
        _on_signals(fleet.stop)
        async with watching(watch, lambda: fleet):
            counted = await run(fleet, plan)
    else:
        processes = Processes(plan, options.processes, ca_file=options.ca_file, is_watched=watch is not None)
        _on_signals(processes.stop)
        async with watching(watch, processes.so_far):
            counted = await processes.run()
    measured = Measured(started, counted.seconds, counted.cpu_seconds, counted.in_time, limits, options.processes)
    return result(counted, measured)


def _on_signals(stop: Callable[[], None]) -> None:
    """The first SIGINT or SIGTERM ends the run orderly, the second one at once."""
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    assert main is not None
    asked = False

    def on_signal() -> None:
        nonlocal asked
        if asked:
            main.cancel()
        asked = True
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not on Windows, not outside the main thread
            loop.add_signal_handler(number, on_signal)


if __name__ == "__main__":
    sys.exit(main())
