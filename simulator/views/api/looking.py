"""What can be seen of a station: its state, its last frames, and its events as a stream (server-sent events)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, HTTPException, Query
from fastapi.responses import StreamingResponse

from simulator.kernel.snapshot import LimitAhead, State
from simulator.views.api.deps import Watched
from simulator.views.api.models import FrameOut
from simulator.views.record import MAX_FRAMES, Happened, Record

router = APIRouter(prefix="/api/v1", tags=["state"])

MAX_AHEAD = 86_400
"""Seconds of a composite schedule: a day."""

SIGN_OF_LIFE = 15.0
"""Seconds after which a comment is sent when nothing happens, so that neither side takes the other for dead."""


@router.get("/state")
async def get_state(record: Watched) -> State:
    """The station now."""
    return record.station.state()


@router.get("/limits")
async def get_limits(
    record: Watched,
    connector: Annotated[int, Query(ge=1, description="connectorId; of OCPP 2.0.1 that of the EVSE")],
    seconds: Annotated[int, Query(ge=1, le=MAX_AHEAD, description="how far ahead")] = 3600,
) -> tuple[LimitAhead, ...]:
    """What charging profiles allow a connector from now on, in watt: its composite schedule. Empty without smart
    charging; without a transaction it is for one that begins now."""
    try:
        return record.station.ahead(connector, seconds)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None


@router.get("/frames")
async def get_frames(
    record: Watched, last: Annotated[int, Query(ge=1, le=MAX_FRAMES, description="how many at most")] = 100
) -> list[FrameOut]:
    """The last frames, the oldest first; passwords are masked."""
    return [FrameOut.of(one) for one in record.frames(last)]


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "the stream"}},
)
async def follow_events(
    record: Watched,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="only events after the one of this number")] = 0,
    follow: Annotated[bool, Query(description="false: only what is kept, then the end")] = True,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", description="as `after`")] = None,
) -> StreamingResponse:
    """Follow what happens, from the oldest event that is kept; `dropped` tells a slow reader that it missed some."""
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19:
        after = max(after, int(last_event_id))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(record, after, follow), media_type="text/event-stream", headers=headers)


async def _stream(record: Record, after: int, follow: bool) -> AsyncIterator[bytes]:
    news = asyncio.Event()
    record.on_change.append(news.set)
    begun = after > 0
    try:
        while True:
            news.clear()
            events = record.events(after=after)
            if begun and events and events[0].number > after + 1:
                yield b"event: dropped\ndata: {}\n\n"
            if events:
                after, begun = events[-1].number, True
                yield b"".join(map(_lines, events))
            if record.closed or not follow:
                return
            try:
                async with asyncio.timeout(SIGN_OF_LIFE):
                    await news.wait()
            except TimeoutError:
                yield b": still here\n\n"
    finally:
        record.on_change.remove(news.set)


def _lines(one: Happened) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (one.number, one.kind.encode(), msgspec.json.encode(one))
