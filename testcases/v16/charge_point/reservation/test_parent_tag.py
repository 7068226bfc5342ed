"""Using the reservation of another tag of the same parent (OCPP 1.6 §5.13), with a card and by a remote start."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, reservations, states


@case(
    "TC_053_1_CS",
    "Use a reserved Connector with parentIdTag - Local",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §4.1, §4.8",
    needs=["parent-tag"],
    rules={
        "R4": "A reservation for a group of tags is accepted.",
        "R5": "The connector is reported as Reserved.",
        "R6": "The transaction of another tag of the group names the reservation that it ends.",
        "R7": "A connector whose transaction has started is Charging.",
    },
)
async def test_card_of_the_group(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.others_unavailable(csms, connector)
    reservations.knows_parent(csms, tags.parent)
    reservation = await states.reserve(csms, connector, tags.valid, rules=("R4", "R5", "R5"), parentIdTag=tags.parent)

    await states.authorized(csms, driver, connector, tags.valid_2)
    await driver.plug_in(connector)
    await csms.receives("StartTransaction", rule="R6", reservationId=reservation)
    await states.status(csms, connector, "Charging", rule="R7")


@case(
    "TC_053_2_CS",
    "Use a reserved Connector with parentIdTag - Remote",
    profile="reservation",
    ref="OCPP 1.6 §5.13, §4.8, §5.11",
    needs=["parent-tag", "authorize-remote-tx"],
    rules={
        "R4": "A reservation for a group of tags is accepted.",
        "R5": "The connector is reported as Reserved.",
        "R6": "The transaction of another tag of the group names the reservation that it ends.",
    },
)
async def test_remote_start_of_the_group(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.others_unavailable(csms, connector)
    if await states.supports(csms, "AuthorizeRemoteTxRequests"):
        await states.configures(csms, AuthorizeRemoteTxRequests="true")
    reservations.knows_parent(csms, tags.parent)
    reservation = await states.reserve(csms, connector, tags.valid, rules=("R4", "R5", "R5"), parentIdTag=tags.parent)

    await reservations.charge(csms, driver, connector, tags.valid_2, reservation, rule="R6")
