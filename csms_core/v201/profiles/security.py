"""Block A, security: events that a person has to look at (A04), and new passwords (A01)."""

from __future__ import annotations

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.handling import notices
from csms_core.hub.registry import Payload, Registry
from csms_core.v201 import passwords

registry = Registry()


@registry.handles("SecurityEventNotification")
async def security_event_notification(station: StationContext, payload: Payload) -> Payload:
    """Keep a security event, of whatever type."""
    await notices.keep(station, "SecurityEventNotification", payload)
    return {}


@registry.checks("SetVariables")
def a_password_that_can_be_one(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """A01: the password has 16 to 40 characters. The text itself is not repeated."""
    password = passwords.set_by(payload)
    if password is None or passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        return None
    return f"BasicAuthPassword has {passwords.SHORTEST} to {passwords.LONGEST} characters (A01)."
