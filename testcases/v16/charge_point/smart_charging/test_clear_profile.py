"""Clearing charging profiles (OCPP 1.6 §5.5): one by its id, some by what they are, and all that are left."""

from harness.v16.charge_point.schedules import Schedules
from harness.v16.charge_point.vocabulary import Csms, case


@case(
    "TC_067_CS",
    "Clear Charging Profile",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13.1, §5.5, §5.7",
    rules={
        "R5": "The station clears the profile with this id.",
        "R9": "The station tells the schedule that it will follow then.",
        "R10": "This schedule is of the connector that was asked for.",
        "R11": "This schedule is as long as it was asked for.",
        "R12": "This schedule is in the unit that was asked for.",
        "R13": "This schedule is that of the profile below the one that was cleared.",
        "R18": "The station clears the profile of this purpose and stack level.",
        "R22": "The station tells the schedule that is left.",
        "R23": "The schedule that is left is of the connector that was asked for.",
        "R24": "The schedule that is left is as long as it was asked for.",
        "R25": "The schedule that is left is in the unit that was asked for.",
        "R26": "The schedule that is left is the maximum of the station.",
        "R31": "The station clears all profiles.",
        "R35": "The station tells a schedule also without any profile.",
        "R36": "The schedule without profiles is of the connector that was asked for.",
        "R37": "The schedule without profiles is as long as it was asked for.",
        "R38": "The schedule without profiles is in the unit that was asked for.",
        "R39": "Without profiles there is one limit, the one that there was before the first profile.",
    },
)
async def test_clear_profiles(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.learns_local_limit(connector, 350)
    high = schedules.profile(671, "TxDefaultProfile", {0: 6, 60: 8, 200: 10}, duration=400, stackLevel=1)
    await schedules.sets(connector, high)
    low = schedules.profile(672, "TxDefaultProfile", {0: 7, 100: 9}, duration=400, valid=True, stackLevel=0)
    await schedules.sets(connector, low)
    most = {0: 11, 200: 12}
    of_station = schedules.profile(673, "ChargePointMaxProfile", most, duration=86_400, valid=True, stackLevel=0)
    await schedules.sets(0, of_station)

    await _clears(csms, rule="R5", id=671)
    composite = await schedules.composite(connector, 350, rules=("R9", "R10", "R11", "R12"))
    composite.follows({0: 7, 100: 9}, rule="R13")

    await _clears(csms, rule="R18", chargingProfilePurpose="TxDefaultProfile", stackLevel=0)
    composite = await schedules.composite(connector, 350, rules=("R22", "R23", "R24", "R25"))
    composite.follows(most, rule="R26")

    await _clears(csms, rule="R31")
    composite = await schedules.composite(connector, 350, rules=("R35", "R36", "R37", "R38"))
    composite.is_local(rule="R39")


async def _clears(csms: Csms, *, rule: str, **members: object) -> None:
    answer = await csms.sends("ClearChargingProfile", rule=rule, **members)
    answer.shows(rule=rule, status="Accepted")
