"""Faults of certificates, keys and security events (security white paper A02 to A05, M03 to M05)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault, Message, Payload
from simulator.faults.words import Change, answered, call, drop, operation, override, pretended, put, said, says
from simulator.v16.faults.words import unsent
from simulator.v16.profiles.security.events import SecurityEvents

_HASHES = "certificateHashData"


def _each(member: str, value: str) -> Change:
    """Every certificate is told of with another value of this member."""

    def change(_: Message, payload: Payload) -> Payload:
        for one in payload[_HASHES]:
            one[member] = value
        return payload

    return change


def _in_capitals(_: Message, payload: Payload) -> Payload:
    for one in payload[_HASHES]:
        one.update((name, value.upper()) for name, value in one.items())
    return payload


def faults() -> Iterator[Fault]:
    """The faults of these use cases."""
    install, delete, listed = "InstallCertificate", "DeleteCertificate", "GetInstalledCertificateIds"
    signed, trigger, event = "CertificateSigned", "ExtendedTriggerMessage", "SecurityEventNotification"
    yield operation("install-rejected", "InstallCertificate is always Rejected.", install, pretended(status="Rejected"))
    yield operation(
        "install-undone", "InstallCertificate is Accepted, and nothing is kept.", install, pretended(status="Accepted")
    )
    yield operation(
        "install-accepts-everything",
        "InstallCertificate is Accepted also when it should not be.",
        install,
        answered(put("status", "Accepted")),
    )
    yield operation("delete-fails", "DeleteCertificate always says Failed.", delete, pretended(status="Failed"))
    yield operation(
        "delete-undone", "DeleteCertificate is Accepted, and nothing is deleted.", delete, pretended(status="Accepted")
    )
    yield operation(
        "certificates-not-told",
        "GetInstalledCertificateIds always says NotFound.",
        listed,
        pretended(status="NotFound"),
    )
    yield operation(
        "certificate-hash-wrong",
        "GetInstalledCertificateIds tells of a certificate under another serial number.",
        listed,
        answered(_each("serialNumber", "1234"), lambda payload: _HASHES in payload),
    )
    yield operation(
        "certificate-key-hash-wrong",
        "GetInstalledCertificateIds tells of a certificate under another hash of its issuer's key.",
        listed,
        answered(_each("issuerKeyHash", "00" * 32), lambda payload: _HASHES in payload),
    )
    yield Fault(
        "delete-undone-in-capitals",
        "DeleteCertificate is Accepted, nothing is deleted, and certificates are told of in capital letters.",
        answers={
            delete: pretended(status="Accepted"),
            listed: answered(_in_capitals, lambda payload: _HASHES in payload),
        },
    )
    yield operation(
        "extended-trigger-rejected",
        "ExtendedTriggerMessage is always Rejected.",
        trigger,
        pretended(status="Rejected"),
    )
    yield call("csr-missing", "SignCertificate lacks csr.", "SignCertificate", said(drop("csr")))
    yield operation(
        "certificate-signed-rejected", "CertificateSigned is always Rejected.", signed, pretended(status="Rejected")
    )
    yield operation(
        "certificate-signed-undone",
        "CertificateSigned is Accepted, and the certificate is not used.",
        signed,
        pretended(status="Accepted"),
    )
    yield operation(
        "certificate-signed-accepts-everything",
        "CertificateSigned is Accepted also when it should not be.",
        signed,
        answered(put("status", "Accepted")),
    )
    yield call("security-events-missing", "SecurityEventNotification is not sent.", event, unsent())
    yield override(
        "security-events-lost-offline",
        "A security event is forgotten when the CSMS cannot be reached.",
        SecurityEvents,
        _Forgetful,
    )
    yield call(
        "security-event-wrong",
        "Every security event is MemoryExhaustion.",
        event,
        said(put("type", "MemoryExhaustion")),
    )
    yield operation(
        "security-profile-undone",
        "A higher SecurityProfile is Accepted, and the station connects as before.",
        "ChangeConfiguration",
        pretended(says("key", "SecurityProfile"), status="Accepted"),
    )


class _Forgetful(SecurityEvents):
    __slots__ = ()

    def _queue(self, key: str, type: str, at: str, tech_info: str) -> None:
        if self.parts.registration.online:
            super()._queue(key, type, at, tech_info)
