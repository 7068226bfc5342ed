"""Who may use the API of a station: programs on this machine, or whoever brings the token, where there is one.

Being on this machine is not enough for a browser: a page from anywhere can make it call 127.0.0.1. So without a token
the Host header has to be an address or localhost (against DNS rebinding), a page of another origin is refused, and so
is what a proxy passed on.
"""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.views.api.docs import PATHS

MOST_BODY = 1 << 20
"""Bytes of a request."""

_PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class Guard:
    """Middleware in front of the API. With a `token` every request has to bring it, wherever it comes from,
    but for the documentation, which a browser opens before anybody can give it a token."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope["path"], Headers(scope=scope))
        if refused is None:
            body = await _body(receive)
            if body is not None:
                await self._app(scope, _replayed(body, receive), send)
                return
            refused = 413, f"A body has at most {MOST_BODY} bytes."
        status, sentence = refused
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        await JSONResponse({"detail": sentence}, status, headers)(scope, receive, send)

    def _refusal(self, path: str, headers: Headers) -> tuple[int, str] | None:
        if self._token is not None:
            if path in PATHS or path.startswith("/docs/"):
                return None
            scheme, _, given = headers.get("authorization", "").partition(" ")
            if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token.encode()):
                return None
            return 401, "This station asks for its token; send 'Authorization: Bearer ...'."
        if any(name in headers for name in _PASSED_ON):
            return 403, "What a proxy passes on needs a token; start the station with --api-token-env."
        host = headers.get("host", "")
        if not _names_an_address(host):
            return 403, "The API is called by a host name; use an address or localhost."
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return 403, f"A page of {origin} may not use this API without a token."
        return None


async def _body(receive: Receive) -> bytes | None:
    """The body of a request; None when it is too long, or whoever sent it went away."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BODY:
            return None
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What gives the body once more, and then what comes after it."""
    is_given = False

    async def replay() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _names_an_address(host: str) -> bool:
    """Whether a Host header is an address or localhost, which nobody else's name server can lead here."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or bool(ipaddress.ip_address(name))
    except ValueError:
        return False
