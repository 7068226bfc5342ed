"""What TriggerMessage leads to (OCPP 1.6 §5.17, erratum 3.46; rules TRG-01, MV-09)."""

from harness.v16.charge_point.vocabulary import Charging, Csms, case, metering, states

_NEEDS = ["profiles.remote_trigger"]


@case(
    "TRG-01_1_CS",
    "The answer comes first, then the message",
    profile="rpc",
    ref="OCPP 1.6 §5.17",
    needs=_NEEDS,
    rules={
        "R1": "The status of a connector is sent when it is asked for.",
        "R2": "It is sent after the answer to the TriggerMessage.",
    },
)
async def test_answer_comes_first(csms: Csms, connector: int) -> None:
    answer = await csms.sends("TriggerMessage", requestedMessage="StatusNotification", connectorId=connector)
    answer.shows(status="Accepted")
    told = await csms.receives("StatusNotification", rule="R1", connectorId=connector)
    csms.received_before(answer, told, rule="R2")


@case(
    "TRG-01_2_CS",
    "A connector that does not matter is ignored",
    profile="rpc",
    ref="OCPP 1.6 §5.17",
    needs=_NEEDS,
    rules={
        "R1": "A heartbeat that is asked for of a connector is promised.",
        "R2": "It is sent, as a heartbeat has no connector.",
    },
)
async def test_connector_is_ignored(csms: Csms, connector: int) -> None:
    answer = await csms.sends("TriggerMessage", rule="R1", requestedMessage="Heartbeat", connectorId=connector)
    answer.shows(status="Accepted")
    await csms.receives("Heartbeat", rule="R2")


@case(
    "TRG-01_3_CS",
    "What the station never sends is not implemented",
    profile="rpc",
    ref="OCPP 1.6 §5.17",
    needs=[*_NEEDS, "without-firmware-management"],
    rules={"R1": "A message of a profile that the station does not have is answered with NotImplemented."},
)
async def test_message_is_not_implemented(csms: Csms) -> None:
    answer = await csms.sends("TriggerMessage", rule="R1", requestedMessage="FirmwareStatusNotification")
    answer.shows(status="NotImplemented")


@case(
    "MV-09_CS",
    "Meter values that are asked for are those of the list",
    profile="rpc",
    ref="OCPP 1.6 §5.17, §7.35, erratum 3.46",
    needs=_NEEDS,
    rules={
        "R1": "They have all measurands of MeterValuesSampledData.",
        "R2": "Their context is Trigger.",
        "R3": "They name the transaction that runs.",
    },
)
async def test_triggered_meter_values(csms: Csms, charging: Charging) -> None:
    await states.configures(csms, MeterValueSampleInterval="0", ClockAlignedDataInterval="0")
    wanted = await metering.measurands(csms, "MeterValuesSampledData")
    answer = await csms.sends("TriggerMessage", requestedMessage="MeterValues", connectorId=charging.connectorId)
    answer.shows(status="Accepted")

    report = await csms.receives("MeterValues", connectorId=charging.connectorId)
    metering.is_complete(report, wanted, rule="R1")
    metering.each_sample(report, rule="R2", context="Trigger")
    report.shows(rule="R3", transactionId=charging.transactionId)
