"""The `rest` operator: one HTTP request template per OCPP action, written in the SUT file."""

from __future__ import annotations

from typing import Any

from harness.operators.base import NotOffered, OperatorError
from harness.operators.http import HttpCaller
from harness.operators.requests import send
from harness.sut import RestSettings, Sut
from harness.sut.templates import MissingMember, chosen, of_action


class RestOperator:
    """Fills in a template and sends it; see `harness.sut.templates` for the placeholders."""

    def __init__(self, settings: RestSettings, sut: Sut) -> None:
        self._settings = settings
        self._source = sut.source
        self._http = HttpCaller.of_api("operator rest", settings, sut)

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Send the request of `action`. Raises NotOffered without a template, OperatorError when it is not taken."""
        template = chosen(self._settings.actions, action, payload)
        if template is None:
            raise NotOffered(
                f"operator rest has no template for {action}; add [operator.actions.{action}] to {self._source}"
            )
        try:
            await send(self._http, self._settings, template, of_action(station, payload))
        except MissingMember as missing:
            raise OperatorError(
                f"operator rest: the template of {action} needs {{{missing.name}}}, which this request does not have; "
                f"take it out of path and headers of [operator.actions.{action}] in {self._source}"
            ) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()
