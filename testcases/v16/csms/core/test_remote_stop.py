"""Stopping from the CSMS (OCPP 1.6 §5.12)."""

from harness.v16.csms.vocabulary import Charging, Operator, Station, case, present, states


@case(
    "TC_012_CSMS",
    "Remote Stop Charging Session",
    profile="core",
    ref="OCPP 1.6 §5.12",
    needs=["remote-stop"],
    rules={"R1": "The transaction that the operator chose is asked to stop, by the id the CSMS gave it."},
)
async def test_remote_stop(station: Station, charging: Charging, operator: Operator) -> None:
    await operator.remote_stop(station, transactionId=charging.transactionId)
    request = await station.receives("RemoteStopTransaction", rule="R1", transactionId=charging.transactionId)
    await request.answered(status="Accepted")

    await states.stop(station, charging, "Remote")
    await states.status(station, charging.connectorId, "Finishing")
    await states.status(station, charging.connectorId, "Available")


@case(
    "TC_028_CSMS",
    "Remote Stop Transaction – Rejected",
    profile="core",
    ref="OCPP 1.6 §5.12",
    needs=["remote-stop"],
    rules={"R1": "A transaction is asked to stop by its id."},
)
async def test_remote_stop_is_rejected(station: Station, charging: Charging, operator: Operator) -> None:
    await operator.remote_stop(station, transactionId=charging.transactionId)
    request = await station.receives("RemoteStopTransaction", rule="R1", transactionId=present)
    await request.answered(status="Rejected")
