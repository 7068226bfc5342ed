"""The `trigger` operator: one address per OCPP action, `/api/octt/{version}/{station}/{action-in-kebab-case}`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from harness.adapters.base import NotOffered, OperatorError, Tell, tell_nobody
from harness.adapters.web.http import HttpCaller
from harness.adapters.web.requests import HttpRequest, json_request, rendered
from harness.sut import Sut, TriggerSettings
from harness.sut.templates import kebab

NOT_IMPLEMENTED = 501


class TriggerOperator:
    """Posts the OCPP payload to the address of its action."""

    def __init__(self, settings: TriggerSettings, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._settings = settings
        self._base = f"{settings.base_url.rstrip('/')}/api/octt/{sut.version}"
        self._http = HttpCaller.of_api("operator trigger", settings, sut, tell)

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Ask for one operation. Raises NotOffered when it is answered 501, OperatorError when it is not taken."""
        request = self._request(action, station, payload)
        try:
            await self._http.exchange(request, self._settings.ok)
        except OperatorError as error:
            if error.status == NOT_IMPLEMENTED:
                raise NotOffered(f"operator trigger: {request.url} was answered 501, not implemented") from None
            raise

    def shows(self, action: str, station: str, payload: dict[str, Any]) -> list[str]:
        """The request as text."""
        return [self._http.shown(self._request(action, station, payload))]

    def _request(self, action: str, station: str, payload: dict[str, Any]) -> HttpRequest:
        url = f"{self._base}/{quote(station, safe='')}/{kebab(action)}"
        return json_request("POST", url, payload, rendered(self._settings.headers, {"station": station}))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()
