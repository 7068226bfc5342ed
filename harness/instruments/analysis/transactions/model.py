"""A transaction as a log tells it."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

Oddity = Literal[
    "no-start",
    "no-stop",
    "double-start",
    "double-stop",
    "gap",
    "missing-event",
    "double-event",
    "meter-gap",
    "meter-back",
    "clock-back",
    "clock-ahead",
]

ODDITIES: Final[dict[str, str]] = {
    "no-start": "a stop without its start",
    "no-stop": "a start without its stop",
    "double-start": "a start that got two transactions",
    "double-stop": "a second stop that says something else",
    "gap": "a silence between samples",
    "missing-event": "numbers of events that never came",
    "double-event": "a number that two events have",
    "meter-gap": "energy between transactions",
    "meter-back": "a meter that goes backwards",
    "clock-back": "a clock that jumped back",
    "clock-ahead": "a clock ahead of the log's",
}
"""What each kind means, in words."""

MOST_REMARKS: Final = 20
"""That one transaction keeps; the others are counted."""


class Remark(msgspec.Struct, frozen=True):
    """What is odd, and where it shows."""

    kind: Oddity
    text: str
    where: str


class Transaction(msgspec.Struct):
    """``started`` and ``stopped`` as the station said them; meters and energy in Wh; ``where`` is its first frame."""

    station: str
    id: str | None
    where: str
    connector: int | None = None
    tag: str | None = None
    started: str | None = None
    stopped: str | None = None
    meter_start: float | None = None
    meter_stop: float | None = None
    reason: str | None = None
    samples: int = 0
    longest_gap_s: float = 0.0
    remarks: list[Remark] = []
    more_remarks: int = 0

    @property
    def energy_wh(self) -> float | None:
        """What was charged, if both meters are known."""
        if self.meter_start is None or self.meter_stop is None:
            return None
        return round(self.meter_stop - self.meter_start, 3)

    def remark(self, kind: Oddity, text: str, where: str) -> None:
        """Note what is odd."""
        if len(self.remarks) < MOST_REMARKS:
            self.remarks = [*self.remarks, Remark(kind, text, where)]
        else:
            self.more_remarks += 1

    def document(self) -> dict[str, Any]:
        """As it stands in a report (``schemas/documents/analysis.schema.json``)."""
        return {
            "station": self.station,
            "id": self.id,
            "connector": self.connector,
            "tag": self.tag,
            "started": self.started,
            "stopped": self.stopped,
            "meter_start_wh": self.meter_start,
            "meter_stop_wh": self.meter_stop,
            "energy_wh": self.energy_wh,
            "reason": self.reason,
            "samples": self.samples,
            "longest_gap_s": round(self.longest_gap_s, 3),
            "where": self.where,
            "remarks": [{"kind": one.kind, "text": one.text, "where": one.where} for one in self.remarks],
            "more_remarks": self.more_remarks,
        }
