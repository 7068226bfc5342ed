"""The page in a real browser, at the width of a desk and of a phone; its stream and its figures without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from csms_core.gateway import sockets
from csms_core.gateway.http import ApiServer
from csms_core.hub.readers import MAX_READERS, MAX_WAITING
from harness.instruments.proxy.judging.judge import Judge
from harness.instruments.proxy.views.page import make_app
from harness.instruments.proxy.wire.records import Closed, Faulted, Opened, Passed, Requested, Unseen
from ocppj.evidence.trace import Role
from tests.csms_core.support.browser import browser, needs_chromium, playwright_api
from tests.harness.instruments.proxy.support import BOOT, BOOTED, agreed, request, says

if TYPE_CHECKING:
    from playwright.async_api import Browser

expect = playwright_api.expect
axe_api = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe-core is not installed")

__all__ = ["browser"]  # a fixture

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("browser")]

FACTS = {"listens": "ws://127.0.0.1:9100", "to": "wss://csms.example/ocpp", "faults_on": ""}
EVIL = "<img src=x onerror=alert(1)>"


@dataclass
class Shown:
    """A judge with a page."""

    judge: Judge
    url: str

    def opens(self, number: int, identity: str) -> None:
        self.judge.take(Opened(number, 1, "127.0.0.1:50000", ""))
        self.judge.take(Requested(number, 1, request(f"/{identity}"), []))
        self.judge.take(Passed(number, 1, "csms", agreed()))

    def says(self, number: int, sender: Role, text: str) -> None:
        self.judge.take(Passed(number, 1, sender, says(sender, text)))


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Shown]:
    judge = Judge(folder)
    sock = sockets.listen("127.0.0.1", 0, "--http")
    server = ApiServer(make_app(judge, FACTS))
    await server.start(sock)
    try:
        yield Shown(judge, sockets.address("http", sock))
    finally:
        judge.close()
        await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    async with served(tmp_path) as shown:
        yield shown


@needs_chromium
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desk", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_what_happens_is_on_the_page(
    browser: Browser, shown: Shown, tmp_path: Path, size: tuple[int, int], theme: Any
) -> None:
    problems: list[str] = []
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    page = await context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(shown.url) else problems.append(asked.url))
    shown.opens(1, "CP-EARLY")
    shown.says(1, "station", BOOT)
    await page.goto(f"{shown.url}/")
    await expect(page.locator("#live")).to_contain_text("Live")
    await expect(page.locator("#events")).to_contain_text("BootNotification")

    shown.opens(2, "CP-LATE")
    shown.says(1, "csms", BOOTED)
    shown.says(1, "csms", '[3,"99",{}]')
    shown.says(2, "station", f'[2,"1","DataTransfer",{{"vendorId":"{EVIL}"}}]')
    shown.judge.take(Faulted(2, 1, "csms", "double-answer"))
    shown.judge.take(Unseen(2, 1, "station", 3, 999))

    await expect(page.locator("#events li.finding").first).to_contain_text("RPC-14")
    await expect(page.locator("#events li.fault")).to_contain_text("double-answer")
    await expect(page.locator("#stations")).to_contain_text("CP-LATE")
    await expect(page.locator("#found")).to_contain_text("MUST RPC-14")
    await expect(page.locator("#n-must")).to_have_text("1")
    await expect(page.locator("#to")).to_have_text(FACTS["to"])
    await expect(page.locator("#warning")).to_contain_text("3 messages were passed on while the judge was behind")
    await expect(page.locator("#events")).to_contain_text(EVIL)
    assert await page.locator("#events img").count() == 0

    await page.get_by_placeholder("Filter").fill("cp-late")
    await expect(page.locator("#events li.finding")).to_have_count(0)
    await page.get_by_role("button", name="Pause").click()
    shown.says(2, "csms", "no JSON 77")
    await expect(page.locator("#n-must")).to_have_text("2")
    await expect(page.locator("#events")).not_to_contain_text("no JSON 77")
    await page.get_by_role("button", name="Resume").click()
    await expect(page.locator("#events")).to_contain_text("no JSON 77")
    await page.get_by_placeholder("Filter").fill("")

    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    await page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert (tmp_path / "page.png").stat().st_size > 10_000
    found = await axe_api.Axe().run(page, options={"resultTypes": ["violations"]})
    assert [each["id"] for each in found.response["violations"]] == []
    assert problems == []
    await context.close()


async def lines_of(client: httpx.AsyncClient, count: int, **headers: str) -> list[str]:
    """So many events of the stream, as they are written."""
    found: list[str] = []
    async with asyncio.timeout(30), client.stream("GET", "/api/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith(("id:", "data:")):
                found.append(line)
            if len(found) == 2 * count:
                return found
    return found


async def test_a_stream_goes_on_where_it_was_left(shown: Shown) -> None:
    shown.opens(1, "CP-1")
    shown.says(1, "station", BOOT)
    shown.says(1, "csms", BOOTED)
    async with httpx.AsyncClient(base_url=shown.url, verify=False, timeout=30) as client:
        first = await lines_of(client, 3)
        again = await lines_of(client, 1, **{"Last-Event-ID": "2"})

    assert first[0] == "id: 1"
    assert again == first[4:6]


async def test_no_more_readers_than_may_be(shown: Shown) -> None:
    readers = [shown.judge.feed.open() for _ in range(MAX_READERS)]
    async with httpx.AsyncClient(base_url=shown.url, verify=False, timeout=30) as client:
        answer = await client.get("/api/events")
        assert (answer.status_code, answer.text) == (
            503,
            f"{MAX_READERS} readers follow the events already; close one of them.\n",
        )
        shown.judge.feed.leave(readers[0])
        shown.opens(1, "CP-1")
        assert len(await lines_of(client, 1)) == 2


async def test_a_reader_that_falls_behind_is_dropped_and_nobody_waits(shown: Shown) -> None:
    slow = shown.judge.feed.open()
    for number in range(MAX_WAITING + 1):
        shown.judge.feed.tell(float(number), "note", 1, "CP", "x")

    assert slow.fell_behind
    assert await slow.take() is None
    shown.judge.take(Closed(1, 1, "station", ""))


async def test_a_feed_that_is_closed_ends_its_readers(shown: Shown) -> None:
    reader = shown.judge.feed.open()
    shown.judge.feed.close()

    assert await reader.take() is None
    assert await shown.judge.feed.open().take() is None
