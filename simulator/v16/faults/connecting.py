"""Faults of how a station connects: credentials, TLS, the certificate it shows (OCPP-J §6; white paper A00, A05)."""

from __future__ import annotations

import ssl
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ocppj.times import moment
from simulator.faults.model import Fault
from simulator.faults.words import override
from simulator.kernel.clock import SystemClock
from simulator.pki.vault import Own
from simulator.v16.profiles.security.profiles import SecurityProfiles
from simulator.wire.dialing import Dial

_SHORT_BITS = 1024
_ONE_SUITE = "ECDHE-ECDSA-AES256-GCM-SHA384"


def faults() -> Iterator[Fault]:
    """The faults of the opening handshake."""
    yield Fault(
        "user-name-wrong",
        "The user name of HTTP Basic authentication is not the identity of the station.",
        dials=credentials(lambda user, password: (f"{user}-OTHER", password)),
    )
    yield Fault(
        "password-short",
        "Only the first 8 octets of the password are sent.",
        dials=credentials(lambda user, password: (user, password[:8])),
    )
    yield Fault(
        "password-in-hex",
        "The password is sent in hexadecimal digits.",
        dials=credentials(lambda user, password: (user, password.hex().encode())),
    )
    yield override("password-kept", "A new AuthorizationKey is not used.", SecurityProfiles, _KeepsPassword)
    yield Fault(
        "tls-left-out", "The station connects without TLS where it should use it, with user and password.", dials=_bare
    )
    yield override("tls-1-1", "The station speaks no TLS above 1.1.", SecurityProfiles, _OldTls)
    yield override(
        "tls-one-suite", f"The station offers {_ONE_SUITE} and no other suite of TLS 1.2.", SecurityProfiles, _OneSuite
    )
    yield override(
        "certificate-kept", "A new certificate is not shown; the one before is.", SecurityProfiles, _KeepsCertificate
    )
    yield override(
        "client-key-short",
        f"The station shows a certificate with an RSA key of {_SHORT_BITS} bits.",
        SecurityProfiles,
        _ShortKey,
    )
    yield override(
        "client-certificate-of-other",
        "The station shows a certificate that names another station.",
        SecurityProfiles,
        _OtherName,
    )


def credentials(change: Callable[[str, bytes], tuple[str, bytes]]) -> Callable[[Dial], Dial]:
    def hook(dial: Dial) -> Dial:
        return dial if dial.basic_auth is None else replace(dial, basic_auth=change(*dial.basic_auth))

    return hook


def _bare(dial: Dial) -> Dial:
    return replace(dial, url=dial.url.replace("wss:", "ws:", 1), ssl=None)


class _KeepsPassword(SecurityProfiles):
    __slots__ = ()

    def _credentials(self) -> tuple[str, bytes] | None:
        return self._auth


class _KeepsCertificate(SecurityProfiles):
    __slots__ = ()

    def _presented(self) -> tuple[tuple[str, ...], Own | None]:
        roots, own = super()._presented()
        return roots, self.parts.vault.previous or own


class OwnTls(SecurityProfiles):
    """Makes a context of its own, because the right ones are shared."""

    __slots__ = ()

    def connecting(self) -> None:
        super().connecting()
        dial = self.parts.link.dial
        if dial.ssl is not None:
            context = _like(dial.ssl)
            if self.parts.configuration.number("SecurityProfile") == 3:
                self._show(context)
            self._weaken(context)
            dial.ssl = context

    def _show(self, context: ssl.SSLContext) -> None:
        own = self.parts.vault.own
        if own is not None:
            _load(context, own)

    def _weaken(self, context: ssl.SSLContext) -> None:
        pass


class _OldTls(OwnTls):
    __slots__ = ()

    def _weaken(self, context: ssl.SSLContext) -> None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1


class _OneSuite(OwnTls):
    __slots__ = ()

    def _weaken(self, context: ssl.SSLContext) -> None:
        context.set_ciphers(_ONE_SUITE)


class _ShortKey(OwnTls):
    __slots__ = ()

    def _show(self, context: ssl.SSLContext) -> None:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        _load(context, _made_up(_name(self.parts.vault.own), _SHORT_BITS))


class _OtherName(OwnTls):
    __slots__ = ()

    def _show(self, context: ssl.SSLContext) -> None:
        _load(context, _made_up(f"{_name(self.parts.vault.own)}-OTHER", None))


def _like(right: ssl.SSLContext) -> ssl.SSLContext:
    """Another context that trusts the same roots."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = right.minimum_version
    context.check_hostname, context.verify_mode = right.check_hostname, right.verify_mode
    context.verify_flags |= right.verify_flags
    if roots := right.get_ca_certs(binary_form=True):
        context.load_verify_locations(cadata=b"".join(roots))
    else:
        context.load_default_certs()
    return context


def _load(context: ssl.SSLContext, own: Own) -> None:
    with tempfile.NamedTemporaryFile() as file:  # mode 0600; OpenSSL reads files only
        file.write(f"{own.key}\n{own.chain}".encode())
        file.flush()
        context.load_cert_chain(file.name)


def _name(own: Own | None) -> str:
    names = (
        []
        if own is None
        else x509.load_pem_x509_certificate(own.chain.encode()).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    )
    return str(names[0].value) if names else "nobody"


@cache
def _made_up(name: str, bits: int | None) -> Own:
    """A certificate that vouches for itself, with an RSA key of so many bits or a key on a curve."""
    key = ec.generate_private_key(ec.SECP256R1()) if bits is None else rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = SystemClock().now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(moment("2049-12-31T00:00:00Z"))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Own(certificate.public_bytes(pem).decode(), private.decode())
