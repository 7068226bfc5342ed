"""The cable is taken out at the vehicle (OCPP 1.6 §4.10, §9.1.25, §9.1.33): the transaction ends, or it does not."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Sut, Tags, case, one_of, states


@case(
    "TC_005_1_CS",
    "EV Side Disconnected - StopTransactionOnEVSideDisconnect = true - UnlockConnectorOnEVSideDisconnect = true",
    profile="core",
    ref="OCPP 1.6 §4.10, §9.1.25, §9.1.33",
    needs=["detachable-cable", "stop-on-ev-disconnect"],
    rules={
        "R1": "The transaction ends, because the vehicle was unplugged.",
        "R2": "A connector whose transaction is over and whose cable is in is Finishing.",
        "R3": "A connector without a cable is Available.",
    },
)
async def test_unplugged_vehicle_unlocks(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _configures(csms, stop=True, unlock=True)
    charging = await states.charge(csms, driver, connector, tags.valid)

    await driver.unplug_vehicle(connector)
    await csms.receives("StopTransaction", rule="R1", transactionId=charging.transactionId, reason="EVDisconnected")
    await states.status(csms, connector, "Finishing", rule="R2")

    await driver.unplug_station(connector)
    await states.status(csms, connector, "Available", rule="R3")


@case(
    "TC_005_2_CS",
    "EV Side Disconnected - StopTransactionOnEVSideDisconnect = true - UnlockConnectorOnEVSideDisconnect = false",
    profile="core",
    ref="OCPP 1.6 §4.10, §5.18, §9.1.25, §9.1.33",
    needs=["stop-on-ev-disconnect"],
    rules={
        "R1": "The transaction ends, because the vehicle was unplugged.",
        "R2": "A connector whose transaction is over is Finishing, or Available when its cable has no other end.",
        "R4": "The cable is unlocked when the CSMS wants it, or there is no lock.",
        "R5": "A connector without a cable is Available.",
    },
)
async def test_unplugged_vehicle_and_unlock(csms: Csms, driver: EvDriver, tags: Tags, connector: int, sut: Sut) -> None:
    await _configures(csms, stop=True, unlock=False)
    charging = await states.charge(csms, driver, connector, tags.valid)

    await driver.unplug_vehicle(connector)
    await csms.receives("StopTransaction", rule="R1", transactionId=charging.transactionId, reason="EVDisconnected")
    over = await states.status(csms, connector, one_of("Finishing", "Available"), rule="R2")

    answer = await csms.sends("UnlockConnector", connectorId=connector)
    answer.shows(rule="R4", status=one_of("Unlocked", "NotSupported"))

    if over["status"] == "Available" or not sut.claimed("hardware.cable.detachable"):
        csms.leaves_out("R5", "the cable is attached to the station, so that nothing is left to be taken out")
        return
    await driver.unplug_station(connector)
    await states.status(csms, connector, "Available", rule="R5")


@case(
    "TC_005_3_CS",
    "EV Side Disconnected - StopTransactionOnEVSideDisconnect = false - UnlockConnectorOnEVSideDisconnect = false",
    profile="core",
    ref="OCPP 1.6 §4.9, §4.10, §5.12, §9.1.25",
    needs=["stop-on-ev-disconnect-writable"],
    rules={
        "R1": "A connector whose transaction goes on without a vehicle is suspended.",
        "R2": "It is told that the vehicle was unplugged.",
        "R3": "The transaction goes on when the vehicle is unplugged.",
        "R5": "The station accepts to stop the transaction.",
        "R6": "A connector whose transaction is over is Finishing, or Available when its cable has no other end.",
        "R7": "The transaction ends, because it was stopped from afar.",
    },
)
async def test_unplugged_vehicle_and_remote_stop(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _configures(csms, stop=False, unlock=False)
    charging = await states.charge(csms, driver, connector, tags.valid)

    await driver.unplug_vehicle(connector)
    await csms.receives_no("StopTransaction", rule="R3", within=csms.run.sut.timeouts.settle_s)
    suspended = await states.status(csms, connector, one_of("SuspendedEV", "SuspendedEVSE"), rule="R1")
    # The standard only recommends the info: see docs/conformance-notes.md, TC_005_3_CS.
    suspended.prefers(rule="R2", info="EV side disconnected")

    answer = await csms.sends("RemoteStopTransaction", transactionId=charging.transactionId)
    answer.shows(rule="R5", status="Accepted")
    await states.status(csms, connector, one_of("Finishing", "Available"), rule="R6")
    await csms.receives("StopTransaction", rule="R7", transactionId=charging.transactionId, reason="Remote")


async def _configures(csms: Csms, *, stop: bool, unlock: bool) -> None:
    """What happens to the transaction and to the lock when the cable is taken out at the vehicle."""
    keys = {"StopTransactionOnEVSideDisconnect": stop, "UnlockConnectorOnEVSideDisconnect": unlock}
    await states.configures(csms, **{key: str(value).lower() for key, value in keys.items()})
