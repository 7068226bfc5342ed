"""What a connection has told about its two parties that rules judge by: a few facts, bounded, and no guess among them.

A fact is entered when the wire said it, and what was never said is absent, so that nobody is judged by it.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

_F = TypeVar("_F")
_K = TypeVar("_K")
_V = TypeVar("_V")

MOST_PROFILES: Final = 64
"""Charging profiles that are remembered of one station."""

MOST_GIVEN: Final = 8
"""transactionIds that are remembered of one station, when nobody remembers those of all."""


class Wall(msgspec.Struct, frozen=True):
    """The wall time to judge dates by. ``now`` gives seconds since 1970 for monotonic nanoseconds; a clock of the
    other side may be off by ``deviation`` seconds.
    """

    now: Callable[[int], float]
    deviation: float = 4.0


class Given:
    """The transactionIds that a CSMS has given, with the starts they were for; the newest ``most``."""

    __slots__ = ("_most", "_starts")

    def __init__(self, most: int = 4_096) -> None:
        self._most = most
        self._starts: OrderedDict[int, tuple[Any, ...]] = OrderedDict()

    def start_of(self, id: int) -> tuple[Any, ...] | None:
        """The start that ``id`` was given for first."""
        return self._starts.get(id)

    def add(self, id: int, start: tuple[Any, ...]) -> None:
        """``id`` was given for ``start``, which begins with what is known of the station."""
        self._starts.setdefault(id, start)
        if len(self._starts) > self._most:
            self._starts.popitem(last=False)


_SWITCHES: Final = {"true": True, "false": False}


def remember(facts: dict[_K, _V], key: _K, value: _V, most: int) -> bool:
    """Enter a fact as the newest one of at most ``most``; returns whether the oldest had to go."""
    facts.pop(key, None)
    facts[key] = value
    if len(facts) <= most:
        return False
    del facts[next(iter(facts))]
    return True


def number(value: str | None) -> int | None:
    """The value of a configuration key as the number it is; ``None`` when it is no number from 0 to 999999."""
    return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 7 else None


def limit(value: str | None) -> int | None:
    """How many of something a configuration key allows at a time; ``None`` when it is no number.

    0 is none either: nothing could be sent that keeps to it, so that nobody is judged by it.
    """
    return number(value) or None


class Known:
    """The facts about one identity, over all its connections.

    ``registration`` is the status of the last boot answer, ``None`` from a BootNotification until its answer.
    ``configuration`` holds the keys that rules ask for, in lower case. ``profiles`` are charging profiles that the
    station is sure to hold: by id what one with another id replaces. What chapters know beside it is ``of`` them.
    """

    __slots__ = ("_facts", "_given", "configuration", "profiles", "registration")

    def __init__(self, given: Given | None = None) -> None:
        self.registration: str | None = None
        self.configuration: dict[str, str] = {}
        self.profiles: dict[int, tuple[Any, ...]] = {}
        self._given = given
        self._facts: dict[type, Any] = {}

    def of(self, kind: type[_F]) -> _F:
        """The facts that a chapter of one version keeps, made when first asked for; ``kind`` is their class."""
        try:
            return self._facts[kind]  # type: ignore[no-any-return]  # nearly every frame comes by here
        except KeyError:
            facts = self._facts[kind] = kind()
            return facts

    def find(self, kind: type[_F]) -> _F | None:
        """The facts of a chapter, if it has learned any."""
        return self._facts.get(kind)

    def switch(self, key: str) -> bool | None:
        """A configuration key as the boolean it is; ``None`` when it is not known, or none."""
        return _SWITCHES.get(self.configuration.get(key, "").lower())

    def number(self, key: str) -> int | None:
        """A configuration key as the number it is; ``None`` when it is not known, or no ``number``."""
        return number(self.configuration.get(key))

    def limit(self, key: str) -> int | None:
        """How many of something a configuration key allows; ``None`` when it is not known, or no ``limit``."""
        return limit(self.configuration.get(key))

    @property
    def given(self) -> Given:
        """The transactionIds that were given, to this station or, where somebody looks at several, to all."""
        if self._given is None:
            self._given = Given(MOST_GIVEN)
        return self._given
