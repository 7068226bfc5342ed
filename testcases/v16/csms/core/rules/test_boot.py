"""What a CSMS does with a station that it holds at Pending (OCPP 1.6 §4.2)."""

from harness.v16.csms.vocabulary import Operator, Station, Tags, case, states


@case(
    "BOOT-05_CSMS",
    "A station that is held at Pending",
    profile="rpc",
    ref="OCPP 1.6 §4.2",
    needs=["boot-pending", "held-at-pending"],
    rules={
        "R1": "The connection of a station whose boot was answered with Pending is kept.",
        "R2": "It is sent no RemoteStartTransaction, even when the operator asks for one.",
        "R3": "It is sent no RemoteStopTransaction either.",
    },
)
async def test_pending(held_station: Station, operator: Operator, tags: Tags, connector: int) -> None:
    held_station.expects("RemoteStartTransaction")
    held_station.expects("RemoteStopTransaction")
    await states.boots_pending(held_station)
    if not await held_station.wire.advises_lasting(rule="R1"):
        held_station.leaves_out("R2 R3", "the connection has ended")
        return

    await operator.remote_start(held_station, connectorId=connector, idTag=tags.valid)
    held_station.gives_up_operations()
    await held_station.receives_no("RemoteStartTransaction", rule="R2")

    await operator.remote_stop(held_station, transactionId=1)
    held_station.gives_up_operations()
    await held_station.receives_no("RemoteStopTransaction", rule="R3")
