"""When stations try to connect again: how their pauses grow, and when one finds that its network is whole."""

from __future__ import annotations

from typing import Final

from simulator.fleet.plan import Plan
from simulator.fleet.profile.stages import Cause
from simulator.wire.dialing import BackOff

GROWING: Final = BackOff(proof=10.0)
EVEN: Final = BackOff(first=1.0, ceiling=1.0, share=0.0)
"""Pauses between attempts to connect, with back-off and without."""


def returns(plan: Plan, number: int, outage: int | str, cause: Cause, length: float) -> float:
    """How long a station is away in an outage, which has a name for its chances.

    One that keeps trying with growing pauses finds the network whole at its first attempt after that; all others, and
    those that had no power, begin in the moment in which it is.
    """
    if cause == "power" or not plan.back_off:
        return length
    away, failures = 0.0, 0
    while away < length:
        away += GROWING.pause(failures, plan.chance(number, f"attempt {outage}", failures))
        failures += 1
    return away
