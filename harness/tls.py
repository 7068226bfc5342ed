"""The TLS context of a lane: one per worker and connection settings, because each one costs about a megabyte."""

import functools
import ssl

from harness.sut import Connection
from harness.verdicts import HarnessError


def client_context(link: Connection) -> ssl.SSLContext | None:
    """The context for a ``wss`` address, ``None`` for ``ws``; the certificate and the host name are always verified."""
    if not (link.url or "").startswith("wss:"):
        return None
    return _context(link.ca_file, link.client_certificate, link.client_key)


@functools.cache
def _context(ca_file: str | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate is not None:
            context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        names = ", ".join(name for name in (ca_file, certificate, key) if name)
        raise HarnessError(f"{names}: no usable PEM file ({error}); correct [connection] in the SUT file") from None
    return context
