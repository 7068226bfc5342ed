"""Faults of firmware, diagnostics and logs (OCPP 1.6 §4.4, §4.5, §5.9, §5.19; white paper L01, L02, N01)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import answer_to, asked, call_of, drop, fault, put, says, silence
from csms_core.faults.model import Fault, Outgoing
from csms_core.faults.reflexes import call, reflex, refused

ELSEWHERE = "http://elsewhere.example/"

REPORTS = (
    ("firmware-status", "FirmwareStatusNotification"),
    ("diagnostics-status", "DiagnosticsStatusNotification"),
    ("signed-firmware-status", "SignedFirmwareStatusNotification"),
    ("log-status", "LogStatusNotification"),
)
STATUSES = {
    "FirmwareStatusNotification": (
        "Downloading",
        "Downloaded",
        "DownloadFailed",
        "Installing",
        "Installed",
        "InstallationFailed",
    ),
    "DiagnosticsStatusNotification": ("Uploading", "Uploaded", "UploadFailed"),
    "SignedFirmwareStatusNotification": (
        "Downloading",
        "Downloaded",
        "SignatureVerified",
        "Installing",
        "InstallRebooting",
        "Installed",
        "InvalidSignature",
    ),
    "LogStatusNotification": ("Uploading", "Uploaded", "UploadFailure"),
}
LOCATIONS = (
    ("update-firmware", "UpdateFirmware", "location"),
    ("get-diagnostics", "GetDiagnostics", "location"),
    ("get-log", "GetLog", "log.remoteLocation"),
    ("signed-update-firmware", "SignedUpdateFirmware", "firmware.location"),
)


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    yield from _missing()
    yield from _reports()
    for name, action, member in LOCATIONS:
        yield fault(f"{name}-not-sent", f"{action} is not sent.", call_of(action), silence)
        yield fault(f"{name}-without-location", f"{action} lacks {member}.", call_of(action), drop(member))
        yield fault(
            f"{name}-wrong-location", f"{action} names another {member}.", call_of(action), put(member, ELSEWHERE)
        )
    yield from _firmware()
    yield fault(
        "get-log-wrong-type",
        "GetLog asks for the diagnostics log instead of the security log, and the other way round.",
        call_of("GetLog"),
        put("logType", lambda m: "DiagnosticsLog" if m.payload["logType"] == "SecurityLog" else "SecurityLog"),
    )
    yield fault("get-log-without-type", "GetLog lacks logType.", call_of("GetLog"), drop("logType"))
    yield fault("get-log-without-request-id", "GetLog lacks requestId.", call_of("GetLog"), drop("requestId"))


def _missing() -> Iterator[Fault]:
    """The profile is not there, or is there by half."""
    reports = call("FirmwareStatusNotification", "DiagnosticsStatusNotification")
    what = "FirmwareStatusNotification and DiagnosticsStatusNotification get the CALLERROR"
    yield reflex("firmware-management-missing", f"{what} NotSupported.", reports, refused("NotSupported"))
    yield reflex("firmware-management-broken", f"{what} InternalError.", reports, refused("InternalError"))


def _reports() -> Iterator[Fault]:
    for name, action in REPORTS:
        yield fault(f"{name}-unanswered", f"{action} gets no answer.", answer_to(action), silence)
        yield fault(
            f"{name}-answer-with-extra-member",
            f"{action}.conf has a member the schema does not know.",
            answer_to(action),
            put("status", "Accepted"),
        )
        for status in STATUSES[action]:
            yield fault(
                f"{name}-{status.lower()}-unanswered",
                f"{action} with {status} gets no answer.",
                answer_to(action, asked("status", status)),
                silence,
            )


def _firmware() -> Iterator[Fault]:
    yield fault(
        "boot-after-installing-rejected",
        "The BootNotification that follows the installation of firmware is answered with Rejected.",
        answer_to("BootNotification", says("status", "Accepted"), _after_installing),
        put("status", "Rejected"),
    )
    yield fault(
        "update-firmware-without-retrieve-date",
        "UpdateFirmware lacks retrieveDate.",
        call_of("UpdateFirmware"),
        drop("retrieveDate"),
    )
    yield fault(
        "update-firmware-in-2099",
        "The retrieveDate of UpdateFirmware is in the year 2099.",
        call_of("UpdateFirmware"),
        put("retrieveDate", "2099-12-31T00:00:00.000Z"),
    )
    signed = call_of("SignedUpdateFirmware")
    for member, name in (("signature", "signature"), ("signingCertificate", "signing-certificate")):
        yield fault(
            f"signed-update-firmware-wrong-{name}",
            f"SignedUpdateFirmware carries another {member}.",
            signed,
            put(f"firmware.{member}", "b3RoZXI="),
        )
        yield fault(
            f"signed-update-firmware-without-{name}",
            f"SignedUpdateFirmware lacks {member}.",
            signed,
            drop(f"firmware.{member}"),
        )
    yield fault(
        "signed-update-firmware-without-request-id",
        "SignedUpdateFirmware lacks requestId.",
        signed,
        drop("requestId"),
    )


def _after_installing(message: Outgoing) -> bool:
    for past in reversed(message.history):
        if past.action == "BootNotification":
            return False
        if past.action in ("FirmwareStatusNotification", "SignedFirmwareStatusNotification") and past.kind == "call":
            return bool(past.payload.get("status") in ("Installing", "InstallRebooting"))
    return False
