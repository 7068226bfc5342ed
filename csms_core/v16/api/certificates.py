"""Certificates installed in stations, and the security events they report (security white paper)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, StringConstraints

from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import Body, ErrorOut
from csms_core.api.routes.operations import STATUS, Wait, perform
from csms_core.store import certificates, stations
from csms_core.v16.api.deps import operations

router = APIRouter(prefix="/api/v1", tags=["security"])

CertificateType = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
MAX_CERTIFICATE = 5500
"""Characters of a certificate in InstallCertificate."""

CRITICAL = frozenset(
    {
        "FirmwareUpdated",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "MemoryExhaustion",
        "TamperDetectionActivated",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "InvalidCentralSystemCertificate",
        "InvalidChargePointCertificate",
        "InvalidTLSVersion",
        "InvalidTLSCipherSuite",
    }
)
"""Security events a station has to notify (white paper, list of security events)."""

_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorOut, "description": text} for code, text in STATUS.values()
}


class InstalledOut(BaseModel):
    """A certificate in the store of a station; `pem` is null when it was never seen here."""

    certificateType: CertificateType
    certificateHashData: dict[str, Any]
    pem: str | None
    seen_at: str


class InstallIn(Body):
    """A certificate to install. `certificate` null: the root of this CSMS of that type and `algorithm`."""

    certificateType: CertificateType
    certificate: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CERTIFICATE)] | None = None
    algorithm: Literal["RSA", "EC"] = "RSA"


class SecurityEventOut(BaseModel):
    """A security event; `critical` when the white paper counts its type among those."""

    station: str
    type: str
    timestamp: str
    techInfo: str | None
    critical: bool
    received_at: str


@router.get("/stations/{identity:segment}/certificates")
async def list_installed(
    csms: Csms, identity: str, certificateType: CertificateType | None = None
) -> list[InstalledOut]:
    """What is known to be in the certificate store of a station; GetInstalledCertificateIds brings it up to date."""
    found = await csms.store.read(lambda connection: certificates.installed(connection, identity, certificateType))
    return [
        InstalledOut.model_validate(
            {
                "certificateType": known.certificate_type,
                "certificateHashData": known.hash_data,
                "pem": known.pem,
                "seen_at": known.seen_at,
            }
        )
        for known in found
    ]


@router.post("/stations/{identity:segment}/certificates", response_model=None, responses=_ERRORS)
async def install_certificate(csms: Csms, identity: str, body: InstallIn, wait: Wait = True) -> JSONResponse:
    """Install a root in a station: InstallCertificate."""
    certificate = body.certificate
    if certificate is None:
        if csms.pki is None:
            raise HTTPException(409, "This CSMS has no PKI (--pki DIR), so give the certificate.")
        own = csms.pki.roots[("RSA", "EC").index(body.algorithm)]
        certificate = (csms.pki.manufacturer if body.certificateType == "ManufacturerRootCertificate" else own).pem
    payload = {"certificateType": body.certificateType, "certificate": certificate}
    return await perform(operations(csms), identity, "InstallCertificate", wait, payload)


@router.delete(
    "/stations/{identity:segment}/certificates/{certificateType}/{serialNumber}", response_model=None, responses=_ERRORS
)
async def delete_certificate(
    csms: Csms, identity: str, certificateType: CertificateType, serialNumber: str, wait: Wait = True
) -> JSONResponse:
    """Delete a certificate from the store of a station, named as the station named it: DeleteCertificate."""
    found = await csms.store.read(lambda connection: certificates.installed(connection, identity, certificateType))
    named = [one.hash_data for one in found if str(one.hash_data["serialNumber"]).lower() == serialNumber.lower()]
    if len(named) != 1:
        known = "no" if not named else "more than one"
        raise HTTPException(
            404,
            f"The station '{identity}' is known to have {known} {certificateType} {serialNumber}; the operation "
            "DeleteCertificate takes any certificateHashData.",
        )
    return await perform(operations(csms), identity, "DeleteCertificate", wait, {"certificateHashData": named[0]})


@router.get("/security-events")
async def list_security_events(
    csms: Csms,
    station: Annotated[str | None, Query(description="of this station only")] = None,
    critical: Annotated[bool | None, Query(description="critical ones only, or the others only")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> list[SecurityEventOut]:
    """Security events of the stations, newest first; `offset` and `limit` count before `critical` sorts out."""
    found = await csms.store.read(
        lambda c: stations.notices_about(c, "SecurityEventNotification", station, offset=offset, limit=limit)
    )
    events = [
        SecurityEventOut(
            station=notice["identity"],
            type=notice["payload"]["type"],
            timestamp=notice["payload"]["timestamp"],
            techInfo=notice["payload"].get("techInfo"),
            critical=notice["payload"]["type"] in CRITICAL,
            received_at=notice["received_at"],
        )
        for notice in found
    ]
    return [event for event in events if critical is None or event.critical == critical]
