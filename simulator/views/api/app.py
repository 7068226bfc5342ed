"""The API of one station as an application. Every error body is `{"detail": "one sentence"}`."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from simulator.views.api import faults, looking, verbs
from simulator.views.api.docs import add_docs
from simulator.views.api.guard import Guard
from simulator.views.api.models import ErrorOut
from simulator.views.record import Record

ERRORS = {
    400: "the body is no JSON that can be read",
    401: "the token is missing or wrong",
    403: "a host name, a page of another origin or a proxy is not let in without a token",
    413: "the body is too long",
    422: "the arguments are not as described, or this station has no such thing",
}
"""What any route may answer."""


def make_app(record: Record, token: str | None = None, *, guarded: bool = True) -> FastAPI:
    """The API of the station that is recorded; with a `token` every request has to bring it.

    Not `guarded` it takes every request: then whoever it is a part of has judged them.
    """
    app = FastAPI(
        title="plugproof station",
        version="1",
        openapi_url=None,  # `add_docs` serves it, with the first steps in it
        docs_url=None,  # these two would load their parts from elsewhere; `add_docs` has its own
        redoc_url=None,
        responses={code: {"model": ErrorOut, "description": text} for code, text in ERRORS.items()},
    )
    app.state.record = record
    app.state.asks_for_token = token is not None
    if guarded:
        app.add_middleware(Guard, token=token)
    for router in (looking.router, verbs.routes(record.station.verbs()), faults.router):
        app.include_router(router)
    add_docs(app)
    app.add_exception_handler(RequestValidationError, _wrong)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _failed)
    return app


async def _wrong(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [{**one, "loc": one["loc"][1:]} for one in error.errors()]
    record: Record = request.app.state.record
    verb = record.station.verbs().get(request.url.path.rpartition("/")[2])
    if verb is not None:
        return JSONResponse({"detail": verb.complaint(problems)}, 422)
    reasons = (": ".join([*(str(step) for step in one["loc"]), str(one["msg"])]) for one in problems)
    return JSONResponse({"detail": f"{request.url.path}: {'; '.join(reasons)}"}, 422)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    sentence, path = str(error.detail), request.url.path
    if error.status_code == 400:
        sentence = f"{path}: the body is no JSON that can be read."
    elif error.status_code == 405:
        sentence = f"{path} does not know {request.method}; GET /docs shows everything."
    elif sentence == "Not Found":
        sentence = f"There is no {path} here; GET /docs shows everything."
    return JSONResponse({"detail": sentence}, error.status_code, error.headers)


async def _failed(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": f"The station failed at this request ({type(error).__name__})."}, 500)
