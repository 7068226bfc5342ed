"""A headless Chromium for the tests of the console, and their fixtures; they are skipped where there is none."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from csms_core import Csms
from csms_core.api.http import docs
from tests.csms_core.support.bench import default_config, provision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI
    from playwright.async_api import Browser, ConsoleMessage, Page, Request

    from csms_core.hub.version import Version

playwright_api = pytest.importorskip("playwright.async_api", reason="playwright is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


PATIENCE_MS = 120_000
"""What a page is waited for; a machine that is busy makes no test red."""
playwright_api.expect.set_options(timeout=PATIENCE_MS)

Opening = Callable[..., Any]
Routes = dict[str, Callable[[Any], Any]]
"""What of the API is answered by the test: a pattern of the address, and who answers."""


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A browser with a profile folder of its own, which is removed with it."""
    async with playwright_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


_describe = docs._describe
_made: dict[str, Any] = {}


def _described_once(app: FastAPI, versions: Sequence[Version]) -> dict[str, Any]:
    """The OpenAPI document, which every page asks for: each CSMS here has the same one, and to make it anew is half of
    what a test computes beside the browser."""
    if not _made:
        _made.update(_describe(app, versions))
    return _made


@pytest_asyncio.fixture(loop_scope="module")
async def csms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Csms]:
    monkeypatch.setattr(docs, "_describe", _described_once)
    async with Csms(default_config(tmp_path)) as csms:
        await provision(csms)
        yield csms


@pytest_asyncio.fixture(loop_scope="module")
async def opening(csms: Csms, browser: Browser) -> AsyncIterator[Opening]:
    """`await opening("/")` opens a page and waits until it is filled; the test fails on any error in it, and when it
    asks anybody but the CSMS for anything."""
    problems: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if _is_wrong(message):
            problems.append(message.text)

    def see(request: Request) -> None:
        if not request.url.startswith((csms.api_url, "data:", "blob:")):
            problems.append(request.url)

    async with AsyncExitStack() as stack:

        async def open_page(
            path: str = "/", *, ready: str = "body[data-ready]", routes: Routes | None = None, **options: Any
        ) -> Page:
            context = await browser.new_context(**options)
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("console", hear)
            page.on("request", see)
            for pattern, handler in (routes or {}).items():
                await page.route(pattern, handler)
            await page.goto(csms.api_url + path)
            if ready:
                await page.wait_for_selector(ready)
            return page

        yield open_page
        assert problems == []


def _is_wrong(message: ConsoleMessage) -> bool:
    """An answer such as 422 or 401 is reported by the browser itself, and is no mistake of the page."""
    return message.type == "error" and "the server responded with a status of 4" not in message.text
