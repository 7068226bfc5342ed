"""Local authorization lists: what a station is to hold, sent as Full or Differential (OCPP 1.6 §5.10, §5.15)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from csms_core.api import sending
from csms_core.api.deps import Csms
from csms_core.api.models import Body
from csms_core.hub.registry import Request
from csms_core.store import clock
from csms_core.v16.api.deps import operations
from csms_core.v16.api.models import IdTag
from csms_core.v16.profiles import local_list
from csms_core.v16.store import local_lists

router = APIRouter(prefix="/api/v1", tags=["local lists"])


class LocalListIn(Body):
    """What the station is to hold: these idTags, null: every tag the CSMS knows.

    `updateType` left out: Differential when the CSMS knows what the station holds, else Full.
    """

    tags: Annotated[list[IdTag], Field(max_length=100_000)] | None = None
    updateType: Literal["Full", "Differential"] | None = None


class LocalListOut(BaseModel):
    """The list of a station as far as the CSMS knows. `told_version` is the last version the station told (-1: not
    supported), `status` its last SendLocalList.conf; `in_step`: whether these are the station's entries."""

    station: str
    listVersion: int
    told_version: int | None
    status: str | None
    in_step: bool
    changed_at: str | None
    entries: dict[str, dict[str, Any]]


class Update(BaseModel):
    """One SendLocalList and its answer."""

    updateType: str
    listVersion: int
    entries: int
    status: str


class LocalListUpdated(LocalListOut):
    """The list after an update, and the messages it took; none when the station held it already."""

    updates: list[Update]


class VersionOut(BaseModel):
    """The version a station told: 0 an empty list, -1 no list."""

    listVersion: int


@router.get("/stations/{identity:segment}/local-list")
async def get_local_list(csms: Csms, identity: str) -> LocalListOut:
    """What the station holds, as far as the CSMS knows."""
    await sending.known(csms, identity)
    return LocalListOut(**await csms.store.read(lambda connection: _members(connection, identity)))


@router.put("/stations/{identity:segment}/local-list", responses=sending.RESPONSES)
async def put_local_list(csms: Csms, identity: str, body: LocalListIn | None = None) -> LocalListUpdated:
    """Bring the list of the station to this one. Longer than the station takes at once, it goes out in parts; after a
    Differential that fails, the Full list follows. A station that says no makes it a 409."""
    await sending.known(csms, identity)
    wanted = body or LocalListIn()

    def requests(connection: Connection) -> list[Request]:
        entries = local_lists.wanted(connection, wanted.tags, clock.now(), any_tag=csms.config.any_tag)
        known = local_lists.find(connection, identity)
        can_differ = known.in_step and known.next_version > known.version
        if wanted.updateType == "Full" or (wanted.updateType is None and not can_differ):
            return local_list.full(connection, identity, entries)
        return local_list.differential(connection, identity, entries)

    async with operations(csms).turn(identity):
        done = await sending.through(operations(csms), identity, await csms.store.read(requests))
    if done and (status := done[-1][1].get("status")) != "Accepted":
        raise sending.refused(identity, "SendLocalList", status, "it has not taken the list over")
    updates = [
        Update(
            updateType=payload["updateType"],
            listVersion=payload["listVersion"],
            entries=len(payload["localAuthorizationList"]),
            status=answer["status"],
        )
        for (_, payload), answer in done
    ]
    members = await csms.store.read(lambda connection: _members(connection, identity))
    return LocalListUpdated(**members, updates=updates)


@router.get("/stations/{identity:segment}/local-list/version", responses=sending.RESPONSES)
async def get_local_list_version(csms: Csms, identity: str) -> VersionOut:
    """Ask the station which version it holds (GetLocalListVersion)."""
    answer = await sending.send(operations(csms), identity, "GetLocalListVersion", {})
    return VersionOut(listVersion=answer["listVersion"])


def _members(connection: Connection, identity: str) -> dict[str, Any]:
    known = local_lists.find(connection, identity)
    return {
        "station": identity,
        "listVersion": known.version,
        "told_version": known.told_version,
        "status": known.status,
        "in_step": known.in_step,
        "changed_at": known.changed_at,
        "entries": local_lists.entries(connection, identity),
    }
