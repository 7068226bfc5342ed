"""What may be said before a BootNotification was accepted (B01 to B03)."""

from __future__ import annotations

from typing import Final

from csms_core.hub.context import StationContext
from ocppj.errors import OcppError

ONLY_AFTER_ACCEPTANCE: Final = frozenset(("RequestStartTransaction", "RequestStopTransaction"))
"""What the CSMS does not send to a station that is Pending (B02)."""

IN_PARTS: Final = frozenset(("MeterValues", "NotifyReport", "TransactionEvent"))
"""What may come in several messages for one request: by EVSE (F06), or as long as `tbc` says so (B07)."""


def before_acceptance(station: StationContext, action: str) -> None:
    """Let pass the boot and what the station was asked for. Raises OcppError (B02, B03)."""
    if action == "BootNotification":
        return
    if not station.invited[action]:
        raise OcppError("SecurityError", f"{action} before a BootNotification was accepted.")
    if action not in IN_PARTS:
        station.invited[action] -= 1


def has_ended(station: StationContext, action: str) -> None:
    """The last part of what a station was asked for has come."""
    if station.invited[action] > 0:
        station.invited[action] -= 1
