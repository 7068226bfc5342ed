"""Security (OCPP 1.6 security white paper, edition 3): what handshakes and certificates show of it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, TypeVar

from ocppj.evidence.trace import Role
from ocppj.rules.chapter import Chapter
from ocppj.rules.handshake import Handshake
from ocppj.rules.members import payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import short

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateSigningRequest, Name

_S = TypeVar("_S", "Certificate", "CertificateSigningRequest")

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "SEC-01", "MUST", "W A00.FR.001 to 003", "One security profile is in use; who comes with another is turned away."
)
CHAPTER.rule(
    "SEC-02",
    "MUST",
    "W A00.FR.202 to 204, 301 to 303",
    "In profiles 1 and 2 every handshake has Basic authentication, with the identity as user name.",
    "station",
)
CHAPTER.rule(
    "SEC-03",
    "MUST",
    "W profile 1",
    "Credentials that are missing or wrong are refused with HTTP 401 before there is a WebSocket.",
    "csms",
)
CHAPTER.rule(
    "SEC-04",
    "MUST",
    "W A00.FR.205, J §6.2.2",
    "An authorization key has 16 to 20 bytes, written in hexadecimal in a message and as they are in the header.",
)
CHAPTER.rule(
    "SEC-05",
    "MUST",
    "J §6.2.2",
    "The old key is refused once a new one was Accepted, and valid as long as none was.",
    "csms",
)
CHAPTER.rule("SEC-06", "MUST", "W A01", "A station that took a new key connects with it.", "station")
CHAPTER.rule("SEC-07", "MUST", "W A00.FR.312 to 315", "TLS is of version 1.2 or later.")
CHAPTER.rule(
    "SEC-08",
    "MUST",
    "W A00.FR.317",
    "A CSMS offers all four suites of TLS 1.2, with a certificate for RSA and one for EC.",
    "csms",
)
CHAPTER.rule("SEC-09", "MUST", "W A00.FR.318", "A station offers the two suites for EC or the two for RSA.", "station")
CHAPTER.rule(
    "SEC-10", "MUST", "W A00.FR.319 to 322", "TLS goes without compression and without suites that are not fit."
)
CHAPTER.rule(
    "SEC-11",
    "MUST",
    "W A00.FR.307 to 310",
    "A station verifies path and name of the server's certificate, and closes and tells what is not in order.",
    "station",
)
CHAPTER.rule(
    "SEC-12",
    "MUST",
    "W A00.FR.403 to 407",
    "In profile 3 a CSMS verifies path, operator and serial number of the station's certificate.",
    "csms",
)
CHAPTER.rule(
    "SEC-13",
    "MUST",
    "W A00.FR.501 to 511",
    "A certificate, or the request for one, is PEM with a key of 2048 bits (RSA) or 224 bits (EC), an O and a CN.",
)
CHAPTER.rule(
    "SEC-14",
    "MUST",
    "W A05.FR.01 to 04",
    "A SecurityProfile that is not higher, or lacks its key or certificate, is Rejected.",
    "station",
)
CHAPTER.rule("SEC-15", "MUST", "W A05", "After a rise the lower profile is refused.", "csms")
CHAPTER.rule(
    "SEC-16",
    "MUST",
    "W A04",
    "Critical security events are told, those of an outage after it; all are logged.",
    "station",
)
CHAPTER.rule("SEC-17", "INFO", "W A00.FR.505", "RSA-PSS is recommended for signatures; plain RSA is accepted.", "csms")

_PAIRS: Final = ((0xC02B, 0xC02C), (0x009C, 0x009D))
_SMALLEST_RSA: Final = 2048
_SMALLEST_EC: Final = 224
_MOST_CERTIFICATES: Final = 10
_REQUESTS: Final = ("-----BEGIN CERTIFICATE REQUEST-----", "-----BEGIN NEW CERTIFICATE REQUEST-----")
_CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----"


@CHAPTER.judges("SEC-02", "handshake")
def user_is_the_identity(handshake: Handshake, party: Role, view: View) -> str | None:
    user = handshake.user
    if party != "station" or user is None or user == handshake.identity:
        return None
    return f"the user name is {short(user)}, the identity {short(handshake.identity)}"


@CHAPTER.judges("SEC-09", "handshake")
def offers_a_pair(handshake: Handshake, party: Role, view: View) -> str | None:
    offered = {*handshake.suites}
    if party != "station" or not offered or any(offered.issuperset(pair) for pair in _PAIRS):
        return None
    return "neither both suites for EC nor both for RSA are offered"


@CHAPTER.judges("SEC-13", "call", actions=("SignCertificate",))
def request_in_order(seen: Seen, view: View) -> Remark | None:
    text = payload(seen)["csr"]
    if not text.lstrip().startswith(_REQUESTS):
        return Remark("the request is not PEM", path=("csr",))
    request = request_in(text)
    problem = None if request is None else _weak(request) or _nameless(request)
    return None if problem is None else Remark(f"the request {problem}", path=("csr",))


@CHAPTER.judges("SEC-13", "call", actions=("CertificateSigned",))
def certificates_in_order(seen: Seen, view: View) -> Remark | None:
    text = payload(seen)["certificateChain"]
    if _CERTIFICATE not in text:
        return Remark("the certificate is not PEM", path=("certificateChain",))
    for number, certificate in enumerate(certificates_in(text), start=1):
        # What the authorities of a chain are called is their own affair.
        if (problem := _weak(certificate) or (_nameless(certificate) if number == 1 else None)) is not None:
            return Remark(f"certificate {number} {problem}", path=("certificateChain",))
    return None


@CHAPTER.judges("SEC-17", "call", actions=("CertificateSigned",))
def signed_with_pss(seen: Seen, view: View) -> Remark | None:
    certificate = next(certificates_in(payload(seen)["certificateChain"]), None)
    if certificate is None or not is_signed_with_plain_rsa(certificate):
        return None
    return Remark("the certificate is signed with RSA PKCS#1 v1.5, not with RSA-PSS", path=("certificateChain",))


def request_in(text: str) -> "CertificateSigningRequest | None":
    """The request for a certificate in PEM; None for one that cannot be read here, which says nothing about it."""
    from cryptography import x509

    return _read(x509.load_pem_x509_csr, text.strip())


def certificates_in(text: str) -> Iterator["Certificate"]:
    """The certificates of a chain in PEM, the leaf first; those that cannot be read here are left out."""
    from cryptography import x509

    for part in text.split(_CERTIFICATE)[1 : _MOST_CERTIFICATES + 1]:
        certificate = _read(x509.load_pem_x509_certificate, f"{_CERTIFICATE}{part}")
        if certificate is not None:
            yield certificate


def _read(load: "Callable[[bytes], _S]", text: str) -> "_S | None":
    """What a text holds, with what is asked of it later; it is parsed piece by piece, and any piece may be broken."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        signed = load(text.encode())
        signed.subject, signed.public_key(), signed.signature_algorithm_oid
    except (UnsupportedAlgorithm, ValueError):
        return None
    return signed


