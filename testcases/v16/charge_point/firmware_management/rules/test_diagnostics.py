"""The file that a station leaves when it is asked for diagnostics (OCPP 1.6 §4.4, §5.9, erratum 3.31; rule FW-04)."""

from harness.v16.charge_point.vocabulary import Csms, case, transfers

_ACTION = "DiagnosticsStatusNotification"


@case(
    "FW-04_CS",
    "Diagnostics come under the name that was told",
    profile="rpc",
    ref="OCPP 1.6 §4.4, §5.9, erratum 3.31",
    needs=["profiles.firmware_management", "file-server"],
    rules={
        "R1": "The station says that it has uploaded the file, and has.",
        "R2": "The file has the name of the answer.",
    },
)
async def test_file_has_its_name(csms: Csms) -> None:
    location, shelf = await transfers.upload_place(csms)
    name = await transfers.asks_for_diagnostics(csms, location=location)
    uploaded = await transfers.reports(csms, "Uploaded", rule="R1", action=_ACTION)
    await transfers.was_moved(csms, uploaded, shelf, rule="R1")
    transfers.is_named(csms, uploaded, shelf, name, rule="R2")
