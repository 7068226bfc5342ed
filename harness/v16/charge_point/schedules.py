"""Charging profiles that a case sets, and what a composite schedule has to be (OCPP 1.6 §3.13, §5.7, §7.13).

All profiles of a case begin at the same moment, ``timeouts.deviation_s`` ago, so that they are in force whatever the
clock of the station says. A composite schedule begins later: its periods are counted from there, and each one may be
off by ``timeouts.deviation_s``. Limits are those of the catalogue, ampere or kilowatt.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from harness.case.message import Message
from harness.case.verdicts import CaseFailure
from harness.v16.charge_point.csms import Csms
from harness.v16.payloads import Payload, about
from ocppj import times
from ocppj.matchers import Matcher, satisfies

FACTORS: Final[Mapping[str, int]] = {"A": 1, "W": 1000}
"""What a limit of the catalogue is multiplied by, by chargingRateUnit."""
FINEST: Final = 0.1
"""A limit has one decimal (S §7.14); more cannot be asked for."""
VALID_S: Final = 401
"""Seconds between validFrom and validTo of a profile that has both."""

_NOT_JUDGED: Final = (None, None, None, None)

Periods = Mapping[int, float]
"""Seconds from the beginning -> the limit from then on."""


class Schedules:
    """The charging profiles of one case, which ``begin`` at the same moment, and what follows from them.

    ``factor`` is what limits of the catalogue are multiplied by, ``slack`` the seconds that a moment may be off,
    ``local`` the limit of the station without profiles, where it is known.
    """

    def __init__(self, csms: Csms) -> None:
        self._csms = csms
        self._sut = csms.run.sut
        self.factor = FACTORS[self._sut.smart.rate_unit]
        self.slack = self._sut.timeouts.deviation_s
        self.local: float | None = None
        self.begin = datetime.now(UTC) - timedelta(seconds=self.slack)

    def profile(
        self, number: int, purpose: str, periods: Periods, *, duration: int | None, valid: bool = False, **members: Any
    ) -> Payload:
        """An Absolute profile; ``valid``: it says from when to when it is valid. ``members`` are more of it."""
        smart = self._sut.smart
        schedule = {
            "startSchedule": self.moment(0),
            "chargingRateUnit": smart.rate_unit,
            "chargingSchedulePeriod": [
                {"startPeriod": start, "limit": limit * self.factor, "numberPhases": smart.phases}
                for start, limit in periods.items()
            ],
            **({} if duration is None else {"duration": duration}),
        }
        return {
            "chargingProfileId": number,
            "stackLevel": smart.stack_level,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Absolute",
            **({"validFrom": self.moment(0), "validTo": self.moment(VALID_S)} if valid else {}),
            "chargingSchedule": schedule,
            **members,
        }

    async def sets(self, connector: int, profile: Payload, *, rule: str | None = None) -> None:
        """SetChargingProfile, which has to be accepted."""
        answer = await self._csms.sends(
            "SetChargingProfile", rule=rule, connectorId=connector, csChargingProfiles=profile
        )
        answer.shows(rule=rule, status="Accepted")

    async def learns_local_limit(self, connector: int, duration: int) -> None:
        """Ask for the composite schedule while there is no profile: what it allows is all that there will ever be.

        A station that tells nothing then is judged as if nothing but profiles limited it.
        """
        unit = self._sut.smart.rate_unit
        try:
            answer = await self._csms.sends(
                "GetCompositeSchedule", connectorId=connector, duration=duration, chargingRateUnit=unit
            )
        except CaseFailure as failure:
            if failure.kind != "callerror":
                raise
            return
        schedule = answer.payload.get("chargingSchedule")
        told = read(schedule.get("chargingSchedulePeriod")) if isinstance(schedule, dict) else None
        self.local = told[0][1] if told is not None and len(told) == 1 else None

    async def composite(
        self, connector: int, duration: int, *, rules: Sequence[str | None] = _NOT_JUDGED, unit: str | None = None
    ) -> "Composite":
        """GetCompositeSchedule; ``rules`` are those of status, connectorId, duration and chargingRateUnit.

        Without them it is what the case goes on with. ``unit`` is another one than that of the profiles.
        """
        of_status, of_connector, of_duration, of_unit = rules
        unit, asked = unit or self._sut.smart.rate_unit, datetime.now(UTC)
        answer = await self._csms.sends(
            "GetCompositeSchedule", rule=of_status, connectorId=connector, duration=duration, chargingRateUnit=unit
        )
        answer.shows(rule=of_status, status="Accepted")
        answer.shows(rule=of_connector, connectorId=connector)
        answer.shows(rule=of_duration, chargingSchedule={"duration": duration})
        answer.shows(rule=of_unit, chargingSchedule={"chargingRateUnit": unit})
        return Composite(answer, self, asked, duration)

    def moment(self, seconds: float) -> str:
        """So many ``seconds`` after the profiles begin, as OCPP writes it."""
        return times.timestamp(self.begin + timedelta(seconds=seconds))


class Composite:
    """A composite schedule that was told; ``asked`` is when it was asked for, ``duration`` for how many seconds."""

    def __init__(self, answer: Message, schedules: Schedules, asked: datetime, duration: int) -> None:
        self.answer = answer
        self._schedules = schedules
        self._asked = asked
        self._took = (datetime.now(UTC) - asked).total_seconds()
        self._duration = duration

    def starts_now(self, *, rule: str) -> None:
        """Check that it begins when it was asked for: scheduleStart says so, or startSchedule, or both."""
        near = about(times.timestamp(self._asked), self._schedules.slack + self._took)
        told = _starts(self.answer.payload)
        if "startSchedule" in told:
            self.answer.shows(rule=rule, chargingSchedule={"startSchedule": near})
        if "scheduleStart" in told or not told:
            self.answer.shows(rule=rule, scheduleStart=near)

    def follows(self, periods: Periods, *, rule: str, ends: float = float("inf")) -> None:
        """Check the limits. ``periods`` and ``ends`` are seconds since the profiles began; what is after ``ends`` is
        not looked at."""
        offset = (self._start - self._schedules.begin).total_seconds()
        until = min(ends - offset, self._duration)
        slack = self._schedules.slack
        wanted = {start: limit * self._schedules.factor for start, limit in periods.items()}
        self._shows(limits(moved(capped(wanted, self._schedules.local), offset), until - slack, slack), rule)

    def is_local(self, *, rule: str) -> None:
        """Check that there is one limit all the time: the local one, where it is known."""
        if self._schedules.local is not None:
            self._shows(limits({0.0: self._schedules.local}, self._duration, 0), rule)
            return
        self._shows(satisfies("one limit from 0 s on", lambda value: len(read(value) or ()) == 1), rule)

    def _shows(self, matcher: Matcher, rule: str) -> None:
        self.answer.shows(rule=rule, chargingSchedule={"chargingSchedulePeriod": matcher})

    @property
    def _start(self) -> datetime:
        """When its periods begin: as it says, else when it was asked for."""
        told = _starts(self.answer.payload)
        for name in ("scheduleStart", "startSchedule"):
            try:
                return times.moment(told[name])
            except (KeyError, AttributeError, ValueError):
                continue
        return self._asked


def read(periods: Any) -> list[tuple[float, float]] | None:
    """The periods of a schedule as (start, limit), those with the same limit as one; None when they are none at all.

    How a station cuts up what is the same all the time is its own affair.
    """
    if not isinstance(periods, list) or not periods:
        return None
    told: list[tuple[float, float]] = []
    for period in periods:
        start = period.get("startPeriod") if isinstance(period, dict) else None
        limit = period.get("limit") if isinstance(period, dict) else None
        if type(start) is not int or not isinstance(limit, int | float) or (told and start <= told[-1][0]):
            return None
        told.append((start, float(limit)))
    if told[0][0] != 0:
        return None
    return [next(same) for _, same in groupby(told, key=lambda one: one[1])]


def limits(wanted: Mapping[float, float], until: float, slack: float) -> Matcher:
    """Limits as they follow each other before ``until``; a change may be ``slack`` seconds off."""
    expected = [(start, limit) for start, limit in wanted.items() if start < until]

    def agrees(value: Any) -> bool:
        told = read(value)
        if told is None:
            return False
        looked_at = [one for one in told if one[0] < until]
        return len(looked_at) == len(expected) and all(
            abs(start - at) <= slack and abs(limit - most) < FINEST
            for (start, limit), (at, most) in zip(looked_at, expected, strict=True)
        )

    text = ", ".join(f"{limit:g} from {start:.0f} s" for start, limit in expected)
    return satisfies(f"limits of {text}, give or take {slack:g} s", agrees)


def capped(periods: Periods, local: float | None) -> Periods:
    """The same limits within that of the station; one below all of them is not believed, as it would hide them."""
    if local is None or local < min(periods.values()):
        return periods
    lower = [(start, min(limit, local)) for start, limit in periods.items()]
    return dict(next(same) for _, same in groupby(lower, key=lambda one: one[1]))


def moved(periods: Periods, offset: float) -> dict[float, float]:
    """The same limits, counted from ``offset`` seconds later."""
    running = max((start for start in periods if start <= offset), default=0)
    moved = {0.0: periods[running]}
    return moved | {start - offset: limit for start, limit in periods.items() if start > max(offset, 0)}


def _starts(payload: Any) -> dict[str, Any]:
    """What a composite schedule says of its beginning."""
    if not isinstance(payload, dict):
        return {}
    schedule = payload.get("chargingSchedule")
    both = (payload, "scheduleStart"), (schedule if isinstance(schedule, dict) else {}, "startSchedule")
    return {name: where[name] for where, name in both if name in where}
