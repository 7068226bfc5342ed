"""Documentation of the API: the OpenAPI document, and at /docs Swagger UI out of an installed package to read it with.

Nothing comes from elsewhere.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from csms_core.api.deps import Csms
from csms_core.api.first_steps import first_steps
from csms_core.console import headers

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
    """Serve the page and its parts."""
    app.include_router(router)
    app.mount("/docs/assets", StaticFiles(directory=ASSETS), name="docs-assets")


@router.get("/openapi.json")
async def openapi(request: Request, csms: Csms) -> JSONResponse:
    """The document. Its first steps name the CSMS as the reader has reached it."""
    app: FastAPI = request.app
    document = app.openapi()
    text = first_steps(str(request.base_url).rstrip("/"), csms.url)
    token = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    return JSONResponse(
        {
            **document,
            "info": {**document["info"], "description": text},
            "components": {**document["components"], **token},
            "security": [{}, {"token": []}],  # from this machine none is needed
        }
    )


@router.get("/docs")
async def page() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE, headers=headers(inline_styles=True))


@router.get("/docs/start.js")
async def start() -> Response:
    """What begins it: a file of its own, because the page may run no script that stands in it."""
    return Response(_START, media_type="text/javascript")
