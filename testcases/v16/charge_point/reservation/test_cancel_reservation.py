"""Cancelling a reservation (OCPP 1.6 §5.1): one that the station has, and one that it does not know."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, absent, case, states

_FAR = 0x3FFF_FFFF


@case(
    "TC_051_CS",
    "Cancel Reservation",
    profile="reservation",
    ref="OCPP 1.6 §5.1, §4.8, §5.13",
    needs=["second-valid-tag"],
    rules={
        "R2": "The reservation that is named is cancelled.",
        "R3": "The connector is Available again.",
        "R4": "Available is reported for the connector that was reserved.",
        "R5": "A transaction of somebody else names no reservation.",
    },
)
async def test_cancel_reservation(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    reservation = await states.reserve(csms, connector, tags.valid)

    answer = await csms.sends("CancelReservation", rule="R2", reservationId=reservation)
    answer.shows(status="Accepted")
    await csms.receives(
        "StatusNotification",
        rules={"status": "R3", "connectorId": "R4"},
        status="Available",
        connectorId=connector,
    )

    await states.occupied(csms, driver, connector)
    started_by = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tags.valid_2)
    started_by.shows(status="Accepted")
    started = await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid_2)
    started.shows(rule="R5", reservationId=absent)
    await states.status(csms, connector, "Charging")


@case(
    "TC_052_CS",
    "Cancel Reservation - Rejected",
    profile="reservation",
    ref="OCPP 1.6 §5.1",
    rules={"R2": "The cancellation of a reservation that the station does not know is rejected."},
)
async def test_cancel_of_another_reservation_is_rejected(csms: Csms, tags: Tags, connector: int) -> None:
    reservation = await states.reserve(csms, connector, tags.valid)

    answer = await csms.sends("CancelReservation", rule="R2", reservationId=reservation ^ _FAR)
    answer.shows(status="Rejected")
