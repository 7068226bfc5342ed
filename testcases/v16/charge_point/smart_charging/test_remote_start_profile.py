"""A remote start that brings its charging profile (OCPP 1.6 §5.11, §5.16.2): followed, and refused."""

from harness.v16.charge_point.schedules import Schedules
from harness.v16.charge_point.vocabulary import Csms, EvDriver, Sut, Tags, case, states

_LIMIT = {0: 6}


@case(
    "TC_059_CS",
    "Remote Start Transaction with Charging Profile",
    profile="smart_charging",
    ref="OCPP 1.6 §5.7, §5.11, §5.16.2",
    rules={
        "R4": "The station tells the schedule that it will follow.",
        "R5": "The schedule is of the connector that was asked for.",
        "R6": "It is as long as it was asked for.",
        "R7": "It is in the unit that was asked for.",
        "R8": "It begins at the moment when it was asked for.",
        "R9": "Its limit is that of the profile that came with the remote start.",
    },
)
async def test_remote_start_with_profile(csms: Csms, driver: EvDriver, tags: Tags, connector: int, sut: Sut) -> None:
    schedules, duration = Schedules(csms), sut.smart.duration_s
    profile = schedules.profile(59, "TxProfile", _LIMIT, duration=duration)
    await states.charge(csms, driver, connector, tags.valid, chargingProfile=profile)

    composite = await schedules.composite(connector, duration, rules=("R4", "R5", "R6", "R7"))
    composite.starts_now(rule="R8")
    composite.follows(_LIMIT, ends=duration, rule="R9")


@case(
    "TC_060_CS",
    "Remote Start Transaction with Charging Profile - Rejected",
    profile="smart_charging",
    ref="OCPP 1.6 §5.11, §5.16.2, §7.8",
    rules={"R4": "A remote start whose profile is for no transaction is refused."},
)
async def test_remote_start_with_wrong_profile(csms: Csms, tags: Tags, connector: int, sut: Sut) -> None:
    profile = Schedules(csms).profile(60, "TxDefaultProfile", _LIMIT, duration=sut.smart.duration_s)
    await csms.sends_in_vain(
        "RemoteStartTransaction",
        rule="R4",
        codes=["PropertyConstraintViolation"],
        connectorId=connector,
        idTag=tags.valid,
        chargingProfile=profile,
    )
