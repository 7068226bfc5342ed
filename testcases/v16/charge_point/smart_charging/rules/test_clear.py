"""Which profiles ClearChargingProfile takes away (OCPP 1.6 §5.5, errata 3.25, 3.26; rule SC-13)."""

from typing import Any

from harness.v16.charge_point.vocabulary import Csms, Schedules, case

_NEEDS = ["profiles.smart_charging"]
_LONG = 400
_DEFAULT = "TxDefaultProfile"
_LEVEL: dict[str, Any] = {"stackLevel": 1}
_OTHER_LEVEL: dict[str, Any] = {"stackLevel": 0}


@case(
    "SC-13_1_CS",
    "An id alone decides which profile is cleared",
    profile="rpc",
    ref="OCPP 1.6 §5.5, erratum 3.25",
    needs=_NEEDS,
    rules={"R1": "The profile with the id is cleared, whatever the other members of the message say."},
)
async def test_id_decides(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(connector, schedules.profile(1311, _DEFAULT, {0: 6}, duration=_LONG, **_LEVEL))

    answer = await csms.sends("ClearChargingProfile", rule="R1", id=1311, **_OTHER_LEVEL)
    answer.shows(status="Accepted")


@case(
    "SC-13_2_CS",
    "Without an id all members have to match",
    profile="rpc",
    ref="OCPP 1.6 §5.5, erratum 3.26",
    needs=_NEEDS,
    rules={
        "R1": "Where one member does not match any profile, nothing is cleared: the answer is Unknown.",
        "R2": "A profile that all members match is cleared.",
    },
)
async def test_all_members_match(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(connector, schedules.profile(1312, _DEFAULT, {0: 6}, duration=_LONG, **_LEVEL))
    asked = {"connectorId": connector, "chargingProfilePurpose": _DEFAULT}

    answer = await csms.sends("ClearChargingProfile", rule="R1", **asked, **_OTHER_LEVEL)
    answer.shows(status="Unknown")
    answer = await csms.sends("ClearChargingProfile", rule="R2", **asked, **_LEVEL)
    answer.shows(status="Accepted")


@case(
    "SC-13_3_CS",
    "Without any member all profiles are cleared",
    profile="rpc",
    ref="OCPP 1.6 §5.5",
    needs=_NEEDS,
    rules={
        "R1": "A station that has profiles clears them.",
        "R2": "None is left, of the station or of a connector: to clear one of them says Unknown.",
    },
)
async def test_nothing_is_all(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(0, schedules.profile(1313, "ChargePointMaxProfile", {0: 8}, duration=86_400))
    await schedules.sets(connector, schedules.profile(1314, _DEFAULT, {0: 6}, duration=_LONG))

    answer = await csms.sends("ClearChargingProfile", rule="R1")
    answer.shows(status="Accepted")
    for number in (1313, 1314):
        answer = await csms.sends("ClearChargingProfile", rule="R2", id=number)
        answer.shows(status="Unknown")
