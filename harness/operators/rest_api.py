"""An HTTP API that templates of the SUT file describe; the `rest` operator and the `rest` fixtures act through it."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from harness.operators.base import OperatorError, Tell
from harness.operators.http import HttpCaller
from harness.operators.login import Login
from harness.operators.requests import request
from harness.sut import Requests, RestAction, RestFixtures, RestSettings, Sut
from harness.sut.templates import MissingMember, Scope, Unfilled, sequence
from ocppj import outside

LONGEST: Final = 200
"""Characters of answers that go into a sentence."""


class RestApi:
    """Fills in templates and sends them. `table`: `operator` or `fixtures`; `lacking` ends "needs {x}, which ..."."""

    def __init__(self, table: str, settings: RestSettings | RestFixtures, sut: Sut, lacking: str, tell: Tell) -> None:
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
        templates = sequence(requests)
        for number, template in enumerate(templates, 1):
            place = f"[{self._table}.{name}]" if len(templates) == 1 else f"[[{self._table}.{name}]] number {number}"
            known = {**scope, "answers": answers, **({"answer": answers[-1]} if answers else {})}
            answers.append(await self._send(place, template, known))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _send(self, place: str, template: RestAction, scope: Scope) -> Any:
        try:
            filled = request(self._settings.base_url or "", self._settings.headers, template, scope)
        except Unfilled as unfilled:
            raise OperatorError(self._http.masked(self._unfilled(place, unfilled, scope))) from None
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
        answers = json.dumps(scope.get("answers"), ensure_ascii=False)
        return outside.shown(self._http.masked(answers), longest=LONGEST)
