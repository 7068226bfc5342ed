"""Signed firmware (white paper L01): installed, and refused for its signature."""

from harness.v16.charge_point import transfers
from harness.v16.charge_point.vocabulary import Csms, case, security, states

_NEEDS = ["security-profile", "profiles.firmware_management", "file-server"]
_BEGINS = {
    "downloading": "The station says that it downloads the firmware.",
    "downloaded": "Then it says that it has downloaded it, and has.",
}


@case(
    "TC_080_CS",
    "Secure Firmware Update",
    profile="security",
    ref="OCPP 1.6 security white paper L01",
    needs=_NEEDS,
    rules={
        "R4": "The station is ready to update its firmware.",
        "R5": _BEGINS["downloading"],
        "R6": _BEGINS["downloaded"],
        "R7": "Then it says that the signature is right.",
        "R8": "Then it says that it installs the firmware.",
        "R10": "The station reports the security event of new firmware.",
        "R11": "After its boot each connector is Available.",
        "R12": "The station says that the firmware is installed.",
        "R13": "It may say so before or after it boots, and reports its connectors and the event.",
    },
)
async def test_signed_firmware_is_installed(csms: Csms) -> None:
    firmware, shelf = await security.signed_firmware(csms)
    update = csms.bay.next_transaction()
    answer = await csms.sends("SignedUpdateFirmware", requestId=update, firmware=firmware)
    answer.shows(rule="R4", status="Accepted")
    downloading = await security.updates(csms, update, "Downloading", rule="R5")
    downloaded = await security.updates(csms, update, "Downloaded", rule="R6", after=downloading)
    await transfers.was_moved(csms, downloaded, shelf, rule="R6")
    verified = await security.updates(csms, update, "SignatureVerified", rule="R7", after=downloaded)
    await security.updates(csms, update, "Installing", rule="R8", after=verified)

    timeouts = csms.run.sut.timeouts
    await csms.receives("BootNotification", within=timeouts.reboot_s)
    for connector in range(1, csms.connectors + 1):
        await states.status(csms, connector, "Available", rule="R11", within=timeouts.long_s)
    await csms.receives("SecurityEventNotification", rule="R10", within=timeouts.long_s, type="FirmwareUpdated")
    await security.updates(csms, update, "Installed", rule="R12")
    csms.permits("R13")


@case(
    "TC_081_CS",
    "Secure Firmware Update - Invalid Signature",
    profile="security",
    ref="OCPP 1.6 security white paper L01, A04",
    needs=_NEEDS,
    rules={
        "R3": "The station is ready to update its firmware.",
        "R4": _BEGINS["downloading"],
        "R5": _BEGINS["downloaded"],
        "R6": "Then it says that the signature is none of this firmware.",
        "R7": "The station reports the security event of an invalid signature.",
    },
)
async def test_signature_is_invalid(csms: Csms) -> None:
    firmware, shelf = await security.signed_firmware(csms, spoilt=True)
    update = csms.bay.next_transaction()
    answer = await csms.sends("SignedUpdateFirmware", requestId=update, firmware=firmware)
    answer.shows(rule="R3", status="Accepted")
    downloading = await security.updates(csms, update, "Downloading", rule="R4")
    downloaded = await security.updates(csms, update, "Downloaded", rule="R5", after=downloading)
    await transfers.was_moved(csms, downloaded, shelf, rule="R5")
    await security.updates(csms, update, "InvalidSignature", rule="R6", after=downloaded)
    await csms.receives(
        "SecurityEventNotification",
        rule="R7",
        within=csms.run.sut.timeouts.long_s,
        type="InvalidFirmwareSignature",
    )
