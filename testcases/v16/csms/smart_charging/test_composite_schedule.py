"""Asking a station for the schedule it will follow (OCPP 1.6 §5.7)."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, now, payloads


@case(
    "TC_066_CSMS",
    "Get Composite Schedule",
    profile="smart_charging",
    ref="OCPP 1.6 §5.7",
    needs=["composite-schedule"],
    rules={
        "R1": "The schedule of the connector that the operator chose is asked for.",
        "R2": "It is asked for as long as the operator chose.",
        "R3": "It is asked for in the unit that the operator chose.",
    },
)
async def test_composite_schedule(station: Station, operator: Operator, connector: int, sut: Sut) -> None:
    duration, unit = sut.smart.duration_s, sut.smart.rate_unit
    await operator.get_composite_schedule(station, connectorId=connector, duration=duration, chargingRateUnit=unit)
    request = await station.receives("GetCompositeSchedule", rule="R1", connectorId=connector)
    request.shows(rule="R2", duration=duration)
    request.shows(rule="R3", chargingRateUnit=unit)
    await request.answered(
        status="Accepted", connectorId=connector, scheduleStart=now(), chargingSchedule=payloads.schedule(sut)
    )
