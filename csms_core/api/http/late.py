"""The part of the API that is made when somebody asks for it.

Importing all routes takes a third of the start of the CSMS, and who tests with it needs few of them: stations, tags and
operations. The others are there from the first request on that is not about these three. It waits for them, in a
thread, so that the stations do not.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from csms_core.hub.version import Version

LATER: Final = (
    "csms_core.api.routes.security",
    "csms_core.api.routes.jobs",
    "csms_core.api.routes.images",
    "csms_core.api.routes.certificates",
    "csms_core.api.routes.faults",
    "csms_core.api.routes.events",
    "csms_core.api.routes.metrics",
    "csms_core.api.routes.octt",
)
"""Modules with a router each, beside those of the versions."""


class Late:
    """Middleware next to the routes: calls `add` before the first request that may need what is not there yet."""

    def __init__(self, app: ASGIApp, early: re.Pattern[str], add: Callable[[], None], modules: Sequence[str]) -> None:
        """`early` are the paths whose routes are there from the start. `modules` are those that `add` needs: they are
        imported in a thread, while `add` is called in the event loop."""
        self._app = app
        self._early = early
        self._add = add
        self._modules = modules
        self._adding: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, once the routes it may be for are there."""
        if scope["type"] == "http" and self._early.fullmatch(scope["path"]) is None:
            if self._adding is None:
                self._adding = asyncio.create_task(self._complete())
            await asyncio.shield(self._adding)  # a client that goes away does not stop it for the others
        await self._app(scope, receive, send)

    async def _complete(self) -> None:
        for name in self._modules:
            await asyncio.to_thread(import_module, name)
        self._add()


def add_later(app: FastAPI, versions: Sequence[Version]) -> None:
    """Have the rest of the API made when it is asked for."""
    octt = "csms_core.api.routes.octt"
    others = ["csms_core.api.http.docs", "csms_core.api.console"]
    routed = [*(name for version in versions for name in version.api.later), *LATER]

    def add() -> None:
        for version in versions:
            app.include_router(import_module(octt).triggers(version))
        for name in routed:
            app.include_router(import_module(name).router)
        import_module(others[0]).add_docs(app)
        import_module(others[1]).add_console(app)

    app.add_middleware(Late, early=_early(versions), add=add, modules=[octt, *routed, *others])


def _early(versions: Sequence[Version]) -> re.Pattern[str]:
    found = [r"/api/v1/(stations|tags)(/[^/]+)?"]
    for version in versions:
        found += [version.api.early, f"{re.escape(version.api.path)}/stations/[^/]+/operations/[^/]+"]
    return re.compile("|".join(found))
