"""Charging profiles (OCPP 1.6 §3.13, §5.11, §5.16, §7.8, §9.4)."""

from collections.abc import Mapping
from typing import Any, Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.known import MOST_PROFILES, Known
from ocppj.rules.members import Members, asked, is_past, moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "RMT-03", "MUST", "S §5.16.2, E 3.41", "The profile of a remote start is a TxProfile without transactionId.", "csms"
)
CHAPTER.rule(
    "SC-01",
    "MUST",
    "S §3.13.1, E 3.53",
    "A ChargePointMaxProfile is for connector 0, a TxProfile for one connector with its transaction.",
)
# Our own: the lowest level is 0.
CHAPTER.rule("SC-04a", "MUST", "S §7.8", "A stackLevel is 0 or higher.", "csms")
CHAPTER.rule("SC-09", "MUST", "E 3.56, 3.79", "Only a Recurring profile has a recurrencyKind.")
# Our own: such a profile is never used.
CHAPTER.rule("SC-10a", "SHOULD", "S §7.8, E 3.65", "validTo is still to come, and after validFrom.", "csms")
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


@CHAPTER.judges("RMT-03", "call", actions=("RemoteStartTransaction",))
def profile_of_a_remote_start(seen: Seen, view: View) -> Remark | None:
    holder, profile = profile_of(seen)
    if profile is None:
        return None
    purpose = profile["chargingProfilePurpose"]
    if purpose != "TxProfile":
        return Remark(f"the profile is a {purpose}", path=(holder, "chargingProfilePurpose"))
    if "transactionId" in profile:
        return Remark("the profile has a transactionId", path=(holder, "transactionId"))
    return None


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
    count = len(_beside(payload(seen), known))
    if count < most:
        return None
    text = f"the station has {count} other profiles, MaxChargingProfilesInstalled is {most}"
    return Remark(text, path=("csChargingProfiles",))


def _beside(members: Members, known: Known) -> dict[int, tuple[Any, ...]]:
    """The profiles that the station still has when it has taken this one (S §5.16.3)."""
    id, place = members["csChargingProfiles"]["chargingProfileId"], _place(members)
    return {other: its_place for other, its_place in known.profiles.items() if other != id and its_place != place}


def _place(members: Members) -> tuple[Any, ...]:
    profile = members["csChargingProfiles"]
    return members["connectorId"], profile["chargingProfilePurpose"], profile["stackLevel"]


@CHAPTER.learns("result", "SetChargingProfile")
def installed(seen: Seen, view: View) -> None:
    if payload(seen)["status"] != "Accepted":
        return
    known, members = view.memory.known, asked(seen)
    profile = members["csChargingProfiles"]
    known.profiles = _beside(members, known)
    # Only what does not end by itself is sure to be there later.
    ends = "validTo" in profile or "duration" in profile["chargingSchedule"]
    if profile["chargingProfilePurpose"] != "TxProfile" and not ends and len(known.profiles) < MOST_PROFILES:
        known.profiles[profile["chargingProfileId"]] = _place(members)


@CHAPTER.learns("result", "ClearChargingProfile")
def cleared(seen: Seen, view: View) -> None:
    view.memory.known.profiles = {}  # which of them went is not worth the guess
