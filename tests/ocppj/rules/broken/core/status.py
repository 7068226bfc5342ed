"""The status of connectors (catalogue chapter 8)."""

from typing import Final

from tests.ocppj.rules.broken.model import Breach, after, told
from tests.ocppj.rules.broken.said import (
    agreed,
    boots,
    changes_through,
    is_now,
    meters,
    passes,
    refused,
    restarts,
    starts,
    stops,
)
from tests.ocppj.rules.broken.values import status
from tests.ocppj.support.talk import STATUS

AT_ONCE: Final = told(MinimumStatusDuration="0")
OUT_OF_SERVICE: Final = after(
    boots, is_now("Available"), agreed("ChangeAvailability", connectorId=1, type="Inoperative"), is_now("Unavailable")
)

BREACHES: Final = (
    Breach(
        "STAT-01",
        "a connector is Available while its transaction runs for a minute",
        after(AT_ONCE, is_now("Available"), starts(), is_now("Charging"), passes(60), meters()),
        after(AT_ONCE, is_now("Available"), starts(), passes(60), meters(), passes(60), stops()),
    ),
    Breach(
        "STAT-02",
        "a connector changes from Available to Finishing",
        after(AT_ONCE, changes_through("Available", "Preparing", "Charging", "Finishing", "Finishing", "Available")),
        after(AT_ONCE, changes_through("Available", "Finishing")),
    ),
    Breach(
        "STAT-02",
        "a connector that is Preparing becomes Reserved",
        after(AT_ONCE, changes_through("Preparing", "Finishing")),
        after(AT_ONCE, changes_through("Preparing", "Reserved")),
    ),
    Breach(
        "STAT-03",
        "connector 0 is Reserved",
        status(connectorId=0, status="Unavailable"),
        status(connectorId=0, status="Reserved"),
    ),
    Breach(
        "STAT-05",
        "a connector that was made Unavailable is Available after a boot",
        after(OUT_OF_SERVICE, restarts, is_now("Unavailable")),
        after(OUT_OF_SERVICE, restarts, is_now("Available")),
    ),
    Breach(
        "STAT-08",
        "a status is refused for its value",
        refused("StatusNotification", "InternalError", **{**STATUS, "connectorId": 9}),
        refused("StatusNotification", "PropertyConstraintViolation", **{**STATUS, "connectorId": 9}),
    ),
    Breach(
        "STAT-09",
        "EVCommunicationError with Available",
        is_now("SuspendedEV", error="EVCommunicationError"),
        is_now("Available", error="EVCommunicationError"),
    ),
)
