"""The security log of the station (white paper N01)."""

from harness.v16.charge_point import transfers
from harness.v16.charge_point.vocabulary import Csms, case, security


@case(
    "TC_079_CS",
    "Get Security Log",
    profile="security",
    ref="OCPP 1.6 security white paper N01",
    needs=["security-profile", "file-server"],
    rules={
        "R3": "The station is ready to upload its security log.",
        "R4": "It says that it uploads the log.",
        "R5": "Then it says that the log is uploaded, and it is.",
    },
)
async def test_security_log(csms: Csms) -> None:
    location, shelf = await transfers.upload_place(csms)
    number = csms.bay.next_transaction()
    answer = await csms.sends("GetLog", logType="SecurityLog", requestId=number, log={"remoteLocation": location})
    answer.shows(rule="R3", status="Accepted")
    uploading = await security.logs(csms, number, "Uploading", rule="R4")
    uploaded = await security.logs(csms, number, "Uploaded", rule="R5", after=uploading)
    await transfers.was_moved(csms, uploaded, shelf, rule="R5")
