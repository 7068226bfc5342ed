"""Firmware, diagnostics and log jobs, from the API to the bytes that were moved (OCPP 1.6 §4.4, §4.5, §5.9, §5.19;
white paper L01, N01)."""

from __future__ import annotations

import asyncio
import ftplib
import hashlib
import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from csms_core import Csms
from csms_core.store import jobs
from csms_core.v16.profiles.firmware import REPORTS
from schemas import load
from tests.csms_core.support.bench import STATION, Connecting, Station, configured

pytestmark = pytest.mark.asyncio

IMAGE = bytes(range(256)) * 5000  # more than one block of the depot, of a response and of an FTP transfer
JOBS = f"/api/v1/stations/{STATION}/jobs"


def statuses(action: str) -> list[str]:
    """Every status the schema of a message allows."""
    allowed: list[str] = load("1.6").schema(action, "call")["properties"]["status"]["enum"]
    return allowed


@pytest.fixture
def station_answers(station: Station) -> Station:
    """A station that takes every job."""
    station.answers |= {
        "UpdateFirmware": {},
        "GetDiagnostics": {"fileName": "diagnostics.log"},
        "GetLog": {"status": "Accepted", "filename": "security.log"},
        "SignedUpdateFirmware": {"status": "Accepted"},
    }
    return station


async def start(api: httpx.AsyncClient, kind: str, **members: Any) -> dict[str, Any]:
    """Start a job, as it stands when the station has answered."""
    response = await api.post(f"{JOBS}/{kind}", json=members)
    assert response.status_code == 201, response.text
    job: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/api/v1/jobs/{job['job_id']}"
    return job


