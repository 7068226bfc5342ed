"""An HTTP API that templates of the SUT file describe; the `rest` operator and the `rest` fixtures act through it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from harness.adapters.base import OperatorError, Tell
from harness.adapters.web.http import HttpCaller
from harness.adapters.web.login import Login, login_request
from harness.adapters.web.requests import HttpRequest, request
from harness.sut import Requests, RestAction, RestFixtures, RestSettings, Sut
from harness.sut.secret import MASK
from harness.sut.tables.driving import RestDriver
from harness.sut.template_placeholders import LATER
from harness.sut.templates import MissingMember, Scope, Unfilled, sequence
from ocppj.evidence import outside

_QUOTED: Final = re.compile("%7B.*?%7D")
"""A placeholder of an answer in an address."""
LONGEST: Final = 200
"""Characters of answers that go into a sentence."""


class RestApi:
    """Fills in templates and sends them. `table`: `operator` or `fixtures`; `lacking` ends "needs {x}, which ..."."""

    def __init__(
        self, table: str, settings: RestSettings | RestFixtures | RestDriver, sut: Sut, lacking: str, tell: Tell
    ) -> None:
        self._table = table
        self._who = f"{table} rest"
        self._settings = settings
        self._source = sut.source
        self._lacking = lacking
        self._http = HttpCaller.of_api(self._who, settings, sut, tell)
        self._login = (
            None if settings.login is None else Login(self._http, settings.login, settings, f"[{table}.login]")
        )

    async def send(self, name: str, requests: Requests | None, scope: Scope, answers: list[Any] | None = None) -> None:
        """Send the requests of an operation, one after the other; adds what is answered to `answers`.

        An answer that is no JSON is None. `name` is the key of the requests in the SUT file. Raises OperatorError.
        """
        answers = [] if answers is None else answers
        for place, template in self._places(name, requests):
            known = {**scope, "answers": answers, **({"answer": answers[-1]} if answers else {})}
            answers.append(await self._send(place, template, known))

    def shows(self, name: str, requests: Requests | None, scope: Scope, *answered: str) -> list[str]:
        """The same requests as texts, without sending them; what takes a value of an answer has its placeholder.

        `answered` are names of answers besides those of the requests themselves. Raises OperatorError.
        """
        scope, later = {**scope, **dict.fromkeys(answered, LATER)}, dict.fromkeys(("answer", "answers"), LATER)
        given = {} if self._settings.login is None else dict.fromkeys(self._settings.login.gives, MASK)
        texts = []
        for number, (place, template) in enumerate(self._places(name, requests)):
            known = {**scope, **(later if number else {})}
            try:
                filled = self._filled(place, template, known)
            except OperatorError:
                if LATER not in known.values():
                    raise
                texts.append(f"{self._who}: {place} in {self._source} cannot be shown before the answers are there")
                continue
            url = _QUOTED.sub(lambda found: unquote(found[0]), filled.url)
            texts.append(self._http.shown(msgspec.structs.replace(filled, url=url, headers=filled.headers | given)))
        return texts

    def shows_login(self) -> str | None:
        """The request that logs in as text, without its values; None where there is none."""
        login = self._settings.login
        return None if login is None else self._http.shown(login_request(login, self._settings), private=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    def _places(self, name: str, requests: Requests | None) -> Iterator[tuple[str, RestAction]]:
        """Each request, and what it is called in the SUT file."""
        templates = sequence(requests)
        for number, template in enumerate(templates, 1):
            one = f"[{self._table}.{name}]"
            yield one if len(templates) == 1 else f"[{one}] number {number}", template

    def _filled(self, place: str, template: RestAction, scope: Scope) -> HttpRequest:
        try:
            return request(self._settings.base_url or "", self._settings.headers, template, scope)
        except Unfilled as unfilled:
            raise OperatorError(self._http.masked(self._unfilled(place, unfilled, scope))) from None

    async def _send(self, place: str, template: RestAction, scope: Scope) -> Any:
        filled = self._filled(place, template, scope)
        ok = template.ok or self._settings.ok
        given = {} if self._login is None else await self._login.headers()
        signed = msgspec.structs.replace(filled, headers={**filled.headers, **given})
        try:
            answer = await self._http.exchange(signed, ok)
        except OperatorError as error:
            if self._login is None or not self._login.ends_at(error.status):
                raise
            given = await self._login.headers(anew=True)
            signed = msgspec.structs.replace(filled, headers={**filled.headers, **given})
            answer = await self._http.exchange(signed, ok)
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):  # it may be empty, or HTML
            return None

    def _unfilled(self, place: str, unfilled: Unfilled, scope: Scope) -> str:
        needs = f"{self._who}: {place} in {self._source} needs {{{unfilled.name}}}, which"
        if unfilled.name.startswith("answer"):
            return f"{needs} {unfilled.why} in what was answered before: {self._said(scope)}"
        if not isinstance(unfilled, MissingMember):
            return f"{needs} {unfilled.why}"
        return f"{needs} {self._lacking}; take it out of path and headers, or give it a |default(...)"

    def _said(self, scope: Scope) -> str:
        answers = json.dumps(scope.get("answers"), ensure_ascii=False, default=lambda _: None)
        return outside.shown(self._http.masked(answers), longest=LONGEST)
