"""Certificates in the store of a station (security white paper M03 to M05)."""

from fastapi import APIRouter
from pydantic import BaseModel

from tests.interop.depot.asking import Asking, Ids, Results, Stations, wire
from tests.interop.depot.house import House


class Install(Stations):
    """`use`: central_system_root_certificate or manufacturer_root_certificate."""

    use: str
    pem: str


class Named(BaseModel):
    """How a station names a certificate."""

    hash_algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


class Delete(Stations):
    """The certificate that is to go."""

    certificate: Named


def certificates(house: House) -> APIRouter:
    """The resources."""
    routes, asking = APIRouter(prefix="/certificates"), Asking(house)

    @routes.post("")
    async def install(request: Install) -> Results:
        members = {"certificateType": wire(request.use), "certificate": request.pem}
        return await asking.ask(request.station_ids, "InstallCertificate", members)

    @routes.get("")
    async def installed(station_id: Ids, use: str) -> Results:
        return await asking.ask(station_id, "GetInstalledCertificateIds", {"certificateType": wire(use)})

    @routes.post("/deletions")
    async def delete(request: Delete) -> Results:
        named = request.certificate
        data = {
            "hashAlgorithm": named.hash_algorithm,
            "issuerNameHash": named.issuer_name_hash,
            "issuerKeyHash": named.issuer_key_hash,
            "serialNumber": named.serial_number,
        }
        return await asking.ask(request.station_ids, "DeleteCertificate", {"certificateHashData": data})

    return routes
