"""Jobs: firmware to fetch, diagnostics and logs to send, with what became of them and the files that were moved."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse, JSONResponse
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from csms_core import clock, operations
from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import Body, ErrorOut
from csms_core.api.operations import STATUS, Wait
from csms_core.files.places import new_token
from csms_core.files.server import Protocol
from csms_core.store import jobs

router = APIRouter(prefix="/api/v1", tags=["jobs"])

MAX_LOCATION = 512
"""Characters of a location in the security extensions (white paper, GetLog and SignedUpdateFirmware)."""

_ERRORS: dict[int | str, dict[str, Any]] = {
    **{code: {"model": ErrorOut, "description": text} for code, text in STATUS.values()},
    404: {"model": ErrorOut, "description": "the station or the image is not known"},
    409: {"model": ErrorOut, "description": "the station cannot be asked now, or this CSMS cannot do it"},
}


def _moment(value: str) -> str:
    try:
        return clock.wire(clock.parse(value))
    except ValueError:
        raise ValueError(f"'{value}' is no dateTime such as 2030-01-01T00:00:00Z") from None


DateTime = Annotated[str, AfterValidator(_moment)]
Location = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_LOCATION, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:")
]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class JobIn(Body):
    """What all jobs have. `location`: a place elsewhere; null: the file server of this CSMS, by `protocol`."""

    location: Location | None = None
    protocol: Protocol = "http"
    retries: Count | None = None
    retryInterval: Count | None = None


class FirmwareJobIn(JobIn):
    """Firmware to fetch and install, from `location` or an image of this CSMS.

    `signed` asks for SignedUpdateFirmware. Without `signature` and `signingCertificate` the CSMS signs the image with
    the firmware certificate of its PKI.
    """

    image: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    retrieveDate: DateTime | None = None
    signed: bool = False
    installDateTime: DateTime | None = None
    signature: Annotated[str, StringConstraints(min_length=1, max_length=800)] | None = None
    signingCertificate: Annotated[str, StringConstraints(min_length=1, max_length=5500)] | None = None


class DiagnosticsJobIn(JobIn):
    """Diagnostics to send."""

    startTime: DateTime | None = None
    stopTime: DateTime | None = None


class LogJobIn(JobIn):
    """A log to send (security white paper)."""

    logType: Literal["DiagnosticsLog", "SecurityLog"] = "SecurityLog"
    oldestTimestamp: DateTime | None = None
    latestTimestamp: DateTime | None = None


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
    return _out(job)


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


@router.post("/stations/{identity:segment}/jobs/firmware", status_code=201, responses=_ERRORS)
async def start_firmware(csms: Csms, identity: str, body: FirmwareJobIn, wait: Wait = True) -> JSONResponse:
    """Have a station fetch and install firmware: UpdateFirmware or SignedUpdateFirmware."""
    if (body.image is None) == (body.location is None):
        raise HTTPException(422, "Firmware comes from an image or from a location, give exactly one of them.")
    image = None if body.image is None else await _image(csms, body.image)
    retrieve = body.retrieveDate or clock.wire(clock.now())
    if not body.signed:
        if body.signature or body.signingCertificate or body.installDateTime:
            raise HTTPException(422, "signature, signingCertificate and installDateTime go with signed: true.")
        return await _start(csms, identity, "UpdateFirmware", body, {"retrieveDate": retrieve}, wait, image)
    signature, certificate = await _signature(csms, body, image)
    firmware = {"retrieveDateTime": retrieve, "signingCertificate": certificate, "signature": signature}
    if body.installDateTime is not None:
        firmware["installDateTime"] = body.installDateTime
    return await _start(csms, identity, "SignedUpdateFirmware", body, {"firmware": firmware}, wait, image)


@router.post("/stations/{identity:segment}/jobs/diagnostics", status_code=201, responses=_ERRORS)
async def start_diagnostics(csms: Csms, identity: str, body: DiagnosticsJobIn, wait: Wait = True) -> JSONResponse:
    """Have a station send its diagnostics: GetDiagnostics."""
    period = _given(startTime=body.startTime, stopTime=body.stopTime)
    return await _start(csms, identity, "GetDiagnostics", body, period, wait)


@router.post("/stations/{identity:segment}/jobs/log", status_code=201, responses=_ERRORS)
async def start_log(csms: Csms, identity: str, body: LogJobIn, wait: Wait = True) -> JSONResponse:
    """Have a station send a log: GetLog."""
    period = _given(oldestTimestamp=body.oldestTimestamp, latestTimestamp=body.latestTimestamp)
    return await _start(csms, identity, "GetLog", body, {"logType": body.logType, "log": period}, wait)


async def _start(
    csms: Csms,
    identity: str,
    action: str,
    body: JobIn,
    payload: dict[str, Any],
    wait: bool,
    image: jobs.Image | None = None,
) -> JSONResponse:
    """Plan a job, send its CALL, and show the job; one whose CALL could not be sent is not kept."""
    at = clock.wire(clock.now())
    token = new_token() if body.location is None else None
    image_id = None if image is None else image.image_id
    job_id = await csms.store.write(lambda c: jobs.plan(c, identity, action, at, token, image_id))
    try:
        location = body.location
        if location is None or token is not None:
            location = csms.files.location(body.protocol, job_id, token or "", "" if image is None else image.name)
        payload = _located(action, payload, location, job_id)
        payload |= _given(retries=body.retries, retryInterval=body.retryInterval)
        await csms.store.write(lambda c: jobs.locate(c, job_id, location))
        task = await csms.operations.start(identity, action, payload)
    except ValueError as error:
        await csms.store.write(lambda c: jobs.discard(c, job_id))
        raise HTTPException(409, str(error)) from None
    except operations.OperationError as error:
        await csms.store.write(lambda c: jobs.discard(c, job_id))
        raise HTTPException(STATUS[type(error)][0], str(error)) from None
    if wait:
        await asyncio.wait((task,))  # how it ended is in the job
    job = await csms.store.read(lambda connection: jobs.find(connection, job_id))
    assert job is not None  # nothing removes a job that was sent
    return JSONResponse(_out(job).model_dump(), 201, {"Location": f"/api/v1/jobs/{job_id}"})


def _located(action: str, payload: dict[str, Any], location: str, job_id: int) -> dict[str, Any]:
    if action == "SignedUpdateFirmware":
        return {"requestId": job_id, "firmware": {"location": location, **payload["firmware"]}}
    if action == "GetLog":
        return {
            "requestId": job_id,
            "logType": payload["logType"],
            "log": {"remoteLocation": location, **payload["log"]},
        }
    return {"location": location, **payload}


async def _image(csms: Csms, image_id: int) -> jobs.Image:
    image = await csms.store.read(lambda connection: jobs.find_image(connection, image_id))
    if image is None:
        raise HTTPException(404, f"There is no image {image_id}; POST /api/v1/images adds one.")
    return image


async def _signature(csms: Csms, body: FirmwareJobIn, image: jobs.Image | None) -> tuple[str, str]:
    """Signature and certificate of the firmware: those given, or made with the PKI."""
    if body.signature is not None and body.signingCertificate is not None:
        return body.signature, body.signingCertificate
    pki = csms.pki
    if image is None or pki is None or body.signature is not None or body.signingCertificate is not None:
        raise HTTPException(
            409,
            "Only images are signed here, and only with a PKI (--pki DIR); else give both signature and "
            "signingCertificate.",
        )
    return await asyncio.to_thread(pki.sign_file, csms.files.places.depot.path(image.stored)), pki.firmware.pem


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _out(job: jobs.Job) -> JobOut:
    return JobOut.model_validate(_members(job))


def _members(job: jobs.Job) -> dict[str, Any]:
    return asdict(job) | {"station": job.identity, "requestId": job.request_id, "finished": job.finished}
