"""Limits on a line, joined: ampere per phase, watt in total and the phases that may be used, all three at once.

OCPP limits one or the other: A is per phase and W is the total (erratum 3.69, rule SC-12). Kept side by side they can
be joined without rounding; only a current that is reported is rounded, and always down. Whole tenths throughout.
"""

from __future__ import annotations

from typing import NamedTuple

from simulator.v16.schedules.profile import ChargingSchedule, ChargingSchedulePeriod, Unit


class Cap(NamedTuple):
    """At most `current` tenths of an ampere on each of at most `phases` phases, and `power` tenths of a watt in all."""

    current: int
    power: int
    phases: int

    def rate(self, unit: Unit, voltage: int) -> int:
        """The highest rate it allows in a unit, in tenths; ampere are rounded down."""
        if unit == "A":
            return min(self.current, self.power // (voltage * self.phases))
        return min(self.current * voltage * self.phases, self.power)

    def under(self, schedule: ChargingSchedule, period: ChargingSchedulePeriod, voltage: int, *, fewer: bool) -> Cap:
        """What is left under a period of a schedule.

        More phases than there are leave the limit as it is (erratum 3.34, rule SC-11). `fewer` phases are used where
        that is possible; where it is not, the power they would have carried is the limit.
        """
        phases = min(period.numberPhases, self.phases)
        current, power = self.current, period.tenths
        if schedule.chargingRateUnit == "A":
            current = min(current, period.tenths)
            power = period.tenths * voltage * phases
        return Cap(current, min(self.power, power), phases if fewer else self.phases)

    def within(self, station: Cap, *, fewer: bool) -> Cap:
        """What is left when the station as a whole has no more than `station`."""
        phases = min(self.phases, station.phases) if fewer else self.phases
        return Cap(min(self.current, station.current), min(self.power, station.power), phases)


def full(current: int, phases: int, voltage: int) -> Cap:
    """What a line of so many tenths of an ampere and phases carries."""
    return Cap(current, current * voltage * phases, phases)
