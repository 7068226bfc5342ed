"""Live events as a stream (server-sent events): every frame as it passes, stations that come and go.

A reader that falls behind is dropped and told so; it comes back with the number of the last event it has (`after`, or
the header `Last-Event-ID`) and finds the newest ones kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query
from fastapi.responses import StreamingResponse

from csms_core.api.deps import Csms
from csms_core.api.models import ErrorOut
from csms_core.hub.feed import Event, Feed, Reader
from csms_core.hub.readers import TooManyReaders

router = APIRouter(prefix="/api/v1", tags=["events"])

SIGN_OF_LIFE = 15.0
"""Seconds after which a comment is sent when nothing happens, so that neither side takes the other for dead."""

After = Annotated[int, Query(ge=0, le=2**63 - 1, description="only events after the one of this number")]
Last = Annotated[str | None, Header(alias="Last-Event-ID", description="the same, as browsers say it")]


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "the stream"},
        503: {"model": ErrorOut},
    },
)
async def follow_events(
    csms: Csms,
    station: Annotated[str | None, Query(description="only events of this station")] = None,
    after: After = 0,
    follow: Annotated[bool, Query(description="false: only what is kept, then the end")] = True,
    last_event_id: Last = None,
) -> StreamingResponse:
    """Follow what happens: `frame`, `connected`, `disconnected`, `refused`, `finding`, `ended`; `dropped` ends a
    reader that fell behind.

    First come the newest events that are kept, some hundreds, then `live`, then what happens from now on.
    """
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19:
        after = max(after, int(last_event_id))
    try:
        reader = csms.hub.feed.open(station=station, after=after)
    except TooManyReaders as error:
        raise HTTPException(503, str(error)) from None
    if not follow:
        csms.hub.feed.leave(reader)
        reader.end()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(csms.hub.feed, reader), media_type="text/event-stream", headers=headers)


async def _stream(feed: Feed, reader: Reader) -> AsyncIterator[bytes]:
    try:
        yield b"".join(_lines(event) for event in reader.take_now()) + b"event: live\ndata: {}\n\n"
        while True:
            try:
                async with asyncio.timeout(SIGN_OF_LIFE):
                    events = await reader.take()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if events is None:
                break
            yield b"".join(map(_lines, events))
        if reader.fell_behind:
            yield b"event: dropped\ndata: {}\n\n"
    finally:
        feed.leave(reader)


def _lines(event: Event) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, event.kind.encode(), event.to_json())
