"""A charging profile as it came over the wire (1.6 §7.8, §7.13, §7.14): names, nesting and decimals unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from ocppj.times import moment

Unit = Literal["A", "W"]
Purpose = Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]
Aware = Annotated[datetime, msgspec.Meta(tz=True)]

# Decimals leave as JSON numbers with the digits they came with.
_encoder = msgspec.json.Encoder(decimal_format="number")


class BadProfile(ValueError):
    """Something that is no charging profile; the text says where and why."""


class ChargingSchedulePeriod(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of a schedule, `startPeriod` seconds after its start. No `numberPhases` means 3 (erratum 3.69)."""

    startPeriod: int
    limit: Decimal
    numberPhases: int = 3

    @property
    def tenths(self) -> int:
        """The limit in tenths of an ampere per phase or of a watt in total (erratum 3.69)."""
        return tenths(self.limit)


class ChargingSchedule(msgspec.Struct, frozen=True, omit_defaults=True):
    """The steps in order. `duration` in seconds; without `startSchedule` it begins with the charging (1.6 §7.13)."""

    chargingRateUnit: Unit
    chargingSchedulePeriod: tuple[ChargingSchedulePeriod, ...]
    duration: int | None = None
    startSchedule: Aware | None = None
    minChargingRate: Decimal | None = None


class ChargingProfile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A schedule with its purpose, its place in the stack and the time it is valid (1.6 §7.8)."""

    chargingProfileId: int
    stackLevel: int
    chargingProfilePurpose: Purpose
    chargingProfileKind: Literal["Absolute", "Recurring", "Relative"]
    chargingSchedule: ChargingSchedule
    transactionId: int | None = None
    recurrencyKind: Literal["Daily", "Weekly"] | None = None
    validFrom: Aware | None = None
    validTo: Aware | None = None


def parse(payload: Any) -> ChargingProfile:
    """Read the object of `csChargingProfiles` or `chargingProfile`. Raises `BadProfile`.

    What the schema cannot say is not judged here but in `rules`.
    """
    try:
        return msgspec.convert(_with_moments(payload), ChargingProfile)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadProfile(f"the charging profile cannot be read: {error}") from None


def _with_moments(payload: Any) -> Any:
    """The payload with moments for its dateTimes, of which msgspec does not take all."""
    if not isinstance(payload, Mapping):
        return payload
    schedule = payload.get("chargingSchedule")
    if isinstance(schedule, Mapping):
        payload = {**payload, "chargingSchedule": _dated(schedule, "startSchedule")}
    return _dated(payload, "validFrom", "validTo")


def _dated(payload: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    moments = {name: moment(payload[name]) for name in names if isinstance(payload.get(name), str)}
    return {**payload, **moments}


def plain(value: Any) -> Any:
    """A profile, or what contains profiles, as plain data of JSON in the names of the wire."""
    return msgspec.json.decode(_encoder.encode(value))


def tenths(value: Decimal) -> int:
    """A number with one decimal as a whole number of tenths; raises ValueError for any other (rule VAL-08)."""
    scaled = value.scaleb(1)
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{value} is no number with one decimal at most")
    return int(scaled)


def number(tenths: int) -> int | float:
    """Tenths as the number that goes over the wire."""
    return tenths // 10 if tenths % 10 == 0 else tenths / 10
