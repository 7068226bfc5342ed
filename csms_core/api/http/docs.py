"""Documentation of the API: the OpenAPI document, and at /docs Swagger UI out of an installed package to read it with.

Nothing comes from elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from csms_core.api.console import headers
from csms_core.api.deps import Csms
from csms_core.api.routes import octt, operations
from csms_core.hub.version import Version

ASSETS = Path(str(files(fastapi_offline))) / "static"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>plugproof CSMS: the API</title>
<link rel="icon" href="/console/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "none", filter: true,
  persistAuthorization: false, tryItOutEnabled: true, validatorUrl: null, defaultModelsExpandDepth: 0,
});
"""

router = APIRouter(include_in_schema=False)


def add_docs(app: FastAPI) -> None:
    """Serve the page and its parts. What describes the operations is made when the document is first asked for."""
    app.state.described = None
    app.include_router(router)
    app.mount("/docs/assets", StaticFiles(directory=ASSETS), name="docs-assets")


@router.get("/openapi.json")
async def openapi(request: Request, csms: Csms) -> JSONResponse:
    """The document. Its first steps name the CSMS as the reader has reached it."""
    app: FastAPI = request.app
    if app.state.described is None:
        app.state.described = asyncio.create_task(asyncio.to_thread(_describe, app, csms.versions))
    document = await asyncio.shield(app.state.described)  # a reader who goes away does not stop it for the others
    api = str(request.base_url).rstrip("/")
    text = "\n".join(version.api.first_steps(api, csms.url) for version in csms.versions)
    token = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    return JSONResponse(
        {
            **document,
            "info": {**document["info"], "description": text},
            "components": {**document["components"], **token},
            "security": [{}, {"token": []}],  # from this machine none is needed
        }
    )


def _describe(app: FastAPI, versions: Sequence[Version]) -> dict[str, Any]:
    """The description of all there is; it takes a while, so it is made in a thread, beside the stations."""
    document = app.openapi()
    for version in versions:
        operations.describe(document, version)
        octt.describe(document, version)
    return document


@router.get("/docs")
async def page() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE, headers=headers(inline_styles=True))


@router.get("/docs/start.js")
async def start() -> Response:
    """What begins it: a file of its own, because the page may run no script that stands in it."""
    return Response(_START, media_type="text/javascript")
