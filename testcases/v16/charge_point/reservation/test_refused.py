"""Reservations that cannot be (OCPP 1.6 §5.13): of a connector, of the whole station, and without the profile."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, reservations, states

_STATION = 0


def _says(status: str, what: str) -> dict[str, str]:
    return {"R2": f"A reservation of {what} is answered with {status}."}


@case(
    "TC_048_1_CS",
    "Reservation of a Connector - Faulted",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=["fault-injection"],
    rules=_says("Faulted", "a connector that has a fault"),
    status="Faulted",
)
@case(
    "TC_048_2_CS",
    "Reservation of a Connector - Occupied",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §7.32",
    rules=_says("Occupied", "a connector that is in use"),
    status="Occupied",
)
@case(
    "TC_048_3_CS",
    "Reservation of a Connector - Unavailable",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §7.32",
    rules=_says("Unavailable", "a connector that is out of service"),
    status="Unavailable",
)
@case(
    "TC_048_4_CS",
    "Reservation of a Connector - Rejected",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=["without-reservation"],
    rules=_says("Rejected", "a connector at a station that takes none"),
    status="Rejected",
)
async def test_reservation_of_a_connector(
    csms: Csms, driver: EvDriver, tags: Tags, connector: int, status: str
) -> None:
    await reservations.unfit(csms, driver, connector, status)
    answer = await csms.sends("ReserveNow", rule="R2", **states.reservation(csms, connector, tags.valid))
    answer.shows(status=status)


@case(
    "TC_050_1_CS",
    "Reservation of a Charge Point - Faulted",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=["reserve-connector-zero", "fault-injection"],
    rules=_says("Faulted", "any connector of a station that has a fault"),
    status="Faulted",
)
@case(
    "TC_050_2_CS",
    "Reservation of a Charge Point - Occupied",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=["reserve-connector-zero"],
    rules=_says("Occupied", "any connector of a station where all are in use"),
    status="Occupied",
)
@case(
    "TC_050_3_CS",
    "Reservation of a Charge Point - Unavailable",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=["reserve-connector-zero"],
    rules=_says("Unavailable", "any connector of a station that is out of service"),
    status="Unavailable",
)
@case(
    "TC_050_4_CS",
    "Reservation of a Charge Point - Rejected",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=["without-reservation"],
    rules=_says("Rejected", "any connector of a station that takes none"),
    status="Rejected",
)
async def test_reservation_of_any_connector(csms: Csms, driver: EvDriver, tags: Tags, status: str) -> None:
    await reservations.unfit(csms, driver, _STATION, status)
    answer = await csms.sends("ReserveNow", rule="R2", **states.reservation(csms, _STATION, tags.valid))
    answer.shows(status=status)
