"""Who may use the pages: a browser on this machine, or whoever brings the token, where there is one.

Without a token it is the gate of a station's API (`simulator.views.api.guard`). A token comes in the address that is
printed and goes on as a cookie, which a script cannot read and another site cannot send; as a browser sends a cookie
unasked, a page of another origin is refused with a token, too.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from simulator.views.api.guard import Gate, elsewhere, foreign, no

COOKIE: Final = "plugproof_ui"
QUERY: Final = "token"
_OTHER_SITES: Final = ("cross-site", "same-site")


class Guard(Gate):
    """Middleware in front of everything."""

    def instead(self, scope: Scope, headers: Headers) -> Response | None:
        """A sentence for whoever is refused, or the way on for who has just brought the token."""
        refused = (
            elsewhere(headers, "page", "start it with --host") if self._token is None else foreign(headers, "page")
        )
        if refused is None and scope["method"] != "GET" and headers.get("sec-fetch-site") in _OTHER_SITES:
            refused = "A page of another site may not use this page."
        if refused is not None:
            return no(403, refused)
        if self._token is None or self.is_token(_cookie(headers)):
            return None
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get(QUERY, [""])[0]
        if scope["method"] != "GET" or not self.is_token(given):
            return no(401, "This page asks for its token; open the address that plugproof ui has printed.")
        onward = RedirectResponse(scope["path"], 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        onward.set_cookie(COOKIE, given, httponly=True, samesite="strict")
        return onward


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value
