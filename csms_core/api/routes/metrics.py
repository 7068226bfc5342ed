"""What a supervisor asks: /health (it lives), /ready (it can serve), /metrics (Prometheus)."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, HTTPException, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import select

from csms_core.api.deps import Csms
from csms_core.api.models import ErrorOut, Health, Readiness

router = APIRouter(tags=["health"])

PATIENCE = 5.0
"""Seconds the database has to answer before the CSMS calls itself unready."""


@router.get("/health")
async def health(csms: Csms) -> Health:
    """The CSMS is up, and where."""
    return Health(url=csms.url, tls_url=csms.tls_url or None, stations_online=csms.hub.online)


@router.get("/ready", responses={503: {"model": ErrorOut}})
async def ready(csms: Csms) -> Readiness:
    """The CSMS can serve a station: its database takes bookings and answers questions."""
    try:
        async with asyncio.timeout(PATIENCE):
            await csms.store.write(lambda connection: connection.execute(select(1)).scalar())
            await csms.store.look_up(lambda connection: connection.execute(select(1)).scalar())
    except TimeoutError:
        raise HTTPException(503, f"The database has not answered within {PATIENCE:g} s.") from None
    except Exception as error:
        raise HTTPException(503, f"The database does not answer ({type(error).__name__}).") from None
    return Readiness()


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "metrics as text"}},
)
async def metrics(csms: Csms) -> Response:
    """Counters and times, as Prometheus reads them."""
    csms.hub.metrics.stations_online = csms.hub.online
    csms.hub.metrics.commits = csms.store.writer.commits
    return Response(csms.hub.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
