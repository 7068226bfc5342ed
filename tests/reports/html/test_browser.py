"""report.html in a real browser: read, filtered, printed, without JavaScript, on a phone, and by everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from harness.artifacts.page import write_page
from tests.csms_core.support.browser import launched, needs_chromium, playwright_api
from tests.reports import sample

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Request

axe_api = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe-core is not installed")

expect = playwright_api.expect
Opening = Callable[..., Any]

# One browser for all; it belongs to the loop it was started in. One worker runs them, see `--dist loadgroup`.
pytestmark = [
    needs_chromium,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("browser"),
]

IDS = (
    *("TC_001_CSMS", "TC_010_CSMS", "TC_012_CSMS", "TC_013_CSMS", "TC_017_1_CSMS", "TC_019_1_CSMS", "TC_021_CSMS"),
    *("TC_042_2_CSMS", "TC_046_CSMS", "TC_051_CSMS", "TC_056_CSMS", "TC_061_CSMS", "TC_064_CSMS", "TC_067_CSMS"),
    "TC_085_CSMS",
)
"""One case of each kind: axe looks at every element."""
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the sample run with `IDS`, in a folder with its traces."""
    out = tmp_path_factory.mktemp("run")
    results = sample.results()
    results["cases"] = [case for case in results["cases"] if case["id"] in IDS]
    for number, one in enumerate(
        results["performance"]["samples"]["rows"]
    ):  # one case after the other, which a picture shows
        one |= {"case": IDS[min(number // 20, len(IDS) - 1)], "at_ms": number * 1_000.0}
    for path in filter(None, (case["trace"] for case in results["cases"])):
        (out / path).parent.mkdir(parents=True)
        (out / path).write_bytes((sample.HERE / path).read_bytes())
    write_page(results, out)
    return out / "report.html"


@pytest_asyncio.fixture(loop_scope="module")
async def opening(report: Path, browser: Browser) -> AsyncIterator[Opening]:
    """`await opening("#TC_010_CSMS")` opens the page; an error in it, or a request for another file, fails the test."""
    problems: list[str] = []

    def see(request: Request) -> None:
        if not request.url.startswith(report.as_uri()):
            problems.append(request.url)

    async with AsyncExitStack() as stack:

        async def open_page(fragment: str = "", **options: Any) -> Page:
            context = await browser.new_context(**options)
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(60_000)
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("console", lambda message: problems.append(message.text))
            page.on("request", see)
            await page.goto(report.as_uri() + fragment)
            return page

        yield open_page
        assert problems == []


async def test_the_count_of_cases_is_that_of_the_run(opening: Opening) -> None:
    """The picture of the response times shades every second case; its shades are no cases."""
    page = await opening()
    await page.get_by_role("searchbox").fill("TC_")
    await expect(page.locator("svg rect.turn").first).to_be_attached()
    await expect(page.get_by_role("status")).to_have_text(str(len(IDS)))


async def shown(page: Page) -> list[str]:
    """The ids of the cases that can be seen."""
    ids: list[str] = await page.locator(".case:visible").evaluate_all("nodes => nodes.map(node => node.id)")
    return ids


async def test_an_address_opens_its_case_and_its_message(opening: Opening) -> None:
    page = await opening("#TC_010_CSMS")
    case = page.locator("#TC_010_CSMS")
    await expect(case).to_have_attribute("open", "")
    await expect(case.locator(":scope > summary")).to_be_in_viewport()
    await page.wait_for_function("document.activeElement.parentElement.id === 'TC_010_CSMS'")
    await expect(case.locator(".failure")).to_contain_text("idTag = WRONG-TAG")
    await expect(case.locator(".failure mark")).to_have_text('"WRONG-TAG"')

    await case.get_by_role("link", name="12", exact=True).click()

    message = page.locator("#TC_010_CSMS-12")
    await expect(message).to_have_class("step down off")
    await expect(message.locator("pre")).to_be_visible()

    await page.evaluate("location.hash = '#TC_010_CSMS-3'")  # in a state that is folded

    await expect(page.locator("#TC_010_CSMS-3 pre")).to_contain_text("chargePointVendor")


async def test_an_arrow_shows_its_message_by_key(opening: Opening) -> None:
    page = await opening("#TC_010_CSMS")
    arrow = page.locator("#TC_010_CSMS-12 > summary")
    await expect(page.locator("#TC_010_CSMS-12 pre")).to_be_hidden()
    await arrow.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#TC_010_CSMS-12 pre")).to_be_visible()
    await expect(arrow.get_by_role("img", name="CSMS to station")).to_be_visible()


async def test_cases_are_found_by_verdict_profile_and_words(opening: Opening) -> None:
    page = await opening()
    every = await shown(page)
    assert sorted(every) == sorted(IDS)

    await page.get_by_role("button", name="Errors").click()
    assert await shown(page) == ["TC_012_CSMS", "TC_067_CSMS"]
    await page.get_by_role("button", name="Passed unexpectedly").click()
    assert await shown(page) == ["TC_012_CSMS", "TC_021_CSMS", "TC_067_CSMS"]
    await page.get_by_role("combobox", name="Profile").select_option("Smart Charging")
    assert await shown(page) == ["TC_067_CSMS"]
    await expect(page.get_by_role("status")).to_have_text(f"1 of {len(every)}")

    await page.keyboard.press("/")
    assert await page.evaluate("document.activeElement.id") == "search"
    await page.keyboard.type("nobody says this")
    await expect(page.get_by_text("No case fits.")).to_be_visible()
    await page.get_by_role("button", name="Show all").click()
    assert await shown(page) == every

    await page.keyboard.type("wrong-TAG remote")  # a member of a message, and a word of the title
    assert await shown(page) == ["TC_010_CSMS"]

    await page.evaluate("location.hash = '#TC_056_CSMS'")  # a link to what is filtered away shows it
    await expect(page.locator("#TC_056_CSMS")).to_have_attribute("open", "")
    assert await shown(page) == every


async def test_all_cases_open_and_close(opening: Opening) -> None:
    page = await opening()
    await page.get_by_role("button", name="Not applicable").click()
    await page.get_by_role("button", name="Expand all").click()
    assert await page.locator(".case[open]").evaluate_all("nodes => nodes.map(node => node.id)") == [
        "TC_046_CSMS",
        "TC_051_CSMS",
    ]
    await page.get_by_role("button", name="Collapse all").click()
    await expect(page.locator(".case[open]")).to_have_count(0)


async def test_the_command_is_copied(opening: Opening) -> None:
    page = await opening("#TC_010_CSMS", permissions=["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy the command that runs TC_010_CSMS again").click()
    await expect(page.locator("#TC_010_CSMS .copy")).to_contain_text("Copied")
    text = await page.evaluate("navigator.clipboard.readText()")
    assert text == "plugproof precheck --sut sut.toml --strict --case TC_010_CSMS"


async def test_light_and_dark(opening: Opening) -> None:
    page = await opening(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await page.get_by_role("button", name="Switch between light and dark").click()
    dark = await page.evaluate(ground)
    assert light != dark
    await page.reload()
    assert await page.evaluate(ground) == dark  # it is remembered
    other = await opening(color_scheme="dark")
    assert await other.evaluate(ground) == dark


async def test_it_is_readable_without_javascript(opening: Opening) -> None:
    page = await opening(java_script_enabled=False)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Reference CSMS")
    await expect(page.get_by_role("searchbox")).to_be_hidden()
    await expect(page.get_by_role("button")).to_have_count(0)
    await page.locator("#TC_010_CSMS > summary").click()
    await page.locator("#TC_010_CSMS-12 > summary").click()
    await expect(page.locator("#TC_010_CSMS-12 mark")).to_have_text('"WRONG-TAG"')
    await page.emulate_media(media="print")  # what was not opened is printed open as well
    await expect(page.locator("#TC_061_CSMS .failure")).to_be_visible()
    await expect(page.locator("#TC_056_CSMS .body")).to_be_hidden()


async def test_a_phone_needs_not_scroll_sideways(opening: Opening) -> None:
    page = await opening("#TC_010_CSMS", **PHONE)
    await page.get_by_role("button", name="Expand all").click()
    await page.locator(".fold:not([open]) > summary").evaluate_all("nodes => nodes.forEach(node => node.click())")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await expect(page.locator("#TC_010_CSMS .failure mark")).to_be_visible()
    await expect(page.get_by_role("row", name="Smart Charging").get_by_text("1 passed, 1 error")).to_be_visible()


async def test_paper_shows_what_matters_and_the_screen_is_as_before(opening: Opening) -> None:
    page = await opening()
    await page.emulate_media(media="print")
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    await expect(page.locator("#TC_010_CSMS-12")).to_have_attribute("open", "")
    await expect(page.locator("#TC_010_CSMS .failure mark")).to_be_visible()
    await expect(page.locator("#TC_010_CSMS-9 pre")).to_be_hidden()
    await expect(page.locator("#TC_056_CSMS .body")).to_be_hidden()
    await expect(page.locator("#tools")).to_be_hidden()
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await expect(page.locator("details.case[open]")).to_have_count(0)
    assert (await page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("fragment", "options"),
    [("#TC_010_CSMS", {"color_scheme": "light"}), ("#TC_067_CSMS", {"color_scheme": "dark"}), ("#TC_061_CSMS", PHONE)],
    ids=["light", "dark", "phone"],
)
async def test_axe_finds_nothing(opening: Opening, fragment: str, options: dict[str, Any]) -> None:
    page = await opening(fragment, **options)
    await page.locator(f"{fragment} details, #mismatches ~ * details").evaluate_all(
        "nodes => nodes.forEach(node => { node.open = true; })"
    )
    await page.get_by_role("button", name="Inconclusive").click()
    await page.get_by_role("button", name="Inconclusive").click()  # pressed and released: both looks are judged below
    await page.get_by_role("button", name="Failed", exact=False).first.click()
    found = await axe_api.Axe().run(page, options={"resultTypes": ["violations"]})
    bad = [
        f"{one['impact']} {one['id']}: {one['help']}; {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
    assert bad == []
    assert len(found.response["passes"]) > 20


async def test_one_can_come_everywhere_by_key(opening: Opening) -> None:
    page = await opening()
    seen = []
    for _ in range(12):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate("document.activeElement.textContent.trim().split('\\n')[0].trim()"))
    assert seen[0] == "Skip to the cases"
    assert seen[2:7] == ["Summary", "Cases", "Rules", "Performance", "Run"]
    assert seen[8] == "claims and conditions"
    assert seen[9].startswith("FAIL")
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
