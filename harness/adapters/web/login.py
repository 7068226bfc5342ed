"""The login of an HTTP API: credentials that a request gives and that expire.

Credentials are kept for the process, so that not every case logs in: operators are made for one case each.
"""

from __future__ import annotations

import json
from http.cookiejar import Cookie
from typing import Any, Final

import msgspec

from harness.adapters.base import OperatorError
from harness.adapters.web.http import HttpCaller
from harness.adapters.web.requests import HttpRequest, rendered, request
from harness.sut import RestFixtures, RestLogin, RestSettings
from harness.sut.tables.driving import RestDriver
from harness.sut.tables.operation import DONE
from harness.sut.templates import Unfilled


class Credentials(msgspec.Struct, frozen=True):
    """What a login gave: headers of every other request, and cookies."""

    headers: dict[str, str]
    cookies: tuple[Cookie, ...]


_KEPT: Final[dict[str, Credentials]] = {}


class Login:
    """Logs in to one API when it has to. `table` is what sentences call its place in the SUT file."""

    def __init__(
        self, http: HttpCaller, login: RestLogin, settings: RestSettings | RestFixtures | RestDriver, table: str
    ) -> None:
        self._http = http
        self._login = login
        self._table = table
        self._ok = login.ok or DONE
        self._request = login_request(login, settings)
        self._name = repr(self._request)

    def ends_at(self, status: int | None) -> bool:
        """Whether an answer with this status says that the credentials are no longer good."""
        return status in self._login.again_at

    async def headers(self, *, anew: bool = False) -> dict[str, str]:
        """The headers that every request has; logs in first where nobody did, or `anew`. Raises OperatorError."""
        if anew:
            _KEPT.pop(self._name, None)
        if self._name not in _KEPT:
            self._http.cookies.clear()
            _KEPT[self._name] = await self._log_in()
        credentials = _KEPT[self._name]
        for cookie in credentials.cookies:
            self._http.cookies.set_cookie(cookie)
            self._http.hide(cookie.value or "")
        self._hide(credentials.headers)
        return credentials.headers

    async def _log_in(self) -> Credentials:
        answer = await self._http.exchange(self._request, self._ok, private=True)
        try:
            scope: dict[str, Any] = {"answer": json.loads(answer.body)}
        except (ValueError, RecursionError):
            scope = {}
        try:
            headers = rendered(self._login.gives, scope)
        except Unfilled as missing:
            raise OperatorError(
                f"{self._table} was answered {answer.status}, but {missing} in what came; correct {self._table}.gives"
            ) from None
        return Credentials(headers, tuple(self._http.cookies))

    def _hide(self, headers: dict[str, str]) -> None:
        for value in headers.values():  # "Bearer <token>": an answer may quote the token alone
            self._http.hide(value, value.rpartition(" ")[2])


def login_request(login: RestLogin, settings: RestSettings | RestFixtures | RestDriver) -> HttpRequest:
    """The request that logs in. The headers of the API do not go to another host."""
    own = login.base_url is None
    return request(login.base_url or settings.base_url or "", settings.headers if own else {}, login, {})
