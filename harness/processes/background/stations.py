"""The process of the background stations: ``python -m harness.processes.background.stations``.

Its standard input is one line of JSON (`Crew.facts`), perhaps ``ENOUGH`` when the cases are over, and then nothing;
when that pipe is closed, by whom or whyever, the stations leave. So they end with the run also when the run is killed.
Its standard output is JSON Lines: how things are (`_tell`) twice a second, and ``result`` (as of
schemas/documents/fleet.schema.json) at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread
from typing import Any, Final

from harness.processes.background.crew import ENOUGH
from harness.processes.background.plans import Part, part_of
from simulator.fleet import Fleet
from simulator.fleet.engine.resources import allow_connections, calm_garbage_collector
from simulator.fleet.report.judging.aborting import Abort
from simulator.fleet.report.result import Measured, result

LOOK: Final = 0.5
"""Seconds between two lines about who is online."""
NICENESS: Final = 5
"""The cases go first when both want the processor."""


class _Ending:
    """Waits for the end of standard input, which ends the fleet; ``is_enough``: because the cases are over."""

    def __init__(self, loop: asyncio.AbstractEventLoop, fleet: Fleet) -> None:
        self._loop = loop
        self._fleet = fleet
        self.is_enough = False
        Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        self.is_enough = sys.stdin.read().strip() == ENOUGH
        with suppress(RuntimeError):  # the loop is closed: it is over already
            self._loop.call_soon_threadsafe(self._fleet.stop)


async def _run(part: Part) -> None:
    fleet = Fleet(part.plan)
    started, began, cpu = datetime.now(UTC), time.monotonic(), time.process_time()
    loop = asyncio.get_running_loop()
    ending = _Ending(loop, fleet)
    with suppress(NotImplementedError):  # not on Windows
        loop.add_signal_handler(signal.SIGTERM, fleet.stop)
    async with Abort(part.hopeless, lambda: fleet, fleet.stop) as abort:
        telling = asyncio.create_task(_tell(fleet, part, began))
        in_time = await fleet.run()
        telling.cancel()
    measured = Measured(
        started,
        time.monotonic() - began,
        time.process_time() - cpu,
        in_time,
        part.limits,
        broken=abort.broken,
        enough="the cases were over" if part.is_profile and ending.is_enough else None,
    )
    _say({"result": result(fleet, measured), "over_at": began + fleet.lasted})


async def _tell(fleet: Fleet, part: Part, began: float) -> None:
    """``online``, of those that are ``there``; ``settled``: the cases may begin; ``over_at``: when the load was over,
    in monotonic seconds, or null; ``problem``: what goes wrong most often, or null.
    """
    while True:
        problems = (fleet.tally.not_connected_by or fleet.tally.problems).most_common(1)
        has_come = fleet.elapsed() >= part.settles_after and bool(fleet.members)
        _say(
            {
                "online": fleet.online,
                "there": len(fleet.members),
                "settled": has_come and all(member.standing.accepted for member in fleet.members.values()),
                "over_at": began + fleet.lasted if fleet.lasted else None,
                "problem": problems[0][0] if problems else None,
            }
        )
        await asyncio.sleep(LOOK)


def _say(line: Mapping[str, Any]) -> None:
    with suppress(BrokenPipeError):  # nobody listens any more; the end comes over the other pipe
        print(json.dumps(line), flush=True)


def main() -> None:
    """Run until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which then closes the pipe
    with suppress(AttributeError, OSError):  # not on Windows
        os.nice(NICENESS)
    part = part_of(json.loads(sys.stdin.readline()))
    allowed = allow_connections(part.plan.stations)
    if allowed is not None:
        sys.exit(f"the system allows {allowed} connections; raise 'ulimit -Hn'")
    calm_garbage_collector()
    asyncio.run(_run(part))


if __name__ == "__main__":
    main()
