"""Who may use the pages: a browser on this machine, or whoever brings the token, where there is one.

A page from anywhere can make a browser call 127.0.0.1. So without a token the Host header has to be an address or
localhost (against DNS rebinding); with and without one a page of another origin is refused. The token comes in the
address that is printed and goes on as a cookie, which a script cannot read and another site cannot send.
"""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from csms_core.gateway import origins
from harness.cli.ui.answers import MOST_BODY, answer

COOKIE: Final = "plugproof_ui"
QUERY: Final = "token"


class Guard:
    """Middleware in front of everything."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        instead = self._refusal(headers, scope["method"]) or self._at_the_door(scope, headers)
        await (instead or self._app)(scope, receive, send)

    def _refusal(self, headers: Headers, method: str) -> Response | None:
        host = headers.get("host", "")
        named = _host_name(host)
        hosts: tuple[str, ...] = () if self._token is None else (named,)
        if self._token is None and any(name in headers for name in origins.PASSED_ON):
            return _no(403, "What a proxy passes on needs a token; start it with --host.")
        if not origins.is_known_host(host, hosts):
            return _no(403, "The page is called by a host name; use an address or localhost.")
        if origins.is_foreign(headers.getlist("origin"), host, hosts):
            return _no(403, "A page of another origin may not use this one.")
        if method != "GET" and origins.is_cross_site(headers.get("sec-fetch-site")):
            return _no(403, "A page of another origin may not use this one.")
        length = headers.get("content-length", "0")
        if method != "GET" and not (length.isdigit() and int(length) <= MOST_BODY):
            return _no(413, f"A body has at most {MOST_BODY} bytes.")
        return None

    def _at_the_door(self, scope: Scope, headers: Headers) -> Response | None:
        """None when nobody asks for a token, or it is there as a cookie."""
        if self._token is None or _is(self._token, _cookie(headers)):
            return None
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get(QUERY, [""])[0]
        if scope["method"] == "GET" and _is(self._token, given):
            onward = RedirectResponse(
                scope["path"], 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
            )
            onward.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
            return onward
        return _no(401, "This page asks for its token; open the address that plugproof ui has printed.")


def _is(token: str, given: str) -> bool:
    return hmac.compare_digest(token.encode(), given.encode())


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _no(status: int, sentence: str) -> Response:
    return answer({"detail": sentence}, status)
