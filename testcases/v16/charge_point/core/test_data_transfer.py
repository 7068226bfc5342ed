"""Data transfer for a vendor that the station does not know (OCPP 1.6 §5.6)."""

from harness.v16.charge_point.vocabulary import Csms, Sut, case, one_of

_REFUSALS = ("Rejected", "UnknownMessageId", "UnknownVendorId")


@case(
    "TC_062_CS",
    "Data Transfer to a Charge Point",
    profile="core",
    ref="OCPP 1.6 §5.6",
    needs=["data-transfer-unknown-vendor"],
    rules={
        "R2": "A transfer for an unknown vendor is answered with one of the states of a transfer.",
        "R3": "A transfer for an unknown vendor is not accepted.",
    },
)
async def test_transfer_for_an_unknown_vendor(csms: Csms, sut: Sut) -> None:
    answer = await csms.sends("DataTransfer", vendorId=sut.run.unknown_vendor_id)
    # Accepted is a warning, not a failure: see docs/conformance-notes.md, TC_062_CS.
    answer.shows(rule="R2", status=one_of(*_REFUSALS, "Accepted"))
    answer.prefers(rule="R3", status=one_of(*_REFUSALS))
