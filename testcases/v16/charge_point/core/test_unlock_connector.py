"""Unlocking (OCPP 1.6 §5.18): a plug that is free, one that charges, one that is stuck, and where there is no lock."""

from harness.v16.charge_point.vocabulary import Charging, Csms, EvDriver, case, states


@case(
    "TC_017_1_CS",
    "Unlock connector - no charging session running (Not fixed cable)",
    profile="core",
    ref="OCPP 1.6 §5.18",
    needs=["connector-lock"],
    rules={"R2": "A socket where nothing is charged is unlocked."},
)
async def test_unlock_idle(csms: Csms, connector: int) -> None:
    answer = await csms.sends("UnlockConnector", connectorId=connector)
    answer.shows(rule="R2", status="Unlocked")


@case(
    "TC_017_2_CS",
    "Unlock connector - no charging session running (Fixed cable)",
    profile="core",
    ref="OCPP 1.6 §5.18",
    needs=["fixed-cable"],
    rules={"R2": "Unlocking is not supported where the cable belongs to the station."},
)
async def test_unlock_idle_with_fixed_cable(csms: Csms, connector: int) -> None:
    answer = await csms.sends("UnlockConnector", connectorId=connector)
    answer.shows(rule="R2", status="NotSupported")


@case(
    "TC_018_1_CS",
    "Unlock Connector - With Charging Session (Not fixed cable)",
    profile="core",
    ref="OCPP 1.6 §5.18",
    needs=["connector-lock"],
    rules={
        "R2": "A socket is unlocked while somebody charges there.",
        "R3": "The transaction ends with reason UnlockCommand.",
        "R4": "As long as the cable is in, the connector is Finishing.",
        "R5": "When the cable is out, the connector is Available.",
    },
)
async def test_unlock_while_charging(csms: Csms, driver: EvDriver, charging: Charging) -> None:
    connector = charging.connectorId
    answer = await csms.sends("UnlockConnector", connectorId=connector)
    answer.shows(rule="R2", status="Unlocked")
    await csms.receives(
        "StopTransaction",
        rules={"reason": "R3"},
        transactionId=charging.transactionId,
        reason="UnlockCommand",
    )
    await states.status(csms, connector, "Finishing", rule="R4")

    await driver.unplug(connector)
    await states.status(csms, connector, "Available", rule="R5")


@case(
    "TC_018_2_CS",
    "Unlock Connector - With Charging Session (Fixed cable)",
    profile="core",
    ref="OCPP 1.6 §5.18",
    needs=["fixed-cable"],
    rules={"R2": "Unlocking is not supported where the cable belongs to the station, also while somebody charges."},
)
async def test_unlock_while_charging_with_fixed_cable(csms: Csms, charging: Charging) -> None:
    answer = await csms.sends("UnlockConnector", connectorId=charging.connectorId)
    answer.shows(rule="R2", status="NotSupported")


@case(
    "TC_030_CS",
    "Unlock Connector – Unlock Failure",
    profile="core",
    ref="OCPP 1.6 §5.18",
    needs=["connector-lock", "lock-failure"],
    rules={"R2": "A lock that was tried and does not open is told as UnlockFailed."},
)
async def test_unlock_with_lock_that_sticks(csms: Csms, driver: EvDriver, connector: int) -> None:
    await driver.jam_lock(connector)

    answer = await csms.sends("UnlockConnector", connectorId=connector)
    answer.shows(rule="R2", status="UnlockFailed")


@case(
    "TC_031_CS",
    "Unlock Connector – Unknown Connector",
    profile="core",
    ref="OCPP 1.6 §5.18",
    rules={"R2": "Unlocking is not supported at a connector that the station does not have."},
)
async def test_unlock_unknown_connector(csms: Csms) -> None:
    answer = await csms.sends("UnlockConnector", connectorId=csms.connectors + 1)
    answer.shows(rule="R2", status="NotSupported")
