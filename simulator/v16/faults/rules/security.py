"""Faults of what a station shows at the door, and whom it trusts there (white paper A00)."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator

from simulator.faults.model import Fault
from simulator.faults.words import override
from simulator.v16.faults.connecting import OwnTls, credentials
from simulator.v16.profiles.security.profiles import SecurityProfiles


def faults() -> Iterator[Fault]:
    """The faults of this chapter."""
    yield Fault(
        "password-as-text",
        "The octets of the password are taken for characters, and sent in UTF-8.",
        dials=credentials(lambda user, password: (user, password.decode("latin-1").encode())),
    )
    yield override("tls-old-offered", "The station offers TLS 1.0 and 1.1 as well.", SecurityProfiles, _OffersOld)
    yield override(
        "tls-unfit-suites", "The station offers suites without encryption as well.", SecurityProfiles, _OffersAll
    )
    yield override("tls-unverified", "The station looks at no certificate of the CSMS.", SecurityProfiles, _Unverified)


class _OffersOld(OwnTls):
    __slots__ = ()

    def _weaken(self, context: ssl.SSLContext) -> None:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
            context.minimum_version = ssl.TLSVersion.TLSv1


class _OffersAll(OwnTls):
    __slots__ = ()

    def _weaken(self, context: ssl.SSLContext) -> None:
        context.set_ciphers("ALL:eNULL:@SECLEVEL=0")


class _Unverified(OwnTls):
    __slots__ = ()

    def _weaken(self, context: ssl.SSLContext) -> None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
