"""What provisioning is: making the stations and tags of a run known to the back office, and removing them again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Protocol

import msgspec

from harness.adapters.provisioning.ledger import Created
from harness.case.verdicts import Inconclusive
from harness.sut import Lane, Tags
from harness.sut.tables.values import CHARGED_WITH, drawn

PAST = "2020-01-01T00:00:00Z"
"""When the expired tag expired."""

Registration = Literal["Accepted", "Pending"]
"""What a boot is answered with."""

_INITIALS = {"parent": "P", "valid": "V", "valid_2": "V2"}
_DRAWN = 10
"""Characters of a tag that is made for a case; with their beginning they are within the 20 of an idTag."""


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

    async def set_registration(self, lane: Lane, status: Registration) -> None:
        """From now on the boots of a station are answered with this. Raises Inconclusive where nobody can say so."""

    async def create_tag(self, tag: TagRecord) -> Created:
        """Make a tag known with its status."""

    async def remove_tag(self, tag: TagRecord, created: Created) -> None:
        """Make the back office forget a tag."""

    async def close(self) -> None:
        """Give back connections. Safe to call twice."""


def cannot_register(reason: str) -> Inconclusive:
    """What is raised where no boot can be had answered with something else."""
    return Inconclusive(f"nobody can have the boot of the station answered with Pending: {reason}")


def tag_records(every: Iterable[Tags]) -> tuple[TagRecord, ...]:
    """The tags the back office has to know, each once, parents first; the invalid ones stay unknown to it."""
    records: dict[str, TagRecord] = {}
    for tags in every:
        for record in _records(tags):
            records.setdefault(record.idTag, record)
    return tuple(sorted(records.values(), key=lambda record: record.name != "parent"))


def fresh(tags: Tags) -> Tags:
    """The same tags, but for those that cases charge with, which get names that nobody has ever seen."""
    names = [name for name in CHARGED_WITH if getattr(tags, name) is not None]
    return msgspec.structs.replace(tags, **{name: f"PP-{_INITIALS[name]}-{drawn(_DRAWN)}" for name in names})


def _records(tags: Tags) -> tuple[TagRecord, ...]:
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