async def show(api: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = (await api.get(f"/api/v1/jobs/{job['job_id']}")).json()
    return shown


async def add_image(api: httpx.AsyncClient, name: str = "firmware 1.2.bin", content: bytes = IMAGE) -> int:
    response = await api.post("/api/v1/images", params={"name": name}, content=content)
    assert response.status_code == 201, response.text
    assert (response.json()["size"], response.json()["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    image_id: int = response.json()["image_id"]
    return image_id


async def test_diagnostics_come_by_http(api: httpx.AsyncClient, station_answers: Station) -> None:
    station = station_answers

    job = await start(api, "diagnostics", startTime="2026-11-01T00:00:00Z", retries=2)
    call = await station.next_call()
    async with httpx.AsyncClient() as client:
        put = await client.put(call.payload["location"] + "diagnostics.log", content=IMAGE)
    for status in ("Uploading", "Uploaded"):
        assert await station.call("DiagnosticsStatusNotification", {"status": status}) == {}

    assert put.status_code == 201
    assert call.payload | {"location": ""} == {"location": "", "startTime": "2026-11-01T00:00:00.000Z", "retries": 2}
    assert (job["state"], job["finished"], job["answer"]) == ("accepted", False, {"fileName": "diagnostics.log"})
    shown = await show(api, job)
    assert (shown["status"], shown["finished"]) == ("Uploaded", True)
    assert [entry["status"] for entry in shown["history"]] == ["Uploading", "Uploaded"]
    (left,) = shown["transfers"]
    assert (left["direction"], left["protocol"], left["name"]) == ("upload", "http", "diagnostics.log")
    assert (left["size"], left["sha256"]) == (len(IMAGE), hashlib.sha256(IMAGE).hexdigest())
    given = await api.get(f"/api/v1/jobs/{job['job_id']}/files/{left['transfer_id']}")
    assert given.content == IMAGE
    assert given.headers["content-disposition"] == 'attachment; filename="diagnostics.log"'


async def test_firmware_is_fetched_by_http(api: httpx.AsyncClient, station_answers: Station) -> None:
    image_id = await add_image(api)

    job = await start(api, "firmware", image=image_id, retrieveDate="2026-11-21T12:00:00+01:00")
    call = await station_answers.next_call()
    async with httpx.AsyncClient() as client:
        whole = await client.get(call.payload["location"])
        rest = await client.get(call.payload["location"], headers={"Range": "bytes=100-"})
        part = await client.get(call.payload["location"], headers={"Range": "bytes=0-99"})

    assert call.payload["retrieveDate"] == "2026-11-21T11:00:00.000Z"
    assert whole.content == IMAGE
    assert part.content + rest.content == IMAGE
    moved = (await show(api, job))["transfers"]
    assert [(entry["direction"], entry["name"]) for entry in moved] == [("download", "firmware 1.2.bin")] * 2, (
        "the whole file and its end, but not the beginning alone"
    )


async def test_a_log_comes_as_a_form(api: httpx.AsyncClient, station_answers: Station) -> None:
    job = await start(api, "log", logType="SecurityLog", oldestTimestamp="2026-11-01T00:00:00Z")
    call = await station_answers.next_call()
    async with httpx.AsyncClient() as client:
        files = {"upload": ("C:\\logs\\security.log", IMAGE)}
        posted = await client.post(call.payload["log"]["remoteLocation"], data={"who": "me"}, files=files)
    await station_answers.call("LogStatusNotification", {"status": "Uploaded", "requestId": job["requestId"]})

    assert posted.status_code == 201
    assert call.payload["requestId"] == job["requestId"] == job["job_id"]
    assert (call.payload["logType"], call.payload["log"]["oldestTimestamp"]) == (
        "SecurityLog",
        "2026-11-01T00:00:00.000Z",
    )
    (left,) = (await show(api, job))["transfers"]
    assert (left["name"], left["sha256"]) == ("security.log", hashlib.sha256(IMAGE).hexdigest())


def by_ftp(location: str, upload: tuple[str, bytes] | None = None) -> bytes:
    """Leave or fetch a file with Python's own client, which has nothing in common with the server."""
    place = urlsplit(location)
    received = bytearray()
    with ftplib.FTP(timeout=30) as ftp:
        ftp.connect(place.hostname or "", place.port or 0)
        ftp.login(place.username or "", place.password or "")
        if upload is not None:
            ftp.storbinary(f"STOR {upload[0]}", io.BytesIO(upload[1]))
        else:
            ftp.retrbinary(f"RETR {httpx.URL(location).path.removeprefix('/')}", received.extend)
    return bytes(received)


@configured(ftp_port=0)
async def test_diagnostics_come_by_ftp(api: httpx.AsyncClient, station_answers: Station) -> None:
    job = await start(api, "diagnostics", protocol="ftp")
    location = (await station_answers.next_call()).payload["location"]

    await asyncio.to_thread(by_ftp, location, ("../../diagnostics.log", IMAGE))

    (left,) = (await show(api, job))["transfers"]
    assert (left["protocol"], left["name"], left["size"]) == ("ftp", "diagnostics.log", len(IMAGE))
    given = await api.get(f"/api/v1/jobs/{job['job_id']}/files/{left['transfer_id']}")
    assert given.content == IMAGE


@configured(ftp_port=0)
async def test_firmware_is_fetched_by_ftp(api: httpx.AsyncClient, station_answers: Station) -> None:
    job = await start(api, "firmware", image=await add_image(api), protocol="ftp")
    location = (await station_answers.next_call()).payload["location"]

    assert await asyncio.to_thread(by_ftp, location) == IMAGE

    (moved,) = (await show(api, job))["transfers"]
    assert (moved["direction"], moved["protocol"]) == ("download", "ftp")


async def test_given_signatures_are_passed_on(api: httpx.AsyncClient, station_answers: Station) -> None:
    given = {"signature": "bm90IGEgc2lnbmF0dXJl", "signingCertificate": "PEM"}

    await start(api, "firmware", location="ftp://elsewhere/x.bin", signed=True, **given)

    firmware = (await station_answers.next_call()).payload["firmware"]
    assert firmware.items() >= {"location": "ftp://elsewhere/x.bin", **given}.items()


async def test_the_operation_itself_makes_a_job_too(api: httpx.AsyncClient, station_answers: Station) -> None:
    payload = {"location": "http://elsewhere/"}
    await api.post(f"/api/v1/stations/{STATION}/operations/GetDiagnostics", json=payload)
    await station_answers.call("DiagnosticsStatusNotification", {"status": "UploadFailed"})

    (job,) = (await api.get("/api/v1/jobs", params={"station": STATION, "action": "GetDiagnostics"})).json()

    assert not {"history", "transfers"} & set(job), "what was not asked for is not shown as none"
    (entry,) = (await api.get(f"/api/v1/jobs/{job['job_id']}")).json()["history"]
    assert entry["status"] == "UploadFailed"
    assert (job["location"], job["payload"], job["state"], job["status"]) == (
        "http://elsewhere/",
        payload,
        "accepted",
        "UploadFailed",
    )


@pytest.mark.parametrize("action", REPORTS)
async def test_fw_06_every_status_is_taken_in_any_order(
    api: httpx.AsyncClient, station_answers: Station, action: str
) -> None:
    kind = {"UpdateFirmware": "firmware", "SignedUpdateFirmware": "firmware", "GetDiagnostics": "diagnostics"}
    operation = REPORTS[action]
    members: dict[str, Any] = {"location": "http://elsewhere/"}
    if operation == "SignedUpdateFirmware":
        members |= {"signed": True, "signature": "x", "signingCertificate": "x"}
    job = await start(api, kind.get(operation, "log"), **members)
    reported = [*statuses(action), *reversed(statuses(action))]

    answers = [await station_answers.call(action, {"status": status}) for status in reported]

    assert answers == [{}] * len(reported)
    shown = await show(api, job)
    assert [entry["status"] for entry in shown["history"]] == [status for status in reported if status != "Idle"]


async def test_a_status_without_any_job_is_answered(api: httpx.AsyncClient, station: Station) -> None:
    assert await station.call("FirmwareStatusNotification", {"status": "Installed"}) == {}
    assert await station.call("LogStatusNotification", {"status": "Uploaded", "requestId": 77}) == {}

    assert (await api.get("/api/v1/jobs")).json() == []


async def test_a_status_names_its_job(api: httpx.AsyncClient, station_answers: Station) -> None:
    first = await start(api, "log", location="http://elsewhere/1")
    second = await start(api, "log", location="http://elsewhere/2")

    await station_answers.call("LogStatusNotification", {"status": "Uploading", "requestId": first["requestId"]})
    await station_answers.call("LogStatusNotification", {"status": "Uploaded"})

    assert [(await show(api, job))["status"] for job in (first, second)] == ["Uploading", "Uploaded"]


async def test_an_answer_that_cancels_ends_the_job_before(api: httpx.AsyncClient, station_answers: Station) -> None:
    first = await start(api, "log", location="http://elsewhere/1")
    station_answers.answers["GetLog"] = {"status": "AcceptedCanceled"}

    second = await start(api, "log", location="http://elsewhere/2")

    assert [(await show(api, job))["state"] for job in (first, second)] == ["superseded", "accepted"]


@pytest.mark.parametrize("status", ["Rejected", "InvalidCertificate", "RevokedCertificate"])
async def test_a_job_can_be_refused(api: httpx.AsyncClient, station_answers: Station, status: str) -> None:
    station_answers.answers["SignedUpdateFirmware"] = {"status": status}
    signed = {"signed": True, "signature": "x", "signingCertificate": "x"}

    job = await start(api, "firmware", location="http://elsewhere/", **signed)

    assert (job["state"], job["finished"], job["answer"]) == ("refused", True, {"status": status})


async def test_a_job_can_fail(api: httpx.AsyncClient, station: Station) -> None:
    job = await start(api, "diagnostics")  # this station answers with NotSupported

    assert (job["state"], job["finished"]) == ("failed", True)
    assert "answered GetDiagnostics with CALLERROR NotSupported" in job["problem"]


async def test_a_job_need_not_be_waited_for(api: httpx.AsyncClient, station_answers: Station) -> None:
    station_answers.release.clear()

    response = await api.post(f"{JOBS}/diagnostics?wait=false", json={})
    location = (await station_answers.next_call()).payload["location"]

    assert response.json()["answer"] is None
    assert response.json()["location"] == location
    station_answers.release.set()


async def test_a_job_of_a_station_that_is_away_is_not_kept(api: httpx.AsyncClient, csms: Csms) -> None:
    away = await api.post(f"{JOBS}/diagnostics", json={})
    unknown = await api.post("/api/v1/stations/STRANGER/jobs/diagnostics", json={})

    assert (away.status_code, away.json()["detail"]) == (409, f"The station '{STATION}' is not connected.")
    assert unknown.status_code == 404
    assert (await api.get("/api/v1/jobs")).json() == []


@pytest.mark.parametrize(
    ("kind", "members", "code", "sentence"),
    [
        ("firmware", {}, 422, "exactly one of them"),
        ("firmware", {"image": 1, "location": "http://x/"}, 422, "exactly one of them"),
        ("firmware", {"image": 99}, 404, "There is no image 99"),
        ("firmware", {"location": "http://x/", "signature": "x"}, 422, "go with signed: true"),
        ("firmware", {"location": "http://x/", "signed": True}, 409, "give both signature and signingCertificate"),
        ("firmware", {"location": "nowhere"}, 422, "location: String should match pattern"),
        ("diagnostics", {"protocol": "ftp"}, 409, "takes no FTP; start the CSMS with --ftp-port"),
        ("diagnostics", {"startTime": "yesterday"}, 422, "'yesterday' is no dateTime"),
        ("log", {"logType": "Diary"}, 422, "logType: Input should be"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    api: httpx.AsyncClient, station_answers: Station, kind: str, members: dict[str, Any], code: int, sentence: str
) -> None:
    response = await api.post(f"{JOBS}/{kind}", json=members)

    assert response.status_code == code
    assert sentence in response.json()["detail"]
    assert (await api.get("/api/v1/jobs")).json() == []


@configured(files_port=None)
async def test_without_a_door_a_location_is_needed(api: httpx.AsyncClient, station_answers: Station) -> None:
    response = await api.post(f"{JOBS}/diagnostics", json={})

    assert (response.status_code, "--files-port" in response.json()["detail"]) == (409, True)


async def test_an_image_can_be_removed(csms: Csms, api: httpx.AsyncClient, station_answers: Station) -> None:
    image_id = await add_image(api)
    await start(api, "firmware", image=image_id)
    location = (await station_answers.next_call()).payload["location"]

    removed = await api.delete(f"/api/v1/images/{image_id}")

    assert removed.status_code == 204
    assert (await api.get("/api/v1/images")).json() == []
    assert (await api.delete(f"/api/v1/images/{image_id}")).status_code == 404
    assert list(csms.files.places.depot.folder.iterdir()) == []
    async with httpx.AsyncClient() as client:
        assert (await client.get(location)).status_code == 404


async def test_an_image_has_an_end(tmp_path: Path, csms: Csms, api: httpx.AsyncClient) -> None:
    csms.files.places.depot.max_bytes = 100

    response = await api.post("/api/v1/images", params={"name": "x"}, content=b"x" * 101)

    assert response.status_code == 413
    assert list(csms.files.places.depot.folder.iterdir()) == []


async def test_jobs_and_files_that_are_not_known(api: httpx.AsyncClient, station_answers: Station) -> None:
    job = await start(api, "diagnostics")

    assert (await api.get("/api/v1/jobs/77")).status_code == 404
    assert (await api.get(f"/api/v1/jobs/{job['job_id']}/files/1")).status_code == 404


async def test_the_history_of_a_job_is_bounded(csms: Csms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MAX_STATUSES", 3)
    job_id = await csms.store.write(lambda c: jobs.begin(c, STATION, "GetLog", {}, "http://x/", "now"))

    for _ in range(5):
        await csms.store.write(lambda c: jobs.book_status(c, STATION, "GetLog", "Uploading", False, None, "now"))

    job = await csms.store.read(lambda c: jobs.find(c, job_id))
    assert job is not None
    assert job.history is not None
    assert len(job.history) == 3


async def test_a_station_may_report_right_after_its_answer(
    api: httpx.AsyncClient, csms: Csms, connecting: Connecting
) -> None:
    """The job is in the books before its CALL leaves, so the first status cannot miss it."""
    station = await connecting()
    await station.boot()
    station.answers["GetDiagnostics"] = {}
    handle = station.handle
    reports: list[asyncio.Task[Any]] = []

    async def answer_and_report(call: Any) -> dict[str, Any]:
        reports.append(
            asyncio.create_task(station.call("DiagnosticsStatusNotification", {"status": "Uploading"}))
        )  # it may even overtake the answer
        return await handle(call)

    station.peer._handler = answer_and_report

    job = await start(api, "diagnostics")
    await asyncio.gather(*reports)

    assert (await show(api, job))["status"] == "Uploading"
