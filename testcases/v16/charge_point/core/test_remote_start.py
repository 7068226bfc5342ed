"""Starting from the CSMS (OCPP 1.6 §5.11): cable first, remote start first, nobody plugs in.

And what starts nothing: a tag that is refused, a connector that is in use, and one that is none.
"""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, states


@case(
    "TC_010_CS",
    "Remote Start Charging Session – Cable Plugged in First",
    profile="core",
    ref="OCPP 1.6 §5.11",
    rules={
        "R2": "The station tells the configuration key that it is asked for.",
        "R3": "Plugging in is reported for the connector where it was done.",
        "R4": "A connector with a cable in it is Preparing.",
        "R7": "A remote start at a connector with a cable in it is accepted.",
        "R8": "The station asks for the tag that it was told to start with.",
        "R10": "The transaction starts at the connector that was named.",
        "R11": "The transaction starts with the tag that was named.",
        "R13": "Charging is reported for the connector of the transaction.",
        "R14": "A connector whose transaction has started is Charging.",
    },
)
async def test_remote_start_with_cable_in(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    asks = await states.asks_on_remote_start(csms, rule="R2")

    await driver.plug_in(connector)
    await states.status(csms, connector, "Preparing", rules=("R3", "R4"))

    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tags.valid)
    answer.shows(rule="R7", status="Accepted")
    if asks:
        await csms.receives("Authorize", rule="R8", idTag=tags.valid)
    else:
        csms.leaves_out("R8", "AuthorizeRemoteTxRequests is false, so the station need not ask")
    await csms.receives(
        "StartTransaction", rules={"connectorId": "R10", "idTag": "R11"}, connectorId=connector, idTag=tags.valid
    )
    await states.status(csms, connector, "Charging", rules=("R13", "R14"))


@case(
    "TC_011_1_CS",
    "Remote Start Charging Session – Remote Start First",
    profile="core",
    ref="OCPP 1.6 §5.11",
    rules={
        "R2": "The station tells the configuration key that it is asked for.",
        "R5": "A remote start at a free connector is accepted.",
        "R7": "A connector that was started from afar waits for its cable as Preparing.",
        "R9": "A connector that gets its cable after a remote start is Charging.",
    },
)
async def test_remote_start_before_the_cable(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _starts_without_a_cable(csms, tags.valid, connector)

    await driver.plug_in(connector)
    await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    await states.status(csms, connector, "Charging", rule="R9")


@case(
    "TC_011_2_CS",
    "Remote Start Charging Session – Time Out",
    profile="core",
    ref="OCPP 1.6 §5.11, §9.1.6",
    rules={
        "R2": "The station tells the configuration key that it is asked for.",
        "R5": "A remote start at a free connector is accepted.",
        "R7": "A connector that was started from afar waits for its cable as Preparing.",
        "R8": "A connector that gets no cable after a remote start becomes Available again.",
    },
)
async def test_remote_start_without_a_cable(csms: Csms, tags: Tags, connector: int) -> None:
    seconds = csms.run.sut.keys.connection_timeout_s
    await states.configures(csms, ConnectionTimeOut=str(seconds))
    await _starts_without_a_cable(csms, tags.valid, connector)

    within = seconds + csms.run.sut.timeouts.message_s
    await states.status(csms, connector, "Available", rule="R8", within=within)


async def _starts_without_a_cable(csms: Csms, tag: str, connector: int) -> None:
    """A remote start at a connector that has no cable yet."""
    asks = await states.asks_on_remote_start(csms, rule="R2")
    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tag)
    answer.shows(rule="R5", status="Accepted")
    if asks:
        await csms.receives("Authorize", idTag=tag)
    await states.status(csms, connector, "Preparing", rule="R7")


@case(
    "TC_023_5_CS",
    "Start remote Charging Session – Authorize invalid",
    profile="core",
    ref="OCPP 1.6 §5.11, §9.1.2",
    needs=["authorize-remote-tx"],
    rules={
        "R3": "A remote start at a free connector is accepted, whoever it is for.",
        "R4": "The station asks for the tag that it was told to start with.",
        "R6": "A connector that gets a cable after its remote start was refused is Preparing.",
        "R7": "A tag that the CSMS refuses starts no transaction.",
    },
)
async def test_remote_start_of_a_refused_tag(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    settles = await states.reports_slowly(csms)
    await states.configures(csms, LocalPreAuthorize="true")
    await states.has_to_ask(csms)
    stranger = tags.unknown

    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=stranger)
    answer.shows(rule="R3", status="Accepted")
    await csms.receives("Authorize", rule="R4", idTag=stranger)

    await driver.plug_in(connector)
    await csms.receives_no("StartTransaction", rule="R7", within=csms.run.sut.keys.transaction_s)
    await states.status(csms, connector, "Preparing", rule="R6", within=settles)


@case(
    "TC_026_CS",
    "Remote Start Charging Session – Rejected",
    profile="core",
    ref="OCPP 1.6 §5.11",
    rules={"R2": "A remote start at a connector whose transaction is running is rejected."},
)
async def test_remote_start_while_charging(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.configures(csms, LocalPreAuthorize="false")
    charging = await states.charge(csms, driver, connector, tags.valid)

    answer = await csms.sends("RemoteStartTransaction", connectorId=charging.connectorId, idTag=tags.valid)
    answer.shows(rule="R2", status="Rejected")


@case(
    "TC_027_CS",
    "Remote start transaction - connector id shall not be 0",
    profile="core",
    ref="OCPP 1.6 §5.11, §6.33",
    rules={"R2": "A remote start at connector 0, which nobody can charge at, is rejected or is an error."},
)
async def test_remote_start_at_connector_zero(csms: Csms, tags: Tags) -> None:
    await csms.sends_in_vain("RemoteStartTransaction", rule="R2", connectorId=0, idTag=tags.valid)
