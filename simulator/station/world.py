"""The physical side that every station has, whatever it speaks: its power, its network, and frames by hand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sized
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from simulator.hardware.supply import Supplied
from simulator.kernel.clock import Clock
from simulator.kernel.errors import NotPossible
from simulator.kernel.events import Events
from simulator.kernel.tasks import Tasks
from simulator.kernel.timekeeping import Timekeeper
from simulator.station.data_transfer import DataTransfer, Handler
from simulator.station.power import Power
from simulator.wire import by_hand
from simulator.wire.disturbance import Disturbance, How, sendable
from simulator.wire.link import Link
from simulator.wire.registration import Registration

_F = TypeVar("_F")
Side = Literal["both", "vehicle", "station"]
"""Which end of the cable comes out."""


class Place(Protocol):
    """Where a vehicle is charged: a connector, or an EVSE with the one it has."""

    id: int
    ev_paused: bool

    @property
    def status(self) -> str: ...
    @property
    def transaction(self) -> object | None: ...


_P = TypeVar("_P", bound=Place)


class Parts(Protocol):
    """What is the same in the parts of every station."""

    @property
    def clock(self) -> Clock: ...
    @property
    def events(self) -> Events: ...
    @property
    def tasks(self) -> Tasks: ...
    @property
    def supplied(self) -> Supplied: ...
    @property
    def link(self) -> Link: ...
    @property
    def timekeeper(self) -> Timekeeper: ...
    @property
    def registration(self) -> Registration: ...
    @property
    def queue(self) -> Sized: ...
    @property
    def power(self) -> Power: ...


class World(ABC, Generic[_P]):
    """The verbs that every station has; those of its version come before them."""

    _left_out: ClassVar[str] = ""
    """Why a station may be without a feature, at the end of a sentence."""

    def __init__(self, parts: Parts, features: Any) -> None:
        self._parts = parts
        self._features = features

    @abstractmethod
    def _places(self) -> Mapping[int, _P]:
        """Where vehicles are charged, by number."""

    def connector(self, number: int) -> _P:
        """One place to charge. Raises `ValueError` for a number the station does not have."""
        places = self._places()
        if (place := places.get(number)) is None:
            raise ValueError(
                f"station {self._parts.link.dial.identity} has connectors 1 to {len(places)}, not {number}"
            )
        return place

    def _affected(self, connector: int) -> tuple[_P, ...]:
        """What something happens to; 0 is the whole station."""
        return tuple(self._places().values()) if connector == 0 else (self.connector(connector),)

    def _driver(self, place: _P, text: str) -> None:
        self._parts.events.publish("driver", f"connector {place.id}: {text}", place.id)

    def _paused(self, number: int, paused: bool) -> _P:
        """The vehicle pauses, or goes on; the place is to be brought up to date."""
        place = self.connector(number)
        if place.transaction is None:
            raise NotPossible(f"connector {number} has no transaction to pause or resume")
        place.ev_paused = paused
        return place

    async def restore_power(self) -> None:
        """Give the power back: the station boots. Raises `NotPossible` when it has power."""
        if self._parts.supplied.on:
            raise NotPossible("the station has power already")
        self._parts.power.switch_on()

    async def lose_network(self) -> None:
        """Break the way to the CSMS."""
        await self._parts.power.lose_network()

    async def restore_network(self) -> None:
        """Repair the way to the CSMS; the station connects at once."""
        self._parts.power.restore_network()

    async def data_transfer(self, vendor: str, message: str | None = None, data: str | None = None) -> dict[str, Any]:
        """Send a DataTransfer; returns the payload of its answer. Raises `NotPossible` when there is none."""
        return await self._data_transfers().send(vendor, message, data)

    def on_data_transfer(self, vendor: str, message: str | None, handler: Handler) -> None:
        """Let `handler` answer the DataTransfer of the CSMS with this vendorId and messageId.

        Raises `NotPossible` for a station without DataTransfer.
        """
        self._data_transfers().teach(vendor, message, handler)

    def _data_transfers(self) -> DataTransfer:
        return self._feature(DataTransfer, "DataTransfer")

    # --- by hand ------------------------------------------------------------------------------------------------------

    async def raw(self, text: str) -> dict[str, Any]:
        """Send a text as a frame, whatever it is; `answer` is what answers it, or null, and `why` then says why.

        Raises `NotPossible` without a connection.
        """
        said = await by_hand.send(self._parts.link, text)
        return {"answer": said.answer, "why": said.why}

    async def answer_next(
        self,
        how: How,
        text: str | None = None,
        seconds: float = 5.0,
        times: int = 1,
        chance: float = 1.0,
        seed: int = 0,
    ) -> None:
        """Delay, drop or double the answer to the next CALL of the CSMS, or say another text instead. `right` ends it.

        `times` and `chance` (0 to 1) say to how many CALLs it happens, and `seed` to which. In `text`, {id} stands for
        the id of the CALL. A CALL that is against the schemas is not meant: it is refused as ever. `seconds` are
        those of a delay. Raises `ValueError` when there is no text to say.
        """
        if how == "say" and text is None:
            raise ValueError("text is missing, which is said instead of the answer")
        wanted = Disturbance(how, sendable(text or ""), seconds, times, chance, seed)
        self._parts.link.disturbance = None if how == "right" else wanted

    def _feature(self, kind: type[_F], what: str) -> _F:
        try:
            feature: _F = self._features[kind]
        except LookupError:
            raise NotPossible(f"this station has no {what}{self._left_out}") from None
        return feature
