"""Asking a station for a message (OCPP 1.6 §5.17): every kind there is, and one the station does not send."""

from harness.vocabulary import Operator, Station, case, states


@case(
    "TC_054_CSMS",
    "Trigger Message",
    profile="remote_trigger",
    ref="OCPP 1.6 §5.17",
    needs=[
        "trigger-meter-values",
        "trigger-heartbeat",
        "trigger-status-notification",
        "trigger-diagnostics-status",
        "trigger-firmware-status",
    ],
    rules={
        "R1": "The station is asked for its meter values.",
        "R2": "It is asked for those of the connector that the operator chose.",
        "R4": "The station is asked for a heartbeat.",
        "R6": "The station is asked for a connector's status.",
        "R7": "It is asked for that of the connector that the operator chose.",
        "R9": "The station is asked how far its diagnostics are.",
        "R12": "The station is asked how far its firmware is.",
    },
)
async def test_every_message_is_triggered(station: Station, operator: Operator, connector: int) -> None:
    await operator.trigger_message(station, requestedMessage="MeterValues", connectorId=connector)
    request = await station.receives("TriggerMessage", rule="R1", requestedMessage="MeterValues")
    request.shows(rule="R2", connectorId=connector)
    await request.answered(status="Accepted")
    await states.triggered_meter(station, connector)

    await operator.trigger_message(station, requestedMessage="Heartbeat")
    request = await station.receives("TriggerMessage", rule="R4", requestedMessage="Heartbeat")
    await request.answered(status="Accepted")
    await station.sends("Heartbeat")

    await operator.trigger_message(station, requestedMessage="StatusNotification", connectorId=connector)
    request = await station.receives("TriggerMessage", rule="R6", requestedMessage="StatusNotification")
    request.shows(rule="R7", connectorId=connector)
    await request.answered(status="Accepted")
    await states.status(station, connector, "Available")

    await operator.trigger_message(station, requestedMessage="DiagnosticsStatusNotification")
    request = await station.receives("TriggerMessage", rule="R9", requestedMessage="DiagnosticsStatusNotification")
    await request.answered(status="Accepted")
    await states.diagnostics(station, "Idle")

    await operator.trigger_message(station, requestedMessage="FirmwareStatusNotification")
    request = await station.receives("TriggerMessage", rule="R12", requestedMessage="FirmwareStatusNotification")
    await request.answered(status="Accepted")
    await states.firmware(station, "Idle")


@case(
    "TC_055_CSMS",
    "Trigger Message - Rejected",
    profile="remote_trigger",
    ref="OCPP 1.6 §5.17",
    needs=["trigger-meter-values"],
    rules={"R1": "The station is asked for its meter values."},
)
async def test_trigger_is_rejected(station: Station, operator: Operator, connector: int) -> None:
    await operator.trigger_message(station, requestedMessage="MeterValues", connectorId=connector)
    request = await station.receives("TriggerMessage", rule="R1", requestedMessage="MeterValues")
    await request.answered(status="Rejected")
