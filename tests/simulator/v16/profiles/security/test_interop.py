"""The station and the reference CSMS: files by four protocols, signed firmware, certificates, the rise to profile 3."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from cryptography import x509

from csms_core import Config, Csms
from csms_core.pki import Pki, hash_data
from csms_core.store import stations
from ocppj.rules import Finding
from ocppj.times import timestamp
from simulator import ConnectFailed, Station, VirtualClock
from simulator.v16.profiles.firmware import make_image
from tests.simulator.support.security import clock_of_today, manufacturer_root, own_certificate, provision

pytestmark = pytest.mark.asyncio

ID = "PP-0001"
IMAGE = make_image("2.0.0", bytes(range(256)) * 1000)
PROTOCOLS = ["http", "https", "ftp", "ftps"]


@pytest.fixture
def clock() -> VirtualClock:
    return clock_of_today()


@pytest_asyncio.fixture
async def csms(pki: Pki, tmp_path: Path) -> AsyncIterator[Csms]:
    config = Config(
        database=f"sqlite:///{tmp_path}/csms.db", pki=str(pki.folder), ftp_port=0, ftps_port=0, call_timeout=10.0
    )
    async with Csms(config) as csms:
        await csms.store.write(lambda c: stations.put(c, ID, "2026-01-01T00:00:00.000Z"))
        yield csms


@pytest_asyncio.fixture
async def api(csms: Csms) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{csms.api_url}/api/v1", timeout=30, verify=False) as client:
        yield client


@pytest_asyncio.fixture
async def station(csms: Csms, pki: Pki, clock: VirtualClock) -> AsyncIterator[Station]:
    factory = provision(pki, tls_url=csms.tls_url)
    station = Station(csms.url, id=ID, clock=clock, provision=factory, configuration={"CpoName": pki.operator})
    async with station:
        await clock.settle()
        yield station
        assert [finding for finding in station.findings if judged(finding)] == []


def judged(finding: Finding) -> bool:
    """A finding about the station itself."""
    return finding.party == "station"


async def operate(api: httpx.AsyncClient, action: str, **payload: Any) -> dict[str, Any]:
    """An operation of the CSMS; the answer of the station."""
    response = await api.post(f"/stations/{ID}/operations/{action}", json=payload)
    assert response.status_code == 200, response.text
    return response.json()


async def ordered(api: httpx.AsyncClient, kind: str, **body: Any) -> int:
    """A job that the CSMS has begun."""
    response = await api.post(f"/stations/{ID}/jobs/{kind}", json=body)
    assert response.status_code == 201, response.text
    return response.json()["job_id"]


async def outcome(api: httpx.AsyncClient, job: int) -> tuple[list[str], list[tuple[str, str, str]]]:
    """What the station has reported, and the files: direction, protocol, name."""
    told = (await api.get(f"/jobs/{job}")).json()
    files = [(each["direction"], each["protocol"], each["name"]) for each in told["transfers"]]
    return [each["status"] for each in told["history"]], files


async def back(station: Station) -> None:
    """The station is connected, and the CSMS knows it."""
    await station.until(lambda s: s.online, within=5)
    await station.data_transfer("anybody")


async def events(api: httpx.AsyncClient) -> list[str]:
    return [each["type"] for each in (await api.get("/security-events")).json()]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_fw_04_diagnostics_arrive_by_every_protocol(
    station: Station, api: httpx.AsyncClient, clock: VirtualClock, protocol: str
) -> None:
    job = await ordered(api, "diagnostics", protocol=protocol)
    await clock.settle()

    history, [(direction, by, name)] = await outcome(api, job)
    assert history == ["Uploading", "Uploaded"]
    assert (direction, by) == ("upload", protocol)
    assert name.startswith(f"{ID}-diagnostics-")


@pytest.mark.parametrize("kind", ["SecurityLog", "DiagnosticsLog"])
async def test_logs_arrive(station: Station, api: httpx.AsyncClient, clock: VirtualClock, kind: str) -> None:
    job = await ordered(api, "log", logType=kind)
    await clock.settle()

    history, files = await outcome(api, job)
    assert history == ["Uploading", "Uploaded"]
    assert len(files) == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("signed", [False, True], ids=["plain", "signed"])
async def test_fw_02_firmware_is_fetched_by_every_protocol_and_installed(
    station: Station, api: httpx.AsyncClient, clock: VirtualClock, protocol: str, signed: bool
) -> None:
    image = (await api.post("/images?name=fw.bin", content=IMAGE)).json()["image_id"]
    job = await ordered(
        api, "firmware", image=image, protocol=protocol, signed=signed, retrieveDate=timestamp(clock.now())
    )
    await clock.advance(60)

    history, files = await outcome(api, job)
    between = ["SignatureVerified"] if signed else []
    rebooting = ["InstallRebooting"] if signed else []
    assert history == ["Downloading", "Downloaded", *between, "Installing", *rebooting, "Installed"]
    assert files == [("download", protocol, "fw.bin")]
    boot = (await api.get(f"/stations/{ID}")).json()["boot"]
    assert boot["firmwareVersion"] == "2.0.0"
    assert ("FirmwareUpdated" in await events(api)) is signed  # a station without a security profile tells no more


async def test_sec_06_a_new_key_is_the_only_one_that_is_valid(
    csms: Csms, station: Station, api: httpx.AsyncClient, clock: VirtualClock
) -> None:
    old, new = b"0123456789abcdefghij".hex(), bytes(range(0xEC, 0x100)).hex()
    for key, value in (("AuthorizationKey", old), ("SecurityProfile", "1"), ("AuthorizationKey", new)):
        assert await operate(api, "ChangeConfiguration", key=key, value=value) == {"status": "Accepted"}
        await clock.settle()
        await back(station)

    assert await operate(api, "GetConfiguration", key=["SecurityProfile"])
    with pytest.raises(ConnectFailed, match="401"):
        await Station(csms.url, id=ID, auth_key=bytes.fromhex(old)).start()


async def test_sec_14_the_csms_raises_a_station_from_0_to_3(
    csms: Csms, station: Station, api: httpx.AsyncClient, clock: VirtualClock
) -> None:
    async def set_to(key: str, value: str) -> str:
        said = (await operate(api, "ChangeConfiguration", key=key, value=value))["status"]
        await clock.settle()
        await back(station)
        return str(said)

    assert await set_to("SecurityProfile", "2") == "Rejected"
    assert await set_to("AuthorizationKey", "00112233445566778899AABBCCDDEEFF") == "Accepted"
    assert await set_to("SecurityProfile", "2") == "Accepted"
    assert await set_to("SecurityProfile", "3") == "Rejected"
    answer = await operate(api, "ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    assert answer == {"status": "Accepted"}
    vault = station._parts.vault
    await station.until(lambda s: vault.own is not None, within=5)
    assert await set_to("SecurityProfile", "3") == "Accepted"

    issued = (await api.get(f"/certificates?station={ID}")).json()
    assert [each["state"] for each in issued] == ["installed"]
    handshake = (await api.get(f"/stations/{ID}/security")).json()
    assert handshake["profile"] == 3


async def test_sec_13_a_certificate_is_renewed_and_shown(
    csms: Csms, pki: Pki, api: httpx.AsyncClient, clock: VirtualClock
) -> None:
    factory = provision(pki, profile=3, tls_url=csms.tls_url, **own_certificate(pki, ID, days=10))
    async with Station(csms.url, id=ID, clock=clock, provision=factory) as station:
        first = station._parts.vault.own
        await station.until(lambda s: s._parts.vault.own is not first, within=5)
        await clock.settle()
        await back(station)
        assert station._parts.vault.previous is None
        assert await operate(api, "GetConfiguration", key=["SecurityProfile"])
    issued = (await api.get(f"/certificates?station={ID}")).json()
    assert [each["state"] for each in issued] == ["installed"]


async def test_roots_are_installed_told_and_deleted(
    station: Station, api: httpx.AsyncClient, clock: VirtualClock, pki: Pki
) -> None:
    kind = "CentralSystemRootCertificate"
    answer = await operate(api, "GetInstalledCertificateIds", certificateType=kind)
    ours = hash_data(x509.load_pem_x509_certificates(pki.roots_file.read_bytes())[0])
    assert ours in answer["certificateHashData"]
    assert len(answer["certificateHashData"]) == 2
    assert await operate(api, "DeleteCertificate", certificateHashData=ours) == {"status": "Accepted"}
    answer = await operate(api, "GetInstalledCertificateIds", certificateType=kind)
    assert ours not in answer["certificateHashData"]
    assert await operate(api, "InstallCertificate", certificateType=kind, certificate=manufacturer_root(pki)) == {
        "status": "Accepted"
    }
