"""The console: one live page on top of the API, made of plain files. No build step, nothing from elsewhere.

The page does nothing a client of the API could not do. `static/` holds it: `index.html`, `console.css` and a few
JavaScript modules.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"

router = APIRouter(include_in_schema=False)


def headers(*, inline_styles: bool = False) -> dict[str, str]:
    """Headers of a page: it loads and asks nothing but this server, runs no script in its text, is in no frame."""
    styles = "'self' 'unsafe-inline'" if inline_styles else "'self'"
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data:; connect-src 'self'; "
            "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }


def add_console(app: FastAPI) -> None:
    """Serve the page at / and its parts below /console."""
    app.include_router(router)
    app.mount("/console", _Parts(directory=STATIC), name="console")


@router.get("/")
async def page() -> FileResponse:
    """The page."""
    return FileResponse(STATIC / "index.html", headers=headers())


class _Parts(StaticFiles):
    """Asked for again each time, so that an update of the CSMS is an update of its page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
