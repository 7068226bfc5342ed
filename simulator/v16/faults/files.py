"""Faults of files that come and go: firmware, diagnostics, logs (OCPP 1.6 §4.4, §4.5; white paper L01, N01)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault
from simulator.faults.words import operation, pretended, put, said, says

_FIRMWARE = ("FirmwareStatusNotification", "SignedFirmwareStatusNotification")
_FIRMWARE_STATUSES = {
    "Downloading": "downloading",
    "Downloaded": "downloaded",
    "DownloadFailed": "download-failed",
    "SignatureVerified": "signature-verified",
    "InvalidSignature": "invalid-signature",
    "Installing": "installing",
    "Installed": "installed",
    "InstallationFailed": "installation-failed",
}
_UPLOAD = ("DiagnosticsStatusNotification", "LogStatusNotification")
_UPLOAD_STATUSES = {"Uploading": "uploading", "Uploaded": "uploaded", "UploadFailed": "upload-failed"}


def faults() -> Iterator[Fault]:
    """The faults of these sections."""
    yield from _misreports("firmware", _FIRMWARE, _FIRMWARE_STATUSES)
    yield from _misreports("file", _UPLOAD, _UPLOAD_STATUSES)
    yield operation("get-log-rejected", "GetLog is always Rejected.", "GetLog", pretended(status="Rejected"))
    yield operation(
        "signed-update-rejected",
        "SignedUpdateFirmware is always Rejected.",
        "SignedUpdateFirmware",
        pretended(status="Rejected"),
    )


def _misreports(what: str, actions: tuple[str, ...], statuses: dict[str, str]) -> Iterator[Fault]:
    for status, name in statuses.items():
        hook = said(put("status", "Idle"), says("status", status))
        sentence = f"{' and '.join(actions)} say Idle instead of {status}."
        yield Fault(f"{what}-{name}-as-idle", sentence, calls=dict.fromkeys(actions, hook))
