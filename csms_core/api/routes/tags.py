"""Tags: which idTag, or idToken, is worth what."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from sqlalchemy import Connection

from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import ErrorOut
from csms_core.api.tags import AnyTag, NamedTagIn, TagIn, TagOut
from csms_core.store import tags

router = APIRouter(prefix="/api/v1", tags=["tags"], responses={404: {"model": ErrorOut}})


@router.get("/tags")
async def list_tags(csms: Csms, offset: Offset = 0, limit: Limit = 1000) -> list[TagOut]:
    """Tags in alphabetical order."""
    found = await csms.store.read(lambda connection: tags.listing(connection, offset=offset, limit=limit))
    return [_out(tag) for tag in found]


@router.put("/tags", status_code=204)
async def put_tags(csms: Csms, body: list[NamedTagIn]) -> None:
    """Make many tags known at once, or change them."""

    def book(connection: Connection) -> None:
        for tag in body:
            tags.put(connection, tags.Tag(tag.idTag, tag.status, tag.parentIdTag, tag.expiryDate, tag.type))

    await csms.store.write(book)


@router.get("/tags/{id_tag:segment}")
async def get_tag(csms: Csms, id_tag: str) -> TagOut:
    """One tag; the case of its letters does not matter."""
    tag = await csms.store.read(lambda connection: tags.find(connection, id_tag))
    if tag is None:
        raise _unknown(id_tag)
    return _out(tag)


@router.put("/tags/{id_tag:segment}", status_code=204)
async def put_tag(csms: Csms, id_tag: AnyTag, body: TagIn | None = None) -> None:
    """Make a tag known, or change it; without a body it is Accepted."""
    await put_tags(csms, [NamedTagIn(idTag=id_tag, **(body or TagIn()).model_dump())])


@router.delete("/tags/{id_tag:segment}", status_code=204)
async def delete_tag(csms: Csms, id_tag: str) -> None:
    """Forget a tag; from then on it is Invalid, or Unknown where a version of OCPP has such a status."""
    if not await csms.store.write(lambda connection: tags.remove(connection, id_tag)):
        raise _unknown(id_tag)


def _unknown(id_tag: str) -> HTTPException:
    return HTTPException(404, f"The tag '{id_tag}' is not known.")


def _out(tag: tags.Tag) -> TagOut:
    return TagOut(
        idTag=tag.id_tag,
        status=tag.status,
        parentIdTag=tag.parent_id_tag,
        expiryDate=tag.expiry_date,
        type=tag.type,
    )
