"""Operations: every CALL the CSMS may send, the body is the OCPP payload (OCPP 1.6 §5)."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Query
from fastapi.responses import JSONResponse

from csms_core.api.deps import Csms
from csms_core.api.models import ErrorOut, Started
from csms_core.api.routes.actions import ACTION, sent_by_csms
from csms_core.api.routes.actions import describe as describe_each
from csms_core.hub import errors
from csms_core.hub.operations import Operations
from csms_core.hub.version import Version

STATUS: dict[type[errors.OperationError], tuple[int, str]] = {
    errors.UnknownOperation: (404, "no such operation"),
    errors.UnknownStation: (404, "the station is not registered"),
    errors.NotConnected: (409, "the station is not connected, or went away before it answered"),
    errors.OtherVersion: (409, "the station speaks another version of OCPP"),
    errors.NotAllowed: (409, "the registration of the station rules the operation out"),
    errors.BadPayload: (422, "the payload breaks the schema of the action"),
    errors.AgainstRules: (409, "the standard forbids a CSMS to send this to the station"),
    errors.TooManyWaiting: (429, "too many operations wait for the station"),
    errors.Refused: (502, "the station answered with a CALLERROR"),
    errors.NoAnswer: (504, "the station did not answer in time"),
}

RESPONSES: dict[int | str, dict[str, Any]] = {
    **{
        code: {"model": ErrorOut, "description": "; or ".join(text for other, text in STATUS.values() if other == code)}
        for code, _ in STATUS.values()
    },
    202: {"model": Started, "description": "the operation is in the station's queue (wait=false)"},
}

Wait = Annotated[bool, Query(description="answer with the station's answer; false: with 202 as soon as it is queued")]
RulesApply = Annotated[
    bool, Query(description="refuse what the standard forbids a CSMS to send; false: send it if the schema allows it")
]
Payload = Annotated[Any, Body(description="payload of the CALL")]


async def perform(
    operations: Operations, identity: str, action: str, wait: bool, payload: Any, rules: bool = True
) -> JSONResponse:
    """Send an operation; the body of the answer is the payload of the station's CALLRESULT."""
    if isinstance(payload, bytes):
        raise HTTPException(422, "The body is no JSON; send it with 'Content-Type: application/json'.")
    try:
        task = await operations.start(identity, action, {} if payload is None else payload, rules=rules)
        if not wait:
            return JSONResponse(Started(station=identity, action=action).model_dump(), 202)
        return JSONResponse(await asyncio.shield(task))  # a client that goes away ends no exchange
    except errors.OperationError as error:
        code, _ = STATUS[type(error)]
        raise HTTPException(code, str(error)) from None


def router(version: Version) -> APIRouter:
    """The route of the operations of a version; `actions` describes it, an action at a time."""
    return _router(version.name, version.api.path)


@cache  # it knows no CSMS, and takes as long to make as half of one
def _router(name: str, path: str) -> APIRouter:
    made = APIRouter(prefix=path, tags=["operations"])

    @made.post("/stations/{identity:segment}/operations/{action}", response_model=None, responses=RESPONSES)
    async def operate(
        csms: Csms, identity: str, action: str, wait: Wait = True, rules: RulesApply = True, payload: Payload = None
    ) -> JSONResponse:
        """Send an operation to a station."""
        return await perform(csms.operations[name], identity, action, wait, payload, rules)

    return made


def describe(document: dict[str, Any], version: Version) -> None:
    """Describe each operation of a version instead of the one route."""
    names = {action: action for action in sent_by_csms(version)}
    describe_each(document, f"{version.api.path}/stations/{{identity}}/operations/{ACTION}", version, names)
