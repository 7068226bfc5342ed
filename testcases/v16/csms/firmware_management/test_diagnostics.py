"""Diagnostics of a station (OCPP 1.6 §4.4, §5.9): uploaded, and not."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, payloads, present, states

_RULES = {"R1": "The station is told where to put its diagnostics."}


@case(
    "TC_045_1_CSMS",
    "Get Diagnostics",
    profile="firmware_management",
    ref="OCPP 1.6 §4.4, §5.9",
    needs=["diagnostics"],
    rules=_RULES,
    outcome="Uploaded",
)
@case(
    "TC_045_2_CSMS",
    "Get Diagnostics - Upload Failed",
    profile="firmware_management",
    ref="OCPP 1.6 §4.4, §5.9",
    needs=["diagnostics"],
    rules=_RULES,
    outcome="UploadFailed",
)
async def test_diagnostics(station: Station, operator: Operator, sut: Sut, outcome: str) -> None:
    await operator.get_diagnostics(station, location=sut.files.upload or payloads.UPLOAD)
    request = await station.receives("GetDiagnostics", rule="R1", location=present)
    await request.answered(fileName="diagnostics.log")

    await states.diagnostics(station, "Uploading", outcome)
