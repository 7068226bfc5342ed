"""Faults of TLS, before anybody knows which station connects (white paper A00)."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace

from csms_core.faults.model import Fault
from csms_core.pki import contexts
from csms_core.pki.contexts import TlsSettings


def faults() -> Iterator[Fault]:
    """The faults of TLS."""

    def of(**changes: object) -> Callable[[TlsSettings], TlsSettings]:
        return lambda right: replace(right, **changes)  # type: ignore[arg-type]

    def without(suite: str) -> Callable[[TlsSettings], TlsSettings]:
        # TLS 1.3 has suites of its own and would hide what is missing
        return lambda right: replace(
            right,
            suites=tuple(other for other in right.suites if other != suite),
            maximum=ssl.TLSVersion.TLSv1_2,
        )

    old = of(minimum=ssl.TLSVersion.TLSv1_1, suites=(*contexts.SUITES, *contexts.OLD_SUITES), level=0)
    yield Fault("tls-old-version-accepted", "A connection with TLS 1.1 is accepted.", tls=old)
    yield Fault(
        "tls-old-version-only",
        "Only TLS 1.1 is spoken.",
        tls=lambda right: replace(old(right), maximum=ssl.TLSVersion.TLSv1_1),
    )
    for suite in contexts.SUITES:
        yield Fault(f"tls-without-{suite.lower()}", f"The suite {suite} is not offered.", tls=without(suite))
    yield Fault(
        "tls-unfit-suites",
        "Suites are offered that the security white paper does not name.",
        tls=of(suites=(*contexts.SUITES, *contexts.OLD_SUITES)),
    )
    yield Fault(
        "tls-null-suites",
        "Suites are offered that do not encrypt.",
        tls=of(suites=(*contexts.SUITES, *contexts.NULL_SUITES), level=0),
    )
    yield Fault(
        "server-key-too-small",
        "The key of the server certificate is RSA with 1024 bits.",
        tls=of(served="small key", level=0),
    )
    yield Fault(
        "server-certificate-other-name",
        "The common name of the server certificate is that of another host.",
        tls=of(served="other name"),
    )
    yield Fault(
        "server-certificate-without-name", "The server certificate has no common name.", tls=of(served="no name")
    )
    yield Fault("client-certificate-not-asked-for", "No client certificate is asked for.", tls=of(asks=False))
