"""Data transfer for a vendor the CSMS does not know (OCPP 1.6 §4.3)."""

from harness.v16.csms.vocabulary import Station, Sut, case, one_of, satisfies

_REFUSALS = ("Rejected", "UnknownMessageId", "UnknownVendorId")


@case(
    "TC_064_CSMS",
    "Data Transfer to a Central System",
    profile="core",
    ref="OCPP 1.6 §4.3",
    needs=["data-transfer-unknown-vendor"],
    rules={
        "R2": "A transfer for an unknown vendor is answered with one of the states of a transfer.",
        "R3": "A transfer for an unknown vendor is not accepted.",
    },
)
async def test_transfer_for_an_unknown_vendor(station: Station, sut: Sut) -> None:
    answer = await station.sends("DataTransfer", vendorId=sut.run.unknown_vendor_id)
    # Accepted is a warning, not a failure: see docs/conformance-notes.md, TC_064_CSMS.
    answer.shows(rule="R2", status=one_of(*_REFUSALS, "Accepted"))
    answer.prefers(rule="R3", status=satisfies("one of " + ", ".join(_REFUSALS), _REFUSALS.__contains__))
