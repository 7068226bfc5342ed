"""The timestamps of a station (OCPP 1.6 §3.15, §3.7)."""

from collections.abc import Iterator
from typing import Any, Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import Path, moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "VAL-04",
    "SHOULD",
    "S §3.15, §4.2",
    "A time is that of the clock, give or take what clocks may differ; what was queued is told late.",
)


@CHAPTER.judges("VAL-04", "call", actions=("MeterValues", "StartTransaction", "StatusNotification", "StopTransaction"))
def not_ahead_of_time(seen: Seen, view: View) -> Remark | None:
    wall = view.wall
    if wall is None:
        return None
    for path, text in _timestamps(payload(seen)):
        # One that is past may be of a message that had to wait (S §3.7), which nobody can see.
        if (ahead := moment(text) - wall.now(seen.at)) > wall.deviation:
            return Remark(f"timestamp {text} is {ahead:.0f} s ahead of the clock here", path=path)
    return None


def _timestamps(members: Any) -> Iterator[tuple[Path, str]]:
    if "timestamp" in members:
        yield ("timestamp",), members["timestamp"]
    for name in ("meterValue", "transactionData"):
        for number, value in enumerate(members.get(name, ())):
            yield (name, number, "timestamp"), value["timestamp"]
