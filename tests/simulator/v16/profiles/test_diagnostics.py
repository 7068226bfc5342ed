"""GetDiagnostics with real uploads: rules FW-04, FW-05, TRG-02, CFG-09."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from simulator import Station, VirtualClock
from simulator.files.attempts import OWN_INTERVAL, OWN_RETRIES
from simulator.hardware.make import Facts
from tests.simulator.support.files import Folder, FtpFolder, ftp_folder, http_folder
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

STATUS = "DiagnosticsStatusNotification"


@pytest_asyncio.fixture
async def folder() -> AsyncIterator[Folder]:
    async with http_folder() as folder:
        yield folder


@pytest_asyncio.fixture
async def ftp() -> AsyncIterator[FtpFolder]:
    async with ftp_folder() as folder:
        yield folder


def statuses(csms: ScriptedCsms) -> list[str]:
    return [payload["status"] for payload in csms.payloads(STATUS)]


async def test_fw_04_the_file_that_was_named_is_uploaded(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    answer = await csms.call("GetDiagnostics", location=f"{folder.url}/in/")
    await clock.settle()

    assert answer == {"fileName": "CP1-diagnostics-20260101T000000Z.log"}
    [(method, path, body)] = folder.requests
    assert (method, path) == ("PUT", f"/in/{answer['fileName']}")
    assert csms.actions == [STATUS, STATUS]
    assert statuses(csms) == ["Uploading", "Uploaded"]
    text = body.decode()
    assert "chargePointModel: Simulator" in text
    assert "HeartbeatInterval = 300" in text
    assert "2026-01-01T00:00:00.000Z boot: accepted by the CSMS" in text


async def test_fw_04_by_ftp(station: Station, csms: ScriptedCsms, clock: VirtualClock, ftp: FtpFolder) -> None:
    answer = await csms.call("GetDiagnostics", location=ftp.url)
    await clock.settle()

    assert statuses(csms) == ["Uploading", "Uploaded"]
    assert b"station: CP1" in await ftp.read(f"/{answer['fileName']}")


async def test_fw_04_only_what_happened_between_two_times(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    for connector in (1, 2):
        await clock.advance(60)
        await station.plug_in(connector)
    await csms.call(
        "GetDiagnostics", location=folder.url, startTime="2026-01-01T00:01:30Z", stopTime="2026-01-01T01:02:00+01:00"
    )
    await clock.settle()

    lines = [line for line in folder.requests[0][2].decode().splitlines() if line.startswith("2026-")]
    assert "2026-01-01T00:02:00.000Z driver: connector 2: cable in" in lines
    assert [line for line in lines if not line.startswith("2026-01-01T00:02:00.000Z")] == []


@pytest.mark.parametrize(
    "times", [{"startTime": "2027-01-01T00:00:00Z"}, {"stopTime": "2025-01-01T00:00:00Z"}], ids=["start", "stop"]
)
async def test_fw_04_no_name_and_no_upload_when_there_is_nothing_to_tell(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, times: dict[str, str]
) -> None:
    assert await csms.call("GetDiagnostics", location=folder.url, **times) == {}
    await clock.advance(3600)

    assert folder.requests == []
    assert statuses(csms) == []


async def test_fw_04_a_station_without_a_journal_has_none(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await start(facts=Facts(journal=0))

    assert await csms.call("GetDiagnostics", location=folder.url) == {}
    await clock.settle()
    assert folder.requests == []


async def test_cfg_08_diagnostics_hold_no_secret(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    secret = "00112233445566778899AABBCCDDEEFF"
    station = await start()
    told: list[str] = []
    station.events.listen(lambda event: told.append(event.text))
    assert await csms.call("ChangeConfiguration", key="AuthorizationKey", value=secret) == {"status": "Accepted"}
    await csms.call("GetDiagnostics", location=folder.url)
    await clock.settle()

    assert "AuthorizationKey is changed" in told
    for text in (folder.requests[0][2].decode(), "\n".join(told)):
        assert secret not in text


@pytest.mark.parametrize("retries", [0, 1, 3])
async def test_fw_05_repeats_as_often_as_it_is_told(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, retries: int
) -> None:
    folder.answers = [500] * 10
    await csms.call("GetDiagnostics", location=folder.url, retries=retries, retryInterval=90)
    await clock.settle()
    for done in range(1, retries + 1):
        assert statuses(csms) == ["Uploading"]
        await clock.advance(89)
        assert len(folder.requests) == done
        await clock.advance(1)
        assert len(folder.requests) == done + 1
    await clock.advance(3600)

    assert folder.methods == ["PUT"] * (retries + 1)
    assert statuses(csms) == ["Uploading", "UploadFailed"]


async def test_fw_05_a_repetition_that_works_is_the_last_one(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.answers = [503]
    await csms.call("GetDiagnostics", location=folder.url, retries=5, retryInterval=0)
    await clock.advance(3600)

    assert folder.methods == ["PUT", "PUT"]
    assert statuses(csms) == ["Uploading", "Uploaded"]


async def test_fw_05_without_a_number_the_station_decides(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.answers = [500] * 10
    await csms.call("GetDiagnostics", location=folder.url)
    await clock.advance(OWN_INTERVAL * OWN_RETRIES)

    assert len(folder.requests) == OWN_RETRIES + 1
    assert statuses(csms) == ["Uploading", "UploadFailed"]


async def test_fw_05_what_can_never_work_is_not_repeated(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await csms.call("GetDiagnostics", location="sftp://127.0.0.1/in", retries=5, retryInterval=1)
    await clock.settle()

    assert statuses(csms) == ["Uploading", "UploadFailed"]


async def test_a_new_request_takes_the_place_of_the_one_before(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.answers = [500]
    await csms.call("GetDiagnostics", location=f"{folder.url}/first", retries=5, retryInterval=60)
    await clock.settle()
    await csms.call("GetDiagnostics", location=f"{folder.url}/second")
    await clock.advance(3600)

    assert [path.split("/")[1] for _, path, _ in folder.requests] == ["first", "second"]
    assert statuses(csms) == ["Uploading", "UploadFailed", "Uploading", "Uploaded"]


async def test_trg_02_idle_when_asked_and_only_then(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    async def asked() -> str:
        csms.forget()
        answer = await csms.call("TriggerMessage", requestedMessage=STATUS)
        assert answer == {"status": "Accepted"}
        await clock.settle()
        return statuses(csms)[-1]

    folder.answers = [500]
    assert await asked() == "Idle"
    await csms.call("GetDiagnostics", location=folder.url, retries=1, retryInterval=60)
    await clock.settle()
    assert await asked() == "Uploading"
    await clock.advance(60)
    assert statuses(csms) == ["Uploading", "Uploaded"]
    assert await asked() == "Idle"


async def test_the_end_of_an_upload_is_told_after_an_outage(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.answers = [500]
    await csms.call("GetDiagnostics", location=folder.url, retries=1, retryInterval=60)
    await clock.settle()
    assert csms.peer is not None
    await csms.stop()
    await station.until(lambda s: not s.connected)
    await clock.advance(60)
    assert statuses(csms) == ["Uploading"]
    await csms.start()
    await clock.advance(300)

    assert statuses(csms) == ["Uploading", "Uploaded"]


async def test_an_upload_ends_with_the_power(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.answers = [500]
    await csms.call("GetDiagnostics", location=folder.url, retries=1, retryInterval=60)
    await clock.settle()
    await station.cut_power()
    await clock.advance(60)
    await station.restore_power()
    await clock.settle()

    assert folder.methods == ["PUT"]
    assert statuses(csms) == ["Uploading", "UploadFailed"]
    assert csms.actions.index("BootNotification") < csms.actions.index("StatusNotification")


async def test_cfg_09_the_protocols_are_listed(station: Station, csms: ScriptedCsms) -> None:
    answer = await csms.call("GetConfiguration", key=["SupportedFileTransferProtocols"])

    assert answer["configurationKey"] == [
        {"key": "SupportedFileTransferProtocols", "readonly": True, "value": "FTP,FTPS,HTTP,HTTPS"}
    ]
