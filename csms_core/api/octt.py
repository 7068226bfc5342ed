"""The trigger convention: `POST /api/octt/1.6/{station}/{action-in-kebab-case}` with the OCPP payload as body.

Test suites that play a station use it to make a CSMS send something; two more calls provide what the tests need. A
trigger is not waited for unless `wait=true`: a station that triggers itself in the middle of a test has to be free to
answer. Paths and names of members are those of the convention.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, SecretStr

from csms_core.api import operations, security
from csms_core.api.deps import Csms
from csms_core.api.models import Body, ErrorOut, Identity, IdTag
from csms_core.api.operation_routes import documented
from csms_core.store import tags
from schemas import load

router = APIRouter(prefix="/api/octt", tags=["octt"])

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def kebab(action: str) -> str:
    """An action in kebab case: GetLocalListVersion is get-local-list-version."""
    return _WORD.sub("-", action).lower()


Wait = Annotated[bool, Query(description="answer with the station's answer; false: with 202 as soon as it is queued")]

ACTIONS = {kebab(action): action for action, info in load("1.6").actions.items() if info.sender != "station"}


class OcttDone(BaseModel):
    """It is done."""

    ok: Literal[True] = True


class OcttTokenIn(Body):
    """An idTag and what it is worth."""

    token_id: IdTag
    status: Literal["Accepted", "Blocked", "Expired", "Invalid"] = "Accepted"
    parent_id: IdTag | None = None


class OcttPasswordIn(Body):
    """A password of a station: text, or 32 to 40 hex digits for octets that are no text."""

    station_id: Identity
    password: Annotated[SecretStr, Field(min_length=1, max_length=security.LONGEST_PASSWORD)]


@router.post("/create-token")
async def create_token(csms: Csms, body: OcttTokenIn) -> OcttDone:
    """Make an idTag known, or change it."""
    tag = tags.Tag(body.token_id, body.status, body.parent_id)
    await csms.store.write(lambda connection: tags.put(connection, tag))
    return OcttDone()


@router.post("/set-basic-auth-password", responses={404: {"model": ErrorOut}})
async def set_basic_auth_password(csms: Csms, body: OcttPasswordIn) -> OcttDone:
    """Set the password a station connects with from its next handshake on; a connection it has goes on."""
    changes = await security.password_changes(csms, body.station_id, body.password)
    if await security.store(csms, body.station_id, changes) is None:
        raise security.unknown(body.station_id)
    return OcttDone()


def _route(action: str) -> Callable[..., Awaitable[JSONResponse]]:
    async def send(csms: Csms, identity: str, wait: Wait = False, payload: operations.Payload = None) -> JSONResponse:
        return await operations.perform(csms, identity, action, wait, payload)

    return send


def _add_routes() -> None:
    schemas = load("1.6")
    for name, action in ACTIONS.items():
        schema = documented(schemas.schema(action, "call"))
        body = {"content": {"application/json": {"schema": schema}}, "required": "required" in schema}
        router.add_api_route(
            f"/1.6/{{identity:segment}}/{name}",
            _route(action),
            methods=["POST"],
            name=f"octt {action}",
            operation_id=f"octt_{action}",
            summary=f"{action} ({schemas.actions[action].profile})",
            response_model=None,
            responses=operations.RESPONSES,
            openapi_extra={"requestBody": body},
        )


_add_routes()


@router.post("/1.6/{identity:segment}/{action}", include_in_schema=False, response_model=None)
async def unknown_action(identity: str, action: str) -> JSONResponse:
    """Say what is wrong with the name of the action."""
    raise HTTPException(404, f"There is no action '{action}'; write one such as remote-start-transaction.")
