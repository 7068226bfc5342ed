"""Which charging profiles the station takes (1.6 §3.13.1, §5.16, §7.8, §7.13, §9.4; rules SC-01, 02, 07, 09, 18).

A profile is refused when it breaks a rule of the standard or when the station could not follow it. What is merely
useless, such as a validTo in the past, is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from ocppj.errors import OcppError
from simulator.v16.schedules.book import Book
from simulator.v16.schedules.profile import BadProfile, ChargingProfile, ChargingSchedule, parse, tenths
from simulator.v16.schedules.site import Site
from simulator.v16.schedules.situation import Running, Situation


@dataclass(frozen=True, slots=True)
class Outcome:
    """What SetChargingProfile led to: the book from now on, and why the profile was refused, if it was."""

    book: Book
    reason: str | None = None

    @property
    def status(self) -> Literal["Accepted", "Rejected"]:
        """The status of SetChargingProfile.conf."""
        return "Accepted" if self.reason is None else "Rejected"


def set_profile(situation: Situation, payload: Mapping[str, Any], now: datetime) -> Outcome:
    """Take or refuse the profile of a SetChargingProfile.req that is valid by its schema.

    Raises `OcppError` PropertyConstraintViolation when there is no such connector (erratum 3.39, rule ERR-12).
    """
    connector = payload["connectorId"]
    site, book = situation.site, situation.book
    if connector and not site.has(connector):
        raise OcppError(
            "PropertyConstraintViolation",
            f"connectorId is 0 to {len(site.connectors)} at this station, not {connector}",
        )
    try:
        profile = parse(payload["csChargingProfiles"])
    except BadProfile as error:
        return Outcome(book, str(error))
    reasons = _against_use(connector, profile, situation.running.get(connector))
    reason = next(reasons, None) or _first_reason(site, connector, profile)
    if reason is None:
        after = book.with_profile(connector, profile, now)
        if len(after) <= site.limits.max_installed:
            return Outcome(after)
        reason = _full(site)
    return Outcome(book, reason)


def remote_start_refusal(situation: Situation, connector: int | None, payload: Any) -> str | None:
    """Why the chargingProfile of a RemoteStartTransaction.req is not taken, or None (1.6 §5.16.2, erratum 3.41).

    `connector` is None when the request leaves it open, else one of the station. A profile that is taken belongs to the
    transaction to come: put it into the book by `with_profile` when that starts, and forget it when it does not.
    """
    try:
        profile = parse(payload)
    except BadProfile as error:
        return str(error)
    if profile.chargingProfilePurpose != "TxProfile":
        return f"the profile of a remote start is a TxProfile, not a {profile.chargingProfilePurpose}"
    if profile.transactionId is not None:
        return "the profile of a remote start has no transactionId, as there is no transaction yet"
    reason = _first_reason(situation.site, connector or 0, profile)
    if reason is None and len(situation.book) >= situation.site.limits.max_installed:
        reason = _full(situation.site)
    return reason


def _against_use(connector: int, profile: ChargingProfile, running: Running | None) -> Iterator[str]:
    purpose = profile.chargingProfilePurpose
    if purpose == "ChargePointMaxProfile" and connector != 0:
        yield "a ChargePointMaxProfile is for connectorId 0 (SC-01)"
    if purpose != "TxProfile":
        if profile.transactionId is not None:
            yield f"transactionId is for a TxProfile, not for a {purpose} (1.6 §7.8)"
    elif connector == 0:
        yield "a TxProfile needs a connectorId above 0 (SC-01)"
    elif running is None:
        yield f"no transaction runs at connector {connector} (SC-02)"
    elif profile.transactionId not in (None, running.transactionId):
        yield f"transactionId is not that of the transaction at connector {connector} (SC-02)"


def _first_reason(site: Site, connector: int, profile: ChargingProfile) -> str | None:
    reasons = _against_profile(site, connector, profile)
    return next(reasons, None)


def _against_profile(site: Site, connector: int, profile: ChargingProfile) -> Iterator[str]:
    schedule, limits = profile.chargingSchedule, site.limits
    if not 0 <= profile.stackLevel <= limits.max_stack_level:
        yield f"stackLevel is 0 to {limits.max_stack_level} (ChargeProfileMaxStackLevel)"
    if profile.chargingProfileKind != "Recurring":
        if profile.recurrencyKind is not None:
            yield f"recurrencyKind is for Recurring profiles, not for {profile.chargingProfileKind} ones (SC-09)"
    elif profile.recurrencyKind is None or schedule.startSchedule is None:
        yield "a Recurring profile needs recurrencyKind and startSchedule, or nothing says when it recurs (SC-09)"
    if schedule.chargingRateUnit not in limits.units:
        yield f"chargingRateUnit {schedule.chargingRateUnit} is not in ChargingScheduleAllowedChargingRateUnit"
    if schedule.duration is not None and schedule.duration <= 0:
        yield "duration is a number of seconds above 0"
    if schedule.minChargingRate is not None and not _is_rate(schedule.minChargingRate):
        yield "minChargingRate is a number from 0 with one decimal at most (VAL-08)"
    yield from _against_periods(site, connector, schedule)


def _against_periods(site: Site, connector: int, schedule: ChargingSchedule) -> Iterator[str]:
    periods = schedule.chargingSchedulePeriod
    if not 1 <= len(periods) <= site.limits.max_periods:
        yield f"a schedule has 1 to {site.limits.max_periods} periods (ChargingScheduleMaxPeriods)"
    elif periods[0].startPeriod != 0:
        yield "the first startPeriod is 0 (SC-07)"
    if any(after.startPeriod <= before.startPeriod for before, after in pairwise(periods)):
        yield "each startPeriod is above the one before (SC-07)"
    if not all(_is_rate(period.limit) for period in periods):
        yield "limit is a number from 0 with one decimal at most (VAL-08)"
    if not all(1 <= period.numberPhases <= 3 for period in periods):
        yield "numberPhases is 1, 2 or 3"
    if not site.switches and len({min(period.numberPhases, site.phases(connector)) for period in periods}) > 1:
        yield "the number of phases cannot change during charging (ConnectorSwitch3to1PhaseSupported)"


def _is_rate(value: Decimal) -> bool:
    try:
        return tenths(value) >= 0
    except ValueError:
        return False


def _full(site: Site) -> str:
    return f"the station has all the profiles it can hold, {site.limits.max_installed} (MaxChargingProfilesInstalled)"
