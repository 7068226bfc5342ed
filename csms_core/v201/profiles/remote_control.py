"""Block F, remote control: what the standard asks of a start and of a trigger (F01, F06)."""

from __future__ import annotations

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Payload, Registry

registry = Registry()


@registry.checks("RequestStartTransaction")
def a_profile_for_the_transaction(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """F01: a charging profile is a TxProfile, and names no transaction, for there is none yet."""
    profile = payload.get("chargingProfile")
    if profile is None:
        return None
    if profile["chargingProfilePurpose"] != "TxProfile":
        return f"its charging profile has to be a TxProfile, not a {profile['chargingProfilePurpose']} (F01)."
    return (
        "its charging profile names a transaction, and there is none yet (F01)." if "transactionId" in profile else None
    )


@registry.checks("TriggerMessage")
def a_status_is_that_of_a_connector(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """F06: a StatusNotification is asked for by EVSE and connector."""
    if payload["requestedMessage"] != "StatusNotification" or "connectorId" in payload.get("evse", {}):
        return None
    return "a StatusNotification is that of a connector: name evse.id and evse.connectorId (F06)."
