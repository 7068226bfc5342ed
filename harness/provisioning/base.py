"""What provisioning is: making the stations and tags of a run known to the back office, and removing them again."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from harness.sut import Lane, Tags

PAST = "2020-01-01T00:00:00Z"
"""When the expired tag expired."""

Created = dict[str, Any]
"""The JSON object with which an API answered when it made something; empty when it was none."""


class TagRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A tag as the back office has to know it; `name` is its key in `[tags]`."""

    name: str
    idTag: str
    status: str = "Accepted"
    parentIdTag: str | None = None
    expiryDate: str | None = None


class Provisioner(Protocol):
    """The port every kind of `[fixtures]` implements. All but `close` raise OperatorError."""

    async def create_station(self, lane: Lane) -> Created:
        """Make a station known; one that is known already is no error if the back office takes it."""

    async def remove_station(self, lane: Lane, created: Created) -> None:
        """Make the back office forget a station."""

    async def create_tag(self, tag: TagRecord) -> Created:
        """Make a tag known with its status."""

    async def remove_tag(self, tag: TagRecord, created: Created) -> None:
        """Make the back office forget a tag."""

    async def close(self) -> None:
        """Give back connections. Safe to call twice."""


def tag_records(tags: Tags) -> tuple[TagRecord, ...]:
    """The tags the back office has to know, parents first; the invalid one stays unknown to it."""
    parent = tags.parent
    records = (
        TagRecord(name="parent", idTag=parent) if parent is not None else None,
        _record("valid", tags.valid, parentIdTag=parent),
        _record("valid_2", tags.valid_2, parentIdTag=parent),
        _record("expired", tags.expired, status="Expired", expiryDate=PAST),
        _record("blocked", tags.blocked, status="Blocked"),
        _record("concurrent", tags.concurrent),
    )
    return tuple(record for record in records if record is not None)


def _record(name: str, idTag: str | None, **members: Any) -> TagRecord | None:
    return None if idTag is None else TagRecord(name=name, idTag=idTag, **members)
