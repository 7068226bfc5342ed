"""What is broken starts nothing (OCPP 1.6 §4.8, §4.9, §5.11): a fault that is told, a plug that cannot be locked."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Sut, Tags, case, states


@case(
    "TC_041_CS",
    "Fault Behavior",
    profile="core",
    ref="OCPP 1.6 §4.8, §4.9",
    needs=["fault-injection"],
    rules={
        "R1": "A connector with a fault is Faulted.",
        "R2": "No transaction starts while the fault lasts, also when somebody plugs in and shows a card.",
    },
)
async def test_nothing_starts_while_faulted(csms: Csms, driver: EvDriver, tags: Tags, sut: Sut, connector: int) -> None:
    await driver.raise_fault(connector)
    await states.status(csms, connector, "Faulted", rule="R1")

    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    await csms.receives_no("StartTransaction", rule="R2", within=sut.keys.transaction_s)


@case(
    "TC_024_CS",
    "Start Charging Session - Lock Failure",
    profile="core",
    ref="OCPP 1.6 §4.9, §5.11",
    needs=["connector-lock", "lock-failure"],
    rules={
        "R2": "The station tells the configuration key that it is asked for.",
        "R5": "A remote start at a free connector is accepted.",
        "R7": "A connector that waits for the cable is Preparing.",
        "R8": "A lock that does not close is told as ConnectorLockFailure.",
        "R9": "A connector whose lock does not close is Faulted.",
        "R10": "No transaction starts while the plug is not locked.",
    },
)
async def test_start_with_plug_that_is_not_locked(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    asks = await states.asks_on_remote_start(csms, rule="R2")
    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tags.valid)
    answer.shows(rule="R5", status="Accepted")
    if asks:
        await csms.receives("Authorize", idTag=tags.valid)
    await states.status(csms, connector, "Preparing", rule="R7")

    await driver.plug_in_halfway(connector)
    await csms.awaits("StatusNotification", connectorId=connector, status="Faulted")
    await csms.receives_no("StartTransaction", rule="R10")
    await csms.receives(
        "StatusNotification",
        rules={"status": "R9", "errorCode": "R8"},
        connectorId=connector,
        status="Faulted",
        errorCode="ConnectorLockFailure",
    )
