"""Deliberate defects of the station: the catalogue, and which of them it has."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from simulator.faults.catalogue import UnknownFault, active
from simulator.views.api.deps import Watched
from simulator.views.record import Record

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
    return _listed(record)


@router.put("")
async def put_faults(record: Watched, body: FaultsIn) -> list[FaultOut]:
    """Give the station these faults and no others, from the next thing it does on."""
    try:
        record.catalogue.give(record.station, body.faults)
    except UnknownFault as error:
        raise HTTPException(422, str(error)) from None
    return _listed(record)


def _listed(record: Record) -> list[FaultOut]:
    on = active(record.station)
    return [
        FaultOut(name=name, sentence=text, active=name in on) for name, text in record.catalogue.sentences().items()
    ]
