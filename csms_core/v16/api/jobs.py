"""What begins a job: UpdateFirmware, SignedUpdateFirmware, GetDiagnostics and GetLog (OCPP 1.6 §5.9, §5.19; white paper
L01, N01)."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field, StringConstraints

from csms_core.api.deps import Csms
from csms_core.api.models import Body, ErrorOut
from csms_core.api.routes.jobs import Place, begin
from csms_core.api.routes.operations import STATUS, Wait
from csms_core.files.server import Protocol
from csms_core.store import clock, jobs
from csms_core.v16.api.deps import operations
from ocppj.times import moment, timestamp

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
        return timestamp(moment(value))
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


@router.post("/stations/{identity:segment}/jobs/firmware", status_code=201, responses=_ERRORS)
async def start_firmware(csms: Csms, identity: str, body: FirmwareJobIn, wait: Wait = True) -> JSONResponse:
    """Have a station fetch and install firmware: UpdateFirmware or SignedUpdateFirmware."""
    if (body.image is None) == (body.location is None):
        raise HTTPException(422, "Firmware comes from an image or from a location, give exactly one of them.")
    image = None if body.image is None else await _image(csms, body.image)
    retrieve = body.retrieveDate or timestamp(clock.now())
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
    def located(location: str, job_id: int) -> dict[str, Any]:
        return _located(action, payload, location, job_id) | _given(
            retries=body.retries, retryInterval=body.retryInterval
        )

    place = Place(body.location, body.protocol, image)
    return await begin(csms, operations(csms), identity, action, place, located, wait)


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
