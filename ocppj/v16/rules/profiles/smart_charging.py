"""Charging profiles (OCPP 1.6 §3.13, §5.11, §5.16, §7.8, §9.4)."""

from collections.abc import Mapping
from typing import Any, Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.known import Known
from ocppj.rules.members import Members, is_past, moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "SC-01",
    "MUST",
    "S §3.13.1, E 3.53",
    "A ChargePointMaxProfile is for connector 0, a TxProfile for one connector with its transaction.",
)
CHAPTER.rule(
    "SC-02",
    "MUST",
    "S §3.13.1, T 058",
    "A TxProfile for no transaction, or for one that does not run there, is Rejected.",
    "station",
)
CHAPTER.rule(
    "SC-03",
    "MUST",
    "S §3.13.2, §5.16.3",
    "A profile takes the place of the one with its id, or with its purpose and level at its connector.",
    "station",
)
CHAPTER.rule(
    "SC-04",
    "MUST",
    "S §3.13.2, §3.13.3",
    "Of one purpose the highest valid level counts, of all purposes the lowest limit.",
    "station",
)
# Our own: the lowest level is 0.
CHAPTER.rule("SC-04a", "MUST", "S §7.8", "A stackLevel is 0 or higher.", "csms")
CHAPTER.rule(
    "SC-05",
    "MUST",
    "S §3.13.1",
    "A default profile of connector 0 is replaced at one connector by the one that is set there.",
    "station",
)
CHAPTER.rule(
    "SC-06",
    "MUST",
    "E 3.8",
    "A default profile that is new reaches a transaction without a profile of its own; one that is removed lets it go"
    " on without.",
    "station",
)
CHAPTER.rule(
    "SC-08",
    "MUST",
    "S §5.16.4, E 3.43, 3.44",
    "What lies beyond a duration or a recurrence is not used; after its end a lower level counts, or none.",
    "station",
)
CHAPTER.rule("SC-09", "MUST", "E 3.56, 3.79", "Only a Recurring profile has a recurrencyKind.")
# Our own: such a profile is never used.
CHAPTER.rule("SC-10a", "SHOULD", "S §7.8, E 3.65", "validTo is still to come, and after validFrom.", "csms")
CHAPTER.rule("SC-10", "MUST", "E 3.65, 3.66", "A TxProfile may have validFrom and validTo.", "station")
CHAPTER.rule(
    "SC-11",
    "MUST",
    "E 3.34, 3.69",
    "A period without numberPhases is for 3; phases that cannot be used do not change the limit.",
    "station",
)
CHAPTER.rule("SC-12", "MUST", "E 3.69", "A limit in A is for each phase, one in W for all of them.", "station")
CHAPTER.rule(
    "SC-13",
    "MUST",
    "E 3.25, 3.26",
    "ClearChargingProfile takes the profile with the id, or else all that have what is named; the answer says whether"
    " there was one.",
    "station",
)
CHAPTER.rule("SC-15", "MUST", "E 3.37", "Profiles outlive a boot.", "station")
CHAPTER.rule("SC-16", "MUST", "S §3.13.1", "A TxProfile is gone when its transaction is.", "station")
CHAPTER.rule(
    "SC-17", "MUST", "E 3.42", "The profile of a remote start is replaced by one with the same level.", "station"
)
CHAPTER.rule(
    "SC-18",
    "MUST",
    "S §9.4",
    "A profile keeps to the levels, periods, units and number of profiles that the station's configuration names.",
    "csms",
)

_HOLDERS: Final[Mapping[str, str]] = {
    "SetChargingProfile": "csChargingProfiles",
    "RemoteStartTransaction": "chargingProfile",
}
PROFILES: Final = tuple(_HOLDERS)
"""The actions whose CALL may have a profile."""
_UNITS: Final = {"A": "Current", "W": "Power"}


def profile_of(seen: Seen) -> tuple[str, Members | None]:
    """The profile of a CALL, if it has one, and where it is."""
    holder = _HOLDERS[seen.frame.action]  # type: ignore[union-attr]
    return holder, payload(seen).get(holder)


