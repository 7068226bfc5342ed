"""What a person is asked to do, in words: one sentence per OCPP action, and the values to enter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ocppj.matchers import shown

_SENTENCES: Final[Mapping[str, str]] = {
    "CancelReservation": "Cancel a reservation at {station}.",
    "CertificateSigned": "Send {station} the certificate that was signed for it.",
    "ChangeAvailability": "Take {station}, or one of its connectors, in or out of operation.",
    "ChangeConfiguration": "Change a configuration key of {station}.",
    "ClearCache": "Clear the authorization cache of {station}.",
    "ClearChargingProfile": "Remove charging profiles from {station}.",
    "DataTransfer": "Send vendor data to {station}.",
    "DeleteCertificate": "Delete a certificate on {station}.",
    "ExtendedTriggerMessage": "Make {station} send a message (extended trigger).",
    "GetCompositeSchedule": "Ask {station} for its composite charging schedule.",
    "GetConfiguration": "Read the configuration of {station}.",
    "GetDiagnostics": "Ask {station} to upload its diagnostics.",
    "GetInstalledCertificateIds": "Ask {station} which certificates are installed.",
    "GetLocalListVersion": "Ask {station} for the version of its local authorization list.",
    "GetLog": "Ask {station} to upload a log.",
    "InstallCertificate": "Install a root certificate on {station}.",
    "RemoteStartTransaction": "Start a charging session at {station} remotely.",
    "RemoteStopTransaction": "Stop the charging session at {station} remotely.",
    "ReserveNow": "Reserve a connector of {station}.",
    "Reset": "Restart {station}.",
    "SendLocalList": "Send {station} a local authorization list.",
    "SetChargingProfile": "Set a charging profile on {station}.",
    "SignedUpdateFirmware": "Update the firmware of {station} (signed).",
    "TriggerMessage": "Make {station} send a message (trigger).",
    "UnlockConnector": "Unlock a connector of {station}.",
    "UpdateFirmware": "Update the firmware of {station}.",
}


def instruction(action: str, station: str, payload: Mapping[str, Any]) -> list[str]:
    """The lines for a person: what to do, the name of the message, a line per value."""
    sentence = _SENTENCES.get(action, "Send this message to {station}.").format(station=station)
    values = list(_values(payload, ""))
    width = max((len(name) for name, _ in values), default=0)
    return [f"{sentence}  [{action}]", *(f"    {name:<{width}}  {value}" for name, value in values)]


def _values(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, member in value.items():
            yield from _values(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value, 1):
            yield from _values(item, f"{path} {number}")
    elif isinstance(value, list):
        yield path, ", ".join(shown(item) for item in value)
    elif path:
        yield path, shown(value)
