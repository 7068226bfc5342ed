"""The page of a proxy, the metrics, and what the page asks for; to this machine only, and to be read only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from csms_core.api.console import headers
from csms_core.hub.readers import TooManyReaders
from harness.instruments.proxy.judging.events import Event, Feed, Reader
from harness.instruments.proxy.judging.judge import Judge
from ocppj.evidence.outside import shown
from simulator.views.api.guard import Guard

STATIC: Final = Path(__file__).parent / "static"
SIGN_OF_LIFE: Final = 15.0
"""Seconds after which a comment is sent when nothing happens."""

MOST_SHOWN: Final = 500
"""Stations in one answer."""


def make_app(judge: Judge, facts: dict[str, str]) -> Starlette:
    """The application; `facts` are what the head of the page says: where it listens, where the CSMS is."""

    async def page(request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers=headers())

    async def metrics(request: Request) -> Response:
        return Response(judge.figures.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def state(request: Request) -> Response:
        return Response(msgspec.json.encode(state_of(judge, facts)), media_type="application/json")

    async def events(request: Request) -> Response:
        try:
            reader = judge.feed.open(_after(request))
        except TooManyReaders as error:
            return PlainTextResponse(f"{error}\n", 503)
        told = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(judge.feed, reader), media_type="text/event-stream", headers=told)

    return Starlette(
        middleware=[Middleware(Guard, token=None)],
        routes=[
            Route("/", page),
            Route("/metrics", metrics),
            Route("/api/state", state),
            Route("/api/events", events),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
    )


def state_of(judge: Judge, facts: dict[str, str]) -> dict[str, Any]:
    """What the page shows beside the events."""
    stations = [
        {
            "connection": each.number,
            "identity": shown(each.identity, longest=100),
            "address": each.address,
            "version": each.version,
            "state": each.state,
            "since": each.since,
            "station": each.counts["station"],
            "csms": each.counts["csms"],
            "findings": each.findings,
        }
        for each in list(judge.open.values())[:MOST_SHOWN]
    ]
    figures = judge.figures
    return {
        **judge.summary(),
        **facts,
        "open": len(judge.open),
        "stations": stations,
        "lag": figures.lag,
        "unseen": sum(figures.unseen.values()),
        "unjudged": sum(figures.unjudged.values()),
        "problem": judge.problem or judge.keeper.problem,
    }


def _after(request: Request) -> int:
    given = request.headers.get("last-event-id", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


async def _stream(feed: Feed, reader: Reader) -> AsyncIterator[bytes]:
    try:
        yield b": here\n\n"
        while True:
            try:
                async with asyncio.timeout(SIGN_OF_LIFE):
                    events = await reader.take()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if events is None:
                return
            yield b"".join(map(_lines, events))
    finally:
        feed.leave(reader)


def _lines(event: Event) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (event.seq, event.to_json())
