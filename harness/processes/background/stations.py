"""The process of the background stations: ``python -m harness.processes.background.stations``.

Its standard input is one line of JSON (`Crew.facts`), and then nothing; when that pipe is closed, by whom or whyever,
the stations leave. So they end with the run also when the run is killed. Its standard output is JSON Lines: ``online``
twice a second, and ``result`` (as of schemas/documents/fleet.schema.json) at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import ssl
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import Any, Final

from harness.processes.background.crew import GRACE, RAMP
from simulator.fleet import Fleet, Plan
from simulator.fleet.engine.resources import allow_connections, calm_garbage_collector
from simulator.fleet.report.result import Measured, result

LOOK: Final = 0.5
"""Seconds between two lines about who is online."""
LONGEST: Final = 4 * 3600.0
"""Seconds after which the stations leave by themselves."""
SESSION_EVERY, SESSION_LENGTH, METER_EVERY = 5.0, 10.0, 2.0
"""Mean seconds without a driver and with one, and between meter values: about one CALL a second for each station."""
NICENESS: Final = 5
"""The cases go first when both want the processor."""


@dataclass(frozen=True)
class NamedPlan(Plan):
    """A plan whose stations have the names and cards they were given."""

    identities: tuple[str, ...] = ()

    def identity(self, number: int) -> str:
        """The identity of a station; number 0 is the fleet's trial of its settings."""
        return self.identities[number - 1]

    def tag(self, number: int, turn: int) -> str:
        """One card for each station as far as there are enough, so that no two want to charge with the same."""
        return self.tags[(number - 1) % len(self.tags)]


def plan_of(facts: Mapping[str, Any]) -> NamedPlan:
    """The plan of a crew."""
    return NamedPlan(
        facts["url"],
        stations=len(facts["identities"]),
        identities=tuple(facts["identities"]),
        tags=tuple(facts["tags"]),
        ramp=RAMP,
        duration=LONGEST,
        seed=facts["seed"],
        session_every=SESSION_EVERY,
        session_length=SESSION_LENGTH,
        meter_every=METER_EVERY,
        call_timeout=facts["message_s"],
        grace=GRACE,
        auth_key=None if facts["auth_key"] is None else bytes.fromhex(facts["auth_key"]),
        ssl=ssl.create_default_context(cafile=facts["ca_file"]) if facts["url"].startswith("wss:") else None,
    )


async def _run(plan: Plan) -> None:
    fleet = Fleet(plan)
    started, began, cpu = datetime.now(UTC), time.monotonic(), time.process_time()
    loop = asyncio.get_running_loop()
    Thread(target=_wait_for_the_end, args=(loop, fleet), daemon=True).start()
    with suppress(NotImplementedError):  # not on Windows
        loop.add_signal_handler(signal.SIGTERM, fleet.stop)
    telling = asyncio.create_task(_tell(fleet))
    in_time = await fleet.run()
    telling.cancel()
    measured = Measured(started, time.monotonic() - began, time.process_time() - cpu, in_time)
    _say({"result": result(fleet, measured)})


def _wait_for_the_end(loop: asyncio.AbstractEventLoop, fleet: Fleet) -> None:
    sys.stdin.read()
    with suppress(RuntimeError):  # the loop is closed: it is over already
        loop.call_soon_threadsafe(fleet.stop)


async def _tell(fleet: Fleet) -> None:
    while True:
        problems = (fleet.tally.not_connected_by or fleet.tally.problems).most_common(1)
        _say({"online": fleet.online, "problem": problems[0][0] if problems else None})
        await asyncio.sleep(LOOK)


def _say(line: Mapping[str, Any]) -> None:
    with suppress(BrokenPipeError):  # nobody listens any more; the end comes over the other pipe
        print(json.dumps(line), flush=True)


def main() -> None:
    """Run until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which then closes the pipe
    with suppress(AttributeError, OSError):  # not on Windows
        os.nice(NICENESS)
    facts = json.loads(sys.stdin.readline())
    plan = plan_of(facts)
    allowed = allow_connections(plan.stations)
    if allowed is not None:
        sys.exit(f"the system allows {allowed} connections; raise 'ulimit -Hn'")
    calm_garbage_collector()
    asyncio.run(_run(plan))


if __name__ == "__main__":
    main()
