"""Updating firmware (OCPP 1.6 §4.5, §5.19): installed, not downloaded, not installed."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, payloads, present, states


@case(
    "TC_044_1_CSMS",
    "Firmware Update - Download and Install",
    profile="firmware_management",
    ref="OCPP 1.6 §4.5, §5.19",
    needs=["firmware-update"],
    rules={
        "R1": "The station is told to fetch the firmware from where the operator chose.",
        "R6": "The station is accepted when it boots with the new firmware.",
    },
)
async def test_firmware_is_installed(station: Station, operator: Operator, sut: Sut) -> None:
    location = sut.files.firmware or payloads.FIRMWARE
    await operator.update_firmware(station, location=location, retrieveDate=payloads.retrieve_date(sut))
    request = await station.receives("UpdateFirmware", rule="R1", location=location)
    await request.answered()

    await _install(station, "Installed")


@case(
    "TC_044_2_CSMS",
    "Firmware Update - Download Failed",
    profile="firmware_management",
    ref="OCPP 1.6 §4.5, §5.19",
    needs=["firmware-update"],
    rules={"R1": "The station is told where to fetch the firmware."},
)
async def test_firmware_is_not_downloaded(station: Station, operator: Operator, sut: Sut) -> None:
    location = sut.files.firmware_bad or payloads.FIRMWARE_BAD
    await operator.update_firmware(station, location=location, retrieveDate=payloads.retrieve_date(sut))
    request = await station.receives("UpdateFirmware", rule="R1", location=present)
    await request.answered()

    await states.firmware(station, "Downloading", "DownloadFailed")


@case(
    "TC_044_3_CSMS",
    "Firmware Update - Installation Failed",
    profile="firmware_management",
    ref="OCPP 1.6 §4.5, §5.19",
    needs=["firmware-update"],
    rules={
        "R1": "The station is told where to fetch the firmware.",
        "R6": "The station is accepted when it boots after an installation that failed.",
    },
)
async def test_firmware_is_not_installed(station: Station, operator: Operator, sut: Sut) -> None:
    location = sut.files.firmware_bad or payloads.FIRMWARE_BAD
    await operator.update_firmware(station, location=location, retrieveDate=payloads.retrieve_date(sut))
    request = await station.receives("UpdateFirmware", rule="R1", location=present)
    await request.answered()

    await _install(station, "InstallationFailed")


async def _install(station: Station, outcome: str) -> None:
    """From the download to what came of the installation, with the boot between them judged as R6."""
    await states.firmware(station, "Downloading", "Downloaded")
    await states.unavailable(station)
    await states.firmware(station, "Installing")
    await station.restarts()

    await station.connects()
    answer = await states.boots(station)
    answer.shows(rule="R6", status="Accepted")
    await states.available(station)
    await states.firmware(station, outcome)
