"""UpdateFirmware with real downloads: rules FW-01, FW-02, FW-03, FW-05, TRG-02."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from ocppj.errors import CallRefused, OcppError
from simulator import Station, VirtualClock
from simulator.kernel.store import SqliteFile
from simulator.v16.profiles.core import CoreProfile
from simulator.v16.profiles.firmware import FirmwareUpdates, make_image
from tests.simulator.support.files import Folder, ftp_folder, http_folder
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

STATUS = "FirmwareStatusNotification"
NOW = "2026-01-01T00:00:00Z"
WHOLE = ["Downloading", "Downloaded", "Installing", "Installed"]


@pytest_asyncio.fixture
async def folder() -> AsyncIterator[Folder]:
    async with http_folder() as folder:
        folder.files = {
            "/good.bin": make_image("2.0.0", b"code" * 1000),
            "/broken.bin": make_image("2.0.0", b"code") + b"!",
            "/no-head.bin": b"plugproof-firmware 2.0.0\n",
            "/empty.bin": b"",
            "/vendor%20file-3.1.bin": b"\x7fELF whatever",
        }
        yield folder


async def update(csms: ScriptedCsms, location: str, at: str = NOW, **more: Any) -> dict[str, Any]:
    return await csms.call("UpdateFirmware", location=location, retrieveDate=at, **more)


def statuses(csms: ScriptedCsms) -> list[str]:
    return [payload["status"] for payload in csms.payloads(STATUS)]


async def test_fw_02_the_whole_update_is_told_and_the_new_version_boots(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    assert await update(csms, f"{folder.url}/good.bin") == {}
    await clock.advance(60)

    assert folder.requests == [("GET", "/good.bin", b"")]
    assert statuses(csms) == WHOLE
    assert csms.payloads("BootNotification")[0]["firmwareVersion"] == "2.0.0"
    said = [(name, p.get("status")) for name, p in csms.received if name in (STATUS, "BootNotification")]
    assert said.index(("BootNotification", None)) == said.index((STATUS, "Installing")) + 1
    assert [csms.statuses(number)[-1] for number in (0, 1, 2)] == ["Available"] * 3


async def test_fw_02_by_ftp(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with ftp_folder() as ftp:
        await ftp.write("/in/fw.bin", make_image("2.1.0"))
        await update(csms, f"{ftp.url}/in/fw.bin")
        await clock.advance(60)

    assert statuses(csms) == WHOLE
    assert csms.payloads("BootNotification")[0]["firmwareVersion"] == "2.1.0"


async def test_a_file_that_says_no_version_is_called_by_its_name(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.files["/vendor file-3.1.bin"] = folder.files["/vendor%20file-3.1.bin"]
    await update(csms, f"{folder.url}/vendor%20file-3.1.bin")
    await clock.advance(60)

    assert statuses(csms) == WHOLE
    assert csms.payloads("BootNotification")[0]["firmwareVersion"] == "vendor_file-3.1"


async def test_a_station_without_the_security_extensions_is_updated_as_well(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await start(features=(CoreProfile, FirmwareUpdates))
    await update(csms, f"{folder.url}/good.bin")
    await clock.advance(60)

    assert statuses(csms) == WHOLE


async def test_an_installation_takes_as_long_as_the_make_says(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await start(features=(CoreProfile, FirmwareUpdates), installation=300.0)
    await update(csms, f"{folder.url}/good.bin")
    await clock.advance(290)
    assert statuses(csms)[-1] == "Installing"
    await clock.advance(20)

    assert statuses(csms) == WHOLE


async def test_a_status_that_is_not_taken_does_not_end_the_update(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    problems: list[str] = []
    station.events.listen(lambda event: problems.append(event.text) if event.kind == "problem" else None)
    csms.answers[STATUS] = OcppError("NotImplemented")
    await update(csms, f"{folder.url}/good.bin")
    await clock.advance(60)

    assert statuses(csms) == WHOLE
    assert len([text for text in problems if text.startswith(f"{STATUS} was not taken")]) == 4


async def test_fw_01_nothing_is_fetched_before_it_is_time(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await update(csms, f"{folder.url}/good.bin", "2026-01-01T01:00:00Z")
    await clock.advance(3599)
    assert (folder.requests, statuses(csms)) == ([], [])
    await clock.advance(1)

    assert statuses(csms)[:2] == ["Downloading", "Downloaded"]


@pytest.mark.parametrize("retries", [0, 2])
async def test_fw_05_a_download_is_tried_as_often_as_told(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, retries: int
) -> None:
    await update(csms, f"{folder.url}/does_not_exist", retries=retries, retryInterval=60)
    await clock.advance(60 * retries)
    assert folder.methods == ["GET"] * (retries + 1)
    assert statuses(csms) == ["Downloading", "DownloadFailed"]
    await clock.advance(3600)

    assert folder.methods == ["GET"] * (retries + 1)
    assert "BootNotification" not in csms.actions
    assert [connector.status for connector in station.connectors] == ["Available"] * 2


async def test_fw_05_a_repetition_may_work(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    folder.answers = [503]
    await update(csms, f"{folder.url}/good.bin", retries=1, retryInterval=60)
    await clock.advance(59)
    assert statuses(csms) == ["Downloading"]
    await clock.advance(60)

    assert statuses(csms) == WHOLE


@pytest.mark.parametrize("name", ["broken.bin", "no-head.bin", "empty.bin"])
async def test_fw_02_a_damaged_image_is_not_installed(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, name: str
) -> None:
    await update(csms, f"{folder.url}/{name}")
    await clock.advance(3600)

    assert statuses(csms) == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
    assert "BootNotification" not in csms.actions
    assert [csms.statuses(number) for number in (1, 2)] == [["Unavailable", "Available"]] * 2


async def test_fw_02_a_broken_memory_takes_no_image_until_it_is_repaired(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await station.jam_firmware()
    await update(csms, f"{folder.url}/good.bin")
    await clock.advance(60)
    assert statuses(csms) == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
    await station.jam_firmware(False)
    csms.forget()
    await update(csms, f"{folder.url}/good.bin")
    await clock.advance(60)

    assert statuses(csms) == WHOLE


async def test_fw_03_waits_for_who_charges_and_lets_nobody_else_begin(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await update(csms, f"{folder.url}/good.bin")
    await clock.advance(3600)
    assert statuses(csms) == ["Downloading", "Downloaded"]
    assert csms.statuses(2) == ["Unavailable"]
    assert await csms.call("RemoteStartTransaction", idTag="TAG-2", connectorId=2) == {"status": "Rejected"}
    await charging.plug_in(2)
    await charging.present("TAG-2", 2)
    await clock.settle()
    assert charging.connector(2).status == "Unavailable"
    await charging.unplug(2)

    await charging.present("TAG-1")
    await clock.settle()
    assert statuses(csms) == WHOLE[:3]
    assert charging.connector(1).status == "Unavailable"
    await clock.advance(60)
    assert statuses(csms) == WHOLE
    assert csms.actions.count("StopTransaction") == 1
    assert csms.statuses(2)[-1] == "Available"


async def test_fw_03_waits_for_who_is_about_to_start(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await station.present("TAG-1", 1)
    await update(csms, f"{folder.url}/good.bin")
    await clock.advance(60)
    assert statuses(csms) == WHOLE[:2]
    await clock.advance(60)  # ConnectionTimeOut

    assert statuses(csms)[:3] == WHOLE[:3]


async def test_stat_05_out_of_service_by_order_stays_so_after_an_update(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await csms.call("ChangeAvailability", connectorId=1, type="Inoperative")
    await update(csms, f"{folder.url}/good.bin")
    await clock.advance(60)

    assert statuses(csms) == WHOLE
    assert [connector.status for connector in station.connectors] == ["Unavailable", "Available"]


async def test_a_new_order_takes_the_place_of_one_that_waits(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await update(csms, f"{folder.url}/broken.bin")
    await clock.settle()
    assert charging.connector(2).status == "Unavailable"
    await update(csms, f"{folder.url}/good.bin", "2026-01-01T01:00:00Z")
    await clock.settle()
    assert charging.connector(2).status == "Available"
    await charging.present("TAG-1")
    await clock.advance(3700)

    assert statuses(csms) == ["Downloading", "Downloaded", *WHOLE]


async def test_err_08_no_order_during_an_installation(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await update(csms, f"{folder.url}/good.bin")
    await clock.settle()
    assert statuses(csms) == WHOLE[:3]
    with pytest.raises(CallRefused, match="an installation is under way"):
        await update(csms, f"{folder.url}/broken.bin")
    await clock.advance(60)

    assert statuses(csms) == WHOLE


async def test_trg_02_the_status_is_told_when_asked(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    async def asked() -> str:
        assert await csms.call("TriggerMessage", requestedMessage=STATUS) == {"status": "Accepted"}
        await clock.settle()
        return statuses(csms)[-1]

    assert await asked() == "Idle"
    await update(csms, f"{folder.url}/good.bin", "2026-01-01T01:00:00Z")
    assert await asked() == "Idle"
    await clock.advance(3600)
    assert await asked() == "Downloaded"
    await charging.present("TAG-1")
    await clock.advance(60)
    assert statuses(csms)[-1] == "Installed"
    assert await asked() == "Idle"


async def test_a_status_that_could_not_be_told_is_told_after_the_outage(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await update(csms, f"{folder.url}/does_not_exist", retries=1, retryInterval=60)
    await clock.settle()
    await csms.stop()
    await station.until(lambda s: not s.connected)
    await clock.advance(60)
    await csms.start()
    await clock.advance(300)

    assert statuses(csms) == ["Downloading", "DownloadFailed"]


async def test_an_update_begins_anew_after_a_loss_of_power(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder
) -> None:
    await update(csms, f"{folder.url}/good.bin")
    await clock.settle()
    await charging.cut_power()
    await clock.advance(60)
    assert statuses(csms) == WHOLE[:2]
    await charging.restore_power()
    await clock.advance(60)

    assert statuses(csms) == [*WHOLE[:2], *WHOLE]
    assert [p.get("firmwareVersion") for p in csms.payloads("BootNotification")] == [None, "2.0.0"]


@pytest.mark.parametrize("step", ["scheduled", "waiting", "installed"])
async def test_an_update_survives_the_process(
    memory: SqliteFile, start: StartStation, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, step: str
) -> None:
    first = await start(store=memory.of("CP1"))
    await first.plug_in(1)
    await first.present("TAG-1", 1)
    await update(csms, f"{folder.url}/good.bin", "2026-01-01T01:00:00Z" if step == "scheduled" else NOW)
    await clock.settle()
    if step == "installed":
        await first.present("TAG-1", 1)
        await clock.advance(5)
        await first.until(lambda s: not s.powered, within=5)
        assert statuses(csms) == WHOLE[:3]
    await first.stop()
    csms.forget()

    second = await start(store=memory.of("CP1"))
    await clock.advance(3700)
    assert statuses(csms) == (WHOLE[3:] if step == "installed" else WHOLE)
    assert csms.payloads("BootNotification")[-1]["firmwareVersion"] == "2.0.0"
    await second.stop()
    csms.forget()

    await start(store=memory.of("CP1"), firmware_version="1.0.0")
    await clock.advance(60)
    assert statuses(csms) == []
    assert csms.payloads("BootNotification")[0]["firmwareVersion"] == "2.0.0"
