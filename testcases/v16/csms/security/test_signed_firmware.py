"""Signed firmware (white paper L01): installed, and refused for its signature."""

from random import randrange
from typing import Any

from harness.v16.csms.vocabulary import Operator, Request, Station, Sut, case, certificates, payloads, states

_NEEDS = ["security-profile", "profiles.firmware_management", "signed-firmware-update"]


@case(
    "TC_080_CSMS",
    "Secure Firmware Update",
    profile="security",
    ref="OCPP 1.6 security white paper L01",
    needs=_NEEDS,
    rules={
        "R1": "The station is told to fetch the firmware from where the operator chose.",
        "R2": "It is sent the signature of this firmware.",
        "R3": "It is sent the certificate that the firmware was signed with.",
        "R8": "A connector that is Unavailable because of the update is taken note of.",
        "R11": "The station is accepted when it boots with the new firmware.",
    },
)
async def test_signed_firmware_is_installed(station: Station, operator: Operator, sut: Sut) -> None:
    signed = certificates.firmware(sut)
    request = await _update(station, operator, sut, signed)
    request.shows(rule="R2", firmware={"signature": signed["signature"]})
    wanted = certificates.same_certificate(signed["signingCertificate"])
    request.shows(rule="R3", firmware={"signingCertificate": wanted})
    await request.answered(status="Accepted")

    update = request["requestId"]
    await states.signed_firmware(station, update, "Downloading", "Downloaded", "SignatureVerified")
    await states.unavailable(station, rule="R8")
    await states.signed_firmware(station, update, "Installing", "InstallRebooting")
    await station.restarts()

    await station.connects()
    answer = await states.boots(station)
    answer.shows(rule="R11", status="Accepted")
    await states.security_event(station, "FirmwareUpdated")
    await states.available(station)
    await states.signed_firmware(station, update, "Installed")


@case(
    "TC_081_CSMS",
    "Secure Firmware Update - Invalid Signature",
    profile="security",
    ref="OCPP 1.6 security white paper L01",
    needs=_NEEDS,
    rules={
        "R1": "The station is told to fetch the firmware from where the operator chose.",
        "R2": "The signature it is sent is the operator's choice, which is none of this firmware.",
    },
)
async def test_signature_is_invalid(station: Station, operator: Operator, sut: Sut) -> None:
    signed = certificates.firmware(sut)
    wrong = {**signed, "signature": certificates.spoilt(signed["signature"])}
    request = await _update(station, operator, sut, wrong)
    request.shows(rule="R2", firmware={"signature": certificates.other_than(signed["signature"])})
    await request.answered(status="Accepted")

    await states.signed_firmware(station, request["requestId"], "Downloading", "Downloaded", "InvalidSignature")


async def _update(station: Station, operator: Operator, sut: Sut, signed: dict[str, Any]) -> Request:
    """Have the station told to update its firmware, from the right place, which is R1."""
    location = sut.files.firmware or payloads.FIRMWARE
    firmware = {"location": location, "retrieveDateTime": payloads.retrieve_date(sut), **signed}
    await operator.signed_update_firmware(station, requestId=randrange(1, payloads.LARGEST), firmware=firmware)
    return await station.receives("SignedUpdateFirmware", rule="R1", firmware={"location": location})
