"""`plugproof precheck --wait 60s`: a CSMS that a job has just started may take a while until it can be spoken to."""

import asyncio
import sys
from time import monotonic
from typing import Final

from harness.edition import Reach, bench_of
from harness.peers.look import Answers
from harness.sut import Lane, Sut
from simulator.fleet.cli.units import duration

BETWEEN_S: Final = 1.0
"""Seconds from the end of one look to the next."""
TOLD_EVERY_S: Final = 10.0
"""Seconds from one line about it to the next, so that nobody thinks the job hangs."""


def seconds_of(text: str | None, sut: Sut | None) -> float:
    """How long to wait, 0 for not at all. Raises ``ValueError`` with a sentence."""
    if text is None:
        return 0.0
    if sut is None:
        raise ValueError("--wait goes with --csms or --sut: the reference that comes along is waited for anyway")
    if bench_of(sut).reach is None:
        raise ValueError("--wait is about a CSMS; how long a station is waited for says timeouts.reboot_s")
    try:
        return duration(text)
    except ValueError as error:
        raise ValueError(f"--wait: {error}") from None


def wait(sut: Sut, seconds: float) -> None:
    """Look until a station is let in or turned away, for so many seconds at the most: if nobody is there then, the run
    says so. Raises ``HarnessError`` for a file of certificates that cannot be used.
    """
    reach = bench_of(sut).reach
    assert reach is not None
    asyncio.run(_wait(sut, reach, sut.lane(0, "", "WAIT"), seconds))


async def _wait(sut: Sut, reach: Reach, lane: Lane, seconds: float) -> None:
    began = told = monotonic()
    while (await reach.look(sut, lane, until=Answers.OPENS)).answers < Answers.TURNS_AWAY:
        waited = monotonic() - began
        if waited >= seconds:
            return
        if monotonic() - told >= TOLD_EVERY_S:
            told = monotonic()
            print(f"waiting for {sut.connection.url}: {waited:.0f} of {seconds:g} s", file=sys.stderr, flush=True)
        await asyncio.sleep(min(BETWEEN_S, seconds - waited))
