"""What a station leaves the factory with (white paper A00): certificates, and where to connect within TLS."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Provision:
    """Certificates and keys are PEM texts; a text with several roots is several roots. Shared by stations of a batch.

    `profile` is the SecurityProfile of the first start, None: the one the address and the credentials speak of.
    `tls_url` is the endpoint for profiles 2 and 3, None: the address of the station with wss instead of ws.
    `certificate` is the chain of the station's own certificate, its own first; `key` is the private key of it.
    `revocations` are lists of certificates that may no longer sign firmware.
    """

    profile: int | None = None
    tls_url: str | None = None
    roots: str = ""
    manufacturer_roots: str = ""
    certificate: str | None = None
    key: str | None = field(default=None, repr=False)
    revocations: str = ""

    def __post_init__(self) -> None:
        if self.profile not in (None, 0, 1, 2, 3):
            raise ValueError(f"profile is 0, 1, 2 or 3, not {self.profile!r}")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key of a station belong together; give both or none")


NOTHING = Provision()
