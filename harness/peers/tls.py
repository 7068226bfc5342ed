"""TLS contexts of stations: what a lane connects with, and what a case offers to see what the CSMS makes of it.

The certificate and the host name of the CSMS are always verified, but for a look at the certificate itself. Contexts
are kept, because each one costs about a megabyte.
"""

import functools
import ssl
import tempfile
import warnings
from pathlib import Path
from typing import Final

import msgspec

from harness.case.verdicts import HarnessError
from harness.pki import Credentials, PkiProblem, shared
from harness.sut import Link

SUITES: Final = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256": "AES128-GCM-SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384": "AES256-GCM-SHA384",
}
"""The suites that a CSMS has to offer (security white paper A00.FR.317), and OpenSSL's names for them."""

UNFIT: Final = ("ECDHE-ECDSA-NULL-SHA", "ECDHE-RSA-NULL-SHA", "NULL-SHA256", "NULL-SHA", "ADH-AES128-SHA256")
"""OpenSSL's names for suites that hide nothing, or from anybody: unfit by any reading (A00.FR.321)."""

KEPT: Final = 32


class Hello(msgspec.Struct, frozen=True):
    """What a TLS handshake offers; the defaults are a station's.

    ``suite`` is a name of ``SUITES``, offered alone and with TLS 1.2. ``old``: nothing but TLS 1.1. ``unfit``: nothing
    but suites that do not encrypt, or do not authenticate. ``looks``: whatever certificate the CSMS shows is taken,
    because the case wants to see it.
    """

    suite: str | None = None
    old: bool = False
    unfit: bool = False
    looks: bool = False

    @property
    def text(self) -> str:
        """The offer in words."""
        if self.unfit:
            return f"TLS 1.2; {', '.join(UNFIT)}"
        versions = "TLS 1.1" if self.old else "TLS 1.2" if self.suite else "TLS 1.2, TLS 1.3"
        return f"{versions}; {self.suite or 'usual suites'}"


def context_of(link: Link, credentials: Credentials | None, hello: Hello | None = None) -> ssl.SSLContext | None:
    """The context of a station, ``None`` for ``ws``. Raises ``HarnessError`` when a file cannot be used."""
    if not link.url.startswith("wss:"):
        return None
    return _context(link.ca_file, credentials, hello or Hello())


def credentials_of(link: Link, organization: str | None) -> Credentials | None:
    """The client certificate of a station in security profile 3: its files, else one that the folder issues.

    Raises ``HarnessError``.
    """
    if link.profile != 3:
        return None
    if link.client_certificate and link.client_key:
        return _files(link.client_certificate, link.client_key)
    if link.pki is None:
        raise HarnessError(
            f"{link.identity} has no client certificate; make a folder with `plugproof pki` and name it in tls.pki"
        )
    return _issued(link.pki, link.identity, organization)


@functools.lru_cache(maxsize=KEPT)
def _files(certificate: str, key: str) -> Credentials:
    try:
        return Credentials(Path(certificate).read_text("ascii"), Path(key).read_text("ascii"))
    except (OSError, ValueError) as error:
        raise HarnessError(f"{certificate}, {key}: cannot be read ({error}); correct the SUT file") from None


@functools.lru_cache(maxsize=KEPT)
def _issued(folder: str, identity: str, organization: str | None) -> Credentials:
    try:
        return shared(folder).client(identity, organization)
    except (PkiProblem, ValueError) as error:
        raise HarnessError(str(error)) from None


@functools.lru_cache(maxsize=KEPT)
def _context(ca_file: str | None, credentials: Credentials | None, hello: Hello) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _offer(context, hello)
        if credentials is not None:
            _load(context, credentials)
    except (OSError, ssl.SSLError) as error:
        names = ca_file or "the client certificate"
        raise HarnessError(f"{names}: no usable PEM file ({error}); correct the SUT file") from None
    return context


def _offer(context: ssl.SSLContext, hello: Hello) -> None:
    if hello.looks:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    level = ":@SECLEVEL=0" if hello.looks or hello.old else ""  # keys that are too small are for the case to judge
    if hello.unfit:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(":".join(UNFIT) + ":@SECLEVEL=0")
        return
    if hello.suite is not None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(SUITES[hello.suite] + level)
    elif level:
        context.set_ciphers(f"DEFAULT{level}")
    if hello.old:
        with warnings.catch_warnings():  # Python warns of TLS 1.1, and that is what it is offered for
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1


def _load(context: ssl.SSLContext, credentials: Credentials) -> None:
    with tempfile.NamedTemporaryFile() as file:  # mode 0600; OpenSSL reads files only
        file.write((credentials.key + "\n" + credentials.certificate).encode())
        file.flush()
        context.load_cert_chain(file.name)
