"""What may be said before a BootNotification was accepted (OCPP 1.6 §4.2)."""

from __future__ import annotations

from typing import Final

from csms_core.hub.context import StationContext
from ocppj.errors import OcppError

ONLY_AFTER_ACCEPTANCE: Final = frozenset(("RemoteStartTransaction", "RemoteStopTransaction"))
"""What the CSMS does not send to a station that is Pending."""


def before_acceptance(station: StationContext, action: str) -> None:
    """Let pass the boot and what the station was asked for. Raises OcppError."""
    if action == "BootNotification":
        return
    if not station.invited[action]:
        raise OcppError("SecurityError", f"{action} before a BootNotification was accepted.")
    station.invited[action] -= 1
