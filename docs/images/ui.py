"""Make the pictures of docs/ui.md: `python docs/images/ui.py`, from the top of the tree. They need a Chromium.

The pages are those of `plugproof ui`, at a reference CSMS with a defect; runs, stations and frames are real. The
pictures are not compared in the tests, because times and ports differ from run to run.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

import httpx
from playwright.async_api import Page, async_playwright
from render import HERE

from csms_core import Config, Csms
from harness.cli.ui.serving import Wish, served

WIDE = {"width": 1200, "height": 860}
PHONE = {"width": 390, "height": 844}
CASES = ["TC_001_CSMS", "TC_003_CSMS", "TC_010_CSMS", "TC_019_1_CSMS"]
PROFILE = {
    "chargingProfileId": 7,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 9000},
            {"startPeriod": 120, "limit": 16000},
            {"startPeriod": 240, "limit": 6000},
        ],
    },
}


async def main() -> None:
    """Make them all."""
    csms = Csms(Config(database=":temporary:", any_station=True, faults=("remote-start-wrong-tag",)))
    with tempfile.TemporaryDirectory() as place:
        wish = Wish("127.0.0.1", 0, Path(place) / "sut.toml", Path(place) / "runs")
        async with (
            csms,
            served(wish) as address,
            httpx.AsyncClient(base_url=address, timeout=60) as api,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            wide = await browser.new_page(color_scheme="light", viewport=WIDE)
            phone = await browser.new_page(color_scheme="dark", viewport=PHONE)
            for page in (wide, phone):
                page.set_default_timeout(120_000)
            await bench(csms, api, wide, phone)
            await park(csms, api, wide, phone)
            await browser.close()


async def bench(csms: Csms, api: httpx.AsyncClient, wide: Page, phone: Page) -> None:
    """A run in which a case failed, and a person who is asked for something."""
    address = str(api.base_url)
    sut = {"connection.url": csms.url, "operator.kind": "reference", "operator.api": csms.api_url}
    (await api.put("api/bench/sut/sut.toml", json={"role": "csms", "values": sut})).raise_for_status()
    await wide.goto(f"{address}#run")
    await wide.wait_for_selector("body[data-ready]")
    (await api.post("api/bench/run", json={"sut": "sut.toml", "cases": CASES})).raise_for_status()
    await wide.get_by_role("link", name="report.html").wait_for()
    await wide.locator(".results [data-id=TC_010_CSMS]").click()
    await wide.locator("#detail .step.bad").wait_for()
    await wide.screenshot(path=HERE / "ui-bench.png")

    by_hand = {"operator.kind": "manual", "operator.api": None}
    (await api.put("api/bench/sut/sut.toml", json={"values": by_hand})).raise_for_status()
    await phone.goto(f"{address}#run")
    await phone.wait_for_selector("body[data-ready]")
    (await api.post("api/bench/run", json={"sut": "sut.toml", "cases": ["TC_013_CSMS"]})).raise_for_status()
    await phone.locator("#asked button").first.wait_for()
    await phone.locator("#detail .step").nth(4).wait_for()
    await phone.screenshot(path=HERE / "ui-bench-phone.png")
    await api.post("api/bench/run/stop", json={})


async def park(csms: Csms, api: httpx.AsyncClient, wide: Page, phone: Page) -> None:
    """A car that charges within the limit of a charging profile, and a station that misbehaves."""
    async with httpx.AsyncClient(base_url=csms.api_url) as office:
        (await office.put("/api/v1/tags/TAG-1")).raise_for_status()
        await wide.goto(f"{api.base_url}park")
        await wide.wait_for_selector("body[data-ready]")
        await wide.get_by_label("Address of the CSMS").fill(csms.url)
        await wide.get_by_label("Model").select_option("ac-22kw")
        await wide.get_by_role("button", name="Add", exact=True).click()
        await wide.locator("#lot").get_by_text("online").wait_for()
        await wide.get_by_role("button", name="Plug a car in: connector 1 of CP-1").click()
        await wide.get_by_role("button", name="Hold the card: connector 1 of CP-1").click()
        await wide.locator("[data-status=Charging]").wait_for()
        await asyncio.sleep(40)  # for a curve to look at
        limit = {"connectorId": 1, "csChargingProfiles": PROFILE}
        (await office.post("/api/v1/stations/CP-1/operations/SetChargingProfile", json=limit)).raise_for_status()
        await asyncio.sleep(20)
    misbehaving = {"url": csms.url, "faults": ["calls-with-extra-member"], "security_profile": 0}
    (await api.post("api/park/stations", json=misbehaving)).raise_for_status()
    await wide.locator("#lot .broken").first.wait_for()
    await wide.screenshot(path=HERE / "ui-park.png")
    await phone.goto(f"{api.base_url}park")
    await phone.locator(".curve").first.wait_for()
    await phone.locator("[data-id=CP-1]").evaluate("node => node.scrollIntoView()")
    await phone.screenshot(path=HERE / "ui-park-phone.png")


if __name__ == "__main__":
    asyncio.run(main())
