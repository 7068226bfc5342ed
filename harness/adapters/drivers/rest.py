"""The driver `rest`: request templates by act, written in the SUT file, for a station with an API of its own."""

from __future__ import annotations

from typing import Any

from harness.adapters.base import Tell, tell_nobody
from harness.adapters.drivers.base import Cannot
from harness.adapters.web.rest_api import RestApi
from harness.sut import Requests, Sut
from harness.sut.sentences import toml_key
from harness.sut.tables import driving
from harness.sut.templates import chosen


class RestDriver:
    """Fills in the template of an act and sends it; placeholders are `{connector}`, `{tag}` and `{station}`."""

    is_person = False

    def __init__(self, settings: driving.RestDriver, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._settings = settings
        self._source = sut.source
        self._api = RestApi("driver", settings, sut, "this act does not have", tell)

    async def perform(self, act: str, arguments: dict[str, Any]) -> None:
        """Send the requests of an act. Raises `Cannot` without a template, `OperatorError` when one is not taken."""
        name, requests = self._chosen(act, arguments)
        await self._api.send(name, requests, arguments)

    def shows(self, act: str, arguments: dict[str, Any]) -> list[str]:
        """The requests as texts."""
        name, requests = self._chosen(act, arguments)
        return self._api.shows(name, requests, arguments)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    def _chosen(self, act: str, arguments: dict[str, Any]) -> tuple[str, Requests]:
        key = chosen(self._settings.acts, act, arguments)
        if key is None:
            raise Cannot(f"driver rest has no template for {act}; add [driver.acts.{act}] to {self._source}")
        return f"acts.{toml_key(key)}", self._settings.acts[key]
