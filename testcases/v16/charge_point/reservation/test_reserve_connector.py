"""Reserving a connector (OCPP 1.6 §5.13): used with a card, used by a remote start, and left until it expires."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, payloads, reservations, states


@case(
    "TC_046_1_CS",
    "Reservation of a Connector - Local start transaction",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §4.1, §4.8",
    needs=["second-valid-tag"],
    rules={
        "R3": "A reservation of a connector that is free is accepted.",
        "R4": "The connector is reported as Reserved.",
        "R5": "A card that the connector is not reserved for is refused without Authorize.",
        "R6": "The station asks for the card that the connector is reserved for.",
        "R8": "The connector is Preparing when that card was accepted.",
        "R9": "The transaction names the reservation that it ends.",
        "R10": "The transaction starts with the card that the connector was reserved for.",
        "R12": "A connector whose transaction has started is Charging.",
    },
)
async def test_reservation_is_used_by_card(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.others_unavailable(csms, connector)
    reservation = await states.reserve(csms, connector, tags.valid, rules=("R3", "R4", "R4"))

    await driver.present(tags.valid_2, connector)
    await csms.receives_no("Authorize", rule="R5", within=driver.unseen_s)

    await driver.present(tags.valid, connector)
    await csms.receives("Authorize", rule="R6", idTag=tags.valid)
    await states.status(csms, connector, "Preparing", rule="R8")

    await driver.plug_in(connector)
    await csms.receives(
        "StartTransaction",
        rules={"reservationId": "R9", "idTag": "R10"},
        reservationId=reservation,
        idTag=tags.valid,
    )
    await states.status(csms, connector, "Charging", rule="R12")


@case(
    "TC_046_2_CS",
    "Reservation of a Connector - Remote start transaction",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §4.8, §5.11",
    rules={
        "R3": "A reservation of a connector that is free is accepted.",
        "R4": "The connector is reported as Reserved.",
        "R5": "A remote start of the tag that reserved leads to a StartTransaction that names tag and reservation.",
    },
)
async def test_reservation_is_used_by_remote_start(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    reservation = await states.reserve(csms, connector, tags.valid, rules=("R3", "R4", "R4"))
    await reservations.charge(csms, driver, connector, tags.valid, reservation, rule="R5")


@case(
    "TC_047_CS",
    "Reservation of a Connector - Expire",
    profile="reservation",
    ref="OCPP 1.6 §5.13",
    needs=["second-valid-tag"],
    rules={
        "R3": "A reservation of a connector that is free is accepted.",
        "R4": "The connector is reported as Reserved.",
        "R5": "Reserved is reported for the connector that was named.",
        "R6": "The connector is Available again when the reservation has expired.",
        "R7": "Available is reported for the connector that was reserved.",
    },
)
async def test_reservation_expires(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.others_unavailable(csms, connector)
    lasts = csms.run.sut.keys.reservation_offset_s
    await states.reserve(csms, connector, tags.valid, rules=("R3", "R4", "R5"), expiryDate=payloads.later(lasts))

    await csms.receives(
        "StatusNotification",
        rules={"status": "R6", "connectorId": "R7"},
        within=lasts + csms.run.sut.timeouts.message_s,
        status="Available",
        connectorId=connector,
    )
    await states.charge(csms, driver, connector, tags.valid_2)
