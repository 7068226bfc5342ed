"""Remote trigger: ask a station for a message, and show what it brought (OCPP 1.6 §5.17)."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from csms_core.api import sending
from csms_core.api.deps import Csms
from csms_core.api.models import Body
from csms_core.store import clock
from csms_core.store.ids import LARGEST
from csms_core.v16.api.deps import operations
from csms_core.v16.triggers import brought
from ocppj.frames import Call
from ocppj.times import timestamp

router = APIRouter(prefix="/api/v1", tags=["remote trigger"])

Seconds = Annotated[float, Query(ge=0, le=600, description="how long to wait for the message itself, in seconds")]


class TriggerIn(Body):
    """Which message to ask for. `extended`: by ExtendedTriggerMessage of the security white paper."""

    requestedMessage: Literal[
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "SignChargePointCertificate",
        "StatusNotification",
    ]
    connectorId: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    extended: bool = False


class MessageOut(BaseModel):
    """A CALL of the station."""

    action: str
    payload: dict[str, Any]
    received_at: str


class TriggerOut(BaseModel):
    """`status` of the station's answer, and the first such message it sent since it was asked; null: none came in time,
    or it was not waited for."""

    status: str
    message: MessageOut | None


@router.post("/stations/{identity:segment}/triggers", responses=sending.RESPONSES)
async def trigger(csms: Csms, identity: str, body: TriggerIn, timeout: Seconds = 30.0) -> TriggerOut:
    """Ask for a message and wait for it. Without `connectorId` the first one counts, whichever connector it is of."""
    action = "ExtendedTriggerMessage" if body.extended else "TriggerMessage"
    wanted = brought(action, body.requestedMessage)
    came: asyncio.Future[MessageOut] = asyncio.get_running_loop().create_future()

    def watch(call: Call) -> None:
        payload = call.payload or {}
        named = body.connectorId is None or payload.get("connectorId", body.connectorId) == body.connectorId
        if call.action == wanted and named and not came.done():
            came.set_result(MessageOut(action=call.action, payload=payload, received_at=timestamp(clock.now())))

    link = csms.hub.link(identity)
    if link is not None:  # if there is none, the operation says so
        link.watches = (*link.watches, watch)
    try:
        payload = body.model_dump(include={"requestedMessage", "connectorId"}, exclude_none=True)
        answer = await sending.send(operations(csms), identity, action, payload)
        status = str(answer.get("status"))
        if link is not None and status == "Accepted":
            gone = asyncio.ensure_future(link.peer.wait_closed())
            await asyncio.wait((came, gone), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
        return TriggerOut(status=status, message=came.result() if status == "Accepted" and came.done() else None)
    finally:
        came.cancel()
        if link is not None:
            link.watches = tuple(other for other in link.watches if other is not watch)
