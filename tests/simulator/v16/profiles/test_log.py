"""GetLog with real uploads (security white paper N01)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from simulator import Station, VirtualClock
from tests.simulator.support.files import Folder, http_folder
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio

STATUS = "LogStatusNotification"


@pytest_asyncio.fixture
async def folder() -> AsyncIterator[Folder]:
    async with http_folder() as folder:
        yield folder


async def get_log(csms: ScriptedCsms, location: str, request_id: int = 7, **more: Any) -> dict[str, Any]:
    times = {name: more.pop(name) for name in ("oldestTimestamp", "latestTimestamp") if name in more}
    more = {"logType": "SecurityLog", **more}
    return await csms.call("GetLog", requestId=request_id, log={"remoteLocation": location, **times}, **more)


def statuses(csms: ScriptedCsms) -> list[tuple[str, int | None]]:
    return [(payload["status"], payload.get("requestId")) for payload in csms.payloads(STATUS)]


async def test_the_security_log_is_uploaded(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await clock.advance(10)
    await station.security_event("TamperDetectionActivated", "door")
    answer = await get_log(csms, f"{folder.url}/in")
    await clock.settle()

    assert answer == {"status": "Accepted", "filename": "CP1-security-20260101T000010Z.log"}
    assert [(method, path) for method, path, _ in folder.requests] == [("PUT", f"/in/{answer['filename']}")]
    assert folder.requests[0][2].decode() == (
        "2026-01-01T00:00:00.000Z StartupOfTheDevice\n2026-01-01T00:00:10.000Z TamperDetectionActivated door\n"
    )
    assert statuses(csms) == [("Uploading", 7), ("Uploaded", 7)]


async def test_the_diagnostics_log_is_another_one(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    answer = await get_log(csms, folder.url, logType="DiagnosticsLog")
    await clock.settle()

    assert answer["filename"] == "CP1-diagnostics-20260101T000000Z.log"
    assert b"boot: accepted by the CSMS" in folder.requests[0][2]
    assert b"StartupOfTheDevice" not in folder.requests[0][2]


async def test_only_what_happened_between_two_times(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    for event in ("InvalidMessages", "MemoryExhaustion", "AttemptedReplayAttacks"):
        await clock.advance(60)
        await station.security_event(event)
    await get_log(csms, folder.url, oldestTimestamp="2026-01-01T00:02:00Z", latestTimestamp="2026-01-01T00:02:59Z")
    await clock.settle()

    assert folder.requests[0][2] == b"2026-01-01T00:02:00.000Z MemoryExhaustion\n"


async def test_without_entries_there_is_no_name_and_no_upload(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    assert await get_log(csms, folder.url, oldestTimestamp="2027-01-01T00:00:00Z") == {"status": "Accepted"}
    await clock.advance(3600)

    assert folder.requests == []
    assert statuses(csms) == []


async def test_a_new_request_cancels_a_running_upload(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.answers = [500]
    assert (await get_log(csms, f"{folder.url}/first", 1, retries=3, retryInterval=60))["status"] == "Accepted"
    await clock.settle()
    assert (await get_log(csms, f"{folder.url}/second", 2))["status"] == "AcceptedCanceled"
    await clock.settle()
    assert (await get_log(csms, f"{folder.url}/third", 3))["status"] == "Accepted"
    await clock.advance(3600)

    assert [path.split("/")[1] for _, path, _ in folder.requests] == ["first", "second", "third"]
    assert statuses(csms) == [
        ("Uploading", 1),
        ("UploadFailure", 1),
        ("Uploading", 2),
        ("Uploaded", 2),
        ("Uploading", 3),
        ("Uploaded", 3),
    ]


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([400], "BadMessage"),
        ([401], "PermissionDenied"),
        ([405, 405], "NotSupportedOperation"),
        ([500], "UploadFailure"),
    ],
)
async def test_the_status_says_what_went_wrong(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, answers: list[int], status: str
) -> None:
    folder.answers = list(answers)
    await get_log(csms, folder.url, retries=0)
    await clock.settle()

    assert statuses(csms) == [("Uploading", 7), (status, 7)]


async def test_fw_05_a_log_is_tried_as_often_as_told(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.answers = [500, 500]
    await get_log(csms, folder.url, retries=2, retryInterval=30)
    await clock.advance(59)
    assert statuses(csms) == [("Uploading", 7)]
    await clock.advance(1)

    assert folder.methods == ["PUT"] * 3
    assert statuses(csms) == [("Uploading", 7), ("Uploaded", 7)]


@pytest.mark.parametrize("scheme", ["sftp", "gopher"])
async def test_a_protocol_it_does_not_speak_is_not_supported(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, scheme: str
) -> None:
    await get_log(csms, f"{scheme}://127.0.0.1/in", retries=3)
    await clock.settle()

    assert statuses(csms) == [("Uploading", 7), ("NotSupportedOperation", 7)]


async def test_trg_02_the_status_is_told_when_asked(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    async def asked() -> tuple[str, int | None]:
        answer = await csms.call("ExtendedTriggerMessage", requestedMessage=STATUS)
        assert answer == {"status": "Accepted"}
        await clock.settle()
        return statuses(csms)[-1]

    folder.answers = [500]
    assert await asked() == ("Idle", None)
    await get_log(csms, folder.url, retries=1, retryInterval=60)
    await clock.settle()
    assert await asked() == ("Uploading", 7)
    await clock.advance(60)
    assert statuses(csms)[-1] == ("Uploaded", 7)
    assert await asked() == ("Idle", None)


async def test_an_upload_ends_with_the_power(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.answers = [500]
    await get_log(csms, folder.url, retries=1, retryInterval=60)
    await clock.settle()
    await station.cut_power()
    await station.restore_power()
    await clock.advance(600)

    assert folder.methods == ["PUT"]
    assert statuses(csms) == [("Uploading", 7), ("UploadFailure", 7)]
