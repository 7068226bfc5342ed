"""Who may use a reserved connector (OCPP 1.6 §4.8, §5.13; rules RES-03, TX-16)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, absent, case, reservations, states

_NEEDS = ["profiles.reservation", "second-valid-tag"]


@case(
    "RES-03_1_CS",
    "A reserved connector lets nobody else in",
    profile="rpc",
    ref="OCPP 1.6 §5.13",
    needs=_NEEDS,
    rules={
        "R1": "A card that the connector is not reserved for starts no transaction, although the cable is in.",
        "R2": "The card that it is reserved for starts one.",
    },
)
async def test_another_tag_is_refused(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.others_unavailable(csms, connector)
    await states.reserve(csms, connector, tags.valid)
    await driver.plug_in(connector)

    await driver.present(tags.valid_2, connector)
    await csms.receives_no("StartTransaction", rule="R1", within=driver.unseen_s, connectorId=connector)

    await driver.present(tags.valid, connector)
    await csms.receives("StartTransaction", rule="R2", connectorId=connector, idTag=tags.valid)


@case(
    "RES-03_2_CS",
    "The group of a card is asked for where it is not known",
    profile="rpc",
    ref="OCPP 1.6 §5.13",
    needs=["profiles.reservation", "parent-tag"],
    rules={
        "R1": "The station asks for a card whose group it does not know, as the connector is reserved for a group.",
        "R2": "A card of this group starts a transaction, which names the reservation.",
    },
)
async def test_parent_is_asked_for(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    reservation = await _reserved_for_a_group(csms, tags, connector)
    reservations.knows_parent(csms, tags.parent)

    await driver.plug_in(connector)
    await driver.present(tags.valid_2, connector)
    await csms.receives("Authorize", rule="R1", idTag=tags.valid_2)
    await csms.receives("StartTransaction", rule="R2", idTag=tags.valid_2, reservationId=reservation)


@case(
    "RES-03_3_CS",
    "A card of another group is not let in",
    profile="rpc",
    ref="OCPP 1.6 §5.13",
    needs=["profiles.reservation", "parent-tag"],
    rules={"R1": "A card that is accepted, but of another group than the one that reserved, starts no transaction."},
)
async def test_another_group_is_refused(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _reserved_for_a_group(csms, tags, connector)
    reservations.knows_parent(csms, f"{tags.parent[:18]}-X")

    await driver.plug_in(connector)
    await driver.present(tags.valid_2, connector)
    await csms.receives_no("StartTransaction", rule="R1", within=driver.unseen_s, connectorId=connector)


async def _reserved_for_a_group(csms: Csms, tags: Tags, connector: int) -> int:
    """A reservation for the first card and its group; the station knows no card by heart."""
    await states.others_unavailable(csms, connector)
    if await states.supports(csms, "AuthorizationCacheEnabled"):
        await states.configures(csms, AuthorizationCacheEnabled="false")
    return await states.reserve(csms, connector, tags.valid, parentIdTag=tags.parent)


@case(
    "TX-16_CS",
    "A transaction names the reservation that it ends, and no other one",
    profile="rpc",
    ref="OCPP 1.6 §4.8, §5.13",
    needs=["profiles.reservation"],
    rules={
        "R1": "The transaction of whoever has reserved names the reservation.",
        "R2": "The transaction after it, at the same connector, names none.",
    },
)
async def test_reservation_is_named_once(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    reservation = await states.reserve(csms, connector, tags.valid)
    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    await csms.receives("StartTransaction", rule="R1", idTag=tags.valid, reservationId=reservation)
    await states.stops_and_leaves(csms, driver, connector)

    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    again = await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    again.shows(rule="R2", reservationId=absent)
