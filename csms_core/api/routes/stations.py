"""Stations: provisioning, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import Connection

from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import ErrorOut, Identity, NamedStationIn, NoticeOut, StationIn, StationOut
from csms_core.hub.hub import Hub
from csms_core.hub.version import Version
from csms_core.store import clock, stations
from ocppj.times import timestamp

router = APIRouter(prefix="/api/v1", tags=["stations"], responses={404: {"model": ErrorOut}})


Connectors = list[dict[str, Any]]


@router.get("/stations")
async def list_stations(csms: Csms, offset: Offset = 0, limit: Limit = 1000) -> list[StationOut]:
    """Stations in alphabetical order."""

    def ask(connection: Connection) -> list[tuple[stations.Station, Connectors]]:
        found = stations.listing(connection, offset=offset, limit=limit)
        told = _connectors(connection, csms.versions, found)
        return [(station, told[station.identity]) for station in found]

    rows = await csms.store.read(ask)
    return [_out(csms.hub, station, connectors) for station, connectors in rows]


@router.put("/stations", status_code=204)
async def put_stations(csms: Csms, body: list[NamedStationIn]) -> None:
    """Register many stations at once, or change their settings."""
    at = timestamp(clock.now())

    def book(connection: Connection) -> None:
        for station in body:
            changes = {"registration": station.registration, "interval": station.interval}
            stations.put(connection, station.identity, at, **changes)

    await csms.store.write(book)


@router.get("/stations/{identity:segment}/notices")
async def list_notices(csms: Csms, identity: str, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[NoticeOut]:
    """The newest reports of a station (firmware, diagnostics, security, DataTransfer), newest first."""
    rows = await csms.store.read(lambda connection: stations.notices_of(connection, identity, limit=limit))
    return [NoticeOut(**row) for row in rows]


@router.get("/stations/{identity:segment}")
async def get_station(csms: Csms, identity: str) -> StationOut:
    """One station with its connectors."""

    def ask(connection: Connection) -> tuple[stations.Station, Connectors] | None:
        station = stations.find(connection, identity)
        return None if station is None else (station, _connectors(connection, csms.versions, [station])[identity])

    found = await csms.store.read(ask)
    if found is None:
        raise _unknown(identity)
    return _out(csms.hub, *found)


@router.put("/stations/{identity:segment}", status_code=204)
async def put_station(csms: Csms, identity: Identity, body: StationIn | None = None) -> None:
    """Register a station, or change its settings; what is left out is as configured for all."""
    named = NamedStationIn(identity=identity, **(body or StationIn()).model_dump())
    await put_stations(csms, [named])


@router.delete("/stations/{identity:segment}", status_code=204)
async def delete_station(csms: Csms, identity: str) -> None:
    """Forget a station and close its connection; its transactions stay."""
    if not await csms.store.write(lambda connection: stations.remove(connection, identity)):
        raise _unknown(identity)
    csms.doorman.changed(identity)
    csms.hub.disconnect(identity, "the station was removed")


def _unknown(identity: str) -> HTTPException:
    return HTTPException(404, f"The station '{identity}' is not registered.")


def _connectors(
    connection: Connection, versions: Sequence[Version], found: Sequence[stations.Station]
) -> dict[str, Connectors]:
    """What stations told of their connectors in the version they speak; one that has not booted may speak any."""
    told: dict[str, Connectors] = {station.identity: [] for station in found}
    for version in versions:
        its = [station.identity for station in found if station.ocpp in (None, version.name)]
        for identity, connectors in version.connectors(connection, its).items():
            told[identity] += connectors
    return told


def _out(hub: Hub, station: stations.Station, connectors: Connectors) -> StationOut:
    link = hub.link(station.identity)
    return StationOut.model_validate(
        {
            "identity": station.identity,
            "online": link is not None,
            "ocpp": station.ocpp if link is None else link.version.name,
            "registration": station.registration,
            "interval": station.interval,
            "registered_as": station.booted_as,
            "booted_at": station.booted_at,
            "boot": station.boot,
            "connected_at": None if link is None else timestamp(link.connected_at),
            "security_profile": None if link is None else link.admitted.profile,
            "last_seen": None if link is None else timestamp(link.last_seen),
            "connectors": connectors,
        }
    )
