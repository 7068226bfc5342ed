"""Cancelling a reservation (OCPP 1.6 §5.1): one that the station has, and one that it does not know."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, Tags, case, payloads, present, satisfies, states

_FAR = 0x3FFF_FFFF
_one_connector = satisfies("a connector and not 0", lambda value: type(value) is int and value != 0)


@case(
    "TC_051_CSMS",
    "Cancel Reservation",
    profile="reservation",
    ref="OCPP 1.6 §5.1, §5.13",
    needs=["valid-tag"],
    rules={
        "R1": "One connector is reserved and not the station.",
        "R2": "The reservation has an id.",
        "R3": "The reservation names a tag.",
        "R4": "The reservation says when it ends.",
        "R7": "The reservation that the operator chose is cancelled, by the id it was made with.",
    },
)
async def test_cancel_reservation(station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut) -> None:
    await operator.reserve_now(station, **payloads.reservation(sut, connector, tags.valid))
    request = await station.receives("ReserveNow", rule="R1", connectorId=_one_connector)
    request.shows(rule="R2", reservationId=payloads.whole)
    request.shows(rule="R3", idTag=present)
    request.shows(rule="R4", expiryDate=present)
    await request.answered(status="Accepted")
    await states.status(station, connector, "Reserved")

    reserved = request["reservationId"]
    await operator.cancel_reservation(station, reservationId=reserved)
    cancellation = await station.receives("CancelReservation", rule="R7", reservationId=reserved)
    await cancellation.answered(status="Accepted")
    await states.status(station, connector, "Available")


@case(
    "TC_052_CSMS",
    "Cancel Reservation - Rejected",
    profile="reservation",
    ref="OCPP 1.6 §5.1, §5.13",
    needs=["valid-tag", "cancel-unknown-reservation"],
    rules={
        "R1": "The reservation has an id.",
        "R4": "The cancellation names another reservation, as the operator chose.",
    },
)
async def test_cancel_of_another_reservation_is_rejected(
    station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut
) -> None:
    await operator.reserve_now(station, **payloads.reservation(sut, connector, tags.valid))
    request = await station.receives("ReserveNow", rule="R1", reservationId=payloads.whole)
    await request.answered(status="Accepted")
    await states.status(station, connector, "Reserved")

    reserved = request["reservationId"]
    other = satisfies(f"an integer other than {reserved}", lambda value: type(value) is int and value != reserved)
    await operator.cancel_reservation(station, reservationId=reserved ^ _FAR)  # a neighbour may be somebody else's
    cancellation = await station.receives("CancelReservation", rule="R4", reservationId=other)
    await cancellation.answered(status="Rejected")
