"""The application: two pages, the API that they are made of, and the guard in front of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from csms_core.api.console import headers
from harness.cli.ui.answers import Refused, refused
from harness.cli.ui.bench.bench import Bench
from harness.cli.ui.bench.routes import routes as bench_routes
from harness.cli.ui.guard import Guard
from harness.cli.ui.park.park import Park
from harness.cli.ui.park.routes import routes as park_routes

STATIC: Final = Path(__file__).parent / "static"


def make_app(bench: Bench, park: Park, token: str | None) -> Starlette:
    """Both pages; with a `token` a browser has to bring it."""

    async def page(request: Request) -> Response:
        name = "park.html" if request.url.path == "/park" else "index.html"
        return FileResponse(STATIC / name, headers=headers())

    return Starlette(
        middleware=[Middleware(Guard, token=token)],
        exception_handlers={Refused: refused},
        routes=[
            Route("/", page),
            Route("/park", page),
            *bench_routes(bench),
            *park_routes(park),
            Mount("/static", _Parts(directory=STATIC)),
        ],
    )


class _Parts(StaticFiles):
    """Asked for again each time, so that an update is one of the pages, too."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
