"""Documentation of the API: the OpenAPI document, and at /docs Swagger UI out of an installed package to read it with.

Nothing comes from elsewhere. The document opens with first steps that name this station as its reader has reached it.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Final

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

PATHS: Final = ("/docs", "/openapi.json")
"""What a reader gets without a token: it is the same for every station, and tells nothing of this one."""

ASSETS: Final = Path(str(files(fastapi_offline))) / "static"

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""The page loads and asks nothing but this server, runs no script in its text, and is in no frame."""

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>plugproof station: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START: Final = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "list", filter: true,
  persistAuthorization: false, tryItOutEnabled: true, validatorUrl: null, defaultModelsExpandDepth: 0,
});
"""

_TEXT: Final = Template("""\
The physical side of one simulated charge point: what a driver, a thunderstorm and a mechanic can do to it.

## First steps

1. Put the cable in and present a card:

   ```sh
   curl -X POST $api/api/v1/verbs/plug_in$token \\
     -H 'Content-Type: application/json' -d '{"connector": 1}'
   curl -X POST $api/api/v1/verbs/present$token \\
     -H 'Content-Type: application/json' -d '{"tag": "TAG-1"}'
   ```

2. Look what came of it, and what was on the wire:

   ```sh
   curl $api/api/v1/state$token
   curl '$api/api/v1/frames?last=10'$token
   ```

3. Drive away:

   ```sh
   curl -X POST $api/api/v1/verbs/unplug$token \\
     -H 'Content-Type: application/json' -d '{"connector": 1}'
   ```

A verb is answered when the station has acted. What follows at the CSMS may take longer: `queued` in the state counts
what is not answered yet, and `/api/v1/events` tells all that happens. An error is one sentence in `detail`.
""")

_TOKEN: Final = ' -H "Authorization: Bearer $STATION_TOKEN"'

router = APIRouter(include_in_schema=False)


def add_docs(app: FastAPI) -> None:
    """Serve the document, the page and its parts."""
    app.include_router(router)
    app.mount("/docs/assets", StaticFiles(directory=ASSETS), name="docs-assets")


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """The document; where there is a token it says so, and the page then asks for it."""
    app: FastAPI = request.app
    document: dict[str, Any] = {**app.openapi()}
    api, asks = str(request.base_url).rstrip("/"), app.state.asks_for_token
    text = _TEXT.substitute(api=api, token=_TOKEN if asks else "")
    document["info"] = {**document["info"], "description": text}
    if asks:
        document["components"] = {
            **document["components"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        }
        document["security"] = [{"token": []}]
    return JSONResponse(document)


@router.get("/docs")
async def page() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE, headers=HEADERS)


@router.get("/docs/start.js")
async def start() -> Response:
    """What begins it: a file of its own, because the page may run no script that stands in it."""
    return Response(_START, media_type="text/javascript")
