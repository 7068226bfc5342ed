"""Reserving any connector of the station (OCPP 1.6 §5.13, connectorId 0)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, reservations, states


@case(
    "TC_049_CS",
    "Reservation of a Charge Point - Transaction",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §4.8, §4.9",
    needs=["reserve-connector-zero"],
    rules={
        "R2": "A reservation of any connector is accepted while one is free.",
        "R3": "The last connector that is free is reported as Reserved.",
        "R4": "A remote start of the tag that reserved leads to a StartTransaction that names tag and reservation.",
    },
)
async def test_reservation_of_the_station(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.others_unavailable(csms, connector)
    reservation = await states.reserve(csms, 0, tags.valid, shown_at=connector, rules=("R2", "R3", "R3"))
    await reservations.charge(csms, driver, connector, tags.valid, reservation, rule="R4")
