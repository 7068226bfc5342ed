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
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

import schemas
from simulator.arguments import UsageError
from simulator.configuration import BadValue, UnknownKey
from simulator.fleet.fleet import Fleet
from simulator.fleet.options import OK, USAGE, parser, plan_of
from simulator.fleet.plan import Plan
from simulator.fleet.resources import allow_connections, calm_garbage_collector
from simulator.fleet.result import Measured, result
from simulator.fleet.show import Watch, summary
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
    live = console.is_terminal and not options.quiet and "CI" not in os.environ
    try:
        plan = plan_of(options)
        limits = limits_of(options.limit)
        allowed = allow_connections(plan.stations)
        if allowed is not None:
            raise UsageError(f"--stations {plan.stations}: the system allows {allowed} connections; raise 'ulimit -Hn'")
        path = None if to_stdout else _writable(Path(options.json))
        outcome = _run(plan, limits, console, live=live, quiet=options.quiet)
    except (UsageError, BadLimit, UnknownKey, BadValue) as error:
        print(f"plugproof fleet: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return EXIT_CODES["INCONCLUSIVE"]
    text = json.dumps(outcome, indent=1, ensure_ascii=False)
    console.print(*summary(outcome), sep="\n", highlight=False, soft_wrap=True)
    if path is None:
        print(text)
    else:
        path.write_text(text + "\n", encoding="utf-8")
        console.print(f"all figures: {path}", highlight=False, soft_wrap=True)
    return EXIT_CODES[outcome["verdict"]]


def limits_of(texts: Sequence[str]) -> list[Limit]:
    """Read the limits. Raises `BadLimit`."""
    loaded = schemas.load("1.6")
    actions = [name for name, info in loaded.actions.items() if info.sender != "csms"]
    return [parse_limit(text, actions) for text in texts]


def _writable(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8"):
            return path
    except OSError as error:
        raise UsageError(f"--json {path}: cannot be written ({error.strerror}); name another file, or -") from None


def _run(plan: Plan, limits: Sequence[Limit], console: Console, *, live: bool, quiet: bool) -> dict[str, Any]:
    calm_garbage_collector()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_fleet(plan, limits, console, live=live, quiet=quiet))


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:  # Windows has none
        return None
    return uvloop.new_event_loop


async def _fleet(plan: Plan, limits: Sequence[Limit], console: Console, *, live: bool, quiet: bool) -> dict[str, Any]:
    fleet = Fleet(plan)
    started, began, cpu = datetime.now(UTC), time.monotonic(), time.process_time()
    _on_signals(fleet)
    watching = None if quiet else asyncio.create_task(_watch(fleet, console, live=live))
    try:
        in_time = await fleet.run()
    finally:
        if watching is not None:
            watching.cancel()
            await asyncio.wait((watching,))
    measured = Measured(started, time.monotonic() - began, time.process_time() - cpu, in_time, limits)
    return result(fleet, measured)


def _on_signals(fleet: Fleet) -> None:
    """The first SIGINT or SIGTERM ends the run orderly, the second one at once."""
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    assert main is not None
    asked = False

    def stop() -> None:
        nonlocal asked
        if asked:
            main.cancel()
        asked = True
        fleet.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not on Windows, not outside the main thread
            loop.add_signal_handler(number, stop)


async def _watch(fleet: Fleet, console: Console, *, live: bool) -> None:
    with Watch(fleet, console, live=live) as watch:
        while True:
            await asyncio.sleep(watch.every)
            watch.look()


if __name__ == "__main__":
    sys.exit(main())
