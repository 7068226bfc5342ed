"""Messages of firmware, diagnostics, logs and the security extensions as the right CSMS exchanges them, by name."""

from __future__ import annotations

from csms_core.pki import building, hash_data
from csms_core.pki.folder import pem
from csms_core.v16.faults.firmware import STATUSES
from tests.csms_core.support.bench import Message
from tests.csms_core.support.pki import csr, ec_key

NOW = "2026-11-21T10:00:00.000Z"
FIRMWARE = "http://files.example/firmware.bin"
PLACE = "http://files.example/place/"
SERIAL_NUMBER = "PP-0001"

_issuer_key = ec_key()
_issuer = building.root(building.name("plugproof", "root"), _issuer_key)
STATION_KEY = ec_key.__wrapped__()
"""The key of the request."""
CHAIN = pem(building.station(building.name("plugproof", SERIAL_NUMBER), STATION_KEY.public_key(), _issuer, _issuer_key))
ROOT = pem(_issuer)
HASH_DATA = hash_data(_issuer)

SIGNED = {
    "location": FIRMWARE,
    "retrieveDateTime": NOW,
    "signingCertificate": ROOT,
    "signature": "c2lnbmF0dXJl",
}

MESSAGES: dict[str, Message] = {
    "event": ("SecurityEventNotification", {"type": "InvalidTLSVersion", "timestamp": NOW}, {}),
    "trigger": ("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}),
    "sign": ("SignCertificate", {"csr": csr(STATION_KEY)}, {"status": "Accepted"}),
    "sign improper": ("SignCertificate", {"csr": "improper"}, {"status": "Rejected"}),
    "signed": ("CertificateSigned", {"certificateChain": CHAIN}),
    "signed improper": ("CertificateSigned", {"certificateChain": "improper"}),
    "install root": ("InstallCertificate", {"certificateType": "CentralSystemRootCertificate", "certificate": ROOT}),
    "ids root": ("GetInstalledCertificateIds", {"certificateType": "CentralSystemRootCertificate"}),
    "install manufacturer": (
        "InstallCertificate",
        {"certificateType": "ManufacturerRootCertificate", "certificate": ROOT},
    ),
    "ids manufacturer": ("GetInstalledCertificateIds", {"certificateType": "ManufacturerRootCertificate"}),
    "delete": ("DeleteCertificate", {"certificateHashData": HASH_DATA}),
    "log": ("GetLog", {"logType": "SecurityLog", "requestId": 4, "log": {"remoteLocation": PLACE}}),
    "diagnostics log": ("GetLog", {"logType": "DiagnosticsLog", "requestId": 5, "log": {"remoteLocation": PLACE}}),
    "diagnostics": ("GetDiagnostics", {"location": PLACE}),
    "firmware": ("UpdateFirmware", {"location": FIRMWARE, "retrieveDate": NOW}),
    "signed firmware": ("SignedUpdateFirmware", {"requestId": 6, "firmware": SIGNED}),
    **{
        f"{action} {status}": (action, {"status": status}, {})
        for action, statuses in STATUSES.items()
        for status in statuses
    },
    # what the next boot follows
    "installing": ("FirmwareStatusNotification", {"status": "Installing"}, {}),
}

AFTERWARDS: dict[str, Message] = {
    "unavailable": (
        "StatusNotification",
        {"connectorId": 1, "status": "Unavailable", "errorCode": "NoError"},
        {},
    ),
    "boot": (
        "BootNotification",
        {"chargePointVendor": "v", "chargePointModel": "m"},
        {"status": "Accepted", "currentTime": NOW, "interval": 300},
    ),
}
"""What ends an installation; other sessions have a boot of their own."""
