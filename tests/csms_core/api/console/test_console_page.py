"""The console in a real browser: what it shows, what it sends, and that anybody can use it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from csms_core import Csms
from ocppj.errors import ConnectFailed
from schemas import load
from tests.csms_core.support.bench import STATION, Station, connect
from tests.csms_core.support.browser import (
    Opening,
    browser,
    csms,
    needs_chromium,
    opening,
    playwright_api,
)

if TYPE_CHECKING:
    from playwright.async_api import Page

expect = playwright_api.expect

__all__ = ["browser", "csms", "opening"]  # fixtures

# One browser for all; it belongs to the loop it was started in. One worker runs them, see `--dist loadgroup`.
pytestmark = [
    needs_chromium,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("browser"),
]

HERE = f"/#/stations/{STATION}"

POWER = {"measurand": "Power.Active.Import", "unit": "kW", "value": "7.4"}


@pytest_asyncio.fixture(loop_scope="module")
async def station(csms: Csms) -> AsyncIterator[Station]:
    station = await connect(csms.url, STATION)
    await station.boot(chargePointVendor="ACME", chargePointModel="Rapid", firmwareVersion="1.2.3")
    await station.status("Available", 1)
    await station.status("Available", 2)
    yield station
    await station.close()


async def choose(page: Page, action: str) -> None:
    await page.get_by_role("radio", name=action, exact=True).check()


def sample(energy: int) -> list[dict[str, Any]]:
    return [{"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": str(energy)}, POWER]}]


async def test_it_shows_stations_connectors_and_transactions_as_they_change(opening: Opening, station: Station) -> None:
    page = await opening(HERE)
    bay = page.get_by_role("article", name="Connector 1")
    await expect(bay).to_contain_text("Available")
    await expect(page.locator("#station")).to_contain_text("ACME Rapid · firmware 1.2.3")

    transaction = (await station.start(meterStart=1000))["transactionId"]
    await station.status("Charging", 1)
    await station.call("MeterValues", {"connectorId": 1, "transactionId": transaction, "meterValue": sample(3500)})

    await expect(bay).to_contain_text("Charging")
    await expect(bay).to_contain_text("GOOD")
    await expect(bay).to_contain_text("2.50 kWh")
    await expect(bay).to_contain_text("7.4 kW")
    await expect(page.locator("#n-charging")).to_have_text("1")
    await expect(page.locator("#n-power")).to_have_text("7.4")
    await expect(page.locator("#n-running")).to_have_text("1")

    await station.stop(transaction, meterStop=4000)
    await station.status("Faulted", 1, "GroundFailure")

    await expect(bay).to_contain_text("Faulted")
    await expect(bay).to_contain_text("GroundFailure")
    await page.get_by_role("tab", name="Transactions").click()
    await expect(page.get_by_role("row").nth(1)).to_contain_text("3.00 kWh")


async def test_an_end_that_nobody_told_is_shown_as_such(opening: Opening, station: Station) -> None:
    page = await opening(HERE)
    await station.start(meterStart=1000)
    await expect(page.locator("#n-running")).to_have_text("1")

    await station.status("Available", 1)

    await expect(page.locator("#n-running")).to_have_text("0")
    await page.get_by_role("tab", name="Transactions").click()
    row = page.get_by_role("row").nth(1)
    await expect(row).to_contain_text("– kWh")
    await expect(row.get_by_text("not told")).to_have_attribute("title", "Its connector was reported Available.")


async def test_an_end_by_hand_is_seen_at_once_with_its_evidence(opening: Opening, csms: Csms, station: Station) -> None:
    page = await opening(HERE)
    number = (await station.start(meterStart=1000))["transactionId"]
    await expect(page.locator("#n-running")).to_have_text("1")

    async with httpx.AsyncClient(base_url=csms.api_url, timeout=60) as api:
        await api.post(f"/api/v1/transactions/{number}/end", json={"why": "The driver has called."})

    told = f"{STATION} told no end of transaction {number} at connector 1: The driver has called. (operator)"
    await expect(page.locator(".event.ended")).to_contain_text(told)
    await expect(page.locator("#n-running")).to_have_text("0")


async def test_a_station_that_comes_and_goes(opening: Opening, csms: Csms, station: Station) -> None:
    page = await opening()
    await expect(page.locator("#n-online")).to_have_text("1")

    await station.close()

    await expect(page.locator("#n-online")).to_have_text("0")
    await expect(page.locator(".frame-list")).to_contain_text(f"{STATION} disconnected")


async def test_a_station_that_may_not_stay_is_shown_with_the_reason(
    opening: Opening, csms: Csms, station: Station
) -> None:
    page = await opening(HERE)
    await expect(page.locator(".about")).to_contain_text("security profile 0")

    async with httpx.AsyncClient(base_url=csms.api_url, timeout=60) as api:
        await api.put(f"/api/v1/stations/{STATION}/security", json={"profile": 2})

    reason = "disconnected by the CSMS: security profile 0 is not allowed any more"
    await expect(page.locator(".frame-list")).to_contain_text(reason)
    await expect(page.locator(".about")).to_contain_text("not connected")


async def test_a_station_that_is_not_let_in_is_shown_with_the_reason(opening: Opening, csms: Csms) -> None:
    page = await opening()
    await expect(page.locator("#n-online")).to_have_text("0")

    with pytest.raises(ConnectFailed):
        await connect(csms.url, "STRANGER")

    told = "STRANGER was refused: This station is not registered."
    await expect(page.locator(".event.refused")).to_contain_text(told)


async def test_the_address_with_tls_is_shown_where_there_is_one(
    opening: Opening, csms: Csms, monkeypatch: pytest.MonkeyPatch
) -> None:
    await expect((await opening("/")).locator("#address-tls")).to_be_hidden()

    with_tls = replace(csms.app.state.services, tls_url="wss://csms.example:443/ocpp")
    monkeypatch.setattr(csms.app.state, "services", with_tls)

    await expect((await opening("/")).locator("#address-tls")).to_have_text("wss://csms.example:443/ocpp")


async def test_frames_are_shown_with_their_answers(opening: Opening, station: Station) -> None:
    page = await opening()
    await page.get_by_label("no heartbeats").uncheck()
    await station.call("Heartbeat")

    answer, call = page.locator(".frame").nth(0), page.locator(".frame").nth(1)
    await expect(call).to_contain_text("Heartbeat")
    await expect(call).to_have_class(re.compile(r"\bup\b"))
    await expect(answer).to_have_class(re.compile(r"\bdown\b"))
    await expect(answer.locator("summary")).to_contain_text(re.compile(r"answer [\d.]+ ms"))
    await answer.locator("summary").click()
    await expect(answer.locator("pre")).to_contain_text('"currentTime"')


async def test_frames_can_be_filtered_paused_and_cleared(opening: Opening, station: Station) -> None:
    page = await opening()
    rows = page.locator(".frame")
    await expect(rows).to_have_count(6)
    await page.get_by_label("Filter frames").fill("BootNotification")
    await expect(rows).to_have_count(2)
    await page.get_by_label("Filter frames").fill("")
    await page.get_by_role("button", name="Pause").click()
    await station.status("Preparing")
    await expect(page.locator("#frame-count")).to_have_text("2 new")
    await expect(rows).to_have_count(6)
    await page.get_by_role("button", name="Resume").click()
    await expect(rows).to_have_count(8)
    await page.get_by_role("button", name="Clear").click()
    await expect(rows).to_have_count(0)


async def test_an_operation_is_sent_as_filled_in(opening: Opening, station: Station) -> None:
    page = await opening(HERE)
    await choose(page, "Reset")
    await page.get_by_label("type").select_option("Hard")
    await page.get_by_role("button", name="Send Reset").click()

    await expect(page.get_by_role("list", name="Answers")).to_contain_text("Accepted")
    call = await station.next_call()
    assert (call.action, call.payload) == ("Reset", {"type": "Hard"})


async def test_nested_members_and_lists_are_filled_in(opening: Opening, station: Station) -> None:
    station.answers["SetChargingProfile"] = {"status": "Accepted"}
    page = await opening(HERE)
    await choose(page, "SetChargingProfile")
    form = page.locator(".operation form")
    for name, text in {"connectorId": "0", "chargingProfileId": "7", "stackLevel": "1"}.items():
        await form.locator(f"input[name={name}]").fill(text)
    await form.get_by_label("chargingProfilePurpose").select_option("ChargePointMaxProfile")
    await form.get_by_label("chargingProfileKind").select_option("Relative")
    await form.get_by_label("chargingRateUnit").select_option("A")
    await form.get_by_role("button", name="Add to chargingSchedulePeriod").click()
    for index, (start, limit) in enumerate((("0", "16.5"), ("600", "8"))):
        await form.locator("input[name=startPeriod]").nth(index).fill(start)
        await form.locator("input[name=limit]").nth(index).fill(limit)
    preview = json.loads(await page.locator(".preview").inner_text())

    await page.get_by_role("button", name="Write JSON").click()
    assert json.loads(await page.get_by_label("Payload of SetChargingProfile as JSON").input_value()) == preview
    await page.get_by_role("button", name="Write JSON").click()
    assert json.loads(await page.locator(".preview").inner_text()) == preview, "there and back"

    schedule = preview["csChargingProfiles"]["chargingSchedule"]
    assert preview["connectorId"] == 0
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 16.5}, {"startPeriod": 600, "limit": 8}]
    await page.get_by_role("button", name="Send SetChargingProfile").click()
    await expect(page.locator(".results li, .problem:visible").first).to_be_visible()


async def test_every_operation_has_a_form_of_its_schema(opening: Opening, station: Station) -> None:
    page = await opening(HERE)
    schemas = load("1.6")
    expected = {
        name: schemas.schema(name, "call") for name, info in schemas.actions.items() if info.sender != "station"
    }

    assert set(await page.locator(".pill").all_inner_texts()) == set(expected)
    for action, schema in expected.items():
        await choose(page, action)
        named = await page.locator(".operation form").evaluate(
            "form => [...form.querySelectorAll('label span, legend, .optional > button')].map(e => e.textContent)"
        )
        shown = {text.removeprefix("Add ").removesuffix(" *") for text in named}
        assert set(schema.get("properties", {})) <= shown, action


async def test_what_the_csms_refuses_is_said(opening: Opening, station: Station) -> None:
    page = await opening(HERE)
    await choose(page, "Reset")
    await page.get_by_role("button", name="Write JSON").click()
    await page.get_by_label("Payload of Reset as JSON").fill('{"type": "Warm"}')
    await page.get_by_role("button", name="Send Reset").click()

    await expect(page.locator(".operation .problem")).to_contain_text("none of Hard, Soft")
    await page.get_by_label("Payload of Reset as JSON").fill("{")
    await page.get_by_role("button", name="Send Reset").click()
    await expect(page.locator(".operation .problem")).to_contain_text("This is no JSON")
    assert station.received.empty()


async def test_what_a_station_says_is_never_markup(opening: Opening, csms: Csms) -> None:
    vendor = "<img src=x onerror=1"
    station = await connect(csms.url, STATION)
    await station.boot(chargePointVendor=vendor)

    page = await opening(HERE)

    await expect(page.locator(".about")).to_contain_text(vendor)
    await expect(page.locator("img")).to_have_count(0)
    await station.close()


async def test_a_fault_is_switched_on_for_this_station(opening: Opening, csms: Csms, station: Station) -> None:
    page = await opening(HERE)
    await page.get_by_role("tab", name="Faults").click()
    await page.get_by_label("Search faults").fill("heartbeat current time")
    switch = page.get_by_role("switch", name="heartbeat-answer-without-current-time")
    await switch.click()

    await expect(switch).to_have_attribute("aria-checked", "true")
    await expect(page.locator("#faults-on")).to_have_text("1 fault on")
    assert csms.switchboard.scopes("heartbeat-answer-without-current-time") == {STATION}
    assert await station.call("Heartbeat") == {}


async def test_a_station_is_added(opening: Opening, csms: Csms) -> None:
    page = await opening()
    await page.get_by_role("button", name="Add", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Identity").fill("NEW-1")
    await dialog.get_by_role("button", name="Add station").click()

    await expect(page.locator(".station-list")).to_contain_text("NEW-1")
    station = await connect(csms.url, "NEW-1")
    await expect(page.locator(".station-list .online")).to_contain_text("NEW-1")
    await station.close()


async def test_it_can_be_used_with_the_keyboard_alone(opening: Opening, station: Station) -> None:
    page = await opening(HERE)
    await page.get_by_role("tab", name="Operations").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Transactions")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await page.get_by_role("radio", name="ClearCache").focus()
    await page.keyboard.press("Space")
    await expect(page.locator(".operation h3")).to_have_text("ClearCache")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".operation h3")).to_have_text("DataTransfer")
    await page.keyboard.press("ArrowUp")
    await page.get_by_role("button", name="Send ClearCache").focus()
    await page.keyboard.press("Enter")

    assert (await station.next_call()).action == "ClearCache"


UNNAMED = """() => [...document.querySelectorAll('button, a, input, select, textarea')].filter(e => e.checkVisibility())
  .filter(e => !(e.textContent.trim() || e.ariaLabel || [...(e.labels ?? [])].some(l => l.textContent.trim())))
  .map(e => e.outerHTML)"""

PALE = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const paint = colours => { canvas.clearRect(0, 0, 1, 1);
    for (const c of colours) { canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); };
  const light = rgb => { const [r, g, b] = rgb.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const text = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!text || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (e.closest('.hidden, .offline, noscript, svg') || e.matches(':disabled, .skip')) continue;
    const back = [];
    for (let at = e; at; at = at.parentElement) back.unshift(getComputedStyle(at).backgroundColor);
    const under = light(paint(back)), over = light(paint([...back, getComputedStyle(e).color]));
    const ratio = (Math.max(under, over) + .05) / (Math.min(under, over) + .05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`);
  }
  return found; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_has_a_name_and_can_be_read(opening: Opening, station: Station, scheme: str) -> None:
    await station.start()
    await station.status("Charging", 1)
    await station.status("Faulted", 2, "GroundFailure")
    for path in ("/", HERE, "/#/faults"):
        page = await opening(path, color_scheme=scheme)
        assert await page.evaluate(UNNAMED) == []
        assert await page.evaluate(PALE) == []


@pytest.mark.parametrize("view", ["Stations", "Station", "Frames"])
async def test_a_phone_shows_one_pane_and_nothing_sticks_out(
    opening: Opening, csms: Csms, station: Station, view: str
) -> None:
    csms.switchboard.switch("boot-pending", True)  # which takes room in the head of the page
    page = await opening(HERE, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    await page.get_by_role("button", name=view, exact=True).tap()

    await expect(page.locator("main > .pane:visible")).to_have_count(1)
    await expect(page.locator("main > .pane:visible")).to_have_id(view.lower())
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_light_and_dark_can_be_chosen_and_are_remembered(opening: Opening) -> None:
    page = await opening(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = await page.evaluate(ground)
    await page.get_by_role("button", name="Switch between light and dark").click()
    after = await page.evaluate(ground)
    await page.reload()

    assert before != after
    assert await page.evaluate(ground) == after


async def test_a_token_is_asked_for_where_one_is_needed(opening: Opening, csms: Csms) -> None:
    page = await opening(ready="", extra_http_headers={"X-Forwarded-For": "192.0.2.1"})
    dialog = page.get_by_role("dialog", name="This CSMS asks for a token")
    await expect(dialog).to_be_visible()
    await dialog.get_by_label("API token").fill(await _token(csms))
    await dialog.get_by_role("button", name="Continue").click()

    await expect(page.locator("#live")).to_have_text("Live")
    await expect(page.locator(".station-list")).to_contain_text(STATION)


async def _token(csms: Csms) -> str:
    async with httpx.AsyncClient(base_url=csms.api_url, timeout=60) as api:
        response = await api.post("/api/v1/tokens", json={"name": "console"})
        token: str = response.json()["token"]
        return token


async def test_the_documentation_needs_nothing_from_elsewhere(opening: Opening) -> None:
    page = await opening("/docs", ready=".opblock-tag")

    await expect(page.locator(".information-container")).to_contain_text("First steps")
    await expect(page.get_by_role("button", name="Authorize")).to_be_visible()

    await page.locator("#operations-tag-operations button").first.click()
    await page.locator("#operations-operations-Reset").click()

    await expect(page.locator("#operations-operations-Reset")).to_contain_text("Reset")


class Held:
    """Answers that come when the test says so."""

    def __init__(self) -> None:
        self.may = asyncio.Event()

    async def __call__(self, route: Any) -> None:
        await self.may.wait()
        await route.continue_()


class Refused:
    """Answers that are an error until the test says otherwise; with a status that the browser does not report."""

    def __init__(self) -> None:
        self.is_over = False

    async def __call__(self, route: Any) -> None:
        if self.is_over:
            await route.continue_()
        else:
            await route.fulfill(status=409, json={"detail": "The books are closed."})


WIDER = """() => [...document.querySelectorAll('.pane, .station-list, .frame-list, .operation, .fault-list')]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth).map(e => e.className)"""
"""Panes that would have to be scrolled sideways."""

FIGURES = ("n-online", "n-charging", "n-power", "n-running")


async def figures(page: Page) -> list[str]:
    return [await page.locator(f"#{id}").inner_text() for id in FIGURES]


async def register(csms: Csms, count: int) -> None:
    async with httpx.AsyncClient(base_url=csms.api_url, timeout=60) as api:
        body = [{"identity": f"FLEET-{number:05}"} for number in range(count)]
        assert (await api.put("/api/v1/stations", json=body)).status_code == 204


@pytest.mark.parametrize("path", ["/", HERE, "/#/stations/UNKNOWN"])
async def test_nothing_is_told_of_stations_before_they_are_known(opening: Opening, station: Station, path: str) -> None:
    held = Held()
    page = await opening(path, ready="#live[data-state=live]", routes={"**/api/v1/stations?*": held})

    await expect(page.locator("#station-note")).to_have_text("The stations: loading …")
    await expect(page.locator("#station")).to_contain_text("The stations: loading …")
    await expect(page.locator("body")).not_to_contain_text(
        re.compile("registered|None at the moment|Waiting for the f")
    )
    assert await figures(page) == ["–"] * 4

    held.may.set()
    await expect(page.locator(".station-list")).to_contain_text(STATION)
    await expect(page.locator(".loading")).to_have_count(0)
    assert await figures(page) == ["1", "0", "0.0", "0"]
    if path.endswith("UNKNOWN"):
        await expect(page.locator("#station")).to_contain_text("This station is not registered.")


async def test_what_could_not_be_loaded_says_why_and_can_be_asked_for_again(opening: Opening, station: Station) -> None:
    refused = Refused()
    page = await opening(ready="#live[data-state=live]", routes={"**/api/v1/stations?*": refused})

    told = "The stations could not be loaded: The books are closed."
    await expect(page.locator("#station-note")).to_contain_text(told)
    await expect(page.locator("#station")).to_contain_text(told)
    await expect(page.locator("#station-note .loading")).to_have_count(0)
    assert await figures(page) == ["–"] * 4

    refused.is_over = True
    await page.locator("#station-note").get_by_role("button", name="Try again").click()
    await expect(page.locator(".station-list")).to_contain_text(STATION)
    await expect(page.locator(".problem:visible")).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "path", "what", "after"),
    [
        ("**/api/v1/faults", "/#/faults", "The faults", "boot-pending"),
        ("**/openapi.json", HERE, "The operations", "RemoteStartTransaction"),
        ("**/api/v1/transactions?running=false*", "/", "The transactions that ended last", "None yet."),
    ],
)
async def test_every_part_of_the_page_waits_and_fails_for_itself(
    opening: Opening, station: Station, address: str, path: str, what: str, after: str
) -> None:
    held = Held()
    page = await opening(path, ready="#live[data-state=live]", routes={address: held})
    await expect(page.locator("#station")).to_contain_text(f"{what}: loading …")
    await expect(page.locator(".station-list")).to_contain_text(STATION)
    held.may.set()
    await expect(page.locator("#station")).to_contain_text(after)

    refused = Refused()
    page = await opening(path, ready="#live[data-state=live]", routes={address: refused})
    await expect(page.locator("#station")).to_contain_text(f"{what} could not be loaded: The books are closed.")
    refused.is_over = True
    await page.locator("#station").get_by_role("button", name="Try again").click()
    await expect(page.locator("#station")).to_contain_text(after)


@pytest.mark.parametrize(("tab", "what"), [("Transactions", "The transactions"), ("Details", "The details")])
async def test_a_tab_waits_and_fails_for_itself(opening: Opening, station: Station, tab: str, what: str) -> None:
    refused = Refused()
    page = await opening(
        HERE, routes={f"**/api/v1/transactions?limit=50&station={STATION}": refused, "**/notices?*": refused}
    )
    await page.get_by_role("tab", name=tab).click()
    await expect(page.locator("#tab-body")).to_contain_text(f"{what} could not be loaded: The books are closed.")
    refused.is_over = True
    await page.locator("#tab-body").get_by_role("button", name="Try again").click()
    await expect(page.locator("#tab-body")).to_contain_text(re.compile("no transaction yet|booted"))


async def test_without_events_nobody_is_called_online(opening: Opening, csms: Csms, station: Station) -> None:
    """The page cannot know what became of the stations since the events ended."""
    refused = Refused()
    refused.is_over = True
    page = await opening(HERE, routes={"**/api/v1/events?*": refused})
    await expect(page.locator(".station-list .online")).to_have_count(1)

    refused.is_over = False
    for reader in tuple(csms.hub.feed._readers._readers):
        reader.end()
    await expect(page.locator("#lost")).to_contain_text("The books are closed. What is shown is as it was then.")
    await expect(page.locator("#live")).to_have_text("Not connected")
    await expect(page.locator(".station-list .online")).to_have_count(0)
    await expect(page.locator("#station .state")).to_have_text("Not known")
    await expect(page.locator("#n-rate")).to_have_text("–")
    assert await figures(page) == ["–"] * 4

    refused.is_over = True
    await page.get_by_role("button", name="Try now").click()
    await expect(page.locator("#live")).to_have_text("Live")
    await expect(page.locator("#lost")).to_be_hidden()
    await expect(page.locator(".station-list .online")).to_have_count(1)
    await expect(page.locator("#n-online")).to_have_text("1")


async def test_a_change_that_could_not_be_read_is_told_and_read_later(opening: Opening, station: Station) -> None:
    refused = Refused()
    refused.is_over = True
    page = await opening(HERE, routes={f"**/api/v1/stations/{STATION}": refused})
    bay = page.get_by_role("article", name="Connector 1")
    await expect(bay).to_contain_text("Available")

    refused.is_over = False
    await station.status("Faulted", 1, "GroundFailure")
    told = "The stations could not be asked for again, so this may be old: The books are closed."
    await expect(page.locator("#station-note")).to_contain_text(told)

    refused.is_over = True
    await expect(bay).to_contain_text("Faulted")
    await expect(page.locator("#station-note")).to_be_hidden()


async def test_what_a_station_told_before_it_went_is_not_told_as_its_state(
    opening: Opening, csms: Csms, station: Station
) -> None:
    transaction = (await station.start(meterStart=1000))["transactionId"]
    await station.status("Charging", 1)
    await station.call("MeterValues", {"connectorId": 1, "transactionId": transaction, "meterValue": sample(3500)})
    page = await opening(HERE)
    bay = page.get_by_role("article", name="Connector 1")
    await expect(bay).to_contain_text("7.4 kW")

    await station.close()

    await expect(bay.locator(".bay-status")).to_have_text("Last told: Charging")
    await expect(bay).to_contain_text("– kW")
    await expect(bay).to_contain_text("2.50 kWh")
    await page.get_by_role("tab", name="Details").click()
    await expect(page.locator("#tab-body")).to_contain_text("not connected")


async def test_power_that_nobody_has_told_is_not_zero(opening: Opening, station: Station) -> None:
    transactions = [(await station.start(connectorId=number))["transactionId"] for number in (1, 2)]
    for number in (1, 2):
        await station.status("Charging", number)
    page = await opening()
    await expect(page.locator("#n-charging")).to_have_text("2")
    await expect(page.locator("#n-power")).to_have_text("–")

    payload = {"connectorId": 2, "transactionId": transactions[1], "meterValue": sample(3500)}
    await station.call("MeterValues", payload)
    await expect(page.locator("#n-power")).to_have_text("7.4")
    await expect(page.locator("#n-power-of")).to_have_text("kW (1 of 2)")


@pytest.mark.parametrize("size", [(1280, 720), (1024, 600), (360, 740), (740, 360)], ids=str)
async def test_only_the_panes_scroll(opening: Opening, csms: Csms, station: Station, size: tuple[int, int]) -> None:
    await register(csms, 823)
    width, height = size
    for path in ("/", HERE, "/#/faults"):
        page = await opening(path, viewport={"width": width, "height": height})
        seen = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert seen == [width, height], path
        assert await page.evaluate(WIDER) == [], path
    page = await opening("/", viewport={"width": width, "height": height})
    await page.locator(".station-list").hover()
    scrolled = (
        "new Promise(done => document.querySelector('.station-list').addEventListener('scroll', () => done(true)))"
    )
    await asyncio.gather(page.evaluate(scrolled), page.mouse.wheel(0, 4000))
    assert await page.evaluate("scrollY") == 0


async def test_all_stations_are_counted_and_the_first_thousand_shown(opening: Opening, csms: Csms) -> None:
    await register(csms, 2500)  # more than one page of the API
    page = await opening()
    await expect(page.locator("#n-stations")).to_have_text("of 2501")
    await expect(page.locator(".station-list li")).to_have_count(1000)
    await expect(page.locator("#station-note")).to_have_text("1000 of 2501 are shown; search for the others.")
    await page.get_by_label("Search stations").fill("02499")
    await expect(page.locator(".station-list li")).to_have_count(1)
    await expect(page.locator("#station-note")).to_be_hidden()


async def test_a_wrong_token_is_told(opening: Opening) -> None:
    page = await opening(ready="", extra_http_headers={"X-Forwarded-For": "192.0.2.1"})
    dialog = page.get_by_role("dialog", name="This CSMS asks for a token")
    await expect(dialog.locator(".problem")).to_be_hidden()
    await dialog.get_by_label("API token").fill("no-such-token")
    await dialog.get_by_role("button", name="Continue").click()
    await expect(dialog.locator(".problem")).to_have_text("This token is not known to the CSMS, or not any more.")


async def test_a_copy_that_was_not_made_is_not_called_one(opening: Opening, csms: Csms) -> None:
    page = await opening()
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.locator("#address").click()
    await expect(page.locator("#toast")).to_have_text(f"The browser does not let this page copy; by hand: {csms.url}")


async def test_an_empty_list_of_frames_says_why(opening: Opening, station: Station) -> None:
    page = await opening()
    note = page.locator("#frame-note")
    await expect(note).to_be_hidden()
    await page.get_by_label("Filter frames").fill("no such thing")
    await expect(note).to_have_text("No frame of those that are kept is asked for.")
    await page.get_by_label("Filter frames").fill("")
    await page.get_by_role("button", name="Clear").click()
    await expect(note).to_have_text("Cleared; the next frame is shown.")
