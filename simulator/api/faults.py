"""Deliberate defects of the station: the catalogue, and which of them it has."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from simulator.api.deps import Watched
from simulator.faults import UnknownFault, active, catalogue, set_faults
from simulator.station import Station

router = APIRouter(prefix="/api/v1/faults", tags=["faults"])


class FaultOut(BaseModel):
    """A deliberate defect: what the station then does wrong."""

    name: str
    sentence: str
    active: bool


class FaultsIn(BaseModel):
    """The faults the station is to have, by name; none: it is right again."""

    model_config = ConfigDict(extra="forbid", strict=True)

    faults: list[str]


@router.get("")
async def list_faults(record: Watched) -> list[FaultOut]:
    """The catalogue."""
    return _listed(record.station)


@router.put("")
async def put_faults(record: Watched, body: FaultsIn) -> list[FaultOut]:
    """Give the station these faults and no others, from the next thing it does on."""
    try:
        set_faults(record.station, body.faults)
    except UnknownFault as error:
        raise HTTPException(422, str(error)) from None
    return _listed(record.station)


def _listed(station: Station) -> list[FaultOut]:
    on = active(station)
    return [FaultOut(name=name, sentence=text, active=name in on) for name, text in catalogue().items()]
