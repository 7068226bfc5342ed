"""Which connectors a CALL may name: 1 to NumberOfConnectors, and 0 for the station as a whole (OCPP 1.6 §3.8)."""

from collections.abc import Mapping
from typing import Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "VAL-16",
    "MUST",
    "S §3.8, ch. 6",
    "Connectors are numbered from 1 without gaps; 0 is the whole station, for the actions that know it.",
)

LOWEST: Final[Mapping[str, int]] = {
    "ChangeAvailability": 0,
    "ClearChargingProfile": 0,
    "ExtendedTriggerMessage": 1,
    "GetCompositeSchedule": 0,
    "MeterValues": 0,
    "RemoteStartTransaction": 1,
    "ReserveNow": 0,
    "SetChargingProfile": 0,
    "StartTransaction": 1,
    "StatusNotification": 0,
    "TriggerMessage": 1,
    "UnlockConnector": 1,
}
"""The first connectorId that each action may name."""

_UNLIMITED: Final = "UnlockConnector"
"""E 3.87 gives a station an answer for a connector that it does not have."""


def names_no_connector(action: str, members: object) -> bool:
    """Whether a CALL names connector 0 where only a connector can be meant."""
    connector = members.get("connectorId") if isinstance(members, dict) else None
    return isinstance(connector, int) and connector < LOWEST.get(action, 0)


@CHAPTER.judges("VAL-16", "call", actions=tuple(LOWEST))
def connector_exists(seen: Seen, view: View) -> Remark | None:
    connector = payload(seen).get("connectorId")
    if connector is None or connector == 1:  # which every station has, and every action may name
        return None
    action = seen.frame.action  # type: ignore[union-attr]
    lowest = LOWEST[action]
    if connector < lowest:
        return Remark(f"connectorId of {action} is at least {lowest}, not {connector}", path=("connectorId",))
    most = None if action == _UNLIMITED else view.memory.known.limit("numberofconnectors")
    if most is not None and connector > most:
        told = f"the station has connectors up to {most} (NumberOfConnectors), not {connector}"
        return Remark(told, path=("connectorId",))
    return None
