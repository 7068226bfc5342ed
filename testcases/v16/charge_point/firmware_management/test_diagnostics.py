"""Diagnostics of a station (OCPP 1.6 §4.4, §5.9): uploaded, and not."""

from harness.v16.charge_point import transfers
from harness.v16.charge_point.vocabulary import Csms, case

_ACTION = "DiagnosticsStatusNotification"


@case(
    "TC_045_1_CS",
    "Get Diagnostics",
    profile="firmware_management",
    ref="OCPP 1.6 §4.4, §5.9",
    needs=["file-server"],
    rules={
        "R2": "The station says that it uploads its diagnostics.",
        "R3": "Then it says that they are uploaded, and they are.",
    },
)
async def test_diagnostics_are_uploaded(csms: Csms) -> None:
    location, shelf = await transfers.upload_place(csms)
    await transfers.asks_for_diagnostics(csms, location=location)
    uploading = await transfers.reports(csms, "Uploading", rule="R2", action=_ACTION)
    uploaded = await transfers.reports(csms, "Uploaded", rule="R3", action=_ACTION, after=uploading)
    await transfers.was_moved(csms, uploaded, shelf, rule="R3")


@case(
    "TC_045_2_CS",
    "Get Diagnostics - Upload Failed",
    profile="firmware_management",
    ref="OCPP 1.6 §4.4, §5.9",
    needs=["file-server"],
    rules={
        "R3": "The station says that it uploads its diagnostics.",
        "R4": "Then it says that they cannot be uploaded.",
    },
)
async def test_diagnostics_are_not_uploaded(csms: Csms) -> None:
    location = await transfers.no_upload_place(csms)
    await transfers.asks_for_diagnostics(csms, location=location, retries=0)
    uploading = await transfers.reports(csms, "Uploading", rule="R3", action=_ACTION)
    await transfers.reports(csms, "UploadFailed", rule="R4", action=_ACTION, after=uploading)
