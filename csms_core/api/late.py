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

AT_ONCE: Final = re.compile(r"/api/v1/(stations|tags)(/[^/]+)?|/api/v1/stations/[^/]+/operations/[^/]+")
"""Paths whose routes are there from the start."""

LATER: Final = (
    "operation_routes",
    "reservations",
    "charging_profiles",
    "local_lists",
    "octt",
    "security",
    "triggers",
    "configuration",
    "jobs",
    "images",
    "certificates",
    "transactions",
    "faults",
    "events",
    "metrics",
)
"""Modules of `csms_core.api` with a router each."""


class Late:
    """Middleware next to the routes: calls `add` before the first request that may need what is not there yet."""

    def __init__(self, app: ASGIApp, add: Callable[[], None], modules: Sequence[str]) -> None:
        """`modules` are those that `add` needs: imported in a thread, while `add` is called in the event loop."""
        self._app = app
        self._add = add
        self._modules = modules
        self._adding: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, once the routes it may be for are there."""
        if scope["type"] == "http" and AT_ONCE.fullmatch(scope["path"]) is None:
            if self._adding is None:
                self._adding = asyncio.create_task(self._complete())
            await asyncio.shield(self._adding)  # a client that goes away does not stop it for the others
        await self._app(scope, receive, send)

    async def _complete(self) -> None:
        for name in self._modules:
            await asyncio.to_thread(import_module, name)
        self._add()


def add_later(app: FastAPI) -> None:
    """Have the rest of the API made when it is asked for."""
    package = __package__ or ""
    routers = [f"{package}.{name}" for name in LATER]
    others = [f"{package}.docs", "csms_core.console"]

    def add() -> None:
        for name in routers:
            app.include_router(import_module(name).router)
        import_module(others[0]).add_docs(app)
        import_module(others[1]).add_console(app)

    app.add_middleware(Late, add=add, modules=[*routers, *others])
