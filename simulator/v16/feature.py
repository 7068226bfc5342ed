"""The seam of the feature profiles: one module with one `Feature` per profile, put together by the station.

Beside what every version has (`station.feature`) a feature brings its configuration keys, and hears more. What can be
said about all stations of one make is worked out once (`Blueprint`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

from simulator.hardware.make import Facts
from simulator.station.feature import Feature as AnyFeature
from simulator.station.feature import Features as AllFeatures
from simulator.station.feature import Heard
from simulator.v16.connectors.connector import Connector, Reservation
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import Decision
from simulator.v16.core.configuration import Key, table
from simulator.v16.parts import Parts
from simulator.wire.operations import Answer, status


class Feature(AnyFeature):
    """A part of a station that can be left out. Subclasses have `__slots__` and override what they need."""

    __slots__ = ()

    profile: ClassVar[str | None] = None
    """Its name in SupportedFeatureProfiles, if it has one."""

    parts: Parts
    features: Features

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """Its configuration keys."""
        return ()

    def clock_set(self) -> None:
        """The time of day is another one; what waits for a moment has to wait anew."""

    def configured(self, key: str) -> None:
        """A configuration key has a new value."""

    def verdict(self, key: str, value: str) -> str | None:
        """The answer to ChangeConfiguration when it is not for the usual rules to say; None leaves it to them."""
        return None

    def status_changed(self, connector: Connector) -> None:
        """A connector has another status."""

    def transaction_started(self, connector: Connector, transaction: Transaction) -> None:
        """Energy may flow from now on; the transactionId is not known yet."""

    def transaction_stopped(self, connector: Connector, transaction: Transaction) -> None:
        """The transaction is over, and its StopTransaction is queued."""

    def transaction_answered(self, transaction: Transaction, info: Mapping[str, Any]) -> None:
        """StartTransaction was answered: the transactionId is known now, `info` is the idTagInfo."""

    def takes_profile(self, connector: Connector, profile: Mapping[str, Any]) -> bool:
        """Whether a RemoteStartTransaction with this chargingProfile may be accepted (1.6 §5.11)."""
        return True

    def known(self, tag: str) -> Decision | None:
        """What is known about an idTag without asking anybody; goes before the cache."""
        return None

    def reservation_for(self, connector: Connector, tag: str, parent: str | None) -> Reservation | None:
        """The reservation that a start with this idTag uses (1.6 §4.8, rule TX-16)."""
        return None


class Blueprint(Heard):
    """The tables that all stations of one make share: what they offer, who hears which hook, and the keys."""

    __slots__ = ("facts", "keys")

    def __init__(self, features: tuple[type[Feature], ...], facts: Facts, extra: tuple[Key, ...] = ()) -> None:
        """`extra` are keys of this make that belong to no feature, or replace one that does."""
        super().__init__(features, Feature, Features)
        self.facts = facts
        keys = [key for feature in features for key in feature.keys(facts)]
        profiles = [feature.profile for feature in features if feature.profile is not None]
        self.keys: Mapping[str, Key] = table([*keys, *_about_profiles(profiles), *extra])


def _about_profiles(profiles: list[str]) -> tuple[Key, ...]:
    """SupportedFeatureProfiles names what the station has (1.6 §9.1.29)."""
    return (
        Key("SupportedFeatureProfiles", "R", "list", ",".join(profiles)),
        Key("SupportedFeatureProfilesMaxLength", "R", "integer", str(max(6, len(profiles)))),
    )


@cache
def blueprint(features: tuple[type[Feature], ...], facts: Facts, extra: tuple[Key, ...] = ()) -> Blueprint:
    """The blueprint of a make, made once."""
    return Blueprint(features, facts, extra)


def _takes_no_reservations(payload: dict[str, Any]) -> Answer:
    return status("Rejected")


_WITHOUT = {"ReserveNow": _takes_no_reservations}
"""Where no feature answers: 1.6 §5.13 has a status for a station that takes no reservations (rule RES-01)."""


class Features(AllFeatures):
    """The features of one station, as its blueprint says."""

    __slots__ = ("blueprint",)
    _all: tuple[Feature, ...]

    def __init__(self, blueprint: Blueprint, parts: Parts) -> None:
        """Each of them is given `parts`, of which so far only the context is there."""
        self.blueprint = blueprint
        super().__init__(blueprint, parts)

    def operation(self, action: str) -> Callable[[dict[str, Any]], Answer] | None:
        return super().operation(action) or _WITHOUT.get(action)

    def clock_set(self) -> None:
        for feature in self._hearing("clock_set"):
            feature.clock_set()

    def configured(self, key: str) -> None:
        for feature in self._hearing("configured"):
            feature.configured(key)

    def verdict(self, key: str, value: str) -> str | None:
        found = (feature.verdict(key, value) for feature in self._hearing("verdict"))
        return next((one for one in found if one is not None), None)

    def status_changed(self, connector: Connector) -> None:
        for feature in self._hearing("status_changed"):
            feature.status_changed(connector)

    def transaction_started(self, connector: Connector, transaction: Transaction) -> None:
        for feature in self._hearing("transaction_started"):
            feature.transaction_started(connector, transaction)

    def transaction_stopped(self, connector: Connector, transaction: Transaction) -> None:
        for feature in self._hearing("transaction_stopped"):
            feature.transaction_stopped(connector, transaction)

    def transaction_answered(self, transaction: Transaction, info: Mapping[str, Any]) -> None:
        for feature in self._hearing("transaction_answered"):
            feature.transaction_answered(transaction, info)

    def takes_profile(self, connector: Connector, profile: Mapping[str, Any]) -> bool:
        return all(feature.takes_profile(connector, profile) for feature in self._hearing("takes_profile"))

    def reservation_for(self, connector: Connector, tag: str, parent: str | None) -> Reservation | None:
        found = (one.reservation_for(connector, tag, parent) for one in self._hearing("reservation_for"))
        return next((one for one in found if one is not None), None)

    def known(self, tag: str) -> Decision | None:
        for place in self.blueprint.hooks["known"]:
            if (found := self._all[place].known(tag)) is not None:
                return found
        return None
