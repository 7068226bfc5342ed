"""Both sides of a depot in one process: bare stations on `websockets`, and an operator on its API."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Self

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from tests.interop.depot.api import PASSWORD, USER, make_api
from tests.interop.depot.habits import PLAIN
from tests.interop.depot.house import House

TIME = "2030-05-06T07:08:09Z"
CANNED: dict[str, dict[str, Any]] = {
    "GetConfiguration": {},
    "GetDiagnostics": {},
    "GetLocalListVersion": {"listVersion": 0},
    "UpdateFirmware": {},
}
"""Answers of a bare station; any other one is status Accepted."""


class Bare:
    """A station that sends what it is told to, and answers every CALL at once; `asked` are those that came."""

    def __init__(self, connection: ClientConnection, answers: dict[str, dict[str, Any]]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.connection = connection
        self._answers = CANNED | answers
        self._ids = count()
        self._came = asyncio.Condition()

    async def calls(self, action: str, **members: Any) -> dict[str, Any]:
        """Send a CALL; gives the payload of its answer."""
        id = f"bare/{next(self._ids)}"
        await self.connection.send(json.dumps([2, id, action, members]))
        while True:
            kind, of, *rest = json.loads(await self.connection.recv())
            if kind == 2:
                await self._asked(of, *rest)
            else:
                assert (kind, of) == (3, id), rest
                payload: dict[str, Any] = rest[0]
                return payload

    async def is_asked(self, times: int = 1) -> None:
        """Read and answer until so many CALLs have come."""
        while len(self.asked) < times:
            _, id, action, members = json.loads(await self.connection.recv())
            await self._asked(id, action, members)

    async def _asked(self, id: str, action: str, members: dict[str, Any]) -> None:
        self.asked.append((action, members))
        await self.connection.send(json.dumps([3, id, self._answers.get(action, {"status": "Accepted"})]))


class Depot:
    """A back office, with an operator who logs in when he has to."""

    def __init__(self, house: House, address: str, api: httpx.AsyncClient) -> None:
        self.house = house
        self.api = api
        self._address = address

    async def log_in(self) -> None:
        """Get a token, for the requests that follow."""
        answer = await self.api.post("/login", json={"user_name": USER, "password": PASSWORD})
        self.api.headers["Authorization"] = f"Bearer {answer.json()['session']['token']}"

    async def asks(self, method: str, path: str, **content: Any) -> Any:
        """One request of the operator that has to work."""
        answer = await self.api.request(method, path, **content)
        assert answer.is_success, answer.text
        return answer.json()

    async def issues(self, *tags: str) -> list[int]:
        """Make tags known; gives their ids."""
        made = await self.asks("POST", "/tags", json=[{"tag": tag, "parent": "FLEET"} for tag in tags])
        return [item["id"] for item in made["items"]]

    @asynccontextmanager
    async def station(self, identity: str = "S-1", **answers: dict[str, Any]) -> AsyncIterator[Bare]:
        """A registered station that is connected; `answers` differ from the canned ones."""
        if identity not in self.house.books.places:
            await self.asks("POST", "/stations", json=[{"station_id": identity}])
        async with self.connects(identity) as connection:
            yield Bare(connection, answers)

    def connects(self, identity: str) -> connect:
        """A connection, not yet open."""
        return connect(f"{self._address}/{identity}", subprotocols=["ocpp1.6"], proxy=None)  # type: ignore[list-item]

    @classmethod
    @asynccontextmanager
    async def with_habits(cls, **habits: Any) -> AsyncIterator[Self]:
        """One that has these habits and no other; the operator has logged in."""
        house = House(msgspec.structs.replace(PLAIN, **habits))
        transport = httpx.ASGITransport(make_api(house))
        async with (
            house.listens(None) as addresses,
            httpx.AsyncClient(transport=transport, base_url="http://depot") as api,
        ):
            depot = cls(house, addresses[0], api)
            await depot.log_in()
            yield depot
