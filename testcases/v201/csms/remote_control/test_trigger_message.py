"""Having a station send a message (OCPP 2.0.1 Part 2, F06)."""

from harness.v201.csms.vocabulary import Operator, Station, case


@case(
    "TC_F_20_CSMS",
    "Trigger message - Heartbeat",
    profile="core",
    ref="OCPP 2.0.1 Part 2, F06.FR.01",
    rules={
        "R1": "The station is asked for a Heartbeat.",
        "R2": "The Heartbeat is answered.",
    },
)
async def test_heartbeat(station: Station, operator: Operator) -> None:
    await operator.trigger_message(station, requestedMessage="Heartbeat")
    request = await station.receives("TriggerMessage", rule="R1", requestedMessage="Heartbeat")
    await request.answered(status="Accepted")
    await station.sends("Heartbeat", rule="R2")
