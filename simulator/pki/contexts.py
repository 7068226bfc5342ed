"""How a station speaks TLS (white paper A00.FR.305 to 322; rules SEC-07, SEC-09 to SEC-11).

TLS 1.2 or above, of 1.2 the suites of the white paper, no compression; the server is checked by path and by name.
Contexts are shared by all stations that trust and show the same.
"""

from __future__ import annotations

import ssl
import tempfile
from functools import lru_cache

from simulator.pki.vault import Own

SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""Of TLS 1.2, as OpenSSL calls them: both pairs of A00.FR.318."""

_LEVEL = 2  # OpenSSL refuses RSA below 2048 and curves below 224 bits


@lru_cache(maxsize=64)
def for_csms(roots: tuple[str, ...], own: Own | None) -> ssl.SSLContext:
    """The context of a connection to the CSMS; `own` is shown when it asks for a certificate (profile 3)."""
    return made(roots, own)


def made(roots: tuple[str, ...], own: Own | None) -> ssl.SSLContext:
    """The same, for who keeps it himself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks path and name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{':'.join(SUITES)}:@SECLEVEL={_LEVEL}")
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    # A root that was signed by the one it has replaced is an anchor of its own (AdditionalRootCertificateCheck).
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if roots:
        context.load_verify_locations(cadata="".join(roots))
    if own is not None:
        with tempfile.NamedTemporaryFile() as file:  # mode 0600; OpenSSL reads files only
            file.write(f"{own.key}\n{own.chain}".encode())
            file.flush()
            context.load_cert_chain(file.name)
    return context


@lru_cache(maxsize=8)
def for_files(roots: tuple[str, ...]) -> ssl.SSLContext:
    """The context of file transfers: the roots of the CSMS, and those of the web."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if roots:
        context.load_verify_locations(cadata="".join(roots))
    return context