@CHAPTER.judges("SC-01", "call", actions=("SetChargingProfile",))
def connector_of_the_purpose(seen: Seen, view: View) -> Remark | None:
    connector, purpose = payload(seen)["connectorId"], payload(seen)["csChargingProfiles"]["chargingProfilePurpose"]
    if (purpose == "ChargePointMaxProfile" and connector != 0) or (purpose == "TxProfile" and connector == 0):
        return Remark(f"a {purpose} is set at connector {connector}", path=("connectorId",))
    return None


@CHAPTER.judges("SC-04a", "call", actions=PROFILES)
def level_from_zero(seen: Seen, view: View) -> Remark | None:
    holder, profile = profile_of(seen)
    if profile is None or profile["stackLevel"] >= 0:
        return None
    return Remark(f"stackLevel is {profile['stackLevel']}", path=(holder, "stackLevel"))


@CHAPTER.judges("SC-09", "call", actions=PROFILES)
def recurs_if_recurring(seen: Seen, view: View) -> Remark | None:
    holder, profile = profile_of(seen)
    if profile is None or "recurrencyKind" not in profile or profile["chargingProfileKind"] == "Recurring":
        return None
    kind = profile["chargingProfileKind"]
    return Remark(f"the profile is {kind} and has a recurrencyKind", path=(holder, "recurrencyKind"))


@CHAPTER.judges("SC-10a", "call", actions=PROFILES)
def valid_until_later(seen: Seen, view: View) -> Remark | None:
    holder, profile = profile_of(seen)
    if profile is None or "validTo" not in profile:
        return None
    path = (holder, "validTo")
    if "validFrom" in profile and moment(profile["validTo"]) <= moment(profile["validFrom"]):
        return Remark(f"validTo {profile['validTo']} is not after validFrom {profile['validFrom']}", path=path)
    return (
        Remark(f"validTo {profile['validTo']} is over", path=path) if is_past(profile["validTo"], seen, view) else None
    )


@CHAPTER.judges("SC-18", "call", actions=PROFILES)
def what_the_station_takes(seen: Seen, view: View) -> Remark | None:
    holder, profile = profile_of(seen)
    if profile is None:
        return None
    known, schedule = view.memory.known, profile["chargingSchedule"]
    most, level = known.number("chargeprofilemaxstacklevel"), profile["stackLevel"]
    if most is not None and level > most:
        return Remark(f"stackLevel is {level}, ChargeProfileMaxStackLevel {most}", path=(holder, "stackLevel"))
    most, periods = known.limit("chargingschedulemaxperiods"), len(schedule["chargingSchedulePeriod"])
    if most is not None and periods > most:
        text = f"{periods} periods are more than the {most} of ChargingScheduleMaxPeriods"
        return Remark(text, path=(holder, "chargingSchedule", "chargingSchedulePeriod"))
    allowed, unit = known.configuration.get("chargingscheduleallowedchargingrateunit"), schedule["chargingRateUnit"]
    if allowed and _UNITS[unit].lower() not in {name.strip().lower() for name in allowed.split(",")}:
        text = f"{unit} means {_UNITS[unit]}, ChargingScheduleAllowedChargingRateUnit is {allowed}"
        return Remark(text, path=(holder, "chargingSchedule", "chargingRateUnit"))
    return None


@CHAPTER.judges("SC-18", "call", actions=("SetChargingProfile",))
def as_many_as_the_station_takes(seen: Seen, view: View) -> Remark | None:
    known = view.memory.known
    most = known.limit("maxchargingprofilesinstalled")
    if most is None:
        return None
    count = len(beside(payload(seen), known))
    if count < most:
        return None
    text = f"the station has {count} other profiles, MaxChargingProfilesInstalled is {most}"
    return Remark(text, path=("csChargingProfiles",))


def beside(members: Members, known: Known) -> dict[int, tuple[Any, ...]]:
    """The profiles that the station still has when it has taken this one (S §5.16.3)."""
    id, here = members["csChargingProfiles"]["chargingProfileId"], place(members)
    return {other: its_place for other, its_place in known.profiles.items() if other != id and its_place != here}


def place(members: Members) -> tuple[Any, ...]:
    """What a profile shares with those that it replaces."""
    profile = members["csChargingProfiles"]
    return members["connectorId"], profile["chargingProfilePurpose"], profile["stackLevel"]
