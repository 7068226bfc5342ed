"""How a request of the API becomes CALLs: to a list of stations, answered before or after they have answered."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from tests.interop.depot.house import House
from tests.interop.depot.line import Members, Refused

Ids = Annotated[list[str], Query(alias="station_id")]
"""`?station_id=A&station_id=B`."""

Results = dict[str, list[dict[str, Any]]]
Then = Callable[[str, Members], None]
"""What is booked when a station has answered: its identity and its answer."""


class Stations(BaseModel):
    """The stations that a request is for."""

    station_ids: list[str]


def wire(name: str) -> str:
    """A value of an enumeration as OCPP has it: `tx_default_profile` is TxDefaultProfile."""
    return "".join(word.capitalize() for word in name.split("_"))


def said(**members: Any) -> Members:
    """The members that were given."""
    return {name: value for name, value in members.items() if value is not None}


class Asking:
    """The one way to the stations."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._tasks: set[asyncio.Task[Any]] = set()

    async def ask(self, ids: list[str], action: str, members: Members, then: Then | None = None) -> Results:
        """Send the same CALL to each station; gives a result for each, which is an error for one that cannot answer."""
        asked = asyncio.gather(*(self._ask(id, action, members, then) for id in ids))
        if self._house.habits.answers_late:
            return {"results": await asked}
        self._tasks.add(task := asyncio.ensure_future(asked))
        task.add_done_callback(self._tasks.discard)
        return {"results": [{"station_id": id, "queued": True} for id in ids]}

    async def _ask(self, id: str, action: str, members: Members, then: Then | None) -> dict[str, Any]:
        station = self._house.stations.get(id)
        if station is None:
            return {"station_id": id, "error": "this station is not connected"}
        try:
            answer = await station.line.call(action, members)
        except Refused as refused:
            return {"station_id": id, "error": str(refused)}
        if then is not None:
            then(id, answer)
        return {"station_id": id, "answer": answer}
