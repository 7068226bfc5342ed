"""The device model of a station, as its reports and answers told it, and meter values beside its transactions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from csms_core.api import sending
from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import ErrorOut
from csms_core.v201.api.models import MeterValueOut, ReportOut, VariableOut
from csms_core.v201.api.paths import ROOT
from csms_core.v201.store import meter_values, reports, variables

router = APIRouter(prefix=f"{ROOT}/stations", tags=["stations"], responses={404: {"model": ErrorOut}})

Name = Annotated[str | None, Query(description="of this name only, in any case")]


@router.get("/{identity:segment}/variables")
async def list_variables(csms: Csms, identity: str, component: Name = None, variable: Name = None) -> list[VariableOut]:
    """What the CSMS knows of the device model: what the station has told in reports (the operation GetBaseReport asks
    for one) and in answers to GetVariables and SetVariables."""
    await sending.known(csms, identity)
    found = await csms.store.read(lambda c: variables.listing(c, identity, component=component, variable=variable))
    return [
        VariableOut(
            component=one.component,
            variable=one.variable,
            variableAttribute=one.attributes,
            variableCharacteristics=one.characteristics,
            received_at=one.received_at,
        )
        for one in found
    ]


@router.get("/{identity:segment}/reports")
async def list_reports(csms: Csms, identity: str) -> list[ReportOut]:
    """The reports of the device model that were asked for or came, those with the highest requestId first."""
    await sending.known(csms, identity)
    found = await csms.store.read(lambda connection: reports.listing(connection, identity))
    return [ReportOut.model_validate(_wire(asdict(report))) for report in found]


@router.get("/{identity:segment}/meter-values")
async def list_meter_values(csms: Csms, identity: str, offset: Offset = 0, limit: Limit = 1000) -> list[MeterValueOut]:
    """What MeterValues told, newest first. Those of a transaction are in its events."""
    await sending.known(csms, identity)
    found = await csms.store.read(lambda c: meter_values.listing(c, identity, offset=offset, limit=limit))
    return [
        MeterValueOut(
            evseId=one.evse_id, timestamp=one.measured_at, sampledValue=one.sampled_value, received_at=one.received_at
        )
        for one in found
    ]


_NAMES = {
    "request_id": "requestId",
    "report_base": "reportBase",
    "last_seq_no": "seqNo",
    "generated_at": "generatedAt",
}


def _wire(members: dict[str, Any]) -> dict[str, Any]:
    return {_NAMES.get(name, name): value for name, value in members.items()}
