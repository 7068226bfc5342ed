"""Reserving (OCPP 1.6 §5.13): used, expired, refused by the station, for the whole station, and for a group of tags."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, Tags, case, payloads, present, satisfies, states

_NAMED = {
    "R1": "The connector that the operator chose is reserved.",
    "R2": "It is reserved for the tag that the operator chose.",
}
_one_connector = satisfies("a connector and not 0", lambda value: type(value) is int and value != 0)


@case(
    "TC_046_CSMS",
    "Reservation of a Connector - Transaction",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §4.8",
    needs=["valid-tag"],
    rules={
        **_NAMED,
        "R6": "The tag it is reserved for is accepted, and so is the transaction that uses the reservation.",
    },
)
async def test_reservation_is_used(station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut) -> None:
    await operator.reserve_now(station, **payloads.reservation(sut, connector, tags.valid))
    request = await station.receives("ReserveNow", rule="R1", connectorId=connector)
    request.shows(rule="R2", idTag=tags.valid)
    await request.answered(status="Accepted")
    await states.status(station, connector, "Reserved")

    await states.charge(station, connector, tags.valid, rule="R6", reservationId=request["reservationId"])


@case(
    "TC_047_CSMS",
    "Reservation of a Connector - Expire",
    profile="reservation",
    ref="OCPP 1.6 §5.13",
    needs=["valid-tag"],
    rules={**_NAMED, "R3": "The reservation ends when the operator chose."},
)
async def test_reservation_expires(station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut) -> None:
    chosen = payloads.reservation(sut, connector, tags.valid)
    await operator.reserve_now(station, **chosen)
    request = await station.receives("ReserveNow", rule="R1", connectorId=connector)
    request.shows(rule="R2", idTag=tags.valid)
    request.shows(rule="R3", expiryDate=payloads.about(chosen["expiryDate"], sut.timeouts.deviation_s))
    await request.answered(status="Accepted")

    await states.status(station, connector, "Reserved")
    await states.status(station, connector, "Available")


@case(
    "TC_048_1_CSMS",
    "Reservation of a Connector - Faulted",
    profile="reservation",
    ref="OCPP 1.6 §5.13",
    needs=["valid-tag"],
    rules=_NAMED,
    status="Faulted",
)
@case(
    "TC_048_4_CSMS",
    "Reservation of a Connector - Rejected",
    profile="reservation",
    ref="OCPP 1.6 §5.13",
    needs=["valid-tag"],
    rules=_NAMED,
    status="Rejected",
)
async def test_reservation_is_refused(
    station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut, status: str
) -> None:
    await operator.reserve_now(station, **payloads.reservation(sut, connector, tags.valid))
    request = await station.receives("ReserveNow", rule="R1", connectorId=connector)
    request.shows(rule="R2", idTag=tags.valid)
    await request.answered(status=status)


@case(
    "TC_048_2_CSMS",
    "Reservation of a Connector - Occupied",
    profile="reservation",
    ref="OCPP 1.6 §5.13",
    needs=["valid-tag", "reservation-not-available"],
    rules={"R3": _NAMED["R1"], "R4": _NAMED["R2"]},
)
async def test_reservation_of_an_occupied_connector(
    station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut
) -> None:
    await states.status(station, connector, "Preparing")

    await operator.reserve_now(station, **payloads.reservation(sut, connector, tags.valid))
    request = await station.receives("ReserveNow", rule="R3", connectorId=connector)
    request.shows(rule="R4", idTag=tags.valid)
    await request.answered(status="Occupied")


@case(
    "TC_048_3_CSMS",
    "Reservation of a Connector - Unavailable",
    profile="reservation",
    ref="OCPP 1.6 §5.2, §5.13",
    needs=["valid-tag", "reservation-not-available"],
    rules={
        "R1": "The connector that the operator chose is taken out of service.",
        "R2": "It is taken out of service and not put into it.",
        "R6": _NAMED["R1"],
        "R7": _NAMED["R2"],
    },
)
async def test_reservation_of_an_unavailable_connector(
    station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut
) -> None:
    await operator.change_availability(station, connectorId=connector, type="Inoperative")
    change = await station.receives("ChangeAvailability", rule="R1", connectorId=connector)
    change.shows(rule="R2", type="Inoperative")
    await change.answered(status="Accepted")
    await states.status(station, connector, "Unavailable")

    await operator.reserve_now(station, **payloads.reservation(sut, connector, tags.valid))
    request = await station.receives("ReserveNow", rule="R6", connectorId=connector)
    request.shows(rule="R7", idTag=tags.valid)
    await request.answered(status="Unavailable")


@case(
    "TC_049_CSMS",
    "Reservation of a Charge Point - Transaction",
    profile="reservation",
    ref="OCPP 1.6 §5.13",
    needs=["reservation-connector-zero", "valid-tag"],
    rules={
        "R1": "The station as a whole is reserved by connectorId 0.",
        "R2": "The reservation has an id.",
        "R3": "The reservation names a tag.",
    },
)
async def test_reservation_of_the_station(
    station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut
) -> None:
    await operator.reserve_now(station, **payloads.reservation(sut, 0, tags.valid))
    request = await station.receives("ReserveNow", rule="R1", connectorId=0)
    request.shows(rule="R2", reservationId=present)
    request.shows(rule="R3", idTag=present)
    await request.answered(status="Accepted")
    # Connector 0 is never Reserved (OCPP 1.6 §4.9): see docs/conformance-notes.md, TC_049_CSMS.
    await states.status(station, connector, "Reserved")


@case(
    "TC_053_CSMS",
    "Use a reserved Connector with parentIdTag",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §4.8",
    needs=["reservation-parent", "valid-tag", "parent-tag"],
    rules={
        "R1": "One connector is reserved and not the station.",
        "R2": "The reservation has an id.",
        "R3": "The reservation names a tag.",
        "R4": "The reservation names the parent of that tag.",
        "R7": "Another tag is accepted as one of the same parent, and so is the transaction that uses the reservation.",
    },
)
async def test_reservation_is_used_by_another_tag_of_the_group(
    station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut
) -> None:
    await operator.reserve_now(station, **payloads.reservation(sut, connector, tags.valid, parentIdTag=tags.parent))
    request = await station.receives("ReserveNow", rule="R1", connectorId=_one_connector)
    request.shows(rule="R2", reservationId=payloads.whole)
    request.shows(rule="R3", idTag=present)
    request.shows(rule="R4", parentIdTag=present)
    await request.answered(status="Accepted")
    await states.status(station, connector, "Reserved")

    authorized = await states.authorize(station, tags.valid_2, rule="R7")
    # A station knows only by this that the tag may use the reservation.
    authorized.shows(rule="R7", idTagInfo={"parentIdTag": request["parentIdTag"]})
    await states.status(station, connector, "Preparing")
    await states.start(station, connector, tags.valid_2, rule="R7", reservationId=request["reservationId"])
    await states.status(station, connector, "Charging")
