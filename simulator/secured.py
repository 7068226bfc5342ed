"""Options of `plugproof station` about what the factory puts in: credentials, and the security profile they make.

Secrets come from the environment or from files, never from the command line, where other users can read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

SECURITY = "Security (what the factory puts in; the CSMS may change it later)"


@dataclass(frozen=True)
class SecurityOptions:
    """What they say."""

    security_profile: Annotated[
        int | None,
        typer.Option(
            metavar="0|1|2|3", min=0, max=3, rich_help_panel=SECURITY, help="Of the first start; else as the rest says."
        ),
    ] = None
    tls_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", rich_help_panel=SECURITY, help="Endpoint of profiles 2 and 3; else the address, with wss."
        ),
    ] = None
    auth_key_env: Annotated[
        str | None,
        typer.Option(metavar="NAME", rich_help_panel=SECURITY, help="Environment variable with the key of HTTP Basic."),
    ] = None
    auth_key_file: Annotated[
        str | None, typer.Option(metavar="FILE", rich_help_panel=SECURITY, help="File with that key in its first line.")
    ] = None
    auth_user: Annotated[
        str | None,
        typer.Option(metavar="NAME", rich_help_panel=SECURITY, help="User name of HTTP Basic; else the identity."),
    ] = None
    ca_file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", rich_help_panel=SECURITY, help="PEM file with the roots of the CSMS; else the system's."
        ),
    ] = None
    manufacturer_ca_file: Annotated[
        str | None,
        typer.Option(metavar="FILE", rich_help_panel=SECURITY, help="PEM file with the roots that vouch for firmware."),
    ] = None
    certificate: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", rich_help_panel=SECURITY, help="PEM file with the station's certificate and its chain."
        ),
    ] = None
    key: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=SECURITY,
            help="PEM file with the private key of --certificate, not encrypted.",
        ),
    ] = None