def is_signed_with_plain_rsa(signed: "Certificate | CertificateSigningRequest") -> bool:
    """Whether it is signed with RSA PKCS#1 v1.5."""
    from cryptography.x509.oid import SignatureAlgorithmOID as Oid

    return signed.signature_algorithm_oid in (Oid.RSA_WITH_SHA256, Oid.RSA_WITH_SHA384, Oid.RSA_WITH_SHA512)


def is_signed_with_pss(signed: "Certificate | CertificateSigningRequest") -> bool:
    """Whether it is signed with RSA-PSS."""
    from cryptography.x509.oid import SignatureAlgorithmOID as Oid

    return signed.signature_algorithm_oid == Oid.RSASSA_PSS


def missing_names(subject: "Name") -> tuple[str, ...]:
    """Which of O and CN a subject has not, or has empty."""
    from cryptography.x509.oid import NameOID

    wanted = {"O": NameOID.ORGANIZATION_NAME, "CN": NameOID.COMMON_NAME}
    return tuple(
        name
        for name, oid in wanted.items()
        if not any(str(attribute.value).strip() for attribute in subject.get_attributes_for_oid(oid))
    )


def _nameless(signed: "Certificate | CertificateSigningRequest") -> str | None:
    """What a subject lacks, as the end of a sentence."""
    missing = missing_names(signed.subject)
    return f"has no {' and no '.join(missing)}" if missing else None


def _weak(signed: "Certificate | CertificateSigningRequest") -> str | None:
    """What is not in order with a key, as the end of a sentence."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = signed.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _SMALLEST_RSA:
        return f"has an RSA key of {key.key_size} bits, {_SMALLEST_RSA} are the least"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size < _SMALLEST_EC:
        return f"has a key of {key.curve.key_size} bits on a curve, {_SMALLEST_EC} are the least"
    return None
