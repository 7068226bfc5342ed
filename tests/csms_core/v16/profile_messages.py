"""Messages of Reservation, Smart Charging, Local List and Remote Trigger as the right CSMS exchanges them, by name."""

from __future__ import annotations

from typing import Any

from tests.csms_core.support.bench import Message

NOW = "2026-11-21T10:00:00.000Z"
EXPIRY = "2026-11-21T12:00:00.000Z"
TOMORROW = "2026-11-22T10:00:00.000Z"
TRANSACTION = 7


def schedule(**members: Any) -> dict[str, Any]:
    period = {"startPeriod": 0, "limit": 6.0, "numberPhases": 3}
    return {"chargingRateUnit": "A", "chargingSchedulePeriod": [period], **members}


def profile(number: int, purpose: str, **members: Any) -> dict[str, Any]:
    return {
        "chargingProfileId": number,
        "stackLevel": 2,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "validFrom": NOW,
        "validTo": TOMORROW,
        "chargingSchedule": schedule(startSchedule=NOW, duration=300),
        **members,
    }


def relative(number: int, **members: Any) -> dict[str, Any]:
    return {
        "chargingProfileId": number,
        "stackLevel": 2,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule(),
        **members,
    }


def entry(tag: str) -> dict[str, Any]:
    return {"idTag": tag, "idTagInfo": {"status": "Accepted"}}


def reserve(number: int, connector: int) -> Message:
    payload = {"connectorId": connector, "idTag": "T", "expiryDate": EXPIRY, "reservationId": number}
    return "ReserveNow", {**payload, "parentIdTag": "P"}


def set_profile(connector: int, of: dict[str, Any]) -> Message:
    return "SetChargingProfile", {"connectorId": connector, "csChargingProfiles": of}


def remote_start(of: dict[str, Any]) -> Message:
    return "RemoteStartTransaction", {"idTag": "T", "connectorId": 1, "chargingProfile": of}


def send_list(kind: str, version: int, *tags: str) -> Message:
    entries = [entry(tag) for tag in tags]
    return "SendLocalList", {"listVersion": version, "updateType": kind, "localAuthorizationList": entries}


def trigger(message: str, **members: Any) -> Message:
    return "TriggerMessage", {"requestedMessage": message, **members}


MESSAGES: dict[str, Message] = {
    "reserve": reserve(5, 1),
    "start": (
        "StartTransaction",
        {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": NOW, "reservationId": 5},
        {"transactionId": TRANSACTION, "idTagInfo": {"status": "Accepted"}},
    ),
    "make unavailable": ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
    "cancel": ("CancelReservation", {"reservationId": 5}),
    "cancel unknown": ("CancelReservation", {"reservationId": 4711}),
    "reserve station": reserve(6, 0),
    "list version": ("GetLocalListVersion", {}),
    "full list": send_list("Full", 1, "T", "U"),
    "differential": send_list("Differential", 2, "V"),
    "full again": send_list("Full", 3, "T", "U", "V"),
    "max": set_profile(0, profile(11, "ChargePointMaxProfile")),
    "default": set_profile(1, profile(12, "TxDefaultProfile")),
    "tx": set_profile(1, profile(13, "TxProfile", transactionId=TRANSACTION)),
    "tx relative": set_profile(1, relative(14, transactionId=TRANSACTION)),
    "remote start": remote_start(profile(15, "TxProfile")),
    "remote start relative": remote_start(relative(16)),
    "composite": ("GetCompositeSchedule", {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}),
    "clear one": ("ClearChargingProfile", {"id": 11}),
    "clear some": (
        "ClearChargingProfile",
        {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 2},
    ),
    "clear all": ("ClearChargingProfile", {}),
    "trigger meter": trigger("MeterValues", connectorId=1),
    "trigger heartbeat": trigger("Heartbeat"),
    "trigger status": trigger("StatusNotification", connectorId=1),
    "trigger diagnostics": trigger("DiagnosticsStatusNotification"),
    "trigger firmware": trigger("FirmwareStatusNotification"),
    "stop": ("StopTransaction", {"transactionId": TRANSACTION, "meterStop": 1, "timestamp": NOW}, {}),
}


def said_by_station(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """What the station answers to a CALL of the CSMS: no to a Differential, and else yes."""
    if payload.get("updateType") == "Differential":
        return {"status": "VersionMismatch"}
    return {"status": "Accepted"}
