"""The options of this view, without the weight of what serves it."""

from __future__ import annotations

import argparse

from simulator.arguments import UsageError

LOOPBACK = "127.0.0.1"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this view."""
    group = parser.add_argument_group("HTTP API", "the physical side over HTTP (docs/station-api.md)")
    group.add_argument("--api-port", type=int, metavar="PORT", help="serve it here; 0: a free port, which is printed")
    group.add_argument("--api-host", metavar="ADDRESS", help=f"listen here, not at {LOOPBACK}; asks for a token")
    group.add_argument(
        "--api-token-env", metavar="NAME", help="environment variable with the token that requests have to bring"
    )


def wanted(options: argparse.Namespace) -> bool:
    """Whether the API is to be served. Raises `UsageError` for options that are of no use."""
    for name in ("api_host", "api_token_env"):
        if options.api_port is None and getattr(options, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} is of no use without --api-port; give it, for example 0")
    return options.api_port is not None
