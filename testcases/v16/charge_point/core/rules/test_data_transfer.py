"""A DataTransfer of a vendor that the station does not know (OCPP 1.6 §4.3, §5.6; rule DT-01)."""

from harness.v16.charge_point.vocabulary import Csms, Sut, absent, case


@case(
    "DT-01_CS",
    "An unknown vendor is told to be one",
    profile="rpc",
    ref="OCPP 1.6 §4.3, §5.6",
    needs=["data-transfer-unknown-vendor"],
    rules={
        "R1": "A transfer for a vendor that the station does not know is answered with UnknownVendorId.",
        "R2": "The answer has no data.",
    },
)
async def test_unknown_vendor(csms: Csms, sut: Sut) -> None:
    answer = await csms.sends("DataTransfer", rule="R1", vendorId=sut.run.unknown_vendor_id, messageId="PlugproofNone")
    answer.shows(status="UnknownVendorId")
    answer.shows(rule="R2", data=absent)
