"""The `reference` operator: plugproof's own back office, over its HTTP API."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from harness.adapters.base import Tell, tell_nobody
from harness.adapters.web.http import HttpCaller
from harness.adapters.web.requests import HttpRequest, json_request
from harness.sut import ReferenceSettings, Sut
from schemas.versions import files_of


@cache
def path_of(version: str) -> str:
    """Where the API has what is about a version."""
    text = (resources.files("harness") / files_of(version).folder / "reference.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["path"])


class ReferenceOperator:
    """Asks for operations without waiting for the station's answer."""

    def __init__(self, settings: ReferenceSettings, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._base = f"{settings.api.rstrip('/')}{path_of(sut.version)}"
        self._http = HttpCaller(
            "operator reference", timeout_s=settings.timeout_s, scrub=sut.scrub, proxies=False, tell=tell
        )

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Ask for one operation. Raises OperatorError when the API refuses it."""
        await self._http.exchange(self._request(action, station, payload))

    def shows(self, action: str, station: str, payload: dict[str, Any]) -> list[str]:
        """The request as text."""
        return [self._http.shown(self._request(action, station, payload))]

    def _request(self, action: str, station: str, payload: dict[str, Any]) -> HttpRequest:
        url = f"{self._base}/stations/{quote(station, safe='')}/operations/{quote(action, safe='')}?wait=false"
        return json_request("POST", url, payload)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()
