"""Deliberate defects: the catalogue and its switches."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from csms_core.api.deps import Csms
from csms_core.api.models import ErrorOut, FaultIn, FaultOut
from csms_core.faults.model import Fault
from csms_core.faults.switchboard import NotForOneStation, Switchboard, UnknownFault

router = APIRouter(prefix="/api/v1", tags=["faults"])


@router.get("/faults")
async def list_faults(csms: Csms) -> list[FaultOut]:
    """All faults, and for whom they are on."""
    switchboard = csms.switchboard
    return [_out(switchboard, fault) for fault in switchboard.catalogue.values()]


@router.put("/faults/{name}", responses={404: {"model": ErrorOut}, 409: {"model": ErrorOut}})
async def put_fault(csms: Csms, name: str, body: FaultIn) -> FaultOut:
    """Switch a fault on or off."""
    switchboard = csms.switchboard
    try:
        switchboard.switch(name, body.enabled, body.station)
    except UnknownFault as error:
        raise HTTPException(404, str(error)) from None
    except NotForOneStation as error:
        raise HTTPException(409, str(error)) from None
    return _out(switchboard, switchboard.catalogue[name])


def _out(switchboard: Switchboard, fault: Fault) -> FaultOut:
    scopes = switchboard.scopes(fault.name)
    stations = sorted(scope for scope in scopes if scope is not None)
    return FaultOut(name=fault.name, sentence=fault.sentence, everywhere=None in scopes, stations=stations)
