"""Taking an EVSE out of operation (OCPP 2.0.1 Part 2, G03)."""

from harness.v201.csms.vocabulary import Operator, Station, case, states


@case(
    "TC_G_03_CSMS",
    "Change Availability EVSE - Operative to inoperative",
    profile="core",
    ref="OCPP 2.0.1 Part 2, G03",
    rules={"R1": "The EVSE that the operator chose becomes inoperative as a whole, and its statuses are acknowledged."},
)
async def test_evse_becomes_inoperative(station: Station, operator: Operator) -> None:
    await states.unavailable(station, operator, rule="R1")
