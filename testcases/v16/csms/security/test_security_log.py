"""The security log of a station (white paper N01)."""

from random import randrange

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, payloads, states


@case(
    "TC_079_CSMS",
    "Get Security Log",
    profile="security",
    ref="OCPP 1.6 security white paper N01",
    needs=["security-profile", "security-log"],
    rules={
        "R1": "The station is told to put its log where the operator chose.",
        "R2": "It is the security log that the station is asked for.",
    },
)
async def test_security_log(station: Station, operator: Operator, sut: Sut) -> None:
    location = sut.files.upload or payloads.UPLOAD
    asked = {"logType": "SecurityLog", "requestId": randrange(1, payloads.LARGEST)}
    await operator.get_log(station, log={"remoteLocation": location}, **asked)
    request = await station.receives("GetLog", rule="R1", log={"remoteLocation": location})
    request.shows(rule="R2", logType="SecurityLog")
    await request.answered(status="Accepted", filename="security.log")

    await states.log(station, request["requestId"], "Uploading", "Uploaded")
