"""The API as one application. Every error body is `{"detail": "one sentence"}`."""

from __future__ import annotations

from importlib import import_module

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from csms_core.api.http.guard import Guard
from csms_core.api.http.late import add_later
from csms_core.api.http.segments import Segments
from csms_core.api.models import ErrorOut
from csms_core.api.routes import operations, stations, tags
from csms_core.api.services import Services

ERRORS = {
    400: "the body or the path is no text",
    401: "a token is needed, or is not known",
    403: "the host name is not known, or a page of another origin wants to change something",
    404: "there is no such thing",
    422: "a parameter or the body is not as described",
}
"""What any route may answer."""


def make_app(services: Services) -> FastAPI:
    """The API of a running CSMS."""
    app = FastAPI(
        title="plugproof reference CSMS",
        version="1",
        openapi_url=None,  # `add_docs` serves it, with the first steps in it
        docs_url=None,  # these two would load their parts from elsewhere; `add_docs` has its own
        redoc_url=None,
        responses={code: {"model": ErrorOut, "description": text} for code, text in ERRORS.items()},
    )
    app.state.services = services
    hosts = (services.config.host, *services.config.api_hosts)
    for version in services.versions:
        app.include_router(operations.router(version))
    app.include_router(stations.router)
    app.include_router(tags.router)
    for name in (name for version in services.versions for name in version.api.at_once):
        app.include_router(import_module(name).router)
    add_later(app, services.versions)
    app.add_middleware(Segments)
    app.add_middleware(Guard, store=services.store, hosts=hosts)  # added last, so it is asked first
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(Exception, _failed)
    return app


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    reasons = []
    for problem in error.errors():
        where = ".".join(str(step) for step in problem["loc"] if step != "body")
        message = str(problem["msg"]).removeprefix("Value error, ")
        reasons.append(f"{where}: {message}" if where else message)
    return JSONResponse({"detail": "; ".join(reasons)}, 422)


async def _failed(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse(
        {"detail": f"The CSMS failed at this request ({type(error).__name__}); its log says more."}, 500
    )
