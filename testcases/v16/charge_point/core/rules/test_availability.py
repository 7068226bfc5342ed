"""Taking connectors out of service (OCPP 1.6 §5.2; rule AVL-01)."""

from harness.v16.charge_point.vocabulary import Charging, Csms, case, one_of, states


@case(
    "AVL-01_1_CS",
    "A change of availability waits for the transaction",
    profile="rpc",
    ref="OCPP 1.6 §5.2",
    rules={
        "R1": "While a transaction runs at it, taking a connector out of service is Scheduled.",
        "R2": "The transaction goes on.",
        "R3": "When it is over, the connector is Unavailable.",
    },
)
async def test_change_is_scheduled(csms: Csms, charging: Charging) -> None:
    answer = await csms.sends("ChangeAvailability", rule="R1", connectorId=charging.connectorId, type="Inoperative")
    answer.shows(status="Scheduled")
    await csms.receives_no("StopTransaction", rule="R2", transactionId=charging.transactionId)

    answer = await csms.sends("RemoteStopTransaction", transactionId=charging.transactionId)
    answer.shows(status="Accepted")
    await states.status(csms, charging.connectorId, "Unavailable", rule="R3")


@case(
    "AVL-01_2_CS",
    "What is so already is accepted",
    profile="rpc",
    ref="OCPP 1.6 §5.2",
    rules={
        "R1": "A connector that is in service may be told to be so.",
        "R2": "A connector that is out of service may be told to be so.",
    },
)
async def test_change_to_what_is(csms: Csms, connector: int) -> None:
    answer = await csms.sends("ChangeAvailability", rule="R1", connectorId=connector, type="Operative")
    answer.shows(status="Accepted")
    await states.unavailable(csms, connector)
    answer = await csms.sends("ChangeAvailability", rule="R2", connectorId=connector, type="Inoperative")
    answer.shows(status="Accepted")


@case(
    "AVL-01_3_CS",
    "Connector 0 stands for all",
    profile="rpc",
    ref="OCPP 1.6 §5.2, §4.9",
    rules={
        "R1": "Taking the whole station out of service is accepted while nothing is charged.",
        "R2": "Every connector is reported as Unavailable.",
        "R3": "When the station is in service again, every connector is reported as such.",
    },
)
async def test_whole_station(csms: Csms) -> None:
    connectors = range(1, csms.connectors + 1)
    answer = await csms.sends("ChangeAvailability", rule="R1", connectorId=0, type="Inoperative")
    answer.shows(status="Accepted")
    for connector in connectors:
        await states.status(csms, connector, "Unavailable", rule="R2")

    answer = await csms.sends("ChangeAvailability", connectorId=0, type="Operative")
    answer.shows(status="Accepted")
    for connector in connectors:
        await states.status(csms, connector, one_of("Available", "Preparing"), rule="R3")
