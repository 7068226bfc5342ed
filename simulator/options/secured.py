"""Options of `plugproof station` about what the factory puts in: credentials, and the security profile they make.

Secrets come from the environment or from files, never from the command line, where other users can read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from commandline import Heading
from simulator.options import shared

SECURITY = Heading("Security (what the factory puts in; the CSMS may change it later)")


@dataclass(frozen=True)
class SecurityOptions:
    """What they say."""

    security_profile: Annotated[
        int | None, SECURITY("0|1|2|3", "Of the first start; else as the rest says.", min=0, max=3)
    ] = None
    tls_url: Annotated[str | None, SECURITY("URL", "Endpoint of profiles 2 and 3; else the address, with wss.")] = None
    auth_key_env: Annotated[str | None, SECURITY.of(shared.AUTH_KEY_ENV)] = None
    auth_key_file: Annotated[str | None, SECURITY("FILE", "File with that key in its first line.")] = None
    auth_user: Annotated[str | None, SECURITY("NAME", "User name of HTTP Basic; else the identity.")] = None
    ca_file: Annotated[str | None, SECURITY("FILE", "PEM file with the roots of the CSMS; else the system's.")] = None
    manufacturer_ca_file: Annotated[
        str | None, SECURITY("FILE", "PEM file with the roots that vouch for firmware.")
    ] = None
    certificate: Annotated[
        str | None,
        SECURITY("FILE", "PEM file with the station's certificate and its chain."),
    ] = None
    key: Annotated[
        str | None,
        SECURITY("FILE", "PEM file with the private key of --certificate, not encrypted."),
    ] = None
