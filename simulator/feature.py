"""The seam of the feature profiles: one module with one `Feature` per profile, put together by the station.

A feature brings its configuration keys, the operations and triggers of the CSMS it answers, a state of its own, and
overrides the hooks it wants to hear. What can be said about all stations of one make is worked out once (`Blueprint`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ocppj.errors import ConnectFailed
from simulator.configuration import Key, table
from simulator.parts import Facts, Parts

if TYPE_CHECKING:
    from simulator.authorization import Decision
    from simulator.connectors import Connector, Reservation
    from simulator.transactions import Transaction

Then = Callable[[], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """The payload of a CALLRESULT, and what to do once it has left."""

    payload: dict[str, Any]
    then: Then | None = None


def status(text: str, then: Then | None = None) -> Answer:
    """The answer that has a status and nothing else."""
    return Answer({"status": text}, then)


Operation = Callable[[Any, dict[str, Any]], Answer]
Trigger = Callable[[Any, "int | None"], "Callable[[], None] | None"]
_M = TypeVar("_M", bound=Callable[..., Any])


def operation(action: str) -> Callable[[_M], _M]:
    """Marks the method of a feature that answers this CALL of the CSMS: `(self, payload) -> Answer`."""
    return _marked("operation", action)


def trigger(message: str) -> Callable[[_M], _M]:
    """Marks the method of a feature that is triggered to send this message.

    `(self, connectorId or None) -> what to do after the answer, or None to reject` (1.6 §5.17).
    """
    return _marked("trigger", message)


def _marked(kind: str, name: str) -> Callable[[_M], _M]:
    def mark(method: _M) -> _M:
        vars(method)[f"ocpp_{kind}"] = name
        return method

    return mark


class Feature:
    """A part of a station that can be left out. Subclasses have `__slots__` and override what they need."""

    __slots__ = ("parts",)

    profile: ClassVar[str | None] = None
    """Its name in SupportedFeatureProfiles, if it has one."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """Its configuration keys."""
        return ()

    def restore(self) -> None:
        """Read what the store has kept, before the first power-on."""

    def power_on(self) -> None:
        """The station has come up; it is not connected yet."""

    def power_off(self) -> None:
        """The station has gone down. Timers are to be cancelled."""

    def online(self, after_boot: bool) -> None:
        """The CSMS has accepted the boot, or there is a connection again."""

    def clock_set(self) -> None:
        """The time of day is another one; what waits for a moment has to wait anew."""

    def configured(self, key: str) -> None:
        """A configuration key has a new value."""

    def verdict(self, key: str, value: str) -> str | None:
        """The answer to ChangeConfiguration when it is not for the usual rules to say; None leaves it to them."""
        return None

    def follows(self, key: str) -> Then | None:
        """What is to be done once the CSMS knows that its ChangeConfiguration of this key was accepted."""
        return None

    def connecting(self) -> None:
        """The station is about to connect; what `parts.link.dial` says then counts."""

    def not_connected(self, error: ConnectFailed) -> None:
        """An attempt to connect has failed."""

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


_HOOKS = (
    "clock_set",
    "configured",
    "connecting",
    "follows",
    "known",
    "not_connected",
    "online",
    "power_off",
    "power_on",
    "reservation_for",
    "restore",
    "status_changed",
    "takes_profile",
    "transaction_answered",
    "transaction_started",
    "transaction_stopped",
    "verdict",
)


class Blueprint:
    """The tables that all stations of one make share; a method is found by the place of its feature."""

    __slots__ = ("facts", "features", "hooks", "keys", "operations", "triggers")

    def __init__(self, features: tuple[type[Feature], ...], facts: Facts, extra: tuple[Key, ...] = ()) -> None:
        """`extra` are keys of this make that belong to no feature, or replace one that does."""
        self.facts = facts
        self.features = features
        self.operations: dict[str, tuple[int, Operation]] = {}
        self.triggers: dict[str, tuple[int, Trigger]] = {}
        self.hooks: dict[str, tuple[int, ...]] = {}
        for place, feature in enumerate(features):
            for method in _methods(feature):
                marks = getattr(method, "__dict__", {})
                if (action := marks.get("ocpp_operation")) is not None:
                    self.operations[action] = (place, method)
                if (message := marks.get("ocpp_trigger")) is not None:
                    self.triggers[message] = (place, method)
        for hook in _HOOKS:
            own = getattr(Feature, hook)
            self.hooks[hook] = tuple(at for at, one in enumerate(features) if getattr(one, hook) is not own)
        keys = [key for feature in features for key in feature.keys(facts)]
        profiles = [feature.profile for feature in features if feature.profile is not None]
        self.keys: Mapping[str, Key] = table([*keys, *_about_profiles(profiles), *extra])


def _methods(feature: type[Feature]) -> Iterator[Callable[..., Any]]:
    for base in reversed(feature.__mro__):
        yield from (member for member in vars(base).values() if callable(member))


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


_F = TypeVar("_F", bound=Feature)


class Features:
    """The features of one station. Each hook is called on those that override it, in the order of the blueprint."""

    __slots__ = ("_all", "blueprint")

    def __init__(self, blueprint: Blueprint, parts: Parts) -> None:
        self.blueprint = blueprint
        self._all = tuple(feature(parts) for feature in blueprint.features)

    def __getitem__(self, kind: type[_F]) -> _F:
        """The feature of this kind. Raises `LookupError` when the station has none."""
        for feature in self._all:
            if isinstance(feature, kind):
                return feature
        raise LookupError(f"this station has no {kind.__name__}")

    def __iter__(self) -> Iterator[Feature]:
        return iter(self._all)

    def operation(self, action: str) -> Callable[[dict[str, Any]], Answer] | None:
        """What answers this CALL, if anything does."""
        found = self.blueprint.operations.get(action)
        return None if found is None else found[1].__get__(self._all[found[0]])

    def trigger(self, message: str) -> Callable[[int | None], Callable[[], None] | None] | None:
        """What is triggered by this name, if anything is."""
        found = self.blueprint.triggers.get(message)
        return None if found is None else found[1].__get__(self._all[found[0]])

    def _hearing(self, hook: str) -> list[Feature]:
        return [self._all[place] for place in self.blueprint.hooks[hook]]

    def restore(self) -> None:
        for feature in self._hearing("restore"):
            feature.restore()

    def power_on(self) -> None:
        for feature in self._hearing("power_on"):
            feature.power_on()

    def power_off(self) -> None:
        for feature in self._hearing("power_off"):
            feature.power_off()

    def online(self, after_boot: bool) -> None:
        for feature in self._hearing("online"):
            feature.online(after_boot)

    def clock_set(self) -> None:
        for feature in self._hearing("clock_set"):
            feature.clock_set()

    def configured(self, key: str) -> None:
        for feature in self._hearing("configured"):
            feature.configured(key)

    def verdict(self, key: str, value: str) -> str | None:
        found = (feature.verdict(key, value) for feature in self._hearing("verdict"))
        return next((one for one in found if one is not None), None)

    def follows(self, key: str) -> Then | None:
        found = (feature.follows(key) for feature in self._hearing("follows"))
        return next((one for one in found if one is not None), None)

    def connecting(self) -> None:
        for feature in self._hearing("connecting"):
            feature.connecting()

    def not_connected(self, error: ConnectFailed) -> None:
        for feature in self._hearing("not_connected"):
            feature.not_connected(error)

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
