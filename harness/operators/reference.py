"""The `reference` operator: plugproof's own back office, over its HTTP API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from harness.operators.http import HttpCaller
from harness.sut import Lane, ReferenceSettings, Sut, Tags

_DONE = (200, 201, 202, 204)


class ReferenceOperator:
    """Provisions stations and tags, and asks for operations without waiting for the station's answer."""

    def __init__(self, settings: ReferenceSettings, sut: Sut) -> None:
        self._base = f"{settings.api.rstrip('/')}/api/v1"
        self._http = HttpCaller("operator reference", timeout_s=settings.timeout_s, scrub=sut.scrub, proxies=False)

    async def prepare(self, sut: Sut, lanes: Sequence[Lane]) -> None:
        """Make the stations of `lanes` and the tags of the SUT file known. Raises OperatorError."""
        for lane in lanes:
            await self._put(f"/stations/{quote(lane.identity, safe='')}", {})
        for tag, info in tag_records(sut.tags).items():
            await self._put(f"/tags/{quote(tag, safe='')}", info)

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Ask for one operation. Raises OperatorError when the API refuses it."""
        url = f"{self._base}/stations/{quote(station, safe='')}/operations/{quote(action, safe='')}"
        await self._http.send("POST", url, _DONE, params={"wait": "false"}, json=payload)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _put(self, path: str, body: dict[str, Any]) -> None:
        await self._http.send("PUT", f"{self._base}{path}", _DONE, json=body)


def tag_records(tags: Tags) -> dict[str, dict[str, Any]]:
    """idTagInfo by idTag for the tags the back office has to know; the invalid one stays unknown to it."""
    group = {} if tags.parent is None else {"parentIdTag": tags.parent}
    accepted: dict[str, Any] = {"status": "Accepted", **group}
    records = {tag: dict(accepted) for tag in (tags.valid, tags.valid_2) if tag is not None}
    if tags.concurrent is not None:
        records[tags.concurrent] = {"status": "Accepted"}
    if tags.expired is not None:
        records[tags.expired] = {"status": "Accepted", "expiryDate": "2020-01-01T00:00:00Z"}
    if tags.blocked is not None:
        records[tags.blocked] = {"status": "Blocked"}
    return records
