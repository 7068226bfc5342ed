"""Stations and tags: made in lists, and a tag is blocked by a request of its own."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime, BaseModel

from tests.interop.depot.asking import Ids
from tests.interop.depot.books import Place, Tag
from tests.interop.depot.house import House
from tests.interop.depot.times import now


class NewStation(BaseModel):
    """A station that is to be known."""

    station_id: str
    number_of_connectors: int = 1
    password: str | None = None


class NewTag(BaseModel):
    """A tag that is to be issued; without `valid_until` it is valid for good."""

    tag: str
    parent: str | None = None
    valid_until: AwareDatetime | None = None


def registry(house: House) -> APIRouter:
    """The resources."""
    routes, books = APIRouter(), house.books

    @routes.post("/stations", status_code=201)
    async def make_stations(stations: list[NewStation]) -> dict[str, Any]:
        for one in stations:
            password = None if one.password is None else one.password.encode()
            books.places[one.station_id] = Place(one.station_id, one.number_of_connectors, password)
        return {"items": [{"station_id": one.station_id} for one in stations]}

    @routes.delete("/stations")
    async def remove_stations(station_id: Ids) -> dict[str, int]:
        gone = [books.places.pop(id) for id in station_id if id in books.places]
        return {"removed": len(gone)}

    @routes.post("/tags", status_code=201)
    async def make_tags(tags: list[NewTag]) -> dict[str, Any]:
        made = [books.issue(one.tag, one.parent, one.valid_until) for one in tags]
        return {"items": [{"id": tag.id, "tag": tag.id_tag} for tag in made]}

    @routes.post("/tags/{id}/block")
    async def block(id: int) -> dict[str, Any]:
        tag = _found(id)
        tag.blocked = True
        return {"id": tag.id, "tag": tag.id_tag, "blocked_since": now().isoformat()}

    @routes.delete("/tags")
    async def remove_tags(id: Annotated[list[int], Query()]) -> dict[str, int]:
        """A tag that is removed is one that nobody issued; transactions that it has running go on."""
        for tag in [_found(one) for one in id]:
            del books.tags[tag.id_tag.lower()]
        return {"removed": len(id)}

    def _found(id: int) -> Tag:
        tag = next((tag for tag in books.tags.values() if tag.id == id), None)
        if tag is None:
            raise HTTPException(404, f"there is no tag {id}")
        return tag

    return routes
