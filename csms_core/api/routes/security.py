"""How stations prove who they are (security white paper, A00), and the tokens of the API itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field, SecretStr, StringConstraints
from sqlalchemy import Connection

from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import Body, ErrorOut, Identity
from csms_core.api.services import Services
from csms_core.auth import basic, standing, tokens
from csms_core.auth.doorman import Admitted
from csms_core.store import credentials, stations
from ocppj.times import timestamp

router = APIRouter(prefix="/api/v1", tags=["security"])

LONGEST_PASSWORD = 255

TokenName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=tokens.NAME)]


class SecurityIn(Body):
    """What a station may connect with. A member that is left out stays as it is, null clears it.

    `profile`: the only one it may use; null: any from the CSMS's own (--security-profile) up. `password`: text, or 32
    to 40 hex digits for octets that are no text; setting one also ends a key change under way. `serial_number`: another
    common name its client certificate may have, besides the identity. `user_name`: that of its Basic authentication,
    where it is not the identity as OCPP-J §6.2 has it.
    """

    profile: Annotated[int, Field(ge=0, le=3)] | None = None
    password: Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_PASSWORD)] | None = None
    serial_number: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None
    user_name: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None


class HandshakeOut(BaseModel):
    """How a station was judged when it last connected: the profile it came in with, or why it was refused."""

    at: str
    profile: int | None
    refused: str | None


class SecurityOut(BaseModel):
    """What a station may connect with. Passwords are never shown.

    `key_change_pending`: a key was sent and its outcome is not known, so both are valid. `announced_profile`: the one
    it was asked to rise to, and has not come with yet.
    """

    profile: int | None
    announced_profile: int | None
    has_password: bool
    key_change_pending: bool
    serial_number: str | None
    user_name: str | None
    last_handshake: HandshakeOut | None


class TokenIn(Body):
    """A new token of the API."""

    name: TokenName


class NewTokenOut(BaseModel):
    """A new token. It is shown this once and kept nowhere."""

    name: str
    token: str


class TokenOut(BaseModel):
    """A token of the API, without what it says."""

    name: str
    created_at: str


@router.get("/stations/{identity:segment}/security", responses={404: {"model": ErrorOut}})
async def get_security(csms: Csms, identity: str) -> SecurityOut:
    """What a station may connect with."""

    def ask(connection: Connection) -> tuple[bool, credentials.Credentials]:
        return stations.find(connection, identity) is not None, credentials.find(connection, identity)

    known, kept = await csms.store.read(ask)
    if not known:
        raise unknown(identity)
    return _out(csms, identity, kept)


@router.put("/stations/{identity:segment}/security", status_code=204, responses={404: {"model": ErrorOut}})
async def put_security(csms: Csms, identity: Identity, body: SecurityIn) -> None:
    """Change what a station may connect with; a connection that would not be let in any more is closed (1008)."""
    changes: dict[str, object] = {name: getattr(body, name) for name in body.model_fields_set - {"password"}}
    if "profile" in changes:
        changes["announced"] = None
    if "password" in body.model_fields_set:
        changes |= await password_changes(csms, identity, body.password)
    booked = await store(csms, identity, changes)
    if booked is None:
        raise unknown(identity)
    before, after = booked
    if before != after:
        csms.doorman.changed(identity)
    link = csms.hub.link(identity)
    if link is not None:
        minimum = csms.config.security_profile
        reason = standing.reason_to_end(link.admitted, identity, before, after, minimum)
        if reason is not None:
            csms.hub.disconnect(identity, reason)


@router.get("/tokens")
async def list_tokens(csms: Csms, offset: Offset = 0, limit: Limit = 1000) -> list[TokenOut]:
    """Tokens of the API by name."""
    rows = await csms.store.read(lambda connection: credentials.tokens(connection, offset=offset, limit=limit))
    return [TokenOut(**row) for row in rows]


@router.post("/tokens", status_code=201, responses={409: {"model": ErrorOut}})
async def create_token(csms: Csms, body: TokenIn) -> NewTokenOut:
    """Make a token of the API for use from other machines."""
    try:
        return NewTokenOut(name=body.name, token=await tokens.add(csms.store, body.name))
    except tokens.TokenError as error:
        raise HTTPException(409, str(error)) from None


@router.delete("/tokens/{name}", status_code=204, responses={404: {"model": ErrorOut}})
async def delete_token(csms: Csms, name: str) -> None:
    """Make a token worthless."""
    if not await csms.store.write(lambda connection: credentials.remove_token(connection, name)):
        raise HTTPException(404, f"There is no token '{name}'.")


async def password_changes(csms: Services, identity: str, password: SecretStr | None) -> dict[str, object]:
    """What a new password changes of the credentials; the same one again ends a key change under way, and no more."""
    if password is None:
        return {"password": None, "pending": None}
    secret = basic.key_of_text(password.get_secret_value())
    kept = await csms.store.read(lambda connection: credentials.find(connection, identity))
    if await csms.vault.check(secret, kept.password):
        return {"pending": None}
    return {"password": await csms.vault.hash(secret), "pending": None}


async def store(
    csms: Services, identity: str, changes: dict[str, object]
) -> tuple[credentials.Credentials, credentials.Credentials] | None:
    """Keep changes to the credentials of a station; gives them before and after, None when it is not registered."""

    def book(connection: Connection) -> tuple[credentials.Credentials, credentials.Credentials] | None:
        if stations.find(connection, identity) is None:
            return None
        before = credentials.find(connection, identity)
        credentials.put(connection, identity, **changes)
        return before, credentials.find(connection, identity)

    return await csms.store.write(book)


def unknown(identity: str) -> HTTPException:
    """The answer for a station nobody registered."""
    return HTTPException(404, f"The station '{identity}' is not registered.")


def _out(csms: Services, identity: str, kept: credentials.Credentials) -> SecurityOut:
    last = csms.doorman.last(identity)
    handshake = None
    if last is not None:
        came_in = last.outcome if isinstance(last.outcome, Admitted) else None
        handshake = HandshakeOut(
            at=timestamp(last.at),
            profile=None if came_in is None else came_in.profile,
            refused=last.outcome if isinstance(last.outcome, str) else None,
        )
    return SecurityOut(
        profile=kept.profile,
        announced_profile=kept.announced,
        has_password=kept.password is not None,
        key_change_pending=kept.pending is not None,
        serial_number=kept.serial_number,
        user_name=kept.user_name,
        last_handshake=handshake,
    )
