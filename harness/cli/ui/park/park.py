"""The stations of the car park: a bounded number, each with the record and the HTTP API of `plugproof station`."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from starlette.types import ASGIApp

from harness.cli.ui.answers import News, Refused
from harness.cli.ui.park import adding
from simulator.cli.version import Station
from simulator.cli.versions import NAMES, USUAL, version
from simulator.faults.catalogue import active
from simulator.models import Model, built_in
from simulator.views.api.app import make_app
from simulator.views.record import Record

MOST: Final = 20
"""Stations at a time."""
MOST_POINTS: Final = 900
"""Points of a curve: a quarter of an hour, as there is one each second."""
EVERY: Final = 1.0
"""Seconds between two of them."""
AHEAD: Final = 900
"""Seconds of the composite schedule that are drawn."""


@dataclass(frozen=True, slots=True)
class Point:
    """What an outlet gives, and what its charging profiles allow it (None: no limit), in watt; seconds since 1970."""

    at: float
    power: float
    limit: float | None


@dataclass(slots=True)
class Parked:
    """A station in the car park."""

    station: Station
    record: Record
    api: ASGIApp
    model: str
    version: str
    course: dict[int, deque[Point]] = field(default_factory=dict)
    living: asyncio.Task[None] | None = None


class Park:
    """All of them; they are switched off with it."""

    def __init__(self) -> None:
        self.news = News()
        self._parked: dict[str, Parked] = {}
        self._watching: asyncio.Task[None] | None = None

    def facts(self) -> dict[str, Any]:
        """What a new station can be."""
        models = [{"name": name, "description": Model.load(name).description} for name in built_in()]
        with_models = [name for name in NAMES if version(name).has_models]
        return {
            "models": models,
            "versions": list(NAMES),
            "with_models": with_models,
            "usual": USUAL,
            "profiles": [{"number": number, "title": title} for number, title in adding.PROFILES.items()],
            "faults": {
                name: [{"name": fault, "sentence": said} for fault, said in version(name).catalogue.sentences().items()]
                for name in NAMES
            },
            "most": MOST,
        }

    def picture(self) -> list[dict[str, Any]]:
        """All stations as plain data, without their passwords."""
        return [_told(id, parked) for id, parked in self._parked.items()]

    def add(self, asked: Mapping[str, Any]) -> str:
        """Switch on a station; gives its identity. `asked`: see `adding.made`. Raises `Refused`."""
        if len(self._parked) >= MOST:
            raise Refused(409, f"There are {MOST} stations, which is all there is room for; remove one.")
        id = adding.identity(asked, self._free_id())
        if id in self._parked:
            raise Refused(409, f"There is a station {id} already; choose another identity.")
        station, given = adding.made(asked, id)
        record = Record(station, version(given.ocpp).catalogue)
        record.on_change.append(self.news.tell)
        parked = Parked(station, record, make_app(record, guarded=False), given.model or "", given.ocpp)
        parked.living = asyncio.create_task(station.start())
        self._parked[id] = parked
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        self.news.tell()
        return id

    async def remove(self, id: str) -> None:
        """Switch a station off, and forget it. Raises `Refused`."""
        await _end(self.of(id))
        self._parked.pop(id, None)
        self.news.tell()

    async def close(self) -> None:
        """Switch all of them off."""
        if self._watching is not None:
            self._watching.cancel()
        self.news.close()
        for id in list(self._parked):
            await _end(self._parked.pop(id))

    def of(self, id: str) -> Parked:
        """The station of this identity. Raises `Refused`."""
        try:
            return self._parked[id]
        except KeyError:
            raise Refused(404, f"There is no station {id} in the car park.") from None

    def course(self, id: str) -> dict[str, Any]:
        """The curves of a station: what each outlet gave and was allowed so far, and what it is allowed from now on."""
        parked = self.of(id)
        return {
            "now": time.time(),
            "ahead": AHEAD,
            "connectors": [
                {
                    "connectorId": number,
                    "points": [[round(one.at, 1), one.power, one.limit] for one in points],
                    "schedule": [[one.after, one.limit] for one in parked.station.ahead(number, AHEAD)],
                }
                for number, points in parked.course.items()
            ],
        }

    def look(self) -> None:
        """Add a point to each curve."""
        now = time.time()
        for parked in self._parked.values():
            for one in parked.station.state().connectors:
                points = parked.course.setdefault(one.connectorId, deque(maxlen=MOST_POINTS))
                points.append(Point(now, one.power, one.limit))

    async def _watch(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(EVERY)

    def _free_id(self) -> str:
        return next(id for number in range(1, MOST + 2) if (id := f"CP-{number}") not in self._parked)


async def _end(parked: Parked) -> None:
    """Switch it off."""
    parked.record.close()
    if parked.living is not None:
        parked.living.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await parked.living
    await parked.station.stop()


def _told(id: str, parked: Parked) -> dict[str, Any]:
    failure = parked.station.last_failure
    return {
        "id": id,
        "model": parked.model,
        "ocpp": parked.version,
        "state": msgspec.to_builtins(parked.station.state()),
        "faults": list(active(parked.station)),
        "said": [one.text for one in parked.record.events(1)],
        "failure": None if failure is None else parked.record.mask(str(failure)),
    }
