"""What the cases ask an operator for: one request of every kind, with the values of a SUT file.

`plugproof check --show-requests` shows what an operator makes of them. That they are those of the cases, no more and
no fewer, is looked at in `tests/testcases/test_catalogue.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from harness.peers.counterpart import now
from harness.sut import Sut
from harness.v16 import payloads
from harness.v16.csms.security.renewal import KEY, ROOT, new_key

Request = tuple[str, dict[str, Any]]
"""An action, and the members of its payload."""

TRANSACTION: Final = 1
_RESERVATION: Final = 1
_PEM: Final = "-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----\n"
_DIGEST: Final = "0123456789abcdef"


def samples(sut: Sut, connectors: int = 1) -> list[Request]:
    """The requests in the order of the profiles; ``connectors``: of the station."""
    return [*_core(sut, connectors), *_firmware(sut), *_lists(sut), *_reservations(sut), *_smart(sut), *_security(sut)]


def _core(sut: Sut, connectors: int) -> Iterator[Request]:
    connector, tag = sut.run.connector_id, sut.tags.valid
    yield "RemoteStartTransaction", {"connectorId": connector, "idTag": tag}
    yield "RemoteStopTransaction", {"transactionId": TRANSACTION}
    for kind in ("Hard", "Soft"):
        yield "Reset", {"type": kind}
    for number in (connector, connectors + 1):
        yield "UnlockConnector", {"connectorId": number}
    yield "ChangeAvailability", {"connectorId": connector, "type": "Inoperative"}
    yield "GetConfiguration", {}
    yield "GetConfiguration", {"key": ["SupportedFeatureProfiles"]}
    yield "ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": str(sut.keys.sample_interval_s)}
    yield "ClearCache", {}
    for message in ("DiagnosticsStatusNotification", "FirmwareStatusNotification", "Heartbeat"):
        yield "TriggerMessage", {"requestedMessage": message}
    for message in ("MeterValues", "StatusNotification"):
        yield "TriggerMessage", {"requestedMessage": message, "connectorId": connector}


def _firmware(sut: Sut) -> Iterator[Request]:
    location = sut.files.firmware or payloads.FIRMWARE
    yield "UpdateFirmware", {"location": location, "retrieveDate": now()}
    yield "GetDiagnostics", {"location": sut.files.upload or payloads.UPLOAD}


def _lists(sut: Sut) -> Iterator[Request]:
    yield "GetLocalListVersion", {}
    for version, kind in enumerate(("Full", "Differential"), 1):
        accepted = [{"idTag": sut.tags.valid, "idTagInfo": {"status": "Accepted"}}]
        yield "SendLocalList", {"listVersion": version, "updateType": kind, "localAuthorizationList": accepted}


def _reservations(sut: Sut) -> Iterator[Request]:
    connector, tag, parent = sut.run.connector_id, sut.tags.valid or "", sut.tags.parent
    of_parent = [(connector, {"parentIdTag": parent})] if parent is not None else []
    for number, more in ((connector, {}), (0, {}), *of_parent):
        yield "ReserveNow", {**payloads.reservation(sut, number, tag), "reservationId": _RESERVATION, **more}
    yield "CancelReservation", {"reservationId": _RESERVATION}


def _smart(sut: Sut) -> Iterator[Request]:
    connector, tag = sut.run.connector_id, sut.tags.valid
    of_tx = payloads.profile(sut, 2, "TxProfile", transactionId=TRANSACTION)
    for number, profile in (
        (connector, payloads.profile(sut, 1, "TxDefaultProfile")),
        (connector, of_tx),
        (0, payloads.profile(sut, 11, "ChargePointMaxProfile")),
    ):
        yield "SetChargingProfile", {"connectorId": number, "csChargingProfiles": profile}
    started = {"connectorId": connector, "idTag": tag, "chargingProfile": payloads.profile(sut, 3, "TxProfile")}
    yield "RemoteStartTransaction", started
    schedule = payloads.schedule(sut)
    asked = {"duration": schedule["duration"], "chargingRateUnit": schedule["chargingRateUnit"]}
    yield "GetCompositeSchedule", {"connectorId": connector, **asked}
    by = {"connectorId": connector, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": sut.smart.stack_level}
    for members in ({}, {"id": 11}, by):
        yield "ClearChargingProfile", members


def _security(sut: Sut) -> Iterator[Request]:
    yield "ChangeConfiguration", {"key": KEY, "value": new_key(sut)}
    yield "ChangeConfiguration", {"key": "SecurityProfile", "value": "2"}
    yield "ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}
    for kind in (ROOT, "ManufacturerRootCertificate"):
        yield "InstallCertificate", {"certificateType": kind, "certificate": _PEM}
        yield "GetInstalledCertificateIds", {"certificateType": kind}
    for algorithm in ("SHA256", "SHA384", "SHA512"):
        named = dict.fromkeys(("issuerNameHash", "issuerKeyHash", "serialNumber"), _DIGEST)
        yield "DeleteCertificate", {"certificateHashData": {"hashAlgorithm": algorithm, **named}}
    to = {"remoteLocation": sut.files.upload or payloads.UPLOAD}
    yield "GetLog", {"log": to, "logType": "SecurityLog", "requestId": 1}
    firmware = {"location": sut.files.firmware or payloads.FIRMWARE, "retrieveDateTime": now()}
    signed = {**firmware, "signature": "MEQC...", "signingCertificate": _PEM}
    yield "SignedUpdateFirmware", {"requestId": 1, "firmware": signed}
