"""The `rest` operator: request templates by OCPP action, written in the SUT file."""

from __future__ import annotations

from typing import Any

from harness.adapters.base import NotOffered, Tell, tell_nobody
from harness.adapters.web.rest_api import RestApi
from harness.sut import Requests, RestSettings, Sut
from harness.sut.sentences import toml_key
from harness.sut.templates import chosen, of_action


class RestOperator:
    """Fills in the template of an action and sends it; see `harness.sut.templates` for the placeholders."""

    def __init__(self, settings: RestSettings, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._settings = settings
        self._source = sut.source
        self._api = RestApi("operator", settings, sut, "this request does not have", tell)

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Send the requests of `action`. Raises NotOffered without a template, OperatorError when one is not taken."""
        name, requests = self._chosen(action, payload)
        await self._api.send(name, requests, of_action(station, payload))

    def shows(self, action: str, station: str, payload: dict[str, Any]) -> list[str]:
        """The requests as texts; what takes a value of an answer has its placeholder."""
        name, requests = self._chosen(action, payload)
        return self._api.shows(name, requests, of_action(station, payload))

    def shows_login(self) -> str | None:
        """The request that logs in as text, without its values; None where there is none."""
        return self._api.shows_login()

    def _chosen(self, action: str, payload: dict[str, Any]) -> tuple[str, Requests]:
        key = chosen(self._settings.actions, action, payload)
        if key is None:
            raise NotOffered(
                f"operator rest has no template for {action}; add [operator.actions.{action}] to {self._source}"
            )
        return f"actions.{toml_key(key)}", self._settings.actions[key]

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()
