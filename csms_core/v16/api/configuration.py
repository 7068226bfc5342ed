"""Configuration keys of a station, as its last GetConfiguration told them (OCPP 1.6 §5.8)."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from csms_core.api import sending
from csms_core.api.deps import Csms
from csms_core.v16.store import configuration

router = APIRouter(prefix="/api/v1", tags=["stations"])


class KeyOut(BaseModel):
    """A configuration key; `value` null: the station told none."""

    key: str
    value: str | None
    readonly: bool
    received_at: str


@router.get("/stations/{identity:segment}/configuration")
async def list_configuration(csms: Csms, identity: str) -> list[KeyOut]:
    """What the CSMS knows of the configuration: nothing before the station has answered the operation GetConfiguration,
    which refreshes it."""
    await sending.known(csms, identity)
    known = await csms.store.read(lambda connection: configuration.known(connection, identity))
    return [KeyOut(key=one.key, value=one.value, readonly=one.readonly, received_at=one.received_at) for one in known]
