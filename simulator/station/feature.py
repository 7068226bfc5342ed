"""The seam of the features of every station: what can be left out of it, and what each of them may hear.

A feature brings the operations and triggers of the CSMS it answers, a state of its own, and overrides the hooks it
wants to hear. A version adds hooks of its own, to its `Feature` and to its `Features`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from ocppj.errors import ConnectFailed
from simulator.station.context import Context
from simulator.wire.operations import Offered, Operations, Then

_F = TypeVar("_F", bound="Feature")


class Feature:
    """A part of a station that can be left out. Subclasses have `__slots__` and override what they need."""

    __slots__ = ("features", "parts")

    parts: Context
    features: Features

    def __init__(self, parts: Any, features: Any) -> None:
        """`parts` are those of its station; only the context is there yet. `features` are the others."""
        self.parts = parts
        self.features = features

    def restore(self) -> None:
        """Read what the store has kept, before the first power-on."""

    def power_on(self) -> None:
        """The station has come up; it is not connected yet."""

    def power_off(self) -> None:
        """The station has gone down. Timers are to be cancelled."""

    def online(self, after_boot: bool) -> None:
        """The CSMS has accepted the boot, or there is a connection again."""

    def connecting(self) -> None:
        """The station is about to connect; what `parts.link.dial` says then counts."""

    def not_connected(self, error: ConnectFailed) -> None:
        """An attempt to connect has failed."""

    def follows(self, name: str) -> Then | None:
        """What is to be done once the CSMS knows that its change of this setting was accepted."""
        return None


class Heard(Offered):
    """What all stations with these features share: what they offer, and who hears which hook."""

    __slots__ = ("features", "hooks")

    def __init__(self, features: tuple[type[Any], ...], deaf: type[Feature], all: type[Features]) -> None:
        """`deaf` is the feature that overrides nothing, `all` says which hooks there are: they stand in both."""
        super().__init__(features)
        self.features = features
        self.hooks: dict[str, tuple[int, ...]] = {}
        for hook in (name for name in dir(all) if not name.startswith("_") and hasattr(deaf, name)):
            own = getattr(deaf, hook)
            self.hooks[hook] = tuple(at for at, one in enumerate(features) if getattr(one, hook) is not own)


class Features(Operations):
    """The features of one station. Each hook is called on those that override it, in their order."""

    __slots__ = ()
    _all: tuple[Any, ...]
    _offered: Heard

    def __init__(self, heard: Heard, parts: Any) -> None:
        """Each of them is given `parts`, of which so far only the context is there."""
        super().__init__(heard, tuple(feature(parts, self) for feature in heard.features))

    def __getitem__(self, kind: type[_F]) -> _F:
        """The feature of this kind. Raises `LookupError` when the station has none."""
        for feature in self._all:
            if isinstance(feature, kind):
                return feature
        raise LookupError(f"this station has no {kind.__name__}")

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all)

    def _hearing(self, hook: str) -> list[Any]:
        return [self._all[place] for place in self._offered.hooks[hook]]

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

    def connecting(self) -> None:
        for feature in self._hearing("connecting"):
            feature.connecting()

    def not_connected(self, error: ConnectFailed) -> None:
        for feature in self._hearing("not_connected"):
            feature.not_connected(error)

    def follows(self, name: str) -> Then | None:
        found = (feature.follows(name) for feature in self._hearing("follows"))
        return next((one for one in found if one is not None), None)
