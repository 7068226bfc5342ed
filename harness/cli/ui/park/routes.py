"""The routes of the car park, below `/api/park`; what is below a station is the HTTP API of that station."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from harness.cli.ui.answers import Refused, answer, body, refused
from harness.cli.ui.park.park import Park


def routes(park: Park) -> list[BaseRoute]:
    """All of them."""

    async def facts(request: Request) -> Response:
        return answer(park.facts())

    async def added(request: Request) -> Response:
        return answer({"id": park.add(await body(request))}, 201)

    async def removed(request: Request) -> Response:
        await park.remove(request.path_params["id"])
        return answer({})

    async def events(request: Request) -> Response:
        return park.news.stream(park.picture)

    async def course(request: Request) -> Response:
        return answer(park.course(request.path_params["id"]))

    async def station(scope: Scope, receive: Receive, send: Send) -> None:
        """The API of the station whose identity comes first; it finds its own paths."""
        id = scope["path_params"]["id"]
        try:
            parked = park.of(id)
        except Refused as error:
            await (await refused(Request(scope), error))(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope["root_path"])
        inner = {key: value for key, value in scope.items() if key not in ("path_params", "router", "endpoint", "app")}
        await parked.api({**inner, "path": path, "raw_path": path.encode(), "root_path": ""}, receive, send)

    return [
        Route("/api/park", facts),
        Route("/api/park/events", events),
        Route("/api/park/stations", added, methods=["POST"]),
        Route("/api/park/stations/{id}", removed, methods=["DELETE"]),
        Route("/api/park/stations/{id}/course", course),
        Mount("/api/park/stations/{id}", station),
    ]
