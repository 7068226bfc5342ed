"""Both pages in a real browser, at the width of a desk and of a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from csms_core import Csms
from csms_core.config.model import Config
from tests.csms_core.support.browser import browser, needs_chromium, playwright_api
from tests.harness.cli.ui.served import ui

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

expect = playwright_api.expect
axe_api = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe-core is not installed")

__all__ = ["browser"]  # a fixture

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("browser"),
    needs_chromium,
]
DESK, PHONE = (1280, 800), (390, 844)
SLOW = 120_000
"""Milliseconds that the end of a run may take on a machine that has other things to do."""


@asynccontextmanager
async def opened(browser: Browser, url: str, size: tuple[int, int], theme: Any) -> AsyncIterator[Page]:
    """A page that is ready; the block fails on any error in it, on a request to anybody else, and without access."""
    problems: list[str] = []
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    page = await context.new_page()
    page.set_default_timeout(SLOW)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(url) else problems.append(asked.url))
    yield page
    assert await page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert problems == []
    await context.close()


async def accessible(page: Page) -> None:
    found = await axe_api.Axe().run(page, options={"resultTypes": ["violations"]})
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found.response["violations"]] == []


async def test_somebody_at_a_desk_tests_the_reference(browser: Browser, tmp_path: Path) -> None:
    async with ui(tmp_path) as pages, opened(browser, pages.url, DESK, "light") as page:
        await page.goto(f"{pages.url}/")
        await page.wait_for_selector("body[data-ready]")
        await accessible(page)
        await page.get_by_role("link", name="Choose cases").click()
        await page.get_by_role("button", name="None").click()
        await page.get_by_placeholder("Search: id, title, rule").fill("TC_010_CSMS")
        await expect(page.locator("#start")).to_be_disabled()
        await page.get_by_label("TC_010_CSMS").check()
        await page.get_by_placeholder("Search: id, title, rule").fill("")
        await page.get_by_label("Background load").select_option("office-day")
        await expect(page.locator("#load-hint")).to_contain_text("Each case runs twice")
        await accessible(page)
        await page.get_by_label("Background load").select_option("number")
        await page.get_by_role("textbox", name="Stations").fill("0")
        await page.locator("#start").click()
        await expect(page.locator("#start-said")).to_contain_text("a number of stations from 1 to")
        await page.get_by_label("Background load").select_option("none")
        await expect(page.get_by_role("textbox", name="Stations")).to_be_hidden()
        await expect(page.locator("#start")).to_have_text("Start 1 case")
        await accessible(page)
        await page.locator("#start").click()
        await expect(page.locator("#run-title")).to_have_text("1 of 1 selected cases passed", timeout=SLOW)
        await expect(page.locator("#detail")).to_contain_text("BootNotification")
        await expect(page.get_by_role("link", name="junit.xml")).to_be_visible()
        await expect(page.locator("#announced")).to_have_text("The run is over: 1 of 1 selected cases passed")
        await accessible(page)
        await page.get_by_role("link", name="Earlier runs").click()
        await expect(page.locator("#kept")).to_contain_text("1 of 1 selected cases passed")


async def test_somebody_with_a_phone_at_the_bench_is_asked(browser: Browser, tmp_path: Path) -> None:
    config = Config(database=":temporary:", any_station=True, faults=("boot-rejected",))
    async with (
        Csms(config) as csms,
        ui(tmp_path) as pages,
        opened(browser, pages.url, PHONE, "dark") as page,
    ):
        await page.goto(f"{pages.url}/")
        await page.wait_for_selector("body[data-ready]")
        await page.get_by_role("button", name="New SUT file").click()
        await page.get_by_role("textbox", name="Name").fill("bench.toml")
        await page.get_by_role("button", name="Fill it in").click()
        await page.locator("[data-key='connection.url']").fill("http://nowhere")
        await page.locator("[data-key='operator.kind']").select_option("manual")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("[data-field='connection.url']")).to_contain_text("connection.url")
        await expect(page.locator("[data-key='connection.url']")).to_have_attribute("aria-invalid", "true")
        await page.locator("[data-key='connection.url']").fill(csms.url)
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("#form-said")).to_have_text("Saved.")
        await accessible(page)

        await page.get_by_role("link", name="Choose cases").click()
        await page.get_by_role("button", name="None").click()
        await page.get_by_placeholder("Search: id, title, rule").fill("TC_001_CSMS")
        await page.get_by_label("TC_001_CSMS").check()
        await page.locator("#start").click()
        await expect(page.locator("#run-title")).to_contain_text("1 failed", timeout=SLOW)
        await expect(page.locator("#detail .step.bad")).to_contain_text("BootNotification.conf")
        await expect(page.locator("#detail")).to_contain_text("Expected")
        await expect(page.get_by_role("button", name="Run the red case again")).to_be_visible()
        await accessible(page)

    async with (
        Csms(Config(database=":temporary:", any_station=True)) as csms,
        ui(tmp_path, "bench.toml") as pages,
        opened(browser, pages.url, PHONE, "dark") as page,
    ):
        await pages.send("PUT", "/api/bench/sut/bench.toml", {"values": {"connection.url": csms.url}})
        await page.goto(f"{pages.url}/#run")
        await page.wait_for_selector("body[data-ready]")
        await pages.send("POST", "/api/bench/run", {"sut": "bench.toml", "cases": ["TC_013_CSMS"]}, 202)
        await expect(page.locator("#asked")).to_contain_text("Restart", timeout=SLOW)
        await expect(page.locator("#detail")).to_contain_text("BootNotification")
        await accessible(page)
        await page.get_by_role("button", name="The back office does not offer this").click()
        await expect(page.locator("#asked")).to_be_empty()
        await expect(page.locator("#run-title")).to_contain_text("1 failed", timeout=SLOW)


@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
async def test_a_car_is_plugged_in(browser: Browser, tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    async with (
        Csms(Config(database=":temporary:", any_station=True)) as csms,
        ui(tmp_path) as pages,
        opened(browser, pages.url, size, theme) as page,
    ):
        (await pages.client.put(f"{csms.api_url}/api/v1/tags/TAG-1")).raise_for_status()
        await page.goto(f"{pages.url}/park")
        await page.wait_for_selector("body[data-ready]")
        await accessible(page)
        await page.get_by_label("Address of the CSMS").fill(csms.url)
        await page.get_by_label("Model").select_option("dc-150kw")
        await page.get_by_label("Security profile").select_option("1")
        await expect(page.get_by_label("Client certificate, a path")).to_be_hidden()
        await page.get_by_role("textbox", name="Password").fill("a-password-of-20-oct")
        await page.get_by_text("Deliberate defects").click()
        await page.get_by_label("Search the defects of the new station").fill("heartbeat")
        await page.get_by_label("heartbeat-late").check()
        await accessible(page)
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.locator("#add-said")).to_have_text("CP-1 is switched on.")
        await expect(page.get_by_role("textbox", name="Password")).to_have_value("")
        await expect(page.locator("#lot")).to_contain_text("online")
        await expect(page.locator("#lot .about")).to_contain_text("security profile 1")
        await expect(page.locator("#lot .defects summary")).to_have_text("Deliberate defects: 1 (heartbeat-late)")
        await page.locator("#lot .defects summary").click()
        await page.get_by_label("Defects of CP-1").get_by_label("heartbeat-late").uncheck()
        await expect(page.locator("#lot .defects summary")).to_have_text("Deliberate defects")
        await page.get_by_role("button", name="Plug a car in: connector 1 of CP-1").click()
        await page.get_by_role("button", name="Hold the card: connector 1 of CP-1").click()
        outlet = page.get_by_role("region", name="Connector 1 of CP-1")
        await expect(outlet).to_contain_text("Charging")
        await expect(outlet.locator(".curve .limit.ahead")).to_have_count(1)
        await expect(page.locator("#lot .frames").first).to_contain_text("StartTransaction")
        await accessible(page)
        await page.get_by_role("button", name="Cut the power of CP-1").click()
        await expect(page.locator("#lot .said").first).to_have_text("off")
        await page.get_by_role("button", name="Remove CP-1").click()
        await expect(page.locator("#empty")).to_be_visible()


async def test_all_is_within_reach_of_the_keyboard_in_the_order_of_the_page(browser: Browser, tmp_path: Path) -> None:
    async with ui(tmp_path) as pages, opened(browser, pages.url, DESK, "light") as page:
        await pages.send("POST", "/api/park/stations", {"url": "ws://127.0.0.1:9/", "connectors": 2}, 201)
        for path in ("/", "/park"):
            await page.goto(f"{pages.url}{path}")
            await page.wait_for_selector("body[data-ready]")
            if path == "/park":
                await expect(page.locator("#lot .curve")).to_have_count(2)
            all_there_is = await page.evaluate(CONTROLS)
            met = []
            for _ in all_there_is:
                await page.keyboard.press("Tab")
                met.append(await page.evaluate("() => document.activeElement.dataset.met"))
            assert met == all_there_is
            await page.evaluate("() => document.activeElement.blur()")
            await page.locator(".skip").focus()
            await page.keyboard.press("Enter")
            assert await page.evaluate("() => document.activeElement.id") == "main"


CONTROLS = """() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  .filter((each) => !each.disabled && each.checkVisibility())
  .map((each, number) => each.dataset.met = String(number))"""
"""Marks what a person can act on, and gives the marks in the order of the page."""
