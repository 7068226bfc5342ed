"""Updating firmware (OCPP 1.6 §4.5, §5.19): installed, not downloaded, not installed."""

from harness.v16.charge_point import transfers
from harness.v16.charge_point.vocabulary import Csms, EvDriver, case, now, states


@case(
    "TC_044_1_CS",
    "Firmware Update - Download and Install",
    profile="firmware_management",
    ref="OCPP 1.6 §4.5, §5.19",
    needs=["file-server"],
    rules={
        "R2": "The station says that it downloads the firmware.",
        "R3": "Then it says that it has downloaded it, and has.",
        "R4": "Then it says that it installs it.",
        "R5": "The station boots, and its connectors are Available again.",
        "R6": "The station says that the firmware is installed.",
        "R7": "It may say so before or after it boots and reports its connectors.",
    },
)
async def test_firmware_is_installed(csms: Csms) -> None:
    location, shelf = await transfers.image(csms)
    await csms.sends("UpdateFirmware", location=location, retrieveDate=now())
    downloading = await transfers.reports(csms, "Downloading", rule="R2")
    downloaded = await transfers.reports(csms, "Downloaded", rule="R3", after=downloading)
    await transfers.was_moved(csms, downloaded, shelf, rule="R3")
    await transfers.reports(csms, "Installing", rule="R4", after=downloaded)

    timeouts = csms.run.sut.timeouts
    await csms.receives("BootNotification", rule="R5", within=timeouts.reboot_s)
    for connector in range(1, csms.connectors + 1):
        await states.status(csms, connector, "Available", rule="R5", within=timeouts.long_s)
    await transfers.reports(csms, "Installed", rule="R6")
    csms.permits("R7")


@case(
    "TC_044_2_CS",
    "Firmware Update - Download Failed",
    profile="firmware_management",
    ref="OCPP 1.6 §4.5, §5.19",
    needs=["file-server"],
    rules={
        "R3": "Before it has failed, the station says nothing but that it downloads the firmware.",
        "R4": "The station says that it cannot download firmware that is not there.",
    },
)
async def test_firmware_is_not_downloaded(csms: Csms) -> None:
    location = await transfers.missing_image(csms)
    await csms.sends("UpdateFirmware", location=location, retries=0, retrieveDate=now())
    await transfers.reports(csms, "DownloadFailed", rule="R4")
    await transfers.may_have_reported(csms, "Downloading", rule="R3")


@case(
    "TC_044_3_CS",
    "Firmware Update - Installation Failed",
    profile="firmware_management",
    ref="OCPP 1.6 §4.5, §5.19",
    needs=["file-server"],
    rules={
        "R2": "The station says that it downloads the firmware.",
        "R3": "Then it says that it has downloaded it.",
        "R4": "Before it has failed, it says nothing else but that it installs the firmware.",
        "R5": "The station says that it cannot install this firmware.",
        "R6": "It may say so before or after it boots, if it does, and reports its connectors.",
        "R7": "Connectors whose status has changed meanwhile are Available again.",
    },
)
async def test_firmware_is_not_installed(csms: Csms, driver: EvDriver) -> None:
    location = await transfers.bad_image(csms, driver)
    await csms.sends("UpdateFirmware", location=location, retrieveDate=now())
    downloading = await transfers.reports(csms, "Downloading", rule="R2")
    downloaded = await transfers.reports(csms, "Downloaded", rule="R3", after=downloading)
    await transfers.reports(csms, "InstallationFailed", rule="R5", after=downloaded)
    csms.permits("R6")
    await transfers.may_have_reported(csms, "Installing", rule="R4", besides=("Downloading", "Downloaded"))

    changed = [connector for connector in csms.statuses if connector > 0]
    for connector in changed:
        await states.status(csms, connector, "Available", rule="R7", within=csms.run.sut.timeouts.long_s)
    if not changed:
        csms.leaves_out("R7", "the station reports no connector, as none changed")
