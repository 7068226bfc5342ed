"""`[fixtures] kind = "trigger"`: create-token and set-basic-auth-password of the trigger convention."""

from __future__ import annotations

from typing import Any

from harness.adapters.provisioning.base import Registration, TagRecord, cannot_register
from harness.adapters.provisioning.ledger import Created
from harness.adapters.web.http import HttpCaller
from harness.adapters.web.requests import rendered
from harness.sut import Lane, Sut, TriggerFixtures


class TriggerProvisioner:
    """Makes tags, and gives stations their passwords; the convention removes nothing and knows no parents."""

    def __init__(self, settings: TriggerFixtures, sut: Sut) -> None:
        self._settings = settings
        self._base = f"{(settings.base_url or '').rstrip('/')}/api/octt"
        self._http = HttpCaller.of_api("fixtures trigger", settings, sut)

    async def create_station(self, lane: Lane) -> Created:
        """Set the password of a station that has a key; any other one is expected to be let in."""
        if lane.auth_key is not None:
            await self._post("set-basic-auth-password", station_id=lane.identity, password=lane.auth_key.reveal())
        return {}

    async def remove_station(self, lane: Lane, created: Created) -> None:
        """Nothing: there is no such call."""

    async def set_registration(self, lane: Lane, status: Registration) -> None:
        """Nobody can."""
        raise cannot_register('[fixtures] kind = "trigger" has no request for it')

    async def create_tag(self, tag: TagRecord) -> Created:
        """Make a tag known."""
        if tag.name != "parent":
            parent = {} if tag.parentIdTag is None else {"parent_id": tag.parentIdTag}
            await self._post("create-token", token_id=tag.idTag, status=tag.status, **parent)
        return {}

    async def remove_tag(self, tag: TagRecord, created: Created) -> None:
        """Nothing: there is no such call."""

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _post(self, name: str, **body: Any) -> None:
        headers = rendered(self._settings.headers, {})
        await self._http.send("POST", f"{self._base}/{name}", self._settings.ok, headers=headers, json=body)
