"""The stations of the car park: a bounded number, each with the record and the HTTP API of `plugproof station`."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from starlette.types import ASGIApp

from harness.cli.ui.answers import News, Refused
from simulator.cli.version import Station
from simulator.cli.versions import NAMES, USUAL, version
from simulator.models import Model, built_in
from simulator.options.station import Given, station_of
from simulator.options.usage import UsageError
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
_ID: Final = re.compile(r"[A-Za-z0-9*._=:+|@-]{1,48}")


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
        return {"models": models, "versions": list(NAMES), "with_models": with_models, "usual": USUAL, "most": MOST}

    def picture(self) -> list[dict[str, Any]]:
        """All stations as plain data."""
        return [
            {
                "id": id,
                "model": parked.model,
                "ocpp": parked.version,
                "state": msgspec.to_builtins(parked.station.state()),
                "said": [one.text for one in parked.record.events(1)],
                "failure": None if parked.station.last_failure is None else str(parked.station.last_failure),
            }
            for id, parked in self._parked.items()
        ]

    def add(self, asked: Mapping[str, Any]) -> str:
        """Switch on a station; gives its identity. Raises `Refused`.

        ``asked``: `url`, and `id`, `model` or `connectors` and `power` (W), `ocpp`, where they are not the usual ones.
        """
        if len(self._parked) >= MOST:
            raise Refused(409, f"There are {MOST} stations, which is all there is room for; remove one.")
        id = str(asked.get("id") or self._free_id())
        if not _ID.fullmatch(id):
            raise Refused(422, f"{id}: an identity has up to 48 letters, digits and signs that OCPP allows in it.")
        if id in self._parked:
            raise Refused(409, f"There is a station {id} already; choose another identity.")
        model, ocpp = asked.get("model") or None, str(asked.get("ocpp") or USUAL)
        if model is not None and model not in built_in():
            raise Refused(422, f"There is no model {model}.")
        given = Given(
            url=_text(asked, "url"),
            id=id,
            ocpp=ocpp,
            retry=True,
            model=model,
            connectors=_whole(asked, "connectors", 1, 16),
            power=_whole(asked, "power", 1, 1_000_000),
        )
        try:
            station = station_of(given)
        except UsageError as error:
            raise Refused(422, str(error).removeprefix("--")) from None
        record = Record(station, version(ocpp).catalogue)
        record.on_change.append(self.news.tell)
        parked = Parked(station, record, make_app(record, guarded=False), model or "", ocpp)
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


def _text(asked: Mapping[str, Any], name: str) -> str:
    found = asked.get(name)
    if not isinstance(found, str) or not found.strip():
        raise Refused(422, "The address of the CSMS is missing; it begins with ws:// or wss://.")
    return found.strip()


def _whole(asked: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    found = asked.get(name)
    if found is None or found == "":
        return None
    if not isinstance(found, int) or not least <= found <= most:
        raise Refused(422, f"{name} is a whole number from {least} to {most}.")
    return found
