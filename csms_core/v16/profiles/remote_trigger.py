"""Remote Trigger profile: which message may not be asked for (OCPP 1.6 §5.17).

A TriggerMessage for a BootNotification is forbidden from the moment a boot was accepted until the next BootNotification
(errata sheet 3.40, BOOT-09). The erratum names TriggerMessage alone, so ExtendedTriggerMessage of the security white
paper is left to the station's judgement.
"""

from __future__ import annotations

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Payload, Registry

registry = Registry()


@registry.checks("TriggerMessage")
def no_boot_after_acceptance(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """BOOT-09."""
    if payload["requestedMessage"] == "BootNotification" and station.registered_as == "Accepted":
        return (
            f"the station '{station.identity}' was accepted, so its BootNotification may not be triggered before it "
            "boots again (errata sheet 3.40); Reset makes it boot."
        )
    return None
