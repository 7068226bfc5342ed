"""What somebody did by hand while a fleet ran: it changes the run, so it stands in the result (docs/load.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Final, Literal

from simulator.fleet.counting.course import Recovery

What = Literal[
    "more stations",
    "fewer stations",
    "drivers paused",
    "drivers go on",
    "network lost",
    "network back",
    "power cut",
    "quit",
]

POWERLESS: Final = 3.0
"""Seconds that a power cut by hand lasts."""

BY_KEY: Final = "a key"
"""What has interrupted a run that somebody ended at the keys."""


@dataclass(slots=True)
class Intervention:
    """One of these. `stations` are those that it was done to."""

    at: float  # seconds since the run began
    what: What
    stations: int = 0
    recovery: Recovery | None = None  # after an outage of network or power that is over

    def sentence(self) -> str:
        """It in words."""
        return sentence(self.what, self.stations)

    def facts(self) -> dict[str, Any]:
        """As it stands in a result."""
        recovery = None if self.recovery is None else self.recovery.facts()
        return {"at_s": round(self.at, 3), "what": self.what, "stations": self.stations, "recovery": recovery}


def sentence(what: str, stations: int) -> str:
    """What was done, in words."""
    of = f"{stations} station{'s' * (stations != 1)}"
    if what == "more stations" and not stations:
        return "no more stations: the system allows no more connections; raise 'ulimit -Hn'"
    said = {
        "more stations": f"{of} more",
        "fewer stations": f"{of} fewer",
        "network lost": f"the network of {of} lost",
        "network back": f"the network of {of} back",
        "power cut": f"the power of {of} cut for a moment",
        "quit": "ended by a key",
    }
    return said.get(what, what)


def together(parts: Sequence[Sequence[Intervention]]) -> list[Intervention]:
    """Those of several processes, which were all told the same in the same order."""
    return [_one([one for one in some if one is not None]) for some in zip_longest(*parts)]


def _one(parts: Sequence[Intervention]) -> Intervention:
    broken = [part.recovery for part in parts if part.recovery is not None]
    return replace(
        parts[0],
        at=min(part.at for part in parts),
        stations=sum(part.stations for part in parts),
        recovery=Recovery.together(broken) if broken else None,
    )
