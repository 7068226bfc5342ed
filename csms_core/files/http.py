"""The HTTP door of the file server: PUT or POST to leave a file, GET (ranges included) to fetch one.

A file may come as the body itself or, as browsers and some stations do it, as multipart/form-data. Its name is the last
step of the path, else the name in the form or in Content-Disposition.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from csms_core.files.depot import DepotError, Intake, TooLarge
from csms_core.files.places import Busy, Place, Places, clean_name

log = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
"""How long an upload may pause."""

_NAME_IN_HEADER = re.compile(r'filename="?([^";]+)"?')


def make_app(places: Places) -> Starlette:
    """The door as an application."""
    door = _Door(places)
    paths = ("/{token}", "/{token}/", "/{token}/{name}")
    return Starlette(
        routes=[
            *(Route(path, door.leave, methods=["PUT", "POST"]) for path in paths),
            *(Route(path, door.fetch, methods=["GET"]) for path in paths),  # and HEAD
        ]
    )


class _Fetched(FileResponse):
    """A file response that books the fetch before it hands over the last piece: who has the file is in the books."""

    def __init__(self, places: Places, place: Place, path: Any, name: str) -> None:
        super().__init__(path, media_type="application/octet-stream", filename=name)
        self._places = places
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""
        to_the_end = False

        async def watched(message: Any) -> None:
            nonlocal to_the_end
            if message["type"] == "http.response.start":
                span = dict(message["headers"]).get(b"content-range", b"")
                to_the_end = message["status"] == 200 or (message["status"] == 206 and _reaches_end(span))
            elif to_the_end and not message.get("more_body", False) and scope["method"] == "GET":
                await self._places.fetched(self._place, scope["scheme"])
            await send(message)

        try:
            with self._places.transfer(self._place):
                await super().__call__(scope, receive, watched)
        except Busy as error:
            await _busy(error)(scope, receive, send)


class _Door:
    """The routes."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def fetch(self, request: Request) -> Response:
        """Fetch the image of a place."""
        place = await self._places.by_token(request.path_params["token"])
        if place is None or place.image is None:
            return PlainTextResponse("There is nothing to fetch here.\n", 404)
        if request.path_params.get("name", "") not in ("", place.image.name):
            return PlainTextResponse("There is no file of that name here.\n", 404)
        path = self._places.depot.path(place.image.stored)
        if not await asyncio.to_thread(path.is_file):
            return PlainTextResponse("The file is gone.\n", 410)
        return _Fetched(self._places, place, path, place.image.name)

    async def leave(self, request: Request) -> Response:
        """Leave a file at a place."""
        place = await self._places.by_token(request.path_params["token"])
        if place is None or place.direction != "upload":
            return PlainTextResponse("Nothing can be left here.\n", 404)
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._places.depot.max_bytes + (1 << 16):
            return PlainTextResponse(f"A file may have {self._places.depot.max_bytes} bytes.\n", 413)
        try:
            with self._places.transfer(place):
                async with self._places.depot.intake() as intake:
                    name = await _read(request, intake)
                    kept = await intake.keep()
        except Busy as error:
            return _busy(error)
        except TooLarge as error:
            return PlainTextResponse(f"{error}\n", 413)
        except _BadForm as error:
            return PlainTextResponse(f"{error}\n", 400)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("The file did not come to its end.\n", 408)
        except DepotError as error:
            log.error("%s", error)
            return PlainTextResponse("The file cannot be stored.\n", 507)
        name = clean_name(request.path_params.get("name") or name or _name_in_header(request))
        if not await self._places.left(place, name, kept, request.url.scheme):
            return PlainTextResponse("Enough files were left here.\n", 409)
        return PlainTextResponse("", 201)


class _BadForm(Exception):
    """A multipart body that is none, or holds no file."""


async def _read(request: Request, intake: Intake) -> str:
    """Write the body, or the file within it, into the depot; returns the name a form gives it."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        async for data in _body(request):
            await intake.write(data)
        return ""
    form = _Form(options.get(b"boundary", b""))
    async for data in _body(request):
        for part in form.feed(data):
            await intake.write(part)
    return form.end()


async def _body(request: Request) -> AsyncIterator[bytes]:
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                data = await anext(stream)
        except StopAsyncIteration:
            return
        yield data


class _Form:
    """The first file of a multipart body, as its pieces come."""

    def __init__(self, boundary: bytes) -> None:
        self._header: tuple[bytes, bytes] = (b"", b"")
        self._name: str | None = None  # of the file; None: none has come yet
        self._inside = False
        self._ended = False
        self._pieces: list[bytes] = []
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_header_field": lambda data, start, end: self._add(0, data[start:end]),
                    "on_header_value": lambda data, start, end: self._add(1, data[start:end]),
                    "on_header_end": self._header_ends,
                    "on_part_data": self._part,
                    "on_part_end": self._part_ends,
                    "on_end": self._ends,
                },
            )
        except MultipartParseError as error:
            raise _BadForm(f"The form cannot be read ({error}).") from None

    def feed(self, data: bytes) -> list[bytes]:
        """What the file gains by more of the body. Raises _BadForm."""
        self._pieces.clear()
        try:
            self._parser.write(data)
        except MultipartParseError as error:
            raise _BadForm(f"The form cannot be read ({error}).") from None
        return self._pieces

    def end(self) -> str:
        """The body has ended; the name of the file. Raises _BadForm when there is none, or it is cut off."""
        if self._name is None or not self._ended:
            raise _BadForm("The form holds no file, or does not come to its end.")
        return self._name

    def _add(self, which: int, data: bytes) -> None:
        field, value = self._header
        self._header = (field + data, value) if which == 0 else (field, value + data)

    def _header_ends(self) -> None:
        field, value = self._header
        self._header = (b"", b"")
        if field.lower() != b"content-disposition" or self._name is not None:
            return
        _, options = parse_options_header(value)
        if b"filename" in options:
            self._name = options[b"filename"].decode("utf-8", "replace")
            self._inside = True

    def _part(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._pieces.append(data[start:end])

    def _part_ends(self) -> None:
        self._inside = False

    def _ends(self) -> None:
        self._ended = True


def _busy(error: Busy) -> Response:
    return PlainTextResponse(f"{error}\n", 503, {"Retry-After": "10"})


def _name_in_header(request: Request) -> str:
    found = _NAME_IN_HEADER.search(request.headers.get("content-disposition", ""))
    return found[1] if found else ""


def _reaches_end(content_range: bytes) -> bool:
    """Whether `bytes a-b/n` ends with the last byte; an answer of several ranges names none."""
    span, _, size = content_range.partition(b"/")
    end = span.rpartition(b"-")[2]
    return end.isdigit() and int(end) + 1 == int(size)
