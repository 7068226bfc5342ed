"""What a version of OCPP brings to the command, and what the command needs of its station."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.faults.catalogue import Catalogue
from simulator.views.subject import Subject


class Station(Subject, Protocol):
    """A station of whichever version, as the command sees it."""

    @property
    def online(self) -> bool: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class Session(Protocol):
    """What a driver does who charges once."""

    async def charge(self, tag: str, seconds: float, patience: float) -> None:
        """Charge for so many seconds; each step is waited for as long as `patience`. Raises `NotDone`."""
        ...


@dataclass(frozen=True, slots=True)
class Version:
    """What a version brings.

    `station` makes one, out of the address and what `options.station` collects. `features` are those of a station that
    is no model, `extensions` the one that security needs. `session` is made of a station that is not online yet.
    `boot_mistakes` are sentences about what is said of the make. `longest_tag` is in characters; `a_setting` and
    `a_boot_member` are examples of `--config` and `--boot`. `has_models`: `--model` makes a station of it.
    """

    station: Callable[..., Station]
    features: tuple[type, ...]
    extensions: type
    catalogue: Catalogue
    session: Callable[[Any], Session]
    boot_mistakes: Callable[[Mapping[str, str]], Iterator[str]]
    longest_tag: int
    a_setting: str
    a_boot_member: str
    has_models: bool = False
