"""Images: files the CSMS keeps for stations to fetch."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel

from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import ErrorOut
from csms_core.files.depot import DepotError, TooLarge
from csms_core.files.places import clean_name
from csms_core.store import clock, jobs
from ocppj.times import timestamp

router = APIRouter(prefix="/api/v1/images", tags=["jobs"])

_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


class ImageOut(BaseModel):
    """An image; `size` in bytes."""

    image_id: int
    name: str
    size: int
    sha256: str
    created_at: str


@router.get("")
async def list_images(csms: Csms, offset: Offset = 0, limit: Limit = 100) -> list[ImageOut]:
    """Images, newest first."""
    found = await csms.store.read(lambda connection: jobs.image_listing(connection, offset=offset, limit=limit))
    return [_out(image) for image in found]


@router.post(
    "",
    status_code=201,
    responses={413: {"model": ErrorOut}, 507: {"model": ErrorOut}},
    openapi_extra={"requestBody": {"required": True, "content": _BINARY}},
)
async def add_image(
    csms: Csms,
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=255, description="file name stations see")],
) -> ImageOut:
    """Add an image; the body is the file."""
    try:
        async with csms.files.places.depot.intake() as intake:
            async for data in request.stream():
                await intake.write(data)
            kept = await intake.keep()
    except TooLarge as error:
        raise HTTPException(413, str(error)) from None
    except DepotError as error:
        raise HTTPException(507, str(error)) from None
    row = {
        "name": clean_name(name),
        "size": kept.size,
        "sha256": kept.sha256,
        "stored": kept.stored,
        "created_at": timestamp(clock.now()),
    }
    return _out(await csms.store.write(lambda connection: jobs.add_image(connection, row)))


@router.delete("/{image_id}", status_code=204, responses={404: {"model": ErrorOut}})
async def delete_image(csms: Csms, image_id: int) -> None:
    """Remove an image; stations that were told to fetch it will not find it."""
    image = await csms.store.write(lambda connection: jobs.remove_image(connection, image_id))
    if image is None:
        raise HTTPException(404, f"There is no image {image_id}.")
    await csms.files.places.depot.remove(image.stored)


def _out(image: jobs.Image) -> ImageOut:
    return ImageOut(
        image_id=image.image_id,
        name=image.name,
        size=image.size,
        sha256=image.sha256,
        created_at=image.created_at,
    )
