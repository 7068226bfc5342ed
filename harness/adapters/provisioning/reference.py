"""`[fixtures] kind = "reference"`: plugproof's own back office, over its HTTP API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from harness.adapters.provisioning.base import Registration, TagRecord
from harness.adapters.provisioning.ledger import Created
from harness.adapters.web.http import HttpCaller
from harness.sut import Lane, ReferenceFixtures, Sut
from harness.sut.tables.operation import DONE

_GONE = (*DONE, 404)  # what is not there any more is removed, too


class ReferenceProvisioner:
    """Registers stations and tags, and forgets them."""

    def __init__(self, settings: ReferenceFixtures, sut: Sut) -> None:
        self._base = f"{(settings.api or '').rstrip('/')}/api/v1"
        self._http = HttpCaller("fixtures reference", timeout_s=settings.timeout_s, scrub=sut.scrub, proxies=False)

    async def create_station(self, lane: Lane) -> Created:
        """Register a station."""
        await self._http.send("PUT", self._url("stations", lane.identity), json={})
        return {}

    async def remove_station(self, lane: Lane, created: Created) -> None:
        """Forget a station."""
        await self._http.send("DELETE", self._url("stations", lane.identity), _GONE)

    async def set_registration(self, lane: Lane, status: Registration) -> None:
        """Change the setting of a station."""
        await self._http.send("PUT", self._url("stations", lane.identity), json={"registration": status})

    async def create_tag(self, tag: TagRecord) -> Created:
        """Make a tag known; an expired one is an accepted one whose time is over, a parent is no tag of its own."""
        if tag.name == "parent":
            return {}
        info: dict[str, Any] = {"status": tag.status}
        if tag.expiryDate is not None:
            info = {"status": "Accepted", "expiryDate": tag.expiryDate}
        if tag.parentIdTag is not None:
            info["parentIdTag"] = tag.parentIdTag
        await self._http.send("PUT", self._url("tags", tag.idTag), json=info)
        return {}

    async def remove_tag(self, tag: TagRecord, created: Created) -> None:
        """Forget a tag."""
        if tag.name != "parent":
            await self._http.send("DELETE", self._url("tags", tag.idTag), _GONE)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    def _url(self, kind: str, name: str) -> str:
        return f"{self._base}/{kind}/{quote(name, safe='')}"
