"""`[fixtures] kind = "python"`: a class of the user's that makes and removes stations and tags.

Its methods are `create_station`, `remove_station`, `set_registration`, `create_tag` and `remove_tag`. They are called
with keyword arguments in the names of the SUT file and of OCPP; those the class lacks are not called.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from harness.adapters.operators.python import call, instance
from harness.adapters.provisioning.base import Registration, TagRecord, cannot_register
from harness.adapters.provisioning.ledger import Created
from harness.sut import Lane, PythonFixtures, Sut


class PythonProvisioner:
    """Calls the methods of an object of the user's."""

    def __init__(self, settings: PythonFixtures, sut: Sut) -> None:
        self._who = f"fixtures python: {settings.use}"
        self._sut = sut
        self._object = instance(settings, "fixtures", sut)

    async def create_station(self, lane: Lane) -> Created:
        """Call `create_station(station=, connectors=, auth_key=)`; a dict it returns is kept for the removal."""
        key = None if lane.auth_key is None else lane.auth_key.reveal()
        return await self._call("create_station", station=lane.identity, connectors=lane.connectors, auth_key=key)

    async def remove_station(self, lane: Lane, created: Created) -> None:
        """Call `remove_station(station=, created=)`."""
        await self._call("remove_station", station=lane.identity, created=created)

    async def set_registration(self, lane: Lane, status: Registration) -> None:
        """Call `set_registration(station=, registration=)`."""
        if not hasattr(self._object, "set_registration"):
            raise cannot_register(f"{self._who} has no set_registration")
        await self._call("set_registration", station=lane.identity, registration=status)

    async def create_tag(self, tag: TagRecord) -> Created:
        """Call `create_tag(name=, idTag=, status=, parentIdTag=, expiryDate=)`."""
        return await self._call(
            "create_tag",
            name=tag.name,
            idTag=tag.idTag,
            status=tag.status,
            parentIdTag=tag.parentIdTag,
            expiryDate=tag.expiryDate,
        )

    async def remove_tag(self, tag: TagRecord, created: Created) -> None:
        """Call `remove_tag(name=, idTag=, created=)`."""
        await self._call("remove_tag", name=tag.name, idTag=tag.idTag, created=created)

    async def close(self) -> None:
        """Call `close()` if the class has it."""
        await self._call("close")

    async def _call(self, name: str, /, **arguments: Any) -> Created:
        method = getattr(self._object, name, None)
        if method is None:
            return {}
        bound = partial(method, **arguments) if arguments else method
        answer = await call(f"{self._who}.{name}", self._sut, bound)
        return answer if isinstance(answer, dict) else {}
