"""Certificates and security events over the wire (security white paper A02 to A04, L01, M03 to M05)."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from csms_core import Csms
from csms_core.pki import Pki, hash_data
from csms_core.store import certificates, stations
from ocppj.frames import CallResult
from ocppj.peers.aio import CallRefused
from tests.csms_core.support.bench import STATION, Connecting, Station
from tests.csms_core.support.pki import csr, ec_key, rsa_key

pytestmark = pytest.mark.asyncio

CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
INSTALLED = f"/api/v1/stations/{STATION}/certificates"


@pytest.fixture
def settings(pki: Pki) -> dict[str, Any]:
    """This CSMS signs."""
    return {"pki": str(pki.folder)}


@pytest.fixture
def taking(station: Station) -> Station:
    """A station that takes everything."""
    station.answers |= {
        "CertificateSigned": {"status": "Accepted"},
        "InstallCertificate": {"status": "Accepted"},
        "DeleteCertificate": {"status": "Accepted"},
        "ExtendedTriggerMessage": {"status": "Accepted"},
        "SignedUpdateFirmware": {"status": "Accepted"},
    }
    return station


async def send(api: httpx.AsyncClient, action: str, payload: dict[str, Any]) -> httpx.Response:
    return await api.post(f"/api/v1/stations/{STATION}/operations/{action}", json=payload)


async def issued(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get("/api/v1/certificates", params={"station": STATION})).json()
    return found


@pytest.mark.parametrize("which", [0, 1], ids=["rsa", "ec"])
async def test_a_proper_request_is_answered_and_then_certified(
    api: httpx.AsyncClient, pki: Pki, taking: Station, which: int
) -> None:
    await taking.next_frame()  # the answer to its boot
    key = (rsa_key(), ec_key())[which]

    answer = await taking.call("SignCertificate", {"csr": csr(key)})
    call = await taking.next_call()

    assert answer == {"status": "Accepted"}
    assert isinstance(await taking.next_frame(), CallResult), "the answer comes first"
    assert call.action == "CertificateSigned"
    leaf, issuer = x509.load_pem_x509_certificates(call.payload["certificateChain"].encode())
    assert leaf.public_key() == key.public_key()
    assert leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == STATION
    assert leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == pki.operator
    leaf.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(pki.roots[which].certificate)
    # An RSA root signs with PKCS#1 v1.5, which every station reads; RSA-PSS is recommended (SEC-17).
    told = [(finding.rule, finding.level) for finding in taking.peer.findings if finding.party == "csms"]
    assert told == [[("SEC-17", "INFO")], []][which]


@pytest.mark.parametrize(("said", "state"), [("Accepted", "installed"), ("Rejected", "rejected")])
async def test_what_the_station_made_of_a_certificate_is_kept(
    csms: Csms, api: httpx.AsyncClient, taking: Station, said: str, state: str
) -> None:
    taking.answers["CertificateSigned"] = {"status": said}

    await taking.call("SignCertificate", {"csr": csr(ec_key())})
    call = await taking.next_call()
    await csms.hub.settled()

    (known,) = await issued(api)
    assert (known["state"], known["common_name"], known["revoked_at"]) == (state, STATION, None)
    assert known["pem"] == call.payload["certificateChain"]


async def test_a_certificate_that_does_not_arrive_is_known_not_to(
    csms: Csms, api: httpx.AsyncClient, station: Station
) -> None:
    await station.call("SignCertificate", {"csr": csr(ec_key())})  # and it answers with NotSupported
    await csms.hub.settled()

    (known,) = await issued(api)
    assert known["state"] == "undelivered"


async def test_one_request_at_a_time(csms: Csms, taking: Station) -> None:
    taking.release.clear()

    first = await taking.call("SignCertificate", {"csr": csr(ec_key())})
    second = await taking.call("SignCertificate", {"csr": csr(ec_key())})
    taking.release.set()
    await csms.hub.settled()
    third = await taking.call("SignCertificate", {"csr": csr(ec_key())})

    assert [answer["status"] for answer in (first, second, third)] == ["Accepted", "Rejected", "Accepted"]


async def test_a_serial_number_of_the_boot_is_a_name_of_the_station(csms: Csms, connecting: Connecting) -> None:
    station = await connecting()
    await station.boot(chargePointSerialNumber="SN-1", chargeBoxSerialNumber="SN-2")

    answers = []
    for name in ("SN-1", "SN-2", "SN-3"):
        answers.append((await station.call("SignCertificate", {"csr": csr(ec_key(), name)}))["status"])
        await csms.hub.settled()

    assert answers == ["Accepted", "Accepted", "Rejected"]


@pytest.mark.parametrize("text", ["improper", csr(rsa_key(1024)), csr(ec_key(), "PP-0002")])
async def test_sec_13_an_improper_request_is_rejected(
    api: httpx.AsyncClient, taking: Station, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert await taking.call("SignCertificate", {"csr": text}) == {"status": "Rejected"}

    assert f"SignCertificate of {STATION} is rejected: The" in caplog.text
    assert await issued(api) == []


async def test_signing_waits_until_the_station_is_accepted(csms: Csms, api: httpx.AsyncClient, taking: Station) -> None:
    await csms.store.write(lambda c: stations.put(c, STATION, "now", registration="Pending"))
    await taking.boot()
    with pytest.raises(CallRefused, match="SecurityError"):
        await taking.call("SignCertificate", {"csr": csr(ec_key())})

    response = await send(api, "ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})

    assert response.json() == {"status": "Accepted"}
    assert await taking.call("SignCertificate", {"csr": csr(ec_key())}) == {"status": "Accepted"}


async def test_a_revoked_certificate_is_on_the_list(
    csms: Csms, api: httpx.AsyncClient, pki: Pki, taking: Station
) -> None:
    await taking.call("SignCertificate", {"csr": csr(ec_key())})
    await csms.hub.settled()
    (known,) = await issued(api)
    serial_number = known["serial_number"]

    first = await api.post(f"/api/v1/certificates/{serial_number.upper()}/revoke")
    (revoked,) = await issued(api)
    again = await api.post(f"/api/v1/certificates/{serial_number}/revoke")
    unknown = await api.post("/api/v1/certificates/abc/revoke")

    assert (first.status_code, again.status_code, unknown.status_code) == (204, 204, 404)
    assert revoked["revoked_at"] is not None
    assert (await issued(api))[0]["revoked_at"] == revoked["revoked_at"]
    assert await csms.store.read(lambda c: certificates.is_revoked(c, int(serial_number, 16)))
    text = (await api.get("/api/v1/pki/crl")).text
    crl = x509.load_pem_x509_crl(text.partition("-----END X509 CRL-----")[0].encode() + b"-----END X509 CRL-----\n")
    assert crl.get_revoked_certificate_by_serial_number(int(serial_number, 16)) is not None


async def test_the_roots_are_given_to_whoever_asks(api: httpx.AsyncClient, pki: Pki) -> None:
    assert (await api.get("/api/v1/pki/roots")).text == pki.roots_file.read_text()


@pytest.mark.parametrize("kind", [CENTRAL, MANUFACTURER])
async def test_a_root_of_the_csms_is_installed_listed_and_deleted(
    api: httpx.AsyncClient, pki: Pki, taking: Station, kind: str
) -> None:
    own = pki.manufacturer if kind == MANUFACTURER else pki.roots[1]
    by_station = {name: text.upper() for name, text in hash_data(own.certificate, "SHA384").items()}

    response = await api.post(INSTALLED, json={"certificateType": kind, "algorithm": "EC"})
    taking.answers["GetInstalledCertificateIds"] = {"status": "Accepted", "certificateHashData": [by_station]}
    await send(api, "GetInstalledCertificateIds", {"certificateType": kind})
    (known,) = (await api.get(INSTALLED, params={"certificateType": kind})).json()
    deleted = await api.delete(f"{INSTALLED}/{kind}/{by_station['serialNumber'].lower()}")

    assert (response.json(), deleted.json()) == ({"status": "Accepted"}, {"status": "Accepted"})
    install, _, delete = [await taking.next_call() for _ in range(3)]
    assert install.payload == {"certificateType": kind, "certificate": own.pem}
    assert known["certificateHashData"] == by_station, "as the station hashes it"
    assert known["pem"] == own.pem, "and it is still known which certificate that is"
    assert delete.payload == {"certificateHashData": by_station}
    assert (await api.get(INSTALLED)).json() == []


async def test_what_a_station_reports_replaces_what_was_known_of_that_type(
    api: httpx.AsyncClient, pki: Pki, taking: Station
) -> None:
    for algorithm in ("RSA", "EC"):
        await api.post(INSTALLED, json={"certificateType": CENTRAL, "algorithm": algorithm})
    await api.post(INSTALLED, json={"certificateType": MANUFACTURER})
    foreign = {"hashAlgorithm": "SHA512", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "0c"}
    kept = hash_data(pki.roots[0].certificate)

    taking.answers["GetInstalledCertificateIds"] = {"status": "Accepted", "certificateHashData": [kept, foreign]}
    await send(api, "GetInstalledCertificateIds", {"certificateType": CENTRAL})
    reported = (await api.get(INSTALLED, params={"certificateType": CENTRAL})).json()
    taking.answers["GetInstalledCertificateIds"] = {"status": "NotFound"}
    await send(api, "GetInstalledCertificateIds", {"certificateType": CENTRAL})
    (left,) = (await api.get(INSTALLED)).json()

    assert [(one["certificateHashData"], one["pem"]) for one in reported] == [
        (kept, pki.roots[0].pem),
        (foreign, None),
    ]
    assert left["certificateType"] == MANUFACTURER


async def test_what_is_not_accepted_is_not_installed(api: httpx.AsyncClient, taking: Station) -> None:
    taking.answers["InstallCertificate"] = {"status": "Failed"}

    assert (await api.post(INSTALLED, json={"certificateType": CENTRAL})).json() == {"status": "Failed"}

    assert (await api.get(INSTALLED)).json() == []


async def test_a_certificate_that_is_none_can_be_sent_on_purpose(api: httpx.AsyncClient, taking: Station) -> None:
    installed = await send(api, "InstallCertificate", {"certificateType": CENTRAL, "certificate": "improper"})
    signed = await send(api, "CertificateSigned", {"certificateChain": "improper"})

    assert (installed.status_code, signed.status_code) == (200, 200)
    assert (await api.get(INSTALLED)).json() == []


async def test_a_certificate_nobody_knows_is_not_deleted_by_its_number(api: httpx.AsyncClient, taking: Station) -> None:
    response = await api.delete(f"{INSTALLED}/{CENTRAL}/abc")

    assert response.status_code == 404
    assert "is known to have no CentralSystemRootCertificate abc" in response.json()["detail"]


async def test_signed_firmware_carries_a_signature_that_holds(
    api: httpx.AsyncClient, pki: Pki, taking: Station
) -> None:
    image = (await api.post("/api/v1/images", params={"name": "x.bin"}, content=b"firmware" * 100_000)).json()
    asked = {"image": image["image_id"], "signed": True, "installDateTime": "2026-12-01T00:00:00Z"}

    job = (await api.post(f"/api/v1/stations/{STATION}/jobs/firmware", json=asked)).json()
    call = await taking.next_call()
    reported = {"status": "SignatureVerified", "requestId": job["requestId"]}
    await taking.call("SignedFirmwareStatusNotification", reported)

    firmware = call.payload["firmware"]
    certificate = x509.load_pem_x509_certificate(firmware["signingCertificate"].encode())
    certificate.verify_directly_issued_by(pki.manufacturer.certificate)
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    async with httpx.AsyncClient() as client:
        fetched = (await client.get(firmware["location"])).content
    key.verify(base64.b64decode(firmware["signature"]), fetched, ec.ECDSA(hashes.SHA256()))
    assert firmware["installDateTime"] == "2026-12-01T00:00:00.000Z"
    shown = (await api.get(f"/api/v1/jobs/{job['job_id']}")).json()
    assert (shown["status"], shown["transfers"][0]["direction"]) == ("SignatureVerified", "download")


async def test_security_events_are_kept_whatever_their_type(api: httpx.AsyncClient, station: Station) -> None:
    events = [
        {"type": "InvalidChargePointCertificate", "timestamp": "2026-11-21T10:00:00Z", "techInfo": "CN"},
        {"type": "CoffeeSpilled", "timestamp": "2026-11-21T10:00:01Z"},
    ]

    answers = [await station.call("SecurityEventNotification", event) for event in events]

    assert answers == [{}, {}]
    shown = (await api.get("/api/v1/security-events", params={"station": STATION})).json()
    assert [(event["type"], event["techInfo"], event["critical"]) for event in shown] == [
        ("CoffeeSpilled", None, False),
        ("InvalidChargePointCertificate", "CN", True),
    ]
    assert len((await api.get("/api/v1/security-events", params={"critical": "true"})).json()) == 1
    assert (await api.get("/api/v1/security-events", params={"station": "OTHER"})).json() == []


@pytest.mark.parametrize("settings", [{}], ids=["without-pki"])
async def test_without_a_pki_nothing_is_signed(api: httpx.AsyncClient, taking: Station) -> None:
    signed = await taking.call("SignCertificate", {"csr": csr(ec_key())})
    own = await api.post(INSTALLED, json={"certificateType": CENTRAL})
    given = await api.post(INSTALLED, json={"certificateType": CENTRAL, "certificate": "given"})

    assert signed == {"status": "Rejected"}
    assert (own.status_code, given.status_code) == (409, 200)
    assert "--pki DIR" in own.json()["detail"]
    for path in ("roots", "crl"):
        assert (await api.get(f"/api/v1/pki/{path}")).status_code == 404
