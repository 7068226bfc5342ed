"""Profiles and stations for the tests of smart charging, and the composite schedule worked out the plain way.

`Plain` shares no code with `simulator.v16.schedules`: it reads the payloads as they come, asks for one moment at a
time, and looks through every profile each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from simulator.v16.schedules import EMPTY, Book, Running, Site, Situation, Supply, set_profile

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
SITE = Site((Supply(Decimal(32)), Supply(Decimal(32))))


def at(seconds: float) -> datetime:
    """So many seconds after `NOW`."""
    return NOW + timedelta(seconds=seconds)


def text(moment: datetime) -> str:
    """A dateTime of the wire."""
    return moment.isoformat().replace("+00:00", "Z")


def profile(
    *periods: tuple[int, float] | tuple[int, float, int],
    id: int = 1,
    purpose: str = "TxDefaultProfile",
    level: int = 0,
    kind: str = "Absolute",
    start: datetime | None = NOW,
    unit: str = "A",
    duration: int | None = None,
    minimum: float | None = None,
    **others: Any,
) -> dict[str, Any]:
    """A charging profile of the wire; `others` are further members, dates as datetime."""
    schedule: dict[str, Any] = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [
            dict(zip(("startPeriod", "limit", "numberPhases"), period, strict=False)) for period in periods
        ],
    }
    if start is not None and kind != "Relative":
        schedule["startSchedule"] = text(start)
    if duration is not None:
        schedule["duration"] = duration
    if minimum is not None:
        schedule["minChargingRate"] = minimum
    return {
        "chargingProfileId": id,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
        **{name: text(value) if isinstance(value, datetime) else value for name, value in others.items()},
    }


def station(
    *profiles: tuple[int, dict[str, Any]],
    site: Site = SITE,
    running: Mapping[int, Running] | None = None,
    received: datetime = NOW,
) -> Situation:
    """A station that has accepted these profiles, each with its connectorId."""
    situation = Situation(site, EMPTY, running or {})
    for connector, one in profiles:
        outcome = set_profile(situation, {"connectorId": connector, "csChargingProfiles": one}, received)
        assert outcome.reason is None
        situation = Situation(site, outcome.book, situation.running)
    return situation


def with_book(situation: Situation, book: Book) -> Situation:
    """The same station with another book."""
    return Situation(situation.site, book, situation.running)


@dataclass
class Plain:
    """The rules of 1.6 §3.13 said once more, for one moment and without a thought for speed."""

    site: Site
    running: Mapping[int, Running]
    now: datetime
    received: datetime

    def __post_init__(self) -> None:
        self.profiles: list[tuple[int, dict[str, Any]]] = []

    def set(self, connector: int, new: dict[str, Any]) -> None:
        """What SetChargingProfile replaces goes, and the new one comes."""
        names = ("chargingProfilePurpose", "stackLevel")
        self.profiles = [
            (where, old)
            for where, old in self.profiles
            if old["chargingProfileId"] != new["chargingProfileId"]
            and (where != connector or any(old[name] != new[name] for name in names))
        ]
        self.profiles.append((connector, new))

    def limit(self, connector: int, unit: str, moment: datetime) -> tuple[Fraction, int]:
        """The limit with one decimal, and the phases."""
        if connector:
            watt, phases = self._connector(connector, moment, alone=False)
            return self._in(unit, watt, phases), phases
        parts = [self._connector(number, moment, alone=True) for number in self._numbers()]
        total = sum((self._in(unit, watt, phases) for watt, phases in parts), Fraction(0))
        bounds = self._station(moment)
        phases = min(max(phases for _, phases in parts), *(bound[2] for bound in bounds))
        most = self._watt(bounds, phases, usable=3, fewer=True)
        return min(total, self._in(unit, most, phases)), phases

    def _connector(self, number: int, moment: datetime, *, alone: bool) -> tuple[Fraction, int]:
        running, supply = self.running.get(number), self.site.connectors[number - 1]
        usable, fewer = supply.phases, True
        if running is not None and running.phases is not None:
            usable, fewer = min(usable, running.phases), self.site.switches
        bounds = [("A", Fraction(supply.current), usable)]
        began = self.now if running is None else running.started
        of_transaction = [one for one in self._of("TxProfile", number) if running is not None]
        if not any(self._valid(one, moment) for one in of_transaction):
            of_transaction = self._defaults(number)
        bounds += self._highest(of_transaction, began, moment)
        if not alone:
            bounds += self._station(moment)
        phases = min(bound[2] for bound in [("A", 0, usable), *bounds]) if fewer else usable
        return self._watt(bounds, phases, usable=usable, fewer=fewer), phases

    def _station(self, moment: datetime) -> list[tuple[str, Fraction, int]]:
        supply = self.site.station
        if supply is None:
            current = sum((Fraction(one.current) for one in self.site.connectors), Fraction(0))
            bounds = [("A", current, max(one.phases for one in self.site.connectors))]
        else:
            bounds = [("A", Fraction(supply.current), supply.phases)]
        most = bounds[0][2]
        maximum = self._highest(self._of("ChargePointMaxProfile", 0), self.received, moment)
        return bounds + [(unit, limit, min(phases, most)) for unit, limit, phases in maximum]

    def _watt(self, bounds: list[tuple[str, Fraction, int]], phases: int, *, usable: int, fewer: bool) -> Fraction:
        volt = self.site.voltage
        allowed = []
        for unit, limit, number in bounds:
            if unit == "W":
                allowed.append(limit)
            else:
                allowed.append(limit * volt * (phases if fewer else min(number, usable)))
        return min(allowed)

    def _in(self, unit: str, watt: Fraction, phases: int) -> Fraction:
        return watt if unit == "W" else Fraction(floor(watt / (self.site.voltage * phases) * 10), 10)

    def _numbers(self) -> Iterable[int]:
        return range(1, len(self.site.connectors) + 1)

    def _of(self, purpose: str, connector: int) -> list[dict[str, Any]]:
        return [one for where, one in self.profiles if where == connector and one["chargingProfilePurpose"] == purpose]

    def _defaults(self, connector: int) -> list[dict[str, Any]]:
        own = self._of("TxDefaultProfile", connector)
        levels = {one["stackLevel"] for one in own}
        return own + [one for one in self._of("TxDefaultProfile", 0) if one["stackLevel"] not in levels]

    def _highest(
        self, profiles: list[dict[str, Any]], began: datetime, moment: datetime
    ) -> list[tuple[str, Fraction, int]]:
        best: tuple[int, tuple[str, Fraction, int]] | None = None
        for one in profiles:
            period = self._period(one, began, moment)
            if period is not None and (best is None or one["stackLevel"] > best[0]):
                best = one["stackLevel"], period
        return [] if best is None else [best[1]]

    def _valid(self, one: dict[str, Any], moment: datetime) -> bool:
        if "validFrom" in one and moment < datetime.fromisoformat(one["validFrom"]):
            return False
        return "validTo" not in one or moment < datetime.fromisoformat(one["validTo"])

    def _period(self, one: dict[str, Any], began: datetime, moment: datetime) -> tuple[str, Fraction, int] | None:
        if not self._valid(one, moment):
            return None
        schedule = one["chargingSchedule"]
        start = began
        if one["chargingProfileKind"] != "Relative" and "startSchedule" in schedule:
            start = datetime.fromisoformat(schedule["startSchedule"])
        if one["chargingProfileKind"] == "Recurring":
            step = timedelta(days=1 if one["recurrencyKind"] == "Daily" else 7)
            while start + step <= moment:
                start += step
        passed = (moment - start).total_seconds()
        if passed < 0 or passed >= schedule.get("duration", float("inf")):
            return None
        last = [period for period in schedule["chargingSchedulePeriod"] if period["startPeriod"] <= passed][-1]
        return schedule["chargingRateUnit"], Fraction(str(last["limit"])), last.get("numberPhases", 3)
