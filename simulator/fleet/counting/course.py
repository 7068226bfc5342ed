"""What was counted in each stage of a run, and how long it took to recover from its outages (docs/load-profiles.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.tally import Tally


@dataclass(slots=True)
class Recovery:
    """From the moment at which what was broken is whole again, until as many stations are online as before it broke."""

    before: int = 0  # stations online when it broke
    waited: float = 0.0  # seconds since it is whole again, until they were or until the end
    seconds: float | None = None  # None: they have not been yet

    @classmethod
    def together(cls, parts: Sequence[Recovery]) -> Recovery:
        """Those of several processes: the whole has recovered when the last of them has."""
        times = [part.seconds for part in parts]
        known = [time for time in times if time is not None]
        return cls(
            sum(part.before for part in parts),
            max(part.waited for part in parts),
            max(known) if len(known) == len(times) else None,
        )

    def facts(self) -> dict[str, Any]:
        """As it stands in a result."""
        seconds = None if self.seconds is None else round(self.seconds, 3)
        return {"before": self.before, "seconds": seconds, "waited_s": round(self.waited, 3)}


@dataclass(slots=True)
class Passed:
    """A stage that has begun: what was counted in it, and where the stations were when it was over."""

    name: str
    seconds: float
    tally: Tally
    stations: Stations
    recovery: Recovery | None = None  # None: nothing broke


def together(courses: Sequence[Sequence[Passed]]) -> list[Passed]:
    """The stages of several processes as those of one."""
    return [_one([passed for passed in some if passed is not None]) for some in zip_longest(*courses)]


def _one(parts: Sequence[Passed]) -> Passed:
    tally = Tally()
    for part in parts:
        tally.include(part.tally)
    broken = [part.recovery for part in parts if part.recovery is not None]
    return replace(
        parts[0],
        seconds=max(part.seconds for part in parts),
        tally=tally,
        stations=Stations.together(part.stations for part in parts),
        recovery=Recovery.together(broken) if broken else None,
    )
