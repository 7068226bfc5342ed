"""What can go wrong under load, by kind (docs/load.md, "Over time")."""

from __future__ import annotations

from typing import Final

from simulator.fleet.counting.tally import Tally

OF_CALLS: Final = ("refused", "invalid", "unanswered", "cut")
"""Kinds of CALLs without a usable answer, as in `ActionTally`."""

KINDS: Final = (*OF_CALLS, "failed", "dropped", "violations")
"""Beside those: attempts to connect, connections, and MUST rules that the CSMS broke."""


def kinds(tally: Tally) -> dict[str, int]:
    """How often each of them has happened so far."""
    counts = {name: sum(getattr(action, name) for action in tally.actions.values()) for name in OF_CALLS}
    return {**counts, "failed": tally.not_connected, "dropped": tally.lost, "violations": tally.breaches("csms")}
