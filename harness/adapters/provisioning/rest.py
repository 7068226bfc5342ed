"""`[fixtures] kind = "rest"`: request templates that make and remove stations and tags."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Final

import msgspec

from harness.adapters.base import OperatorError, Tell, tell_nobody
from harness.adapters.provisioning.base import Registration, TagRecord, cannot_register
from harness.adapters.provisioning.ledger import Created
from harness.adapters.web.rest_api import RestApi
from harness.sut import Lane, Requests, RestFixtures, Sut

_ANSWERS: Final = "answers"
"""Where in `Created` the answers to all requests of a `create` are."""
_CREATED: Final = "created"
_CREATED_BY: Final = "created_by"


class RestProvisioner:
    """Fills in templates and sends them; what has none is expected to exist, or may stay."""

    def __init__(self, settings: RestFixtures, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._settings = settings
        self._api = RestApi("fixtures", settings, sut, "there is none of here", tell)

    async def create_station(self, lane: Lane) -> Created:
        """Send `fixtures.stations.create`."""
        create, scope = self._settings.stations.create, station_scope(lane)
        return await self._make("stations.create", create, scope, partial(self.remove_station, lane))

    async def remove_station(self, lane: Lane, created: Created) -> None:
        """Send `fixtures.stations.remove`."""
        await self._remove("stations.remove", self._settings.stations.remove, station_scope(lane), created)

    async def set_registration(self, lane: Lane, status: Registration) -> None:
        """Send `fixtures.stations.registration`."""
        templates = self._settings.stations.registration
        if templates is None:
            raise cannot_register("fixtures.stations.registration is not set")
        await self._api.send("stations.registration", templates, {**station_scope(lane), "registration": status})

    async def create_tag(self, tag: TagRecord) -> Created:
        """Send the templates of this tag, else `fixtures.tags.create`; the parent is made by its own only."""
        name, create = tag_requests(self._settings, tag)
        return await self._make(name, create, tag_scope(tag), partial(self.remove_tag, tag))

    async def remove_tag(self, tag: TagRecord, created: Created) -> None:
        """Send `fixtures.tags.remove`; not for a parent that was not made either."""
        if tag.name != "parent" or self._settings.tags.parent is not None:
            await self._remove("tags.remove", self._settings.tags.remove, tag_scope(tag), created)

    def shows(self, lane: Lane, tags: Iterable[TagRecord]) -> Iterator[tuple[str, list[str]]]:
        """What would be sent for a station and for tags: the name of each operation, and its requests as texts.

        Raises OperatorError.
        """
        stations, removed = self._settings.stations, self._settings.tags.remove
        about, answered = station_scope(lane), (_CREATED, _CREATED_BY)
        yield f"create {lane.identity}", self._api.shows("stations.create", stations.create, about)
        yield f"remove {lane.identity}", self._api.shows("stations.remove", stations.remove, about, *answered)
        for tag in tags:
            name, create = tag_requests(self._settings, tag)
            yield f"create {tag.idTag} ({tag.name})", self._api.shows(name, create, tag_scope(tag))
            if create is not None:
                texts = self._api.shows("tags.remove", removed, tag_scope(tag), *answered)
                yield f"remove {tag.idTag} ({tag.name})", texts

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def _make(
        self,
        name: str,
        requests: Requests | None,
        scope: dict[str, Any],
        remove: Callable[[Created], Awaitable[None]],
    ) -> Created:
        answers: list[Any] = []
        try:
            await self._api.send(name, requests, scope, answers)
        except OperatorError:
            if answers:  # half of it was made, and only here is known by what to remove it
                with suppress(OperatorError):
                    await remove({_ANSWERS: answers})
            raise
        return {_ANSWERS: answers} if answers else {}

    async def _remove(self, name: str, requests: Requests | None, scope: dict[str, Any], created: Created) -> None:
        answers = created.get(_ANSWERS) or [None]
        await self._api.send(name, requests, {**scope, _CREATED: answers[0], _CREATED_BY: answers})


def tag_requests(settings: RestFixtures, tag: TagRecord) -> tuple[str, Requests | None]:
    """The requests that make a tag, and what they are called in the SUT file."""
    own: Requests | None = getattr(settings.tags, tag.name)
    if own is None and tag.name != "parent":
        return "tags.create", settings.tags.create
    return f"tags.{tag.name}", own


def station_scope(lane: Lane) -> dict[str, Any]:
    """What the templates of stations can name."""
    key = {} if lane.auth_key is None else {"auth_key": lane.auth_key.reveal()}
    return {"station": lane.identity, "connectors": lane.connectors, **key}


def tag_scope(tag: TagRecord) -> dict[str, Any]:
    """What the templates of tags can name."""
    members = msgspec.structs.asdict(tag)
    return {name: value for name, value in members.items() if name != "name" and value is not None}
