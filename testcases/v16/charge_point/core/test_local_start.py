"""Starting at the station (OCPP 1.6 §4.1, §4.8, §9.1.6): cable first, card first, no cable, a card that is refused."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, booting, case, states


@case(
    "TC_003_CS",
    "Regular Charging Session - Plugin First",
    profile="core",
    ref="OCPP 1.6 §4.1, §4.8, §4.9",
    rules={
        "R1": "A connector with a cable in it is Preparing.",
        "R4": "A connector whose transaction has started is Charging.",
    },
)
async def test_start_with_cable_first(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await driver.plug_in(connector)
    await states.status(csms, connector, "Preparing", rule="R1")

    await driver.present(tags.valid, connector)
    await csms.receives("Authorize", idTag=tags.valid)
    await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    await states.status(csms, connector, "Charging", rule="R4")


@case(
    "TC_004_1_CS",
    "Regular Charging Session – Identification First",
    profile="core",
    ref="OCPP 1.6 §4.1, §4.8, §4.9",
    rules={"R2": "A connector that gets its cable after a valid card was shown is Charging."},
)
async def test_start_with_card_first(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.configures(csms, MeterValueSampleInterval=str(csms.run.sut.keys.sample_interval_s))
    await states.authorized(csms, driver, connector, tags.valid)

    await driver.plug_in(connector)
    await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    await states.status(csms, connector, "Charging", rule="R2")


@case(
    "TC_004_2_CS",
    "Regular Charging Session – Identification First - ConnectionTimeOut",
    profile="core",
    ref="OCPP 1.6 §4.9, §9.1.6",
    rules={
        "R1": "A connector that gets no cable after a valid card was shown becomes Available again.",
        "R2": "The station waits for the cable as long as ConnectionTimeOut says, and starts nothing meanwhile.",
    },
)
async def test_card_without_a_cable(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    seconds = csms.run.sut.keys.connection_timeout_s
    await states.configures(csms, ConnectionTimeOut=str(seconds))
    preparing = await states.authorized(csms, driver, connector, tags.valid)

    within = seconds + csms.run.sut.timeouts.message_s
    available = await states.status(csms, connector, "Available", rule="R1", within=within)
    booting.not_before(csms, preparing, available, seconds, rule="R2")
    await csms.receives_no("StartTransaction", rule="R2")


@case(
    "TC_023_4_CS",
    "Start local Charging Session – Authorize invalid",
    profile="core",
    ref="OCPP 1.6 §4.1, §4.9",
    rules={
        "R2": "A connector that gets a cable after a card was refused is Preparing.",
        "R3": "A card that the CSMS refuses starts no transaction.",
    },
)
async def test_refused_card_starts_nothing(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    settles = await states.reports_slowly(csms)
    await states.configures(csms, LocalPreAuthorize="true")
    stranger = tags.unknown

    await driver.present(stranger, connector)
    await csms.receives("Authorize", idTag=stranger)

    await driver.plug_in(connector)
    await csms.receives_no("StartTransaction", rule="R3", within=csms.run.sut.keys.transaction_s)
    await states.status(csms, connector, "Preparing", rule="R2", within=settles)
