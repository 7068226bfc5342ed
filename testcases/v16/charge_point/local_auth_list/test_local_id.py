"""Charging with a tag of the local list (OCPP 1.6 §3.5.2): nobody is asked, whether a card or the CSMS begins."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, states


@case(
    "TC_008_1_CS",
    "Regular Start Charging Session – Id in Local Authorization List",
    profile="local_auth_list",
    ref="OCPP 1.6 §3.5.2, §3.5.3, §4.1",
    rules={
        "R4": "A whole list is accepted.",
        "R5": "A connector at which a tag of the list was shown is Preparing.",
        "R6": "A transaction starts with a tag of the list, and Authorize is not sent.",
        "R8": "A connector whose transaction has started is Charging.",
    },
)
async def test_card_on_the_list(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.only_the_list_decides(csms)
    await states.listed(csms, tags.valid, rule="R4")

    await driver.present(tags.valid, connector)
    await states.status(csms, connector, "Preparing", rule="R5")
    await csms.receives_no("Authorize", rule="R6")

    await driver.plug_in(connector)
    await csms.receives("StartTransaction", rule="R6", connectorId=connector, idTag=tags.valid)
    await states.status(csms, connector, "Charging", rule="R8")
    await csms.receives_no("Authorize", rule="R6", within=0)


@case(
    "TC_008_2_CS",
    "Remote Start Charging Session – Id in Local Authorization List",
    profile="local_auth_list",
    ref="OCPP 1.6 §3.5.2, §3.5.3, §5.11",
    needs=["authorize-remote-tx"],
    rules={
        "R4": "A whole list is accepted.",
        "R7": "A remote start with a tag of the list is accepted.",
        "R8": "A connector that waits for its cable after a remote start is Preparing.",
        "R9": "A transaction starts with a tag of the list, and Authorize is not sent.",
        "R11": "A connector whose transaction has started is Charging.",
    },
)
async def test_remote_start_on_the_list(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.only_the_list_decides(csms)
    await states.configures(csms, AuthorizeRemoteTxRequests="true")
    await states.listed(csms, tags.valid, rule="R4")

    answer = await csms.sends("RemoteStartTransaction", rule="R7", connectorId=connector, idTag=tags.valid)
    answer.shows(status="Accepted")
    await states.status(csms, connector, "Preparing", rule="R8")
    await csms.receives_no("Authorize", rule="R9")

    await driver.plug_in(connector)
    await csms.receives("StartTransaction", rule="R9", connectorId=connector, idTag=tags.valid)
    await states.status(csms, connector, "Charging", rule="R11")
    await csms.receives_no("Authorize", rule="R9", within=0)
