"""What UnlockConnector does and says (OCPP 1.6 §5.18, erratum 3.87; rules UNL-01, UNL-02)."""

from harness.v16.charge_point.vocabulary import Charging, Csms, case


@case(
    "UNL-01_CS",
    "A transaction ends before its cable is unlocked",
    profile="rpc",
    ref="OCPP 1.6 §5.18, §7.36",
    needs=["connector-lock"],
    rules={
        "R1": "The transaction of a connector that is unlocked ends.",
        "R2": "Its reason is UnlockCommand.",
    },
)
async def test_unlock_ends_the_transaction(csms: Csms, charging: Charging) -> None:
    answer = await csms.sends("UnlockConnector", connectorId=charging.connectorId)
    answer.shows(status="Unlocked")
    stopped = await csms.receives("StopTransaction", rule="R1", transactionId=charging.transactionId)
    stopped.shows(rule="R2", reason="UnlockCommand")


@case(
    "UNL-02_1_CS",
    "What does not exist is not unlocked",
    profile="rpc",
    ref="OCPP 1.6 §5.18, erratum 3.87",
    rules={"R1": "Unlocking a connector that the station does not have is NotSupported; nothing was tried."},
)
async def test_unlock_unknown_connector(csms: Csms) -> None:
    answer = await csms.sends("UnlockConnector", rule="R1", connectorId=csms.connectors + 1)
    answer.shows(status="NotSupported")


@case(
    "UNL-02_2_CS",
    "A lock that works does not fail",
    profile="rpc",
    ref="OCPP 1.6 §5.18, erratum 3.87",
    needs=["connector-lock"],
    rules={"R1": "A lock that opens is told as Unlocked, also the second time."},
)
async def test_unlock_twice(csms: Csms, connector: int) -> None:
    for _ in range(2):
        answer = await csms.sends("UnlockConnector", rule="R1", connectorId=connector)
        answer.shows(status="Unlocked")


@case(
    "UNL-02_3_CS",
    "Where there is no lock nothing is unlocked",
    profile="rpc",
    ref="OCPP 1.6 §5.18, erratum 3.87",
    needs=["fixed-cable"],
    rules={"R1": "Unlocking a cable that belongs to the station is NotSupported; nothing was tried."},
)
async def test_unlock_fixed_cable(csms: Csms, connector: int) -> None:
    if csms.run.sut.claimed("hardware.cable.detachable"):
        csms.leaves_out("R1", "the station has sockets as well, and which connector is one is not said")
        return
    answer = await csms.sends("UnlockConnector", rule="R1", connectorId=connector)
    answer.shows(status="NotSupported")
