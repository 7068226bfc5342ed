"""What GetCompositeSchedule is answered with (OCPP 1.6 §5.7, errata 3.28 to 3.30, 3.51; rule SC-14)."""

from harness.v16.charge_point.vocabulary import Csms, Schedules, case, payloads, satisfies

_NEEDS = ["profiles.smart_charging"]
_S = 120
"""Seconds that a schedule is asked for."""
_LONG = 400


@case(
    "SC-14_1_CS",
    "A composite schedule begins now and is as long as it was asked for",
    profile="rpc",
    ref="OCPP 1.6 §5.7",
    needs=_NEEDS,
    rules={
        "R1": "The schedule is as long as it was asked for.",
        "R2": "It begins at the moment when it was asked for.",
        "R3": "A request without a unit is answered in one.",
    },
)
async def test_now_and_as_long(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(connector, schedules.profile(1401, "TxDefaultProfile", {0: 6}, duration=_LONG))

    composite = await schedules.composite(connector, _S, rules=(None, None, "R1", None))
    composite.starts_now(rule="R2")
    answer = await csms.sends("GetCompositeSchedule", rule="R3", connectorId=connector, duration=_S)
    answer.shows(status="Accepted")


@case(
    "SC-14_2_CS",
    "Connector 0 is what the station takes from the grid",
    profile="rpc",
    ref="OCPP 1.6 §5.7",
    needs=_NEEDS,
    rules={
        "R1": "The station tells the schedule of all connectors together.",
        "R2": "Together they are not above the maximum of the station.",
    },
)
async def test_schedule_of_the_station(csms: Csms) -> None:
    schedules = Schedules(csms)
    await schedules.sets(0, schedules.profile(1402, "ChargePointMaxProfile", {0: 8}, duration=86_400))

    composite = await schedules.composite(0, _S, rules=("R1", "R1", "R1", "R1"))
    most = 8 * schedules.factor
    within = satisfies(f"at most {most}", lambda limit: isinstance(limit, int | float) and limit < most + 0.1)
    composite.answer.shows(rule="R2", **payloads.first_period(composite.answer.payload, limit=within))


@case(
    "SC-14_3_CS",
    "There is no schedule of a connector that does not exist",
    profile="rpc",
    ref="OCPP 1.6 §5.7",
    needs=_NEEDS,
    rules={"R1": "Asked for a connector that it does not have, the station refuses."},
)
async def test_schedule_of_an_unknown_connector(csms: Csms) -> None:
    await csms.sends_in_vain(
        "GetCompositeSchedule",
        rule="R1",
        codes=["PropertyConstraintViolation"],
        connectorId=csms.connectors + 1,
        duration=_S,
    )
