"""How a reservation ends (OCPP 1.6 §5.1, §5.13; rules RES-04, RES-05)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, booting, case, payloads, reservations, states

_NEEDS = ["profiles.reservation"]


@case(
    "RES-04_1_CS",
    "A reservation ends when its transaction starts",
    profile="rpc",
    ref="OCPP 1.6 §5.13",
    needs=_NEEDS,
    rules={"R1": "When the transaction is over and the cable is out, the connector is Available, not Reserved."},
)
async def test_start_ends_it(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.reserve(csms, connector, tags.valid)
    await driver.plug_in(connector)
    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tags.valid)
    answer.shows(status="Accepted")
    await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)

    await states.stops_and_leaves(csms, driver, connector, rule="R1")
    await _is_not_reserved(csms, connector)


@case(
    "RES-04_2_CS",
    "A reservation ends when it expires",
    profile="rpc",
    ref="OCPP 1.6 §5.13",
    needs=_NEEDS,
    rules={
        "R1": "The connector is Available again when the expiryDate has come.",
        "R2": "It is kept until then.",
    },
)
async def test_expiry_ends_it(csms: Csms, tags: Tags, connector: int) -> None:
    lasts = csms.run.sut.keys.reservation_offset_s
    wanted = states.reservation(csms, connector, tags.valid, expiryDate=payloads.later(lasts))
    taken = await csms.sends("ReserveNow", **wanted)
    taken.shows(status="Accepted")
    await states.status(csms, connector, "Reserved")

    within = lasts + csms.run.sut.timeouts.message_s
    free = await states.status(csms, connector, "Available", rule="R1", within=within)
    booting.not_before(csms, taken, free, lasts, rule="R2")


@case(
    "RES-04_3_CS",
    "A reservation ends with a fault of its connector",
    profile="rpc",
    ref="OCPP 1.6 §5.13",
    needs=[*_NEEDS, "fault-injection"],
    rules={"R1": "When the fault is mended, the connector is Available, not Reserved."},
)
async def test_fault_ends_it(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.reserve(csms, connector, tags.valid)
    await states.faulted(csms, driver, connector)

    await driver.clear_fault(connector)
    await states.status(csms, connector, "Available", rule="R1")


@case(
    "RES-04_4_CS",
    "A reservation ends when its connector goes out of service",
    profile="rpc",
    ref="OCPP 1.6 §5.13",
    needs=_NEEDS,
    rules={"R1": "When the connector is in service again, it is Available, not Reserved."},
)
async def test_end_of_service_ends_it(csms: Csms, tags: Tags, connector: int) -> None:
    await states.reserve(csms, connector, tags.valid)
    await states.unavailable(csms, connector)

    answer = await csms.sends("ChangeAvailability", connectorId=connector, type="Operative")
    answer.shows(status="Accepted")
    await states.status(csms, connector, "Available", rule="R1")
    await _is_not_reserved(csms, connector)


async def _is_not_reserved(csms: Csms, connector: int) -> None:
    """R1: Available is not only what a connector is on its way to Reserved."""
    await csms.receives_no("StatusNotification", rule="R1", connectorId=connector, status="Reserved")


@case(
    "RES-04_5_CS",
    "A reservation of any connector ends when its transaction starts",
    profile="rpc",
    ref="OCPP 1.6 §5.13",
    needs=[*_NEEDS, "reserve-connector-zero"],
    rules={
        "R1": "The transaction names the reservation of any connector.",
        "R2": "After that the station does not know this reservation any more.",
    },
)
async def test_start_ends_that_of_any_connector(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.others_unavailable(csms, connector)
    reservation = await states.reserve(csms, 0, tags.valid, shown_at=connector)
    await reservations.charge(csms, driver, connector, tags.valid, reservation, rule="R1")

    answer = await csms.sends("CancelReservation", rule="R2", reservationId=reservation)
    answer.shows(status="Rejected")


@case(
    "RES-05_CS",
    "A reservation can be cancelled once",
    profile="rpc",
    ref="OCPP 1.6 §5.1",
    needs=_NEEDS,
    rules={
        "R1": "The reservation that the station has is cancelled.",
        "R2": "Once it is cancelled, its id is unknown: to cancel it again is rejected.",
    },
)
async def test_cancel_twice(csms: Csms, tags: Tags, connector: int) -> None:
    reservation = await states.reserve(csms, connector, tags.valid)

    answer = await csms.sends("CancelReservation", rule="R1", reservationId=reservation)
    answer.shows(status="Accepted")
    await states.status(csms, connector, "Available")

    answer = await csms.sends("CancelReservation", rule="R2", reservationId=reservation)
    answer.shows(status="Rejected")
