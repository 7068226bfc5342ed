"""The status of connectors (OCPP 1.6 §4.9)."""

from typing import Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "STAT-03", "MUST", "S §4.9", "The station as a whole, connector 0, is Available, Unavailable or Faulted.", "station"
)

_OF_THE_STATION: Final = ("Available", "Unavailable", "Faulted")


@CHAPTER.judges("STAT-03", "call", actions=("StatusNotification",))
def station_status(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    if members["connectorId"] != 0 or members["status"] in _OF_THE_STATION:
        return None
    return Remark(f"connector 0 is reported as {members['status']}", path=("status",))
