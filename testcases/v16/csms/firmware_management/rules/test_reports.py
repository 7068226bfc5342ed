"""Reports of firmware and diagnostics in an order that nobody would expect (OCPP 1.6 §4.4, §4.5)."""

from harness.v16.csms.vocabulary import Station, case


@case(
    "FW-06_CSMS",
    "Reports in any order",
    profile="rpc",
    ref="OCPP 1.6 §4.4, §4.5",
    needs=["profiles.firmware_management"],
    rules={
        "R1": "Each state of a firmware update is answered, whichever came before.",
        "R2": "So is each state of an upload of diagnostics.",
    },
)
async def test_reports_in_any_order(station: Station) -> None:
    for status in (
        *("Installed", "Downloading", "InstallationFailed", "Downloaded"),
        *("DownloadFailed", "Installing", "Installed", "Idle"),
    ):
        await station.sends("FirmwareStatusNotification", rule="R1", status=status)
    for status in ("Uploaded", "UploadFailed", "Uploading", "Uploaded", "Idle"):
        await station.sends("DiagnosticsStatusNotification", rule="R2", status=status)
