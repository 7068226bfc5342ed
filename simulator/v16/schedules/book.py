"""The charging profiles a station has, one immutable book per state (1.6 §3.13, §5.5, §5.16; rules SC-03, 05, 13, 16).

Each change gives a new book, so the old one can be kept until the new one is safely stored. Stations without profiles
share the one object `EMPTY`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from simulator.v16.schedules.profile import Aware, ChargingProfile, Purpose, plain


class Installed(msgspec.Struct, frozen=True):
    """A profile in its place; `received` is when the station got it, the start of a relative ChargePointMaxProfile."""

    connectorId: int
    received: Aware
    csChargingProfiles: ChargingProfile


class Book(msgspec.Struct, frozen=True):
    """All profiles of a station, in the order of their arrival."""

    installed: tuple[Installed, ...] = ()

    def __len__(self) -> int:
        return len(self.installed)

    def with_profile(self, connector: int, profile: ChargingProfile, received: datetime) -> Book:
        """Add a profile; those it replaces go (1.6 §3.13.2, §5.16.3, §5.16.4, rule SC-03).

        It replaces the profile with its chargingProfileId anywhere at the station, and the one with its purpose and
        stackLevel at the same connectorId. The one from a remote start goes the same way (erratum 3.42, rule SC-17).
        """
        new = Installed(connector, received, profile)
        return Book((*(old for old in self.installed if not _replaces(new, old)), new))

    def clear(self, payload: Mapping[str, Any]) -> tuple[Book, Literal["Accepted", "Unknown"]]:
        """What ClearChargingProfile.req asks for, and the status of the answer (errata 3.25, 3.26, rule SC-13).

        `id` alone decides when it is there; else all given members have to match, and no member means every profile.
        """
        book = self._keep(old for old in self.installed if not _matches(old, payload))
        return book, "Unknown" if len(book) == len(self) else "Accepted"

    def without_transaction(self, connector: int) -> Book:
        """The transaction at a connector is over, and its TxProfiles with it (1.6 §3.13.1, §7.10, rule SC-16)."""
        return self._keep(
            old
            for old in self.installed
            if old.connectorId != connector or old.csChargingProfiles.chargingProfilePurpose != "TxProfile"
        )

    def stack(self, purpose: Purpose, connector: int) -> list[Installed]:
        """The profiles of a purpose that concern a connector, the highest stackLevel first.

        A TxDefaultProfile of connector 0 is for every connector, except where one of the same stackLevel is installed
        (1.6 §3.13.1, rule SC-05).
        """
        found: dict[int, Installed] = {}
        for one in self.installed:
            profile = one.csChargingProfiles
            if profile.chargingProfilePurpose != purpose:
                continue
            if one.connectorId == connector:
                found[profile.stackLevel] = one
            elif one.connectorId == 0 and purpose == "TxDefaultProfile":
                found.setdefault(profile.stackLevel, one)
        return [found[level] for level in sorted(found, reverse=True)]

    def to_wire(self) -> list[dict[str, Any]]:
        """Plain data for a store; `from_wire` makes the same book of it."""
        data: list[dict[str, Any]] = plain(self.installed)
        return data

    @staticmethod
    def from_wire(data: Iterable[Mapping[str, Any]]) -> Book:
        """A stored book (erratum 3.37, rule SC-15). Raises `msgspec.ValidationError` for what `to_wire` never wrote."""
        return EMPTY._keep(msgspec.convert(list(data), tuple[Installed, ...]))

    def _keep(self, installed: Iterable[Installed]) -> Book:
        kept = tuple(installed)
        if kept == self.installed:
            return self
        return Book(kept) if kept else EMPTY


EMPTY: Final = Book()


def _replaces(new: Installed, old: Installed) -> bool:
    one, other = new.csChargingProfiles, old.csChargingProfiles
    return one.chargingProfileId == other.chargingProfileId or (
        new.connectorId == old.connectorId
        and one.chargingProfilePurpose == other.chargingProfilePurpose
        and one.stackLevel == other.stackLevel
    )


def _matches(old: Installed, asked: Mapping[str, Any]) -> bool:
    profile = old.csChargingProfiles
    if "id" in asked:
        return bool(profile.chargingProfileId == asked["id"])
    facts = {
        "connectorId": old.connectorId,
        "chargingProfilePurpose": profile.chargingProfilePurpose,
        "stackLevel": profile.stackLevel,
    }
    return all(asked.get(name, value) == value for name, value in facts.items())
