"""What the operations of OCPP 1.6 bring about at a charge point, for its response times (docs/performance.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reports.results.station_times import START, STOP, TRIGGERED, Effect, Effects

Payload = Mapping[str, Any]

_MESSAGES: Final = {"SignChargePointCertificate": "SignCertificate"}
"""Where the message that is asked for has another name than the request for it."""


def _connector(asked: Payload, shown: Payload) -> bool:
    wanted = asked.get("connectorId")
    return wanted in (None, 0) or shown.get("connectorId") == wanted


def _status(asked: Payload, shown: Payload, status: str) -> bool:
    return _connector(asked, shown) and shown.get("status") == status


def _availability(asked: Payload, shown: Payload) -> bool:
    return _status(asked, shown, "Unavailable" if asked.get("type") == "Inoperative" else "Available")


def _same_request(asked: Payload, shown: Payload) -> bool:
    return shown.get("requestId") == asked.get("requestId")


def _started(asked: Payload, action: str, shown: Payload) -> bool:
    same_tag = str(shown.get("idTag")).casefold() == str(asked.get("idTag")).casefold()
    return action == "StartTransaction" and same_tag and _connector(asked, shown)


def _stopped(asked: Payload, action: str, shown: Payload) -> bool:
    return action == "StopTransaction" and shown.get("transactionId") == asked.get("transactionId")


def _came(asked: Payload, action: str, shown: Payload) -> bool:
    wanted = asked.get("requestedMessage")
    return action == _MESSAGES.get(str(wanted), wanted) and _connector(asked, shown)


def _reported(by: str, shows: Callable[[Payload, Payload], bool]) -> Effect:
    """An effect that the message ``by`` reports when ``shows`` finds it in there."""
    return Effect(TRIGGERED, lambda asked, action, shown: action == by and shows(asked, shown))


EFFECTS: Final[Effects] = {
    "RemoteStartTransaction": Effect(START, _started, at_once=True, in_person=True),
    "RemoteStopTransaction": Effect(STOP, _stopped, at_once=True),
    "TriggerMessage": Effect(TRIGGERED, _came),
    "ExtendedTriggerMessage": Effect(TRIGGERED, _came),
    "Reset": _reported("BootNotification", lambda asked, shown: True),
    "ChangeAvailability": _reported("StatusNotification", _availability),
    "ReserveNow": _reported("StatusNotification", lambda asked, shown: _status(asked, shown, "Reserved")),
    "CancelReservation": _reported("StatusNotification", lambda asked, shown: shown.get("status") == "Available"),
    "GetLog": _reported("LogStatusNotification", _same_request),
    "SignedUpdateFirmware": _reported("SignedFirmwareStatusNotification", _same_request),
}
