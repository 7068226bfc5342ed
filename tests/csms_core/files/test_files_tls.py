"""The doors of the file server within TLS: real transfers by HTTPS and FTPS, TLS 1.2 and later, and what is told."""

from __future__ import annotations

import asyncio
import ftplib
import io
import socket
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest

from csms_core import Csms
from csms_core.pki import Pki
from tests.csms_core.support.bench import STATION, Station
from tests.csms_core.support.tls import client_context

pytestmark = pytest.mark.asyncio

IMAGE = bytes(range(256)) * 1000


@pytest.fixture
def settings(pki: Pki, request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"pki": str(pki.folder), "ftps_port": 0} | getattr(request, "param", {})


class ImplicitFtps(ftplib.FTP_TLS):
    """FTPS whose first byte is one of TLS, data connections included; ftplib has only the kind that begins in clear."""

    @property
    def sock(self) -> socket.socket | None:
        return self._sock

    @sock.setter
    def sock(self, value: socket.socket | None) -> None:
        if value is not None and not isinstance(value, ssl.SSLSocket):
            value = self.context.wrap_socket(value, server_hostname=self.host)
        self._sock = value

    _sock: socket.socket | None = None


async def diagnostics(station: Station, api: httpx.AsyncClient, protocol: str) -> tuple[dict[str, Any], str]:
    """A job to leave diagnostics by this protocol, and the location the station was told."""
    station.answers["GetDiagnostics"] = {"fileName": "d.log"}
    job = await api.post(f"/api/v1/stations/{STATION}/jobs/diagnostics", json={"protocol": protocol})
    assert job.status_code == 201, job.text
    return job.json(), (await station.next_call()).payload["location"]


async def firmware(station: Station, api: httpx.AsyncClient, protocol: str) -> tuple[dict[str, Any], str]:
    """A job to fetch an image by this protocol, and the location the station was told."""
    station.answers["UpdateFirmware"] = {}
    image = (await api.post("/api/v1/images?name=fw.bin", content=IMAGE)).json()
    body = {"image": image["image_id"], "protocol": protocol}
    job = await api.post(f"/api/v1/stations/{STATION}/jobs/firmware", json=body)
    assert job.status_code == 201, job.text
    return job.json(), (await station.next_call()).payload["location"]


async def moved(api: httpx.AsyncClient, job: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    """Direction, protocol, name and size of the files of a job."""
    transfers = (await api.get(f"/api/v1/jobs/{job['job_id']}")).json()["transfers"]
    return [(each["direction"], each["protocol"], each["name"], each["size"]) for each in transfers]


async def by_ftps(pki: Pki, location: str, work: Callable[[ftplib.FTP], object]) -> None:
    address = urlsplit(location)

    def run() -> None:
        with ImplicitFtps(context=client_context(pki), timeout=30) as ftp:
            ftp.connect(address.hostname or "", address.port or 0)
            ftp.login(unquote(address.username or ""), unquote(address.password or ""), secure=False)
            ftp.prot_p()
            work(ftp)

    await asyncio.to_thread(run)


async def test_a_file_is_left_and_fetched_by_https(pki: Pki, station: Station, api: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(verify=client_context(pki), timeout=30) as client:
        leaving, location = await diagnostics(station, api, "https")
        assert location.startswith("https://127.0.0.1:")
        assert (await client.put(f"{location}d.log", content=b"secret")).status_code == 201

        fetching, location = await firmware(station, api, "https")
        assert (await client.get(location)).content == IMAGE

    assert await moved(api, leaving) == [("upload", "https", "d.log", 6)]
    assert await moved(api, fetching) == [("download", "https", "fw.bin", len(IMAGE))]
    kept = (await api.get(f"/api/v1/jobs/{leaving['job_id']}")).json()["transfers"][0]
    assert (await api.get(f"/api/v1/jobs/{leaving['job_id']}/files/{kept['transfer_id']}")).content == b"secret"


async def test_a_file_is_left_and_fetched_by_ftps(pki: Pki, station: Station, api: httpx.AsyncClient) -> None:
    leaving, location = await diagnostics(station, api, "ftps")
    assert location.startswith("ftps://job-")
    await by_ftps(pki, location, lambda ftp: ftp.storbinary("STOR d.log", io.BytesIO(b"secret")))

    fetching, location = await firmware(station, api, "ftps")
    got = bytearray()
    await by_ftps(pki, location, lambda ftp: ftp.retrbinary("RETR fw.bin", got.extend))

    assert bytes(got) == IMAGE
    assert await moved(api, leaving) == [("upload", "ftps", "d.log", 6)]
    assert await moved(api, fetching) == [("download", "ftps", "fw.bin", len(IMAGE))]


@pytest.mark.parametrize("door", ["https", "ftps"])
@pytest.mark.parametrize(
    ("version", "is_spoken"),
    [
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
    ids=["1.1", "1.2", "1.3"],
)
async def test_tls_1_2_and_later_are_spoken(
    csms: Csms, pki: Pki, door: str, version: ssl.TLSVersion, is_spoken: bool
) -> None:
    suite = "ALL:@SECLEVEL=0" if version is ssl.TLSVersion.TLSv1_1 else None
    context = client_context(pki, suite=suite, version=version)
    address = urlsplit(csms.files.urls[door])  # type: ignore[index]

    try:
        _, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context)
    except (ssl.SSLError, ConnectionError):
        assert not is_spoken
        return
    writer.close()
    assert is_spoken


async def test_a_door_within_tls_understands_nothing_in_the_clear(csms: Csms) -> None:
    url = csms.files.urls["https"].replace("https", "http")

    async with httpx.AsyncClient(timeout=30) as client:
        with pytest.raises((httpx.NetworkError, httpx.ProtocolError)):  # it is hung up on, and does not wait in vain
            await client.get(f"{url}/token")


async def test_whoever_does_not_trust_the_root_gets_nothing(csms: Csms) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            await client.get(f"{csms.files.urls['https']}/token")


@pytest.mark.parametrize("settings", [{"files_url": "http://192.0.2.7:8080/files"}], indirect=True, ids=["elsewhere"])
async def test_every_door_is_told_with_the_host_stations_reach(csms: Csms) -> None:
    assert csms.files.location("http", 1, "token") == "http://192.0.2.7:8080/files/token/"
    assert csms.files.location("https", 1, "token").startswith("https://192.0.2.7:")
    assert csms.files.location("ftps", 1, "token").startswith("ftps://job-1:token@192.0.2.7:")


@pytest.mark.parametrize("settings", [{"files_tls_port": None, "files_port": None}], indirect=True, ids=["shut"])
async def test_a_door_that_is_shut_is_told_of(csms: Csms) -> None:
    with pytest.raises(ValueError, match="takes no HTTP; start the CSMS with --files-port"):
        csms.files.location("http", 1, "token")
    with pytest.raises(ValueError, match="takes no HTTPS; start the CSMS with --pki DIR"):
        csms.files.location("https", 1, "token")


class TestWithoutAPki:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {}

    @pytest.mark.parametrize("protocol", ["https", "ftps"])
    async def test_there_is_no_door_within_tls(self, station: Station, api: httpx.AsyncClient, protocol: str) -> None:
        job = await api.post(f"/api/v1/stations/{STATION}/jobs/diagnostics", json={"protocol": protocol})

        assert job.status_code == 409
        assert f"takes no {protocol.upper()}; start the CSMS with --pki DIR" in job.json()["detail"]
