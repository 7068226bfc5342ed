"""`[fixtures] kind = "rest"`: request templates that make and remove stations and tags."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from harness.ledger import Created
from harness.operators.base import OperatorError
from harness.operators.http import HttpCaller
from harness.operators.requests import send
from harness.provisioning.base import TagRecord
from harness.sut import Lane, RestAction, RestFixtures, Sut
from harness.sut.templates import MissingMember


class RestProvisioner:
    """Fills in a template and sends it; what has none is expected to exist, or may stay."""

    def __init__(self, settings: RestFixtures, sut: Sut) -> None:
        self._settings = settings
        self._source = sut.source
        self._http = HttpCaller.of_api("fixtures rest", settings, sut)

    async def create_station(self, lane: Lane) -> Created:
        """Send `fixtures.stations.create`."""
        return await self._send("stations.create", self._settings.stations.create, _station(lane))

    async def remove_station(self, lane: Lane, created: Created) -> None:
        """Send `fixtures.stations.remove`."""
        await self._send("stations.remove", self._settings.stations.remove, {**_station(lane), "created": created})

    async def create_tag(self, tag: TagRecord) -> Created:
        """Send the template of this tag, else `fixtures.tags.create`; the parent is made by its own only."""
        own: RestAction | None = getattr(self._settings.tags, tag.name)
        if own is None and tag.name != "parent":
            return await self._send("tags.create", self._settings.tags.create, _tag(tag))
        return await self._send(f"tags.{tag.name}", own, _tag(tag))

    async def remove_tag(self, tag: TagRecord, created: Created) -> None:
        """Send `fixtures.tags.remove`; not for a parent that was not made either."""
        if tag.name != "parent" or self._settings.tags.parent is not None:
            await self._send("tags.remove", self._settings.tags.remove, {**_tag(tag), "created": created})

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _send(self, name: str, template: RestAction | None, scope: dict[str, Any]) -> Created:
        if template is None:
            return {}
        try:
            return _object(await send(self._http, self._settings, template, scope))
        except MissingMember as missing:
            raise OperatorError(
                f"fixtures rest: the template [fixtures.{name}] in {self._source} needs {{{missing.name}}}, "
                "which there is none of here; take it out of path and headers"
            ) from None


def _station(lane: Lane) -> dict[str, Any]:
    key = {} if lane.auth_key is None else {"auth_key": lane.auth_key.reveal()}
    return {"station": lane.identity, "connectors": lane.connectors, **key}


def _tag(tag: TagRecord) -> dict[str, Any]:
    members = msgspec.structs.asdict(tag)
    return {name: value for name, value in members.items() if name != "name" and value is not None}


def _object(body: bytes) -> Created:
    try:
        answer = json.loads(body)
    except ValueError:  # an answer may be empty, or HTML
        return {}
    return answer if isinstance(answer, dict) else {}
