"""Charging schedules, in a profile and in the answer to GetCompositeSchedule (OCPP 1.6 §7.13, §7.14)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from ocppj.frames import Call
from ocppj.rules.chapter import Chapter
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.v16.members import Members, Path, payload
from ocppj.rules.v16.smart_charging import PROFILES, profile_of

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "SC-07", "MUST", "E 3.45, 3.70, 4.13, 4.17", "The first startPeriod is 0, and each is above the one before."
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


def _periods(seen: Seen) -> Iterator[tuple[Path, Members]]:
    path, schedule = _schedule(seen)
    for number, period in enumerate(schedule.get(_PERIODS, ())):
        yield (*path, _PERIODS, number), period


@CHAPTER.judges("SC-07", "call", actions=PROFILES)
@CHAPTER.judges("SC-07", "result", actions=_ANSWERS)
def periods_rise(seen: Seen, view: View) -> Remark | None:
    periods = [*_periods(seen)]
    for path, period in periods[:1]:
        if period["startPeriod"] != 0:
            return Remark(f"the first startPeriod is {period['startPeriod']}", path=(*path, "startPeriod"))
    for (_, before), (path, period) in pairwise(periods):
        if period["startPeriod"] <= before["startPeriod"]:
            text = f"startPeriod {period['startPeriod']} comes after {before['startPeriod']}"
            return Remark(text, path=(*path, "startPeriod"))
    return None


@CHAPTER.judges("SC-11a", "call", actions=PROFILES)
@CHAPTER.judges("SC-11a", "result", actions=_ANSWERS)
def phases(seen: Seen, view: View) -> Remark | None:
    for path, period in _periods(seen):
        if not 1 <= period.get("numberPhases", 3) <= 3:
            return Remark(f"numberPhases is {period['numberPhases']}", path=(*path, "numberPhases"))
    return None


@CHAPTER.judges("SC-12a", "call", actions=PROFILES)
@CHAPTER.judges("SC-12a", "result", actions=_ANSWERS)
def not_negative(seen: Seen, view: View) -> Remark | None:
    path, schedule = _schedule(seen)
    rates: list[tuple[Path, Any]] = [((*path, "minChargingRate"), schedule.get("minChargingRate", 0))]
    rates += [((*place, "limit"), period["limit"]) for place, period in _periods(seen)]
    return next((Remark(f"{place[-1]} is {rate}", path=place) for place, rate in rates if rate < 0), None)
