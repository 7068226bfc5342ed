"""The Smart Charging profile (1.6 §3.13, §5.5, §5.7, §5.11, §5.16, §9.4; rules SC-01 to SC-17, ERR-12, CFG-10).

What profiles mean is worked out in `simulator.v16.schedules`. Here they are kept, and each connector with a transaction
gets its limit, again at every moment that can change it. Without profiles there is no limit, no timer and no work.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from typing import Any, Final

from simulator.hardware.make import Facts, Outlet
from simulator.kernel.clock import Timer
from simulator.kernel.snapshot import LimitAhead
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.configuration import Key
from simulator.v16.feature import Feature, Features
from simulator.v16.parts import Parts
from simulator.v16.schedules import (
    EMPTY,
    Book,
    Limits,
    Running,
    Site,
    Situation,
    Supply,
    composite_schedule,
    in_force,
    limit_at,
    parse,
    remote_start_refusal,
    set_profile,
)
from simulator.v16.schedules.moments import instant
from simulator.v16.schedules.profile import ChargingProfile, Unit
from simulator.wire.operations import Answer, operation, status

_KIND, _BOOK = "charging-profiles", "all"  # one record, as one profile can replace several
_UNITS: Final[Mapping[str, Unit]] = {"Current": "A", "Power": "W"}  # erratum 3.88
_ALL_PHASES: Final[Mapping[int, int]] = {}
_TENTH = Decimal("0.1")


class SmartCharging(Feature):
    """The charging profiles of a station, and the limits that follow from them."""

    __slots__ = ("_book", "_phases", "_timer")
    profile = "SmartCharging"

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self._book = EMPTY
        self._phases = _ALL_PHASES  # by connector, of the transactions that began on fewer than there are
        self._timer: Timer | None = None

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """1.6 §9.4."""
        usual = Limits()
        return (
            Key("ChargeProfileMaxStackLevel", "R", "integer", str(usual.max_stack_level)),
            Key(
                "ChargingScheduleAllowedChargingRateUnit",
                "R",
                "list",
                ",".join(_UNITS),
                limit=len(_UNITS),
                allowed=frozenset(_UNITS),
            ),
            Key("ChargingScheduleMaxPeriods", "R", "integer", str(usual.max_periods), minimum=1),
            Key("ConnectorSwitch3to1PhaseSupported", "R", "boolean", "true" if facts.phases == 3 else "false"),
            Key("MaxChargingProfilesInstalled", "R", "integer", str(usual.max_installed), minimum=1),
        )

    # --- operations ---------------------------------------------------------------------------------------------------

    @operation("SetChargingProfile")
    def set_charging_profile(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.16. Raises `OcppError` when there is no such connector (erratum 3.39)."""
        outcome = set_profile(self._situation(), payload, self.parts.clock.now())
        if outcome.reason is not None:
            self._refused(payload["connectorId"], outcome.reason)
            return status(outcome.status)
        self._keep(outcome.book)
        return status(outcome.status, self._apply)

    @operation("ClearChargingProfile")
    def clear_charging_profile(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.5."""
        book, said = self._book.clear(payload)
        self._keep(book)
        return status(said, self._apply)

    @operation("GetCompositeSchedule")
    def get_composite_schedule(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.7."""
        return Answer(composite_schedule(self._situation(), payload, self.parts.clock.now()))

    def ahead(self, connector: int, seconds: int) -> tuple[LimitAhead, ...]:
        """The composite schedule of a connector from now on, in watt. Raises `ValueError`: there is no such connector.

        The same as GetCompositeSchedule tells, so without a transaction it is for one that begins now.
        """
        asked = {"connectorId": connector, "duration": seconds, "chargingRateUnit": "W"}
        told = composite_schedule(self._situation(), asked, self.parts.clock.now())
        if told["status"] != "Accepted":
            raise ValueError(f"there is no connector {connector}, or no time in {seconds} s")
        periods = told["chargingSchedule"]["chargingSchedulePeriod"]
        return tuple(LimitAhead(one["startPeriod"], float(one["limit"])) for one in periods)

    def takes_profile(self, connector: Connector, profile: Mapping[str, Any]) -> bool:
        """1.6 §5.11, erratum 3.41: only a TxProfile the station can follow."""
        reason = remote_start_refusal(self._situation(), connector.id, profile)
        if reason is not None:
            self._refused(connector.id, reason)
        return reason is None

    def _refused(self, connector: int, reason: str) -> None:
        self.parts.events.publish("charging", f"a charging profile is refused: {reason}", connector, reason=reason)

    # --- profiles -----------------------------------------------------------------------------------------------------

    def _situation(self, starting: int | None = None) -> Situation:
        """What decides on the limits now; the transaction that is `starting` may still choose its phases."""
        running = {}
        for connector in self.parts.connectors.values():
            if (one := connector.transaction) is not None:
                phases = None if connector.id == starting else self._phases.get(connector.id, connector.outlet.phases)
                running[connector.id] = Running(one.started, one.transactionId, phases)
        return Situation(self._site(), self._book, running)

    def _site(self) -> Site:
        configuration = self.parts.configuration
        return _site(
            self.parts.facts,
            configuration.number("ChargeProfileMaxStackLevel"),
            configuration.number("ChargingScheduleMaxPeriods"),
            configuration.number("MaxChargingProfilesInstalled"),
            frozenset(_UNITS[name] for name in configuration.items("ChargingScheduleAllowedChargingRateUnit")),
            configuration.flag("ConnectorSwitch3to1PhaseSupported"),
        )

    def _keep(self, book: Book) -> None:
        """The profiles are these from now on, also after a loss of power (erratum 3.37, rule SC-15)."""
        if book is not self._book:
            self._book = book
            if self.parts.store.keeps:
                self.parts.store.put(_KIND, _BOOK, book.to_wire())

    def restore(self) -> None:
        """Read the profiles the store has kept."""
        for _, value in self.parts.store.read(_KIND):
            self._book = Book.from_wire(value)

    # --- limits -------------------------------------------------------------------------------------------------------

    def _apply(self) -> None:
        """Give each transaction its limit, and look again when the first of them changes by itself."""
        self._disarm()
        if not self.parts.supplied.on:
            return
        limits: dict[int, float] = {}
        if self._book:
            situation, now = self._situation(), self.parts.clock.now()
            for number in situation.running:
                limits[number], _, until = limit_at(situation, number, now)
            if limits and until is not None:  # the same for all, as each depends on what the others get
                self._timer = self.parts.clock.call_later((until - now).total_seconds(), self._apply)
        changed = [one for one in self.parts.connectors.values() if one.limit != limits.get(one.id)]
        for connector in changed:  # all of them before anybody hears of it, and perhaps starts or stops something
            connector.limit = limits.get(connector.id)
        for connector in changed:
            self._tell(connector)
            connector.update()

    def in_force(self, connector: Connector) -> list[ChargingProfile]:
        """The profiles that limit the transaction of a connector now."""
        if not self._book or connector.transaction is None:
            return []
        return in_force(self._situation(), connector.id, instant(self.parts.clock.now()))

    def _tell(self, connector: Connector) -> None:
        limit = connector.limit
        text = f"connector {connector.id}: " + ("no limit" if limit is None else f"at most {limit:.0f} W")
        self.parts.events.publish("charging", text, connector.id, limit=limit)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _choose_phases(self, connector: Connector) -> None:
        """Charging goes on with the phases it begins with, or with fewer if the station can switch (1.6 §9.4)."""
        phases = limit_at(self._situation(connector.id), connector.id, self.parts.clock.now()).phases
        if phases < connector.outlet.phases:
            self._phases = {**self._phases, connector.id: phases}

    # --- what is heard ------------------------------------------------------------------------------------------------

    def transaction_started(self, connector: Connector, transaction: Transaction) -> None:
        """The profile of a remote start is in force now (1.6 §5.11, rule SC-17), and the others may get less."""
        if transaction.profile is not None:
            self._keep(self._book.with_profile(connector.id, parse(transaction.profile), transaction.started))
        if self._book:
            self._choose_phases(connector)
            self._apply()

    def transaction_stopped(self, connector: Connector, transaction: Transaction) -> None:
        """Its TxProfiles are gone (1.6 §3.13.1, rule SC-16), and the others may get more."""
        if self._book:
            self._phases = {one: phases for one, phases in self._phases.items() if one != connector.id} or _ALL_PHASES
            self._keep(self._book.without_transaction(connector.id))
            self._apply()

    def power_on(self) -> None:
        """A profile of a transaction that did not survive is no use; one that did begins anew on whatever phases."""
        self._phases = _ALL_PHASES
        if self._book:
            for connector in self.parts.connectors.values():
                if connector.transaction is None:
                    self._keep(self._book.without_transaction(connector.id))
                else:
                    self._choose_phases(connector)
        self._apply()

    def clock_set(self) -> None:
        """Schedules are along the clock."""
        self._apply()

    def power_off(self) -> None:
        """Nothing flows, so nothing has to be limited."""
        self._disarm()

    def online(self, after_boot: bool) -> None:
        """The connection is back: see to it that what the CSMS may ask for is what is in force."""
        if self._book:
            self._apply()


@cache
def _site(facts: Facts, levels: int, periods: int, installed: int, units: frozenset[Unit], switches: bool) -> Site:
    """The site of a make, made once. Ampere are those of the grid, also where direct current comes out of it."""
    voltage = int(facts.voltage)
    return Site(
        tuple(_supply(outlet, voltage) for outlet in facts.outlets),
        voltage=voltage,
        switches=switches,
        limits=Limits(levels, periods, installed, units),
    )


def _supply(outlet: Outlet, voltage: int) -> Supply:
    """The power of a connector is exact, so the ampere for it are rounded up."""
    power = Decimal(str(outlet.power)).quantize(_TENTH, ROUND_FLOOR)
    current = (power / voltage / outlet.phases).quantize(_TENTH, ROUND_CEILING)
    return Supply(current, outlet.phases, power)
