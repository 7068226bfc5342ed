"""A station at the reference CSMS with its HTTP API, in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from simulator import Station
from simulator.v16.faults import CATALOGUE
from simulator.views.api import serving
from simulator.views.api.options import ApiOptions
from simulator.views.record import Record
from tests.simulator.options.reading import station_options


def options(*arguments: str) -> ApiOptions:
    """The options of the API as the command reads them."""
    return station_options("--api-port", "0", *arguments)


@dataclass
class Served:
    """A station and a client of its API."""

    station: Station
    record: Record
    client: httpx.AsyncClient

    async def do(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """A verb that succeeds; returns the state after it."""
        response = await self.client.post(f"/api/v1/verbs/{verb}", json=arguments)
        assert response.status_code == 200, response.text
        state: dict[str, Any] = response.json()["state"]
        return state

    async def refused(self, verb: str, status: int, **arguments: Any) -> str:
        """A verb that is refused with this status; returns the sentence."""
        response = await self.client.post(f"/api/v1/verbs/{verb}", json=arguments)
        assert response.status_code == status, response.text
        assert set(response.json()) == {"detail"}
        return str(response.json()["detail"])


@asynccontextmanager
async def served(station: Station, *arguments: str) -> AsyncIterator[Served]:
    """Its API over a real socket; the station is not switched on here."""
    record = Record(station, CATALOGUE)
    async with (
        serving.serve(record, options(*arguments), record.note) as url,
        httpx.AsyncClient(base_url=url, timeout=30, verify=False) as client,
    ):
        yield Served(station, record, client)
