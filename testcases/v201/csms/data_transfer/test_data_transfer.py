"""Data transfer for a vendor the CSMS does not know (OCPP 2.0.1 Part 2, P02)."""

from harness.v201.csms.vocabulary import Station, Sut, case, one_of


@case(
    "TC_P_02_CSMS",
    "Data Transfer to the CSMS - Rejected / Unknown VendorId / Unknown MessageId",
    profile="core",
    ref="OCPP 2.0.1 Part 2, P02.FR.06, P02.FR.07",
    rules={"R1": "A transfer for an unknown vendor is not accepted."},
)
async def test_transfer_for_an_unknown_vendor(station: Station, sut: Sut) -> None:
    answer = await station.sends("DataTransfer", vendorId=sut.run.unknown_vendor_id, messageId="plugproof-unknown")
    answer.shows(rule="R1", status=one_of("UnknownVendorId", "UnknownMessageId", "Rejected"))
