"""Profiles above each other, after each other and in the place of each other (OCPP 1.6 §3.13.2, §5.16).

Rules SC-03, SC-04, SC-08, SC-10.
"""

from typing import Any

from harness.v16.charge_point.vocabulary import Charging, Csms, Schedules, case

_NEEDS = ["profiles.smart_charging"]
_S = 300
"""Seconds that a schedule is asked for."""
_LONG = _S + 100
_DEFAULT = "TxDefaultProfile"
_DAY = 86_400


@case(
    "SC-03_1_CS",
    "A profile replaces the one with its id",
    profile="rpc",
    ref="OCPP 1.6 §5.16.3",
    needs=_NEEDS,
    rules={"R1": "Of a profile that is set again under its id, on a lower level, nothing else is left."},
)
async def test_same_id_replaces(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(connector, schedules.profile(301, _DEFAULT, {0: 6}, duration=_LONG, stackLevel=1))
    await schedules.sets(connector, schedules.profile(301, _DEFAULT, {0: 8}, duration=_LONG, stackLevel=0))

    composite = await schedules.composite(connector, _S)
    composite.follows({0: 8}, rule="R1")


@case(
    "SC-03_2_CS",
    "A profile replaces the one of its purpose and level",
    profile="rpc",
    ref="OCPP 1.6 §3.13.2, §5.16.3",
    needs=_NEEDS,
    rules={
        "R1": "Of two profiles of one purpose and level at a connector the newer one is in force.",
        "R2": "The older one is gone: to clear it says Unknown.",
    },
)
async def test_same_level_replaces(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(connector, schedules.profile(302, _DEFAULT, {0: 6}, duration=_LONG))
    await schedules.sets(connector, schedules.profile(303, _DEFAULT, {0: 8}, duration=_LONG))

    composite = await schedules.composite(connector, _S)
    composite.follows({0: 8}, rule="R1")
    answer = await csms.sends("ClearChargingProfile", rule="R2", id=302)
    answer.shows(status="Unknown")


@case(
    "SC-04_1_CS",
    "The highest stack level is in force",
    profile="rpc",
    ref="OCPP 1.6 §3.13.2",
    needs=_NEEDS,
    rules={"R1": "Of two profiles of one purpose that of the higher level is in force, although it came first."},
)
async def test_highest_level(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(connector, schedules.profile(403, _DEFAULT, {0: 8}, duration=_LONG, stackLevel=1))
    await schedules.sets(connector, schedules.profile(404, _DEFAULT, {0: 6}, duration=_LONG, stackLevel=0))

    composite = await schedules.composite(connector, _S)
    composite.follows({0: 8}, rule="R1")


@case(
    "SC-08_1_CS",
    "A schedule ends with its duration",
    profile="rpc",
    ref="OCPP 1.6 §3.13.2, §7.13, errata 3.43, 3.44",
    needs=_NEEDS,
    rules={"R1": "After the duration of the higher profile the lower one is in force; a period beyond it is not."},
)
async def test_duration_ends_a_schedule(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(connector, schedules.profile(801, _DEFAULT, {0: 6}, duration=_LONG, stackLevel=0))
    await schedules.sets(connector, schedules.profile(802, _DEFAULT, {0: 8, 160: 10}, duration=80, stackLevel=1))

    composite = await schedules.composite(connector, _S)
    composite.follows({0: 8, 80: 6}, rule="R1")


@case(
    "SC-08_2_CS",
    "A recurring schedule begins anew after its period",
    profile="rpc",
    ref="OCPP 1.6 §7.13, errata 3.43, 3.79",
    needs=_NEEDS,
    rules={"R1": "What a daily schedule has beyond 24 hours is not executed, as it begins anew by then."},
)
async def test_recurrence_ends_a_schedule(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    periods = {0: 6, 100: 8, _DAY - 40: 10, _DAY + 60: 12}
    profile = schedules.profile(803, _DEFAULT, periods, duration=2 * _DAY)
    profile |= {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}
    profile["chargingSchedule"]["startSchedule"] = schedules.moment(80 - _DAY)
    await schedules.sets(connector, profile)

    composite = await schedules.composite(connector, _S)
    composite.follows({0: 8, 40: 10, 80: 6, 180: 8}, rule="R1")


@case(
    "SC-10_CS",
    "A TxProfile may say from when to when it is valid",
    profile="rpc",
    ref="OCPP 1.6 §7.8, errata 3.65, 3.66",
    needs=_NEEDS,
    rules={
        "R1": "A TxProfile with validFrom and validTo is accepted.",
        "R2": "It is in force as long as it is valid, and the default afterwards.",
    },
)
async def test_valid_profile_of_a_transaction(csms: Csms, charging: Charging) -> None:
    schedules, connector = Schedules(csms), charging.connectorId
    await schedules.sets(connector, schedules.profile(1001, _DEFAULT, {0: 8}, duration=_LONG))

    valid: dict[str, Any] = {"validFrom": schedules.moment(0), "validTo": schedules.moment(120)}
    profile = schedules.profile(
        1002, "TxProfile", {0: 6}, duration=_LONG, transactionId=charging.transactionId, **valid
    )
    await schedules.sets(connector, profile, rule="R1")
    composite = await schedules.composite(connector, _S)
    composite.follows({0: 6, 120: 8}, rule="R2")
