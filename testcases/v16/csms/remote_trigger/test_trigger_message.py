"""Asking a station for a message (OCPP 1.6 §5.17): every kind there is, and one the station does not send."""

from collections.abc import Awaitable, Callable

from harness.v16.csms.vocabulary import Message, Operator, Station, case, is_claimed, states, step

Follow = Callable[[Station, int], Awaitable[Message | None]]

_STEPS: tuple[tuple[str, str, str, str | None, Follow], ...] = (
    ("trigger-meter-values", "MeterValues", "R1", "R2", states.triggered_meter),
    ("trigger-heartbeat", "Heartbeat", "R4", None, lambda station, _: station.sends("Heartbeat")),
    (
        "trigger-status-notification",
        "StatusNotification",
        "R6",
        "R7",
        lambda station, connector: states.status(station, connector, "Available"),
    ),
    (
        "trigger-diagnostics-status",
        "DiagnosticsStatusNotification",
        "R9",
        None,
        lambda station, _: states.diagnostics(station, "Idle"),
    ),
    (
        "trigger-firmware-status",
        "FirmwareStatusNotification",
        "R12",
        None,
        lambda station, _: states.firmware(station, "Idle"),
    ),
)
"""Need, message, the rule that it is asked for, the rule about its connector, what the station sends then."""


@case(
    "TC_054_CSMS",
    "Trigger Message",
    profile="remote_trigger",
    ref="OCPP 1.6 §5.17",
    needs=["trigger-some-message"],
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
    for need, message, rule, of_connector, follow in _STEPS:
        rules = f"{rule} {of_connector}" if of_connector else rule
        if not is_claimed(station, need, rules):
            continue
        async with step(station, rules):
            members = {"connectorId": connector} if of_connector else {}
            await operator.trigger_message(station, requestedMessage=message, **members)
            request = await station.receives("TriggerMessage", rule=rule, requestedMessage=message)
            if of_connector:
                request.shows(rule=of_connector, connectorId=connector)
            await request.answered(status="Accepted")
            await follow(station, connector)


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
