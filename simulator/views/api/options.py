"""The options of this view, without the weight of what serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from commandline import Heading
from simulator.options.usage import UsageError

LOOPBACK = "127.0.0.1"
API = Heading("HTTP API (the physical side over HTTP, docs/station-api.md)")


@dataclass(frozen=True)
class ApiOptions:
    """The options of this view."""

    api_port: Annotated[int | None, API("PORT", "Serve it here; 0: a free port, which is printed.")] = None
    api_host: Annotated[str | None, API("ADDRESS", f"Listen here, not at {LOOPBACK}; asks for a token.")] = None
    api_token_env: Annotated[
        str | None, API("NAME", "Environment variable with the token that requests have to bring.")
    ] = None


def wanted(options: ApiOptions) -> bool:
    """Whether the API is to be served. Raises `UsageError` for options that are of no use."""
    for name in ("api_host", "api_token_env"):
        if options.api_port is None and getattr(options, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} is of no use without --api-port; give it, for example 0")
    return options.api_port is not None
