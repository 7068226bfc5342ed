"""No `[fixtures]`: the stations and tags of the SUT file are expected to exist."""

from __future__ import annotations

from harness.adapters.provisioning.base import Registration, TagRecord, cannot_register
from harness.adapters.provisioning.ledger import Created
from harness.sut import Lane


class NoProvisioner:
    """Does nothing."""

    async def create_station(self, lane: Lane) -> Created:
        """Nothing."""
        return {}

    async def remove_station(self, lane: Lane, created: Created) -> None:
        """Nothing."""

    async def set_registration(self, lane: Lane, status: Registration) -> None:
        """Nobody can."""
        raise cannot_register("there is no [fixtures]")

    async def create_tag(self, tag: TagRecord) -> Created:
        """Nothing."""
        return {}

    async def remove_tag(self, tag: TagRecord, created: Created) -> None:
        """Nothing."""

    async def close(self) -> None:
        """Nothing."""
