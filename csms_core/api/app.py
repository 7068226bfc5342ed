"""The API as one application. Every error body is `{"detail": "one sentence"}`."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from csms_core.api import faults, operations, stations, tags, transactions
from csms_core.api.deps import Csms
from csms_core.api.models import Health
from csms_core.services import Services


def make_app(services: Services) -> FastAPI:
    """The API of a running CSMS."""
    app = FastAPI(title="plugproof reference CSMS", version="1", description="Provisioning, operations and faults.")
    app.state.services = services
    app.add_api_route("/health", health, methods=["GET"], tags=["health"])
    # operations first: the route of a station would take their path for an identity
    for router in (operations.router, stations.router, tags.router, transactions.router, faults.router):
        app.include_router(router)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(Exception, _failed)
    return app


async def health(csms: Csms) -> Health:
    """The CSMS is up, and where."""
    return Health(url=csms.url, stations_online=csms.hub.online)


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
