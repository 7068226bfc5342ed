"""The schedule that follows from several profiles (OCPP 1.6 §3.13.2, §3.13.3, §5.7): of three purposes, and stacked."""

from harness.v16.charge_point.schedules import Schedules
from harness.v16.charge_point.vocabulary import Charging, Csms, case

_RULES = {
    "R4": "The station tells the schedule that it will follow.",
    "R5": "The schedule is of the connector that was asked for.",
    "R6": "It is as long as it was asked for.",
    "R7": "It is in the unit that was asked for.",
}
_COMPOSITE = tuple(_RULES)


@case(
    "TC_066_CS",
    "Get Composite Schedule",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13.3, §5.7",
    needs=["three-profiles-five-periods"],
    rules={
        **_RULES,
        "R8": "At any time its limit is the lower one of the transaction's profile and of the maximum of the station.",
        "R9": "It begins at the moment when it was asked for.",
    },
)
async def test_profiles_of_three_purposes(csms: Csms, charging: Charging) -> None:
    schedules, connector = Schedules(csms), charging.connectorId
    await schedules.learns_local_limit(connector, 400)
    most = schedules.profile(661, "ChargePointMaxProfile", {0: 10}, duration=86_400, stackLevel=0)
    await schedules.sets(0, most)
    usual = {0: 6, 60: 10, 120: 8, 180: 15, 260: 8}
    default = schedules.profile(662, "TxDefaultProfile", usual, duration=300, valid=True, stackLevel=0)
    await schedules.sets(connector, default)
    own = {0: 8, 50: 11, 140: 16, 200: 6, 240: 12}
    of_transaction = schedules.profile(
        663, "TxProfile", own, duration=260, valid=True, stackLevel=0, transactionId=charging.transactionId
    )
    await schedules.sets(connector, of_transaction)

    composite = await schedules.composite(connector, 400, rules=_COMPOSITE)
    composite.starts_now(rule="R9")
    composite.follows({0: 8, 50: 10, 200: 6, 240: 10}, rule="R8")


@case(
    "TC_072_CS",
    "Stacking Charging Profiles",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13.2, §5.7",
    rules={
        **_RULES,
        "R8": "Its limit is that of the higher profile while that one lasts, and of the lower one afterwards.",
    },
)
async def test_stacked_profiles(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.learns_local_limit(connector, 350)
    low, high = {0: 6, 100: 8, 200: 10}, {0: 7, 100: 9}
    for number, level, periods, duration in ((721, 0, low, 400), (722, 1, high, 150)):
        profile = schedules.profile(
            number, "TxDefaultProfile", periods, duration=duration, valid=True, stackLevel=level
        )
        await schedules.sets(connector, profile)

    composite = await schedules.composite(connector, 350, rules=_COMPOSITE)
    composite.follows({0: 7, 100: 9, 150: 8, 200: 10}, rule="R8")
