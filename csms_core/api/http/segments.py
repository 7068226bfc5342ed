"""Identities and tags in paths: one segment each, in which `%2F` is a slash that belongs to the name.

A server decodes a path before it is routed, so that a slash of a name looks like one of the path, and a route that took
both would take `/stations/S1/operations/Reset` for a station. `Segments` keeps the slashes of names apart, the
convertor `{name:segment}` puts them back.
"""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import unquote

from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_SLASH = "\0"
"""Stands for a slash of a name while the path is routed; no name may hold it."""


class SegmentConvertor(Convertor[str]):
    """`{name:segment}`."""

    regex: ClassVar[str] = "[^/]+"

    def convert(self, value: str) -> str:
        """The name a segment spells."""
        return value.replace(_SLASH, "/")

    def to_string(self, value: str) -> str:
        """The segment for a name."""
        return value.replace("/", "%2F")


register_url_convertor("segment", SegmentConvertor())


class Segments:
    """Middleware in front of the routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Mark the slashes of names in the path."""
        if scope["type"] == "http" and b"%" in scope.get("raw_path", b""):
            raw = scope["raw_path"].decode("latin-1")
            if "%00" in raw:
                await JSONResponse({"detail": "A path must not hold %00."}, 400)(scope, receive, send)
                return
            scope = {**scope, "path": unquote(raw.replace("%2F", "%00").replace("%2f", "%00"))}
        await self._app(scope, receive, send)
