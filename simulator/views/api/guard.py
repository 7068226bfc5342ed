"""Who may use the API of a station: programs on this machine, or whoever brings the token, where there is one.

Being on this machine is not enough for a browser: a page from anywhere can make it call 127.0.0.1. So without a token
the Host header has to be an address or localhost (against DNS rebinding), a page of another origin is refused, and so
is what a proxy passed on. `Gate` and `elsewhere` are for other servers on this machine, too.
"""

from __future__ import annotations

import hmac
import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.views.api.docs import PATHS

MOST_BODY: Final = 1 << 20
"""Bytes of a request."""

_PASSED_ON: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class Gate:
    """Middleware: what `instead` answers goes no further, nor does a request whose body is too long."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self.instead(scope, Headers(scope=scope))
        if answer is None:
            body = await _body(receive)
            if body is not None:
                await self._app(scope, _replayed(body, receive), send)
                return
            answer = no(413, f"A body has at most {MOST_BODY} bytes.")
        await answer(scope, receive, send)

    def instead(self, scope: Scope, headers: Headers) -> Response | None:
        """What is answered to whoever is not let in; None: the request goes on."""
        raise NotImplementedError

    def is_token(self, given: str) -> bool:
        """Whether it is the token, which has to be there; how long that takes says nothing about it."""
        return self._token is not None and hmac.compare_digest(given.encode(), self._token.encode())


class Guard(Gate):
    """With a `token` every request has to bring it, wherever it comes from, but for the documentation, which a browser
    opens before anybody can give it a token."""

    def instead(self, scope: Scope, headers: Headers) -> Response | None:
        """A sentence for whoever is refused."""
        if self._token is None:
            sentence = elsewhere(headers, "API", "start the station with --api-token-env")
            return None if sentence is None else no(403, sentence)
        if scope["path"] in PATHS or scope["path"].startswith("/docs/"):
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(given.strip()):
            return None
        sentence = "This station asks for its token; send 'Authorization: Bearer ...'."
        return no(401, sentence, {"WWW-Authenticate": "Bearer"})


def no(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """The answer to what is refused."""
    return JSONResponse({"detail": sentence}, status, {"Cache-Control": "no-store", **(headers or {})})


def elsewhere(headers: Headers, what: str, advice: str) -> str | None:
    """Why a request without a token comes neither from a program on this machine nor from a page of it; None: it may.

    `what` is asked for (API, page); `advice` says how whoever sits behind a proxy gets a token.
    """
    if any(name in headers for name in _PASSED_ON):
        return f"What a proxy passes on needs a token; {advice}."
    if not _names_an_address(headers.get("host", "")):
        return f"The {what} is called by a host name; use an address or localhost."
    return foreign(headers, what)


def foreign(headers: Headers, what: str) -> str | None:
    """Why a page of another origin (RFC 6454) may not do this; None: none asks."""
    origins = headers.getlist("origin")
    if not origins or [_netloc(origin) for origin in origins] == [headers.get("host", "").lower()]:
        return None
    return f"A page of {' and '.join(origins)} may not use this {what}."


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


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _names_an_address(host: str) -> bool:
    """Whether a Host header is an address or localhost, which nobody else's name server can lead here."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or bool(ipaddress.ip_address(name))
    except ValueError:
        return False
