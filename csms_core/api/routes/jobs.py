"""Jobs: firmware to fetch, diagnostics and logs to send, with what became of them and the files that were moved.

What begins one is a matter of the version; `begin` is what they have in common.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel

from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import ErrorOut
from csms_core.api.routes.operations import STATUS
from csms_core.api.services import Services
from csms_core.files.places import new_token
from csms_core.files.server import Protocol
from csms_core.hub.errors import OperationError
from csms_core.hub.operations import Operations
from csms_core.store import clock, jobs
from ocppj.times import timestamp

router = APIRouter(prefix="/api/v1", tags=["jobs"])


@dataclass(frozen=True, slots=True)
class Place:
    """Where the file of a job comes from or goes to: `location` elsewhere; None: the file server of this CSMS, by
    `protocol`, and there `image` when it is fetched."""

    location: str | None
    protocol: Protocol
    image: jobs.Image | None = None


class TransferOut(BaseModel):
    """A file that was moved; `size` in bytes."""

    transfer_id: int
    direction: Literal["upload", "download"]
    protocol: str
    name: str
    size: int
    sha256: str
    ended_at: str


class JobBrief(BaseModel):
    """A job in a list. `state` follows its CALL, `status` is what the station reported last."""

    job_id: int
    station: str
    action: str
    state: Literal["queued", "sent", "accepted", "refused", "failed", "superseded"]
    finished: bool
    status: str | None
    requestId: int | None
    location: str
    payload: dict[str, Any]
    answer: dict[str, Any] | None
    problem: str | None
    created_at: str


class JobOut(JobBrief):
    """A job with what the station reported, in the order in which it came, and the files that were moved."""

    history: list[dict[str, str]]
    transfers: list[TransferOut]


@router.get("/jobs")
async def list_jobs(
    csms: Csms,
    station: Annotated[str | None, Query(description="of this station only")] = None,
    action: Annotated[str | None, Query(description="of this operation only")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> list[JobBrief]:
    """Jobs, newest first; what was reported and moved is told of each by itself."""
    found = await csms.store.read(
        lambda connection: jobs.listing(connection, identity=station, action=action, offset=offset, limit=limit)
    )
    return [JobBrief.model_validate(_members(job)) for job in found]


@router.get("/jobs/{job_id}", responses={404: {"model": ErrorOut}})
async def get_job(csms: Csms, job_id: int) -> JobOut:
    """One job with what the station reported and the files that were moved."""
    job = await csms.store.read(lambda connection: jobs.find(connection, job_id))
    if job is None:
        raise HTTPException(404, f"There is no job {job_id}.")
    return shown(job)


@router.get("/jobs/{job_id}/files/{transfer_id}", responses={404: {"model": ErrorOut}}, response_class=FileResponse)
async def get_file(csms: Csms, job_id: int, transfer_id: int) -> FileResponse:
    """A file that a station left."""
    moved = await csms.store.read(lambda connection: jobs.find_transfer(connection, transfer_id))
    if moved is None or moved.job_id != job_id or moved.stored is None:
        raise HTTPException(404, f"The job {job_id} has no file {transfer_id}.")
    path = csms.files.places.depot.path(moved.stored)
    if not await asyncio.to_thread(path.is_file):
        raise HTTPException(404, f"The file {transfer_id} of the job {job_id} is gone.")
    return FileResponse(path, media_type="application/octet-stream", filename=moved.name)


async def begin(
    csms: Services,
    operations: Operations,
    identity: str,
    action: str,
    place: Place,
    payload_of: Callable[[str, int], dict[str, Any]],
    wait: bool,
) -> JSONResponse:
    """Plan a job, send its CALL, and show the job; one whose CALL could not be sent is not kept.

    `payload_of` gives the payload from the location and the id of the job. Raises HTTPException.
    """
    at = timestamp(clock.now())
    token = new_token() if place.location is None else None
    image_id = None if place.image is None else place.image.image_id
    job_id = await csms.store.write(lambda c: jobs.plan(c, identity, action, at, token, image_id))
    try:
        location = place.location
        if location is None or token is not None:
            name = "" if place.image is None else place.image.name
            location = csms.files.location(place.protocol, job_id, token or "", name)
        payload = payload_of(location, job_id)
        await csms.store.write(lambda c: jobs.locate(c, job_id, location))
        task = await operations.start(identity, action, payload)
    except ValueError as error:
        await csms.store.write(lambda c: jobs.discard(c, job_id))
        raise HTTPException(409, str(error)) from None
    except OperationError as error:
        await csms.store.write(lambda c: jobs.discard(c, job_id))
        raise HTTPException(STATUS[type(error)][0], str(error)) from None
    if wait:
        await asyncio.wait((task,))  # how it ended is in the job
    job = await csms.store.read(lambda connection: jobs.find(connection, job_id))
    assert job is not None  # nothing removes a job that was sent
    return JSONResponse(shown(job).model_dump(), 201, {"Location": f"/api/v1/jobs/{job_id}"})


def shown(job: jobs.Job) -> JobOut:
    """A job with all that is known of it."""
    return JobOut.model_validate(_members(job))


def _members(job: jobs.Job) -> dict[str, Any]:
    return asdict(job) | {"station": job.identity, "requestId": job.request_id, "finished": job.finished}
