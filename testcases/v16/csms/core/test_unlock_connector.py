"""Unlocking a connector from the CSMS (OCPP 1.6 §5.18): every answer a station may give."""

from harness.v16.csms.vocabulary import Charging, Operator, Station, case, present, states

_NAMED = {"R1": "The station is told which connector to unlock."}


@case(
    "TC_017_1_CSMS",
    "Unlock connector - no charging session running (Not fixed cable)",
    profile="core",
    ref="OCPP 1.6 §5.18",
    needs=["unlock"],
    rules=_NAMED,
    status="Unlocked",
)
@case(
    "TC_017_2_CSMS",
    "Unlock connector - no charging session running (Fixed cable)",
    profile="core",
    ref="OCPP 1.6 §5.18",
    needs=["unlock"],
    rules=_NAMED,
    status="NotSupported",
)
@case(
    "TC_030_CSMS",
    "Unlock Connector – Unlock Failure",
    profile="core",
    ref="OCPP 1.6 §5.18",
    needs=["unlock"],
    rules=_NAMED,
    status="UnlockFailed",
)
async def test_unlock_without_a_session(station: Station, operator: Operator, connector: int, status: str) -> None:
    await operator.unlock_connector(station, connectorId=connector)
    request = await station.receives("UnlockConnector", rule="R1", connectorId=present)
    await request.answered(status=status)


@case(
    "TC_018_1_CSMS",
    "Unlock Connector - With Charging Session (Not fixed cable)",
    profile="core",
    ref="OCPP 1.6 §5.18, §4.10",
    needs=["unlock", "unlock-while-charging"],
    rules=_NAMED,
)
async def test_unlock_ends_the_session(station: Station, charging: Charging, operator: Operator) -> None:
    await operator.unlock_connector(station, connectorId=charging.connectorId)
    request = await station.receives("UnlockConnector", rule="R1", connectorId=present)
    await request.answered(status="Unlocked")

    await states.status(station, charging.connectorId, "Finishing")
    await states.stop(station, charging, "UnlockCommand")
    await states.status(station, charging.connectorId, "Available")


@case(
    "TC_031_CSMS",
    "Unlock Connector – Unknown Connector",
    profile="core",
    ref="OCPP 1.6 §5.18",
    needs=["unlock", "unlock-unknown-connector"],
    rules=_NAMED,
)
async def test_unlock_of_a_connector_that_is_not_there(station: Station, operator: Operator) -> None:
    await operator.unlock_connector(station, connectorId=station.connectors + 1)
    request = await station.receives("UnlockConnector", rule="R1", connectorId=present)
    await request.answered(status="NotSupported")
