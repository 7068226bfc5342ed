"""Faults of the security extensions, as far as they are messages (security white paper, edition 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from csms_core.faults import forgeries
from csms_core.faults.edits import Edit, answer_to, call_of, drop, fault, put, refused, says, silence, with_payload
from csms_core.faults.forgeries import Right
from csms_core.faults.model import Fault, Instead, Outgoing

_OTHER_TYPE = {
    "CentralSystemRootCertificate": "ManufacturerRootCertificate",
    "ManufacturerRootCertificate": "CentralSystemRootCertificate",
}
_OTHER_ALGORITHM = {"SHA256": "SHA384", "SHA384": "SHA512", "SHA512": "SHA256"}

FORGERIES: tuple[tuple[str, str, Callable[[Right], str]], ...] = (
    ("other-name", "is in another common name", forgeries.with_other_name),
    ("other-key", "is for a key the station does not have", forgeries.with_other_key),
    ("short-key", "is for an RSA key of 1024 bits", forgeries.with_short_key),
    (
        "other-algorithm",
        "is signed with RSA where it should be ECDSA, and the other way round",
        forgeries.with_other_algorithm,
    ),
    ("with-sha-1", "is signed with the hash SHA-1", forgeries.with_sha_1),
    ("by-nobody", "is signed by an authority nobody knows", forgeries.by_nobody),
)


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    yield from _events()
    yield from _trigger()
    yield from _signing()
    yield from _installed()


def _events() -> Iterator[Fault]:
    where = answer_to("SecurityEventNotification")
    yield fault("security-event-unanswered", "SecurityEventNotification gets no answer.", where, silence)
    yield fault(
        "security-event-callerror", "SecurityEventNotification gets a CALLERROR.", where, refused("NotSupported")
    )
    yield fault(
        "security-event-answer-with-extra-member",
        "SecurityEventNotification.conf has a member the schema does not know.",
        where,
        put("status", "Accepted"),
    )


def _trigger() -> Iterator[Fault]:
    where = call_of("ExtendedTriggerMessage")
    yield fault("extended-trigger-not-sent", "ExtendedTriggerMessage is not sent.", where, silence)
    yield fault(
        "extended-trigger-wrong-message",
        "ExtendedTriggerMessage asks for a Heartbeat, whatever was wanted.",
        where,
        put("requestedMessage", "Heartbeat"),
    )
    yield fault(
        "extended-trigger-without-message",
        "ExtendedTriggerMessage lacks requestedMessage.",
        where,
        drop("requestedMessage"),
    )
    yield fault(
        "extended-trigger-with-connector",
        "ExtendedTriggerMessage names a connector, also where a message has none.",
        where,
        put("connectorId", 1),
    )


def _signing() -> Iterator[Fault]:
    accepted = answer_to("SignCertificate", says("status", "Accepted"))
    yield fault(
        "sign-certificate-rejected", "A proper SignCertificate is Rejected.", accepted, put("status", "Rejected")
    )
    yield fault(
        "sign-certificate-accepts-everything",
        "Every SignCertificate is Accepted.",
        answer_to("SignCertificate", says("status", "Rejected")),
        put("status", "Accepted"),
    )
    yield fault("sign-certificate-unanswered", "SignCertificate gets no answer.", answer_to("SignCertificate"), silence)
    where = call_of("CertificateSigned")
    yield fault("certificate-signed-not-sent", "CertificateSigned is not sent.", where, silence)
    yield fault(
        "certificate-signed-without-chain", "CertificateSigned lacks certificateChain.", where, drop("certificateChain")
    )
    yield fault(
        "certificate-signed-no-pem",
        "The certificateChain of CertificateSigned is the bare base64 of a PEM file.",
        where,
        put("certificateChain", lambda message: _bare(message.payload["certificateChain"])),
    )
    for name, sentence, forge in FORGERIES:
        yield fault(
            f"certificate-signed-{name}",
            f"The station certificate of CertificateSigned {sentence}.",
            call_of_certificate,
            _forged(forge),
        )


def call_of_certificate(message: Outgoing) -> bool:
    """A CertificateSigned that carries a certificate."""
    return call_of("CertificateSigned")(message) and _right(message) is not None


def _installed() -> Iterator[Fault]:
    install, ids = call_of("InstallCertificate"), call_of("GetInstalledCertificateIds")
    yield fault("install-certificate-not-sent", "InstallCertificate is not sent.", install, silence)
    yield fault("get-installed-certificate-ids-not-sent", "GetInstalledCertificateIds is not sent.", ids, silence)
    for name, action, where in (
        ("install-certificate", "InstallCertificate", install),
        ("get-installed-certificate-ids", "GetInstalledCertificateIds", ids),
    ):
        yield fault(
            f"{name}-wrong-type",
            f"{action} names the other certificateType.",
            where,
            put("certificateType", lambda message: _OTHER_TYPE[message.payload["certificateType"]]),
        )
        yield fault(f"{name}-without-type", f"{action} lacks certificateType.", where, drop("certificateType"))
    yield fault(
        "install-certificate-other-certificate",
        "InstallCertificate carries another certificate.",
        install,
        put("certificate", "-----BEGIN CERTIFICATE-----\nb3RoZXI=\n-----END CERTIFICATE-----\n"),
    )
    yield fault(
        "install-certificate-without-certificate", "InstallCertificate lacks certificate.", install, drop("certificate")
    )
    yield from _deleted()


def _deleted() -> Iterator[Fault]:
    where = call_of("DeleteCertificate")
    member = "certificateHashData"
    yield fault("delete-certificate-not-sent", "DeleteCertificate is not sent.", where, silence)
    yield fault(
        "delete-certificate-other-algorithm",
        "DeleteCertificate names another hashAlgorithm than the station did.",
        where,
        put(f"{member}.hashAlgorithm", lambda message: _OTHER_ALGORITHM[message.payload[member]["hashAlgorithm"]]),
    )
    for name, field in (
        ("name-hash", "issuerNameHash"),
        ("key-hash", "issuerKeyHash"),
        ("serial-number", "serialNumber"),
    ):
        yield fault(
            f"delete-certificate-other-{name}",
            f"DeleteCertificate names another {field}.",
            where,
            put(f"{member}.{field}", _other(member, field)),
        )
    yield fault("delete-certificate-without-data", f"DeleteCertificate lacks {member}.", where, drop(member))


def _other(member: str, field: str) -> Callable[[Outgoing], Any]:
    """Another hexadecimal text of the same length."""
    digits = str.maketrans("0123456789abcdefABCDEF", "123456789abcdef0BCDEF0")
    return lambda message: message.payload[member][field].translate(digits)


def _right(message: Outgoing) -> Right | None:
    return forgeries.read(message.payload.get("certificateChain", ""))


def _forged(forge: Callable[[Right], str]) -> Edit:
    def edit(message: Outgoing) -> Instead:
        right = _right(message)
        assert right is not None  # the condition of these faults
        return with_payload(message, message.payload | {"certificateChain": forge(right)})

    return edit


def _bare(chain: str) -> str:
    return "".join(line for line in chain.splitlines() if not line.startswith("-----"))
