"""What is wrong with a charging profile beyond its schema: the rules a CSMS has to keep (OCPP 1.6 §3.13, §5.16, §9.4).

Pure functions over payloads. Each yields sentences that name the member as on the wire; none: the profile is right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from csms_core.store import clock

Profile = dict[str, Any]

UNITS = {"A": "Current", "W": "Power"}
"""chargingRateUnit and its name in ChargingScheduleAllowedChargingRateUnit (errata sheet 3.88)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a station can take, as its configuration told; None: it has not said (OCPP 1.6 §9.4)."""

    max_stack_level: int | None = None  # ChargeProfileMaxStackLevel
    max_periods: int | None = None  # ChargingScheduleMaxPeriods
    max_installed: int | None = None  # MaxChargingProfilesInstalled
    units: frozenset[str] | None = None  # ChargingScheduleAllowedChargingRateUnit, as Current and Power


def against_set(connector_id: int, profile: Profile) -> Iterator[str]:
    """What is wrong with a SetChargingProfile, whichever station it is for."""
    purpose = profile["chargingProfilePurpose"]
    if purpose == "ChargePointMaxProfile" and connector_id != 0:
        yield "a ChargePointMaxProfile is for connectorId 0 only (SC-01)."
    if purpose == "TxProfile" and connector_id == 0:
        yield "a TxProfile needs a connectorId above 0 (SC-01)."
    if purpose != "TxProfile" and "transactionId" in profile:
        yield f"transactionId is for a TxProfile only, not for a {purpose}."
    yield from _against_profile(profile)


def against_remote_start(payload: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the profile of a RemoteStartTransaction (RMT-03)."""
    profile = payload.get("chargingProfile")
    if profile is None:
        return
    if profile["chargingProfilePurpose"] != "TxProfile":
        yield "chargingProfile.chargingProfilePurpose of a remote start is TxProfile (RMT-03)."
    if "transactionId" in profile:
        yield "chargingProfile.transactionId is left out of a remote start, as no transaction runs yet (RMT-03)."
    yield from _against_profile(profile)


def against_limits(profile: Profile, limits: Limits, installed: int) -> Iterator[str]:
    """What a station cannot take (SC-18). `installed`: how many profiles it has beside those this one replaces."""
    schedule = profile["chargingSchedule"]
    unit = UNITS[schedule["chargingRateUnit"]]
    periods = len(schedule["chargingSchedulePeriod"])
    if limits.max_stack_level is not None and profile["stackLevel"] > limits.max_stack_level:
        yield f"stackLevel is at most {limits.max_stack_level} at this station (ChargeProfileMaxStackLevel, SC-18)."
    if limits.max_periods is not None and periods > limits.max_periods:
        yield (
            f"{periods} periods are more than the {limits.max_periods} this station takes "
            "(ChargingScheduleMaxPeriods, SC-18)."
        )
    if limits.units is not None and unit not in limits.units:
        known = ", ".join(sorted(limits.units)) or "nothing"
        yield (
            f"chargingRateUnit {schedule['chargingRateUnit']} means {unit}, and this station takes {known} "
            "(ChargingScheduleAllowedChargingRateUnit, SC-18)."
        )
    if limits.max_installed is not None and installed >= limits.max_installed:
        yield (
            f"the station has {installed} charging profiles, and takes {limits.max_installed} "
            "(MaxChargingProfilesInstalled, SC-18); clear one first."
        )


def _against_profile(profile: Profile) -> Iterator[str]:
    kind, schedule = profile["chargingProfileKind"], profile["chargingSchedule"]
    if profile["stackLevel"] < 0:
        yield "stackLevel is at least 0."
    if kind == "Recurring" and "recurrencyKind" not in profile:
        yield "a Recurring profile needs a recurrencyKind, Daily or Weekly."
    if kind != "Recurring" and "recurrencyKind" in profile:
        yield f"recurrencyKind is for Recurring profiles only, not for {kind} ones (SC-09)."
    if kind == "Relative" and "startSchedule" in schedule:
        yield "chargingSchedule.startSchedule is left out of a Relative profile: it starts with the charging."
    if kind != "Relative" and "startSchedule" not in schedule:
        yield f"chargingSchedule.startSchedule is the fixed point an {kind} profile starts from; give one."
    if "validFrom" in profile and "validTo" in profile:
        begin, end = (clock.normal(profile[name]) for name in ("validFrom", "validTo"))
        if begin >= end:
            yield "validTo is not after validFrom."
    yield from _against_schedule(schedule)


def _against_schedule(schedule: dict[str, Any]) -> Iterator[str]:
    if schedule.get("duration", 1) <= 0:
        yield "chargingSchedule.duration is a number of seconds above 0."
    yield from _against_number("chargingSchedule.minChargingRate", schedule.get("minChargingRate", 0))
    periods = schedule["chargingSchedulePeriod"]
    if not periods:
        yield "chargingSchedule.chargingSchedulePeriod has no period."
        return
    if periods[0]["startPeriod"] != 0:
        yield "the first startPeriod is 0 (SC-07)."
    for number, (before, period) in enumerate(pairwise(periods), start=1):
        if period["startPeriod"] <= before["startPeriod"]:
            yield f"chargingSchedulePeriod.{number}.startPeriod is not above the one before (SC-07)."
    for number, period in enumerate(periods):
        yield from _against_number(f"chargingSchedulePeriod.{number}.limit", period["limit"])
        if not 1 <= period.get("numberPhases", 3) <= 3:
            yield f"chargingSchedulePeriod.{number}.numberPhases is 1, 2 or 3."


def _against_number(name: str, value: float | Decimal) -> Iterator[str]:
    """A limit has at most one decimal, judged on its decimal text (VAL-08)."""
    if not math.isfinite(value) or value < 0:
        yield f"{name} is a number of ampere or watt from 0."
        return
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -1:
        yield f"{name} has more than one decimal (VAL-08)."
