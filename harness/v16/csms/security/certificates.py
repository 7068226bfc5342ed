"""Certificates, keys and signatures that cases work with, and what they expect of those that a CSMS sends or shows."""

from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from harness.case.verdicts import HarnessError
from harness.peers.tls import SUITES
from harness.pki import (
    Credentials,
    Facts,
    Pki,
    PkiProblem,
    SigningRequest,
    facts,
    hash_data,
    holds_key,
    is_certificate,
    names_certificate,
    same_certificate,
    shared,
    signing_request,
)
from harness.pki.names import ALGORITHMS
from harness.pki.reading import SMALLEST
from harness.sut import Sut
from harness.v16.csms.station import Station
from ocppj.matchers import Matcher, one_of, satisfies

__all__ = ["HASHES", "SUITES", "hash_data", "holds_key", "names_certificate", "same_certificate"]

HASHES: Final = tuple(ALGORITHMS)
"""Hash algorithms of a certificateHashData."""

MANUFACTURER, SECOND = "manufacturer-root", "csms-root-2"

new_version: Final = one_of("TLS 1.2", "TLS 1.3")
"""A version that the white paper allows (A00.FR.312)."""

positive: Final = satisfies("a positive number", lambda value: type(value) is int and value > 0)

hex_key: Final = satisfies("16 to 20 octets in hexadecimal digits", lambda value: _octets(value) in range(16, 21))
"""The value of AuthorizationKey (A00.FR.205)."""


def root(sut: Sut, name: str = "root") -> str:
    """A root to install in a station, PEM: what ``[tls]`` names, else one that plugproof has made."""
    file = sut.tls.root_2 if name == SECOND else sut.tls.root
    return _pki(sut).root(name) if file is None else _text(file)


def request(station: Station) -> SigningRequest:
    """A signing request of a station with a new key; its common name is the identity, the organization CpoName."""
    sut = station.run.sut
    return signing_request(station.identity, sut.security.cpo_name or sut.boot.vendor, algorithm(sut))


def of_another(station: Station) -> Credentials:
    """A client certificate of the right authority that names another station."""
    sut = station.run.sut
    return _pki(sut).client(station.identity, sut.security.cpo_name, "other name")


def algorithm(sut: Sut) -> str:
    """The security algorithm of the run: ECDSA, or RSA where ``security.key_algorithms`` names it first."""
    named = sut.security.key_algorithms or ()
    return "RSA" if named and named[0].upper().startswith("RSA") else "ECDSA"


def firmware(sut: Sut) -> dict[str, str]:
    """The signature of the firmware and the certificate that vouches for it, as SignedUpdateFirmware has them."""
    if sut.files.signature is not None and sut.files.signing_certificate is not None:
        return {"signature": sut.files.signature, "signingCertificate": _text(sut.files.signing_certificate)}
    return {"signature": _pki(sut).signature, "signingCertificate": _pki(sut).signer.certificate}


def spoilt(signature: str) -> str:
    """The same signature with another first character, so that it is none any more."""
    return ("N" if signature.startswith("M") else "M") + signature[1:]


def other_than(signature: str) -> Matcher:
    """Expect a signature that is not the right one."""
    return satisfies("a signature that is not the right one", lambda value: value not in ("", signature))


# --- of the first certificate in a PEM text --------------------------------------------------------------------------


BROKEN_HASHES: Final = ("MD5", "SHA-1")
"""Hashes for which anybody can make another certificate with the same signature."""


def signed_with(algorithm: str) -> Matcher:
    """Expect one that was signed with this algorithm, and with a hash that is not broken (A00.FR.505)."""

    def holds(found: Facts) -> bool:
        return found.signatureAlgorithm == algorithm and found.signatureHash not in BROKEN_HASHES

    return _first(f"a certificate signed by {algorithm} with SHA-256 or better, not SHA-1 or MD5", holds)


def named(common_name: str) -> Matcher:
    """Expect one with this common name."""
    return _first(f"a certificate with the common name {common_name}", lambda found: found.commonName == common_name)


strong: Final = satisfies(
    "a certificate for a key of at least 2048 bits (RSA) or 224 bits (ECDSA)",
    lambda value: is_certificate(value) and _is_strong(facts(value).keyAlgorithm, facts(value).keyBits),
)
"""Expect one whose key is long enough (A00.FR.502, 503)."""


strong_if_any: Final = satisfies(strong.text, lambda value: not is_certificate(value) or strong.accepts(value))
"""The same, where it is for another rule to say that it is no certificate."""

# --- of the certificate that a server shows --------------------------------------------------------------------------


def long_enough(certificate: dict[str, Any]) -> Matcher:
    """Expect as many bits as a key of this algorithm has to have (A00.FR.502, 503)."""
    algorithm = certificate["keyAlgorithm"]
    least = SMALLEST.get(algorithm)
    text = f"at least {least}" if least else "a key that is RSA, DSA or ECDSA"
    return satisfies(f"{text} ({algorithm})", lambda bits: _is_strong(algorithm, bits))


def configured(sut: Sut) -> Matcher:
    """Expect the fingerprint of a certificate in ``tls.server_certificate``; any where there is no such file."""
    if sut.tls.server_certificate is None:
        return satisfies("any fingerprint", lambda value: True)
    try:
        known = x509.load_pem_x509_certificates(_text(sut.tls.server_certificate).encode())
    except ValueError as error:
        raise HarnessError(f"{sut.tls.server_certificate}: no PEM ({error}); correct the SUT file") from None
    fingerprints = [found.fingerprint(hashes.SHA256()).hex() for found in known]
    return satisfies(f"that of tls.server_certificate ({fingerprints[0]})", lambda value: value in fingerprints)


def _first(text: str, holds: Any) -> Matcher:
    def check(value: Any) -> bool:
        found: Facts | None = facts(value) if is_certificate(value) else None
        return found is not None and bool(holds(found))

    return satisfies(text, check)


def _is_strong(algorithm: str, bits: int) -> bool:
    return bits >= SMALLEST[algorithm] if algorithm in SMALLEST else False


def _octets(value: Any) -> int:
    try:
        return len(bytes.fromhex(value)) if " " not in value else 0
    except (TypeError, ValueError):
        return 0


def _pki(sut: Sut) -> Pki:
    try:
        return shared(sut.tls.pki)
    except PkiProblem as error:
        raise HarnessError(str(error)) from None


def _text(file: str) -> str:
    try:
        return Path(file).read_text("ascii")
    except (OSError, ValueError) as error:
        raise HarnessError(f"{file}: cannot be read ({error}); correct the SUT file") from None
