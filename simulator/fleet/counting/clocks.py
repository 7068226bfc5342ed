"""How far the clocks of a fleet were off that of the CSMS, and how many were set by it (1.6 §4.2, §4.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.kernel.timekeeping import Timekeeper


@dataclass(frozen=True, slots=True)
class Clocks:
    """All times are seconds without a sign; sums, so that those of several processes can be added."""

    compared: int = 0  # stations that were told the time at least once
    corrected: int = 0  # of these, whose clock was set by it
    corrections: int = 0  # how often, of all together
    off: float = 0.0  # when the time was told for the first time: the sum of all,
    furthest_off: float = 0.0  # and the most
    left: float = 0.0  # the same after it was told for the last time
    furthest_left: float = 0.0

    @classmethod
    def of(cls, keepers: Iterable[Timekeeper]) -> Clocks:
        """Count."""
        told = [(abs(keeper.first), abs(keeper.left), keeper.corrections) for keeper in keepers if keeper.is_told]
        if not told:
            return cls()
        off, left, corrections = zip(*told, strict=True)
        corrected = sum(times > 0 for times in corrections)
        return cls(len(told), corrected, sum(corrections), sum(off), max(off), sum(left), max(left))

    @classmethod
    def together(cls, parts: Iterable[Clocks]) -> Clocks:
        """Those of several processes."""
        parts = list(parts)
        return cls(
            sum(part.compared for part in parts),
            sum(part.corrected for part in parts),
            sum(part.corrections for part in parts),
            sum(part.off for part in parts),
            max((part.furthest_off for part in parts), default=0.0),
            sum(part.left for part in parts),
            max((part.furthest_left for part in parts), default=0.0),
        )

    def facts(self) -> dict[str, Any]:
        """As a result has them."""
        return {
            "compared": self.compared,
            "corrected": self.corrected,
            "corrections": self.corrections,
            "off_s": self._spread(self.off, self.furthest_off),
            "left_s": self._spread(self.left, self.furthest_left),
        }

    def _spread(self, whole: float, most: float) -> dict[str, float] | None:
        return {"mean": round(whole / self.compared, 3), "max": round(most, 3)} if self.compared else None


def sentence(facts: Mapping[str, Any]) -> str:
    """The facts in words."""
    if not facts["compared"]:
        return "no station was told the time"
    off, left = facts["off_s"], facts["left_s"]
    return (
        f"{facts['compared']} compared, off by {off['mean']:.1f} s on average and {off['max']:.1f} s at most; "
        f"{facts['corrected']} corrected, then off by {left['max']:.1f} s at most"
    )
