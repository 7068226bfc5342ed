"""Asking a station for a message (OCPP 1.6 §5.17): every kind there is, and one for a connector that does not exist."""

from typing import Any

from harness.v16.charge_point.vocabulary import Csms, case, one_of, states


@case(
    "TC_054_CS",
    "Trigger Message",
    profile="remote_trigger",
    ref="OCPP 1.6 §4.4, §4.5, §5.17",
    rules={
        "R3": "The station is ready to send the meter values of a connector, and sends them.",
        "R5": "The station is ready to send a heartbeat, and sends it.",
        "R8": "The station is ready to send the status of a connector, and sends it.",
        "R10": "The station is ready to say how far its diagnostics are, or does not know that message.",
        "R11": "A station that uploads nothing says Idle.",
        "R13": "The station is ready to say how far its firmware is, or does not know that message.",
        "R14": "A station that updates nothing says Idle.",
    },
)
async def test_every_message_is_triggered(csms: Csms, connector: int) -> None:
    at_connector: dict[str, Any] = {"connectorId": connector}
    for message, rule, members in (
        ("MeterValues", "R3", at_connector),
        ("Heartbeat", "R5", {}),
        ("StatusNotification", "R8", at_connector),
    ):
        answer = await csms.sends("TriggerMessage", rule=rule, requestedMessage=message, **members)
        answer.shows(rule=rule, status="Accepted")
        await csms.receives(message, rule=rule, **members)

    for message, rule, of_status in (
        ("DiagnosticsStatusNotification", "R10", "R11"),
        ("FirmwareStatusNotification", "R13", "R14"),
    ):
        answer = await csms.sends("TriggerMessage", rule=rule, requestedMessage=message)
        answer.shows(rule=rule, status=one_of("Accepted", "NotImplemented"))
        if answer["status"] == "Accepted":
            await csms.receives(message, rule=of_status, status="Idle")
        else:
            csms.leaves_out(of_status, f"the station does not implement {message}")


@case(
    "TC_055_CS",
    "Trigger Message - Rejected",
    profile="remote_trigger",
    ref="OCPP 1.6 §5.17",
    rules={
        "R3": "Asked for a connector that it does not have, the station refuses.",
        "R4": "What was refused is not sent.",
    },
)
async def test_trigger_is_refused(csms: Csms) -> None:
    if await states.supports(csms, "ClockAlignedDataInterval"):  # meter values come only when they are asked for
        await states.configures(csms, ClockAlignedDataInterval="0")

    none = csms.connectors + 1
    await csms.sends_in_vain("TriggerMessage", rule="R3", requestedMessage="MeterValues", connectorId=none)
    await csms.receives_no("MeterValues", rule="R4")
