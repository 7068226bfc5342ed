"""TLS of the stations' port: profiles 2 and 3 (security white paper, A00.FR.305 to 322).

TLS 1.2 or above, of 1.2 the four suites the white paper names and nothing else, no compression, an RSA and an EC
certificate side by side. A client certificate is asked for and not insisted on, because profiles 2 and 3 share the
port; the path of one that is given is checked here, whose it is in `csms_core.auth`.

All connections share one context, which costs about a megabyte each. It is looked up as a connection begins, so that a
deliberate defect of TLS can be switched while the CSMS runs.
"""

from __future__ import annotations

import ssl
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from csms_core.pki import Pki, PkiError, building

SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""The suites of TLS 1.2 (A00.FR.317), as OpenSSL calls them; those of TLS 1.3 come on top."""

OLD_SUITES = ("ECDHE-ECDSA-AES128-SHA", "AES128-SHA")
"""What TLS 1.1 can use; for a deliberate defect only."""
NULL_SUITES = ("ECDHE-ECDSA-NULL-SHA", "NULL-SHA256")
"""What hides nothing; for a deliberate defect only."""

SMALL_RSA = 1024
MOST_CONTEXTS = 16

Served = Literal["right", "small key", "other name", "no name"]

Foreign = tuple[str, ...]
"""Authorities that are none of ours, as PEM."""


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """How a connection is encrypted; the defaults are right, anything else is a deliberate defect.

    `level` is OpenSSL's security level (2 refuses keys below 2048 bits and TLS below 1.2), `served` the kind of server
    certificate, `asks` whether a client certificate is asked for, `trusts_foreign` whether an authority in the
    folder `foreign` of the PKI may have issued it.
    """

    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED
    suites: tuple[str, ...] = SUITES
    level: int = 2
    served: Served = "right"
    asks: bool = True
    trusts_foreign: bool = False


NO_TLS = ("HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "WRONG_VERSION_NUMBER")
"""What OpenSSL calls the first octets of a client that speaks something else, and would understand no alert."""


class Alerting(ssl.SSLObject):
    """Lets the alert out before a handshake fails: event loops cut the connection and keep what was to be sent."""

    _failed: ssl.SSLError | None = None

    def do_handshake(self) -> None:
        """Go on with the handshake. One that has failed wants to read once more, so that the loop sends the alert."""
        if self._failed is not None:
            raise self._failed
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            if error.reason in NO_TLS:
                raise
            self._failed = error
            raise ssl.SSLWantReadError from error


class SharedContext(ssl.SSLContext):
    """The context a server is given: every connection begins with the one that is right at that moment."""

    current: Callable[[], ssl.SSLContext]

    @classmethod
    def of(cls, current: Callable[[], ssl.SSLContext]) -> SharedContext:
        """A context that stands for whatever `current` gives."""
        context = cls(ssl.PROTOCOL_TLS_SERVER)
        context.current = current
        return context

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """Begin a connection; event loops call this and nothing else."""
        return self.current().wrap_bio(*args, **options)


class Contexts:
    """The contexts by their settings, made when they are first needed. Raises PkiError when one cannot be made."""

    def __init__(self, pki: Pki, settings: Callable[[], TlsSettings] = TlsSettings) -> None:
        self._pki = pki
        self._settings = settings
        self._made: dict[tuple[TlsSettings, Foreign], ssl.SSLContext] = {}
        self.current()  # so that a folder that cannot be used is noticed at start
        self.shared = SharedContext.of(self.current)

    def current(self) -> ssl.SSLContext:
        """The context for a connection that begins now."""
        settings = self._settings()
        # the folder is looked at anew, so that a test may put its authority there while the CSMS runs
        foreign = self._pki.foreign_authorities() if settings.trusts_foreign else ()
        context = self._made.get((settings, foreign))
        if context is None:
            if len(self._made) >= MOST_CONTEXTS:
                self._made.clear()
            context = self._made[settings, foreign] = make_context(self._pki, settings, foreign)
        return context

    def is_foreign(self, certificate: bytes) -> bool:
        """Whether a client certificate (DER) is let through TLS by a deliberate defect only."""
        return self._settings().trusts_foreign and not self._pki.has_issued(certificate)


def make_context(pki: Pki, settings: TlsSettings, foreign: Foreign = ()) -> ssl.SSLContext:
    """A server's context; `foreign` are authorities (PEM) it trusts besides its own.

    Raises PkiError when a file of the folder cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslobject_class = Alerting
    context.set_ciphers(f"{':'.join(settings.suites)}:@SECLEVEL={settings.level}")
    with warnings.catch_warnings():  # Python frowns on TLS 1.1, and so do we: it is a defect
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = settings.minimum
        context.maximum_version = settings.maximum
    # Without tickets every connection shows its certificate anew, and nothing is kept of stations that went away.
    context.options |= (
        ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    )
    context.num_tickets = 0
    context.verify_mode = ssl.CERT_OPTIONAL if settings.asks else ssl.CERT_NONE
    try:
        context.load_verify_locations(cafile=pki.trust, cadata="".join(foreign) or None)
        if settings.served == "right":
            for pair in pki.servers:
                context.load_cert_chain(pair.certificate, pair.key)
        else:
            _serve_wrongly(context, pki, settings.served)
    except (OSError, ssl.SSLError) as error:
        raise PkiError(
            f"The folder '{pki.folder}' cannot be used for TLS ({error}); make one with --init-pki."
        ) from None
    return context


def _serve_wrongly(context: ssl.SSLContext, pki: Pki, served: Served) -> None:
    """Load server certificates that are signed by the right authority and wrong in themselves."""
    right = x509.load_pem_x509_certificate(pki.servers[0].certificate.read_bytes())
    hosts = [str(name.value) for name in right.extensions.get_extension_for_class(x509.SubjectAlternativeName).value]
    subject = {
        "small key": right.subject,
        "other name": building.name(pki.operator, "elsewhere.invalid"),
        "no name": x509.Name([name for name in right.subject if name.oid != x509.NameOID.COMMON_NAME]),
    }[served]
    keys: list[building.PrivateKey]
    if served == "small key":
        keys = [rsa.generate_private_key(65537, SMALL_RSA)]
    else:
        keys = [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())]
    for key in keys:
        issuer = pki.issuer_for(key.public_key())
        made = building.server(subject, hosts, key.public_key(), issuer.certificate, issuer.key)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with tempfile.NamedTemporaryFile() as file:  # mode 0600; OpenSSL reads files only
            file.write(private + made.public_bytes(serialization.Encoding.PEM) + issuer.pem.encode())
            file.flush()
            context.load_cert_chain(file.name)
