"""Charging schedules, in a profile and in the answer to GetCompositeSchedule (OCPP 1.6 §7.13, §7.14)."""

from typing import Final

from ocppj.frames import Call
from ocppj.rules.chapter import Chapter
from ocppj.rules.members import Members, Path, asked, moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.profiles.smart_charging import PROFILES, profile_of

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "SC-07", "MUST", "E 3.45, 3.70, 4.13, 4.17", "The first startPeriod is 0, and each is above the one before."
)
CHAPTER.rule(
    "SC-14",
    "MUST",
    "S §5.7, E 3.28 to 3.30, 3.51, 3.57",
    "A composite schedule begins now, ends after the duration and is in the unit that were asked for, and has no start"
    " of its own.",
    "station",
)
# Our own: a schedule is for one, two or three phases.
CHAPTER.rule("SC-11a", "SHOULD", "S §7.14, E 3.34", "numberPhases is 1, 2 or 3.")
# Our own: 1.6 knows no discharging.
CHAPTER.rule("SC-12a", "SHOULD", "S §7.13, §7.14", "A limit or a rate is not negative.")

_ANSWERS: Final = ("GetCompositeSchedule",)
_PERIODS: Final = "chargingSchedulePeriod"


def _schedule(seen: Seen) -> tuple[Path, Members]:
    """The schedule of a message, with where it is; without members when there is none."""
    if not isinstance(seen.frame, Call):
        return ("chargingSchedule",), payload(seen).get("chargingSchedule", {})
    holder, profile = profile_of(seen)
    return (holder, "chargingSchedule"), {} if profile is None else profile["chargingSchedule"]


def _in_period(path: Path, number: int, member: str) -> Path:
    return (*path, _PERIODS, number, member)


# Every schedule is looked through several times, so a path is made only where something is found.


@CHAPTER.judges("SC-07", "call", actions=PROFILES)
@CHAPTER.judges("SC-07", "result", actions=_ANSWERS)
def periods_rise(seen: Seen, view: View) -> Remark | None:
    path, schedule = _schedule(seen)
    before = None
    for number, period in enumerate(schedule.get(_PERIODS, ())):
        start = period["startPeriod"]
        if before is None and start != 0:
            return Remark(f"the first startPeriod is {start}", path=_in_period(path, number, "startPeriod"))
        if before is not None and start <= before:
            text = f"startPeriod {start} comes after {before}"
            return Remark(text, path=_in_period(path, number, "startPeriod"))
        before = start
    return None


@CHAPTER.judges("SC-11a", "call", actions=PROFILES)
@CHAPTER.judges("SC-11a", "result", actions=_ANSWERS)
def phases(seen: Seen, view: View) -> Remark | None:
    path, schedule = _schedule(seen)
    for number, period in enumerate(schedule.get(_PERIODS, ())):
        if "numberPhases" in period and not 1 <= period["numberPhases"] <= 3:
            text = f"numberPhases is {period['numberPhases']}"
            return Remark(text, path=_in_period(path, number, "numberPhases"))
    return None


@CHAPTER.judges("SC-12a", "call", actions=PROFILES)
@CHAPTER.judges("SC-12a", "result", actions=_ANSWERS)
def not_negative(seen: Seen, view: View) -> Remark | None:
    path, schedule = _schedule(seen)
    rate = schedule.get("minChargingRate", 0)
    if rate < 0:
        return Remark(f"minChargingRate is {rate}", path=(*path, "minChargingRate"))
    for number, period in enumerate(schedule.get(_PERIODS, ())):
        if period["limit"] < 0:
            return Remark(f"limit is {period['limit']}", path=_in_period(path, number, "limit"))
    return None


@CHAPTER.judges("SC-14", "result", actions=_ANSWERS)
def composite(seen: Seen, view: View) -> Remark | None:
    path, schedule = _schedule(seen)
    answer, call = payload(seen), asked(seen)
    if answer["status"] != "Accepted":
        return None
    if answer.get("connectorId", call["connectorId"]) != call["connectorId"]:
        text = f"connectorId is {answer['connectorId']}, {call['connectorId']} was asked for"
        return Remark(text, path=("connectorId",))
    if "startSchedule" in schedule:
        return Remark(
            "the schedule has a startSchedule; scheduleStart says when it begins", path=(*path, "startSchedule")
        )
    unit = call.get("chargingRateUnit")
    if schedule and unit is not None and schedule["chargingRateUnit"] != unit:
        return Remark(f"{unit} was asked for", path=(*path, "chargingRateUnit"))
    if schedule.get("duration", 0) > call["duration"]:
        text = f"duration is {schedule['duration']} s, {call['duration']} s were asked for"
        return Remark(text, path=(*path, "duration"))
    for number, period in enumerate(schedule.get(_PERIODS, ())):
        if number and period["startPeriod"] >= call["duration"]:
            text = f"startPeriod is {period['startPeriod']} s, {call['duration']} s were asked for"
            return Remark(text, path=_in_period(path, number, "startPeriod"))
    return _begins_now(answer, seen, view)


def _begins_now(answer: Members, seen: Seen, view: View) -> Remark | None:
    wall = view.wall
    if wall is None or "scheduleStart" not in answer:
        return None
    off = moment(answer["scheduleStart"]) - wall.now(seen.at)
    if abs(off) <= wall.deviation:
        return None
    # Not more than a warning: one of the two clocks may be the wrong one.
    text = f"scheduleStart is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the clock here"
    return Remark(text, "SHOULD", ("scheduleStart",))
