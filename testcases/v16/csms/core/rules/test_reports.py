"""What a station reports of itself: states, meter values, and data of its vendor (OCPP 1.6 §4.3, §4.7, §4.9)."""

from harness.v16.csms.vocabulary import Station, Sut, absent, case, now, one_of, states

_MANY = 99
_REFUSALS = ("Rejected", "UnknownMessageId", "UnknownVendorId")


@case(
    "STAT-08_CSMS",
    "A state of a connector that the CSMS does not know",
    profile="rpc",
    ref="OCPP 1.6 §4.9",
    rules={"R1": "A StatusNotification for a connectorId that the CSMS has never heard of is answered."},
)
async def test_unknown_connector(station: Station) -> None:
    await states.status(station, _MANY, "Available", rule="R1")


@case(
    "MV-10_CSMS",
    "A sample of nothing but a value",
    profile="rpc",
    ref="OCPP 1.6 §4.7, §7.43",
    rules={"R1": "A sample whose other members are left out, and mean what the standard says, is accepted."},
)
async def test_bare_value(station: Station) -> None:
    values = [{"timestamp": now(), "sampledValue": [{"value": str(station.meter)}]}]
    await station.wire.accepts("MeterValues", {"connectorId": 1, "meterValue": values}, rule="R1")


@case(
    "DT-01_CSMS",
    "Data for a vendor that the CSMS does not know",
    profile="rpc",
    ref="OCPP 1.6 §4.3",
    needs=["data-transfer-unknown-vendor"],
    rules={
        "R1": "A DataTransfer for an unknown vendor is answered with one of the states of a transfer.",
        "R2": "The state is UnknownVendorId.",
        "R3": "The answer carries no data.",
    },
)
async def test_unknown_vendor(station: Station, sut: Sut) -> None:
    answer = await station.sends("DataTransfer", vendorId=sut.run.unknown_vendor_id, messageId="m", data="d")
    answer.shows(rule="R1", status=one_of(*_REFUSALS, "Accepted"))
    # Another refusal, or Accepted, is a warning: see docs/conformance-notes.md, TC_064_CSMS.
    answer.prefers(rule="R2", status="UnknownVendorId")
    if answer["status"] == "UnknownVendorId":
        answer.shows(rule="R3", data=absent)
    else:
        station.leaves_out("R3", f"the state is {answer['status']}, with which data may come")
