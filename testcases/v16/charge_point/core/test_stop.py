"""Stopping (OCPP 1.6 §4.1, §4.10, §5.12): from the CSMS, and with a card: the one that started, one of its group."""

from harness.v16.charge_point.vocabulary import Charging, Csms, EvDriver, Sut, Tags, case, states


@case(
    "TC_012_CS",
    "Remote Stop Charging Session",
    profile="core",
    ref="OCPP 1.6 §4.10, §5.12",
    rules={
        "R2": "The station accepts to stop a transaction that runs.",
        "R3": "The transaction ends, because it was stopped from afar.",
        "R4": "A connector whose transaction is over and whose cable is in is Finishing.",
    },
)
async def test_remote_stop(csms: Csms, charging: Charging) -> None:
    answer = await csms.sends("RemoteStopTransaction", transactionId=charging.transactionId)
    answer.shows(rule="R2", status="Accepted")
    await csms.receives("StopTransaction", rule="R3", transactionId=charging.transactionId, reason="Remote")
    await states.status(csms, charging.connectorId, "Finishing", rule="R4")


@case(
    "TC_028_CS",
    "Remote Stop Transaction – Rejected",
    profile="core",
    ref="OCPP 1.6 §5.12",
    rules={"R2": "The station refuses to stop a transaction that does not run."},
)
async def test_remote_stop_of_an_unknown_transaction(csms: Csms, charging: Charging) -> None:
    answer = await csms.sends("RemoteStopTransaction", transactionId=csms.bay.next_transaction())
    answer.shows(rule="R2", status="Rejected")


@case(
    "TC_068_CS",
    "Stop transaction - IdTag in StopTransaction matches IdTag in StartTransaction",
    profile="core",
    ref="OCPP 1.6 §4.1, §4.10",
    needs=["local-stop", "second-valid-tag"],
    rules={
        "R1": "A card that has not started the transaction does not stop it, and is not asked for.",
        "R2": "The card that started the transaction stops it.",
        "R3": "A connector whose transaction is over and whose cable is in is Finishing.",
    },
)
async def test_stop_with_the_card_that_started(
    csms: Csms, driver: EvDriver, tags: Tags, charging: Charging, sut: Sut
) -> None:
    connector = charging.connectorId
    readers = sut.hardware.rfid_readers
    await states.alone_at_reader(csms, connector)

    await driver.present(tags.valid_2, connector)
    await csms.receives_no("StopTransaction", rule="R1")
    if readers != "one_shared":  # where it may be for another connector
        await csms.receives_no("Authorize", rule="R1")

    await driver.present(charging.idTag, connector)
    await csms.receives(
        "StopTransaction", rules={"idTag": "R2"}, transactionId=charging.transactionId, idTag=charging.idTag
    )
    await states.status(csms, connector, "Finishing", rule="R3")


@case(
    "TC_069_CS",
    "Stop transaction - ParentIdTag in StopTransaction matches ParentIdTag in StartTransaction",
    profile="core",
    ref="OCPP 1.6 §3.9, §4.1, §4.10",
    needs=["local-stop", "parent-tag"],
    rules={
        "R1": "The station asks for the card that was shown, which is not the one that started.",
        "R4": "The card of the same group stops the transaction.",
        "R5": "A connector whose transaction is over and whose cable is in is Finishing.",
    },
)
async def test_stop_with_a_card_of_the_same_group(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    of_group = {"status": "Accepted", "parentIdTag": tags.parent}
    for action in ("Authorize", "StartTransaction", "StopTransaction"):
        csms.answers(action, idTagInfo=of_group)
    charging = await states.charge(csms, driver, connector, tags.valid)
    await states.alone_at_reader(csms, connector)

    await driver.present(tags.valid_2, connector)
    await csms.receives("Authorize", rule="R1", idTag=tags.valid_2)
    await csms.receives(
        "StopTransaction", rules={"idTag": "R4"}, transactionId=charging.transactionId, idTag=tags.valid_2
    )
    await states.status(csms, connector, "Finishing", rule="R5")
