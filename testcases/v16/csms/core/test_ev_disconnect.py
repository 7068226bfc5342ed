"""The cable leaves the car (OCPP 1.6 §4.9, §4.10): the transaction ends, and so does the session."""

from harness.v16.csms.vocabulary import Charging, Station, case, states


@case(
    "TC_005_1_CSMS",
    "EV Side Disconnected - StopTransactionOnEVSideDisconnect = true - UnlockConnectorOnEVSideDisconnect = true",
    profile="core",
    ref="OCPP 1.6 §4.9, §4.10",
    rules={
        "R2": "The status SuspendedEV is acknowledged.",
        "R4": "A transaction that ends with EVDisconnected is acknowledged.",
        "R6": "The status Finishing is acknowledged.",
        "R8": "The status Available is acknowledged.",
    },
)
async def test_unplugging_the_car_ends_the_session(station: Station, charging: Charging) -> None:
    await states.status(station, charging.connectorId, "SuspendedEV", rule="R2")
    await states.stop(station, charging, "EVDisconnected", rule="R4")
    await states.status(station, charging.connectorId, "Finishing", rule="R6")
    await states.status(station, charging.connectorId, "Available", rule="R8")
