"""The trigger convention: `POST /api/octt/{version}/{station}/{action-in-kebab-case}` with the OCPP payload as body.

Test suites that play a station use it to make a CSMS send something; two more calls provide what the tests need. A
trigger is not waited for unless `wait=true`: a station that triggers itself in the middle of a test has to be free to
answer. Paths and names of members are those of the convention.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, SecretStr

from csms_core.api.deps import Csms
from csms_core.api.models import Body, ErrorOut, Identity
from csms_core.api.routes import security
from csms_core.api.routes.actions import ACTION, sent_by_csms
from csms_core.api.routes.actions import describe as describe_each
from csms_core.api.routes.operations import RESPONSES, Payload, perform
from csms_core.api.tags import AnyTag
from csms_core.hub.version import Version
from csms_core.store import tags

router = APIRouter(prefix="/api/octt", tags=["octt"])

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def kebab(action: str) -> str:
    """An action in kebab case: GetLocalListVersion is get-local-list-version."""
    return _WORD.sub("-", action).lower()


Wait = Annotated[bool, Query(description="answer with the station's answer; false: with 202 as soon as it is queued")]


class OcttDone(BaseModel):
    """It is done."""

    ok: Literal[True] = True


class OcttTokenIn(Body):
    """An idTag and what it is worth."""

    token_id: AnyTag
    status: Literal["Accepted", "Blocked", "Expired", "Invalid"] = "Accepted"
    parent_id: AnyTag | None = None


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


def names_of(version: Version) -> Mapping[str, str]:
    """What the CSMS may send in a version, each with its name in a path."""
    return {action: kebab(action) for action in sent_by_csms(version)}


def triggers(version: Version) -> APIRouter:
    """The route of the triggers of a version; `actions` describes it, an action at a time."""
    actions = {name: action for action, name in names_of(version).items()}
    made = APIRouter(prefix=f"{router.prefix}/{version.name}", tags=["octt"])

    @made.post("/{identity:segment}/{action}", response_model=None, responses=RESPONSES)
    async def trigger(
        csms: Csms, identity: str, action: str, wait: Wait = False, payload: Payload = None
    ) -> JSONResponse:
        """Send an operation to a station."""
        if action not in actions:
            raise HTTPException(404, f"There is no action '{action}'; write one such as clear-cache.")
        return await perform(csms.operations[version.name], identity, actions[action], wait, payload)

    return made


def describe(document: dict[str, Any], version: Version) -> None:
    """Describe each trigger of a version instead of the one route."""
    path = f"{router.prefix}/{version.name}/{{identity}}/{ACTION}"
    describe_each(document, path, version, names_of(version), "octt_")
