"""Availability, reset, unlocking, triggers, data transfer and remote commands (catalogue chapter 10)."""

from typing import Final

from tests.ocppj.rules.broken.model import Breach, after, exchange, told
from tests.ocppj.rules.broken.said import agreed, boots, meters, one, passes, restarts, starts, stops

RUNS: Final = after(starts(), passes(60))
SOFT: Final = after(boots, RUNS, agreed("Reset", type="Soft"), passes(10))
TRIGGER: Final = agreed("TriggerMessage", requestedMessage="FirmwareStatusNotification")
NOBODY: Final = {"status": "UnknownVendorId"}

BREACHES: Final = (
    Breach(
        "AVL-01",
        "a connector becomes Unavailable at once, and its transaction runs on",
        after(RUNS, agreed("ChangeAvailability", "Scheduled", connectorId=0, type="Inoperative"), passes(60), stops()),
        after(RUNS, agreed("ChangeAvailability", connectorId=0, type="Inoperative"), passes(60), stops()),
    ),
    Breach(
        "RST-01",
        "a transaction runs on after a soft reset",
        after(SOFT, restarts, passes(60), stops(reason="SoftReset", late=65)),
        after(SOFT, restarts, passes(60), stops(reason="SoftReset", late=2)),
    ),
    Breach(
        "RST-02",
        "a transaction ends as Reboot after a soft reset",
        after(SOFT, stops(reason="SoftReset")),
        after(SOFT, stops(reason="Reboot")),
    ),
    Breach(
        "RST-02",
        "a transaction ends without a reason after a hard reset",
        after(RUNS, agreed("Reset", type="Hard"), restarts, stops(reason="HardReset")),
        after(RUNS, agreed("Reset", type="Hard"), restarts, stops()),
    ),
    Breach(
        "UNL-01",
        "a transaction ends as Local when its connector is unlocked",
        after(RUNS, agreed("UnlockConnector", "Unlocked", connectorId=1), stops(reason="UnlockCommand")),
        after(RUNS, agreed("UnlockConnector", "Unlocked", connectorId=1), stops(reason="Local")),
    ),
    Breach(
        "UNL-02",
        "connector 3 of 2 could not be unlocked",
        after(told(NumberOfConnectors="2"), agreed("UnlockConnector", "UnlockFailed", connectorId=2)),
        after(told(NumberOfConnectors="2"), agreed("UnlockConnector", "UnlockFailed", connectorId=3)),
    ),
    Breach(
        "TRG-02",
        "a station says Idle of its firmware, and nobody asked",
        after(boots, TRIGGER, one("station", "FirmwareStatusNotification", status="Idle")),
        after(boots, one("station", "FirmwareStatusNotification", status="Idle")),
    ),
    Breach(
        "DT-01",
        "an unknown vendor is answered with data",
        after(
            exchange("station", "DataTransfer", {"vendorId": "v"}, NOBODY),
            exchange("csms", "DataTransfer", {"vendorId": "v"}, NOBODY),
        ),
        after(
            exchange("station", "DataTransfer", {"vendorId": "v"}, {**NOBODY, "data": "x"}),
            exchange("csms", "DataTransfer", {"vendorId": "v"}, {**NOBODY, "data": "x"}),
        ),
    ),
    Breach(
        "RMT-02",
        "a remote stop is Accepted for a transaction that has ended",
        after(RUNS, stops(), passes(1), agreed("RemoteStopTransaction", "Rejected", transactionId=7)),
        after(RUNS, stops(), passes(1), agreed("RemoteStopTransaction", transactionId=7)),
    ),
    Breach(
        "RMT-02",
        "a remote stop ends a transaction as Local",
        after(RUNS, agreed("RemoteStopTransaction", transactionId=7), meters(), stops(reason="EVDisconnected")),
        after(RUNS, agreed("RemoteStopTransaction", transactionId=7), meters(), stops(reason="Local")),
    ),
)
