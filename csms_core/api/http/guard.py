"""Who may use the API: anybody on this machine, and who brings a token (`Authorization: Bearer ...`) from elsewhere.

Being on this machine is not enough for a browser: a page from anywhere can make it call 127.0.0.1. So without a token
the Host header has to name this machine (against DNS rebinding), no request may come from a page of another origin
(some that only read ask a station, or follow the events, whose readers are few), and one that a proxy passed on counts
as coming from elsewhere.

Everything under /api/ and the metrics are guarded. Health, documentation, the console's page and files under names
nobody can guess are not: they hold no secret, or are fetched by those who have no token.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from csms_core.auth import tokens
from csms_core.gateway import origins
from csms_core.store import Store, credentials
from ocppj.evidence.outside import shown

GUARDED = ("/api/", "/metrics")


class Forbidden(Exception):
    """The request is refused; `status` is that of the HTTP answer, the text one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Guard:
    """Middleware in front of the API. `hosts` are the names it may be called by without a token."""

    def __init__(self, app: ASGIApp, store: Store, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._store = store
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a sentence."""
        if scope["type"] == "http" and scope["path"].startswith(GUARDED):
            try:
                await self._judge(scope)
            except Forbidden as forbidden:
                headers = {"WWW-Authenticate": "Bearer"} if forbidden.status == 401 else None
                response = JSONResponse({"detail": forbidden.sentence}, forbidden.status, headers)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _judge(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        given = headers.get("authorization")
        if given is not None:
            await self._judge_token(given)
            return
        client = scope.get("client")
        if client is None or not is_loopback(client[0]) or any(name in headers for name in origins.PASSED_ON):
            raise Forbidden(
                401,
                "A token is needed from another machine, 'Authorization: Bearer ...'; POST /api/v1/tokens on the "
                "machine of the CSMS, or --create-token NAME, makes one.",
            )
        judge_host(headers.get("host", ""), self._hosts)
        if origins.is_foreign(headers.getlist("origin"), headers.get("host", ""), self._hosts):
            raise Forbidden(
                403, f"A page of {shown(headers['origin'], longest=100)} may not use this API without a token."
            )
        if origins.is_cross_site(headers.get("sec-fetch-site")):
            raise Forbidden(403, "A page of another origin may not use this API without a token.")

    async def _judge_token(self, given: str) -> None:
        scheme, _, token = given.partition(" ")
        if scheme.lower() == "bearer":
            kept = tokens.digest(token.strip())
            if await self._store.look_up(lambda connection: credentials.token_name(connection, kept)) is not None:
                return
        raise Forbidden(401, "The token is not known here; write 'Authorization: Bearer' and a token of this CSMS.")


def is_loopback(address: str) -> bool:
    """Whether an address is one of this machine."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def judge_host(given: str, hosts: Collection[str]) -> None:
    """Raise Forbidden unless a Host header is an address, localhost, or one of `hosts` (lower case)."""
    if not origins.is_known_host(given, hosts):
        raise Forbidden(
            403, "The API is called by a host name it does not know; use an address, or name it with --api-host."
        )
