"""Certificates issued to stations, and the authority of this CSMS (security white paper)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel

from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import ErrorOut
from csms_core.store import certificates, clock
from ocppj.times import moment, timestamp

router = APIRouter(prefix="/api/v1", tags=["security"])


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": {"type": "string"}}}}, 404: {"model": ErrorOut}}


class CertificateOut(BaseModel):
    """A certificate issued to a station. `state`: issued, installed, rejected by the station, or undelivered."""

    serial_number: str
    station: str
    common_name: str
    state: Literal["issued", "installed", "rejected", "undelivered"]
    issued_at: str
    expires_at: str
    revoked_at: str | None
    pem: str


@router.get("/certificates")
async def list_certificates(
    csms: Csms,
    station: Annotated[str | None, Query(description="of this station only")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> list[CertificateOut]:
    """Certificates issued to stations, newest first."""
    found = await csms.store.read(
        lambda connection: certificates.listing(connection, identity=station, offset=offset, limit=limit)
    )
    return [CertificateOut.model_validate(asdict(issued) | {"station": issued.identity}) for issued in found]


@router.post("/certificates/{serial_number}/revoke", status_code=204, responses={404: {"model": ErrorOut}})
async def revoke_certificate(csms: Csms, serial_number: str) -> None:
    """Revoke a certificate: a station that presents it is refused from now on, one that has come in with it goes."""
    at = timestamp(clock.now())
    if not await csms.store.write(lambda connection: certificates.revoke(connection, serial_number, at)):
        raise HTTPException(404, f"This CSMS has issued no certificate {serial_number}.")
    serial = serial_number.lower()
    csms.doorman.changed(serial)
    for identity in csms.hub.presenting(serial):
        csms.hub.disconnect(identity, "its certificate was revoked")


@router.get("/pki/roots", response_class=Response, responses=_file("application/x-pem-file"))
async def get_roots(csms: Csms) -> PlainTextResponse:
    """The roots of this CSMS as PEM: what a station, or a test, has to trust."""
    if csms.pki is None:
        raise HTTPException(404, "This CSMS has no PKI; make one with --init-pki DIR and start with --pki DIR.")
    return PlainTextResponse("".join(root.pem for root in csms.pki.roots), media_type="application/x-pem-file")


@router.get("/pki/crl", response_class=Response, responses=_file("application/pkix-crl"))
async def get_crl(csms: Csms) -> PlainTextResponse:
    """The revocation lists of both issuing authorities as PEM."""
    if csms.pki is None:
        raise HTTPException(404, "This CSMS has no PKI; make one with --init-pki DIR and start with --pki DIR.")
    revoked = await csms.store.read(certificates.revoked)
    entries = [(int(gone.serial_number, 16), moment(gone.revoked_at or gone.issued_at)) for gone in revoked]
    return PlainTextResponse(csms.pki.crl(entries, clock.now()), media_type="application/pkix-crl")
