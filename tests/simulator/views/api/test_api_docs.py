"""The documentation of the station's API is true: it names every route, its first steps work, a browser shows it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from fastapi.routing import APIRoute

from csms_core import Csms
from simulator import Station
from simulator.views.api.app import make_app
from tests.csms_core.support.bench import STATION, default_config, provision
from tests.csms_core.support.browser import launched, needs_chromium, playwright_api
from tests.simulator.views.api.support import Served, served

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage

pytestmark = pytest.mark.asyncio

TOKEN = "let-me-in"
UNLISTED = {"/docs", "/docs/start.js", "/openapi.json", "/api/v1/verbs/{name}"}
"""Routes that the document does not name: its own, and the one that answers a verb that nobody knows."""


@pytest_asyncio.fixture(params=[False, True], ids=["open", "with-token"])
async def api(request: pytest.FixtureRequest, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """A station that has booted at the reference CSMS, without and with a token."""
    monkeypatch.setenv("STATION_TOKEN", TOKEN)
    arguments = ["--api-token-env", "STATION_TOKEN"] if request.param else []
    async with Csms(default_config(tmp_path)) as csms:
        await provision(csms)
        station = Station(csms.url, id=STATION, connectors=2)
        async with served(station, *arguments) as api, station:
            await station.until(lambda s: s.online and not s.queued, within=30)
            yield api


async def document(api: Served) -> dict[str, Any]:
    response = await api.client.get("/openapi.json")  # no token is asked for
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def routes(app: Any) -> dict[str, set[str]]:
    """Path -> methods, of every router that the application has taken in."""
    found: dict[str, set[str]] = {}
    for included in app.routes:
        for route in getattr(included, "original_router", app).routes:
            if isinstance(route, APIRoute):
                found.setdefault(route.path, set()).update(route.methods or ())
    return found


async def test_the_document_names_every_route(api: Served) -> None:
    described = await document(api)
    named = {path: {method.upper() for method in methods} for path, methods in described["paths"].items()}
    served_here = {path: methods for path, methods in routes(make_app(api.record)).items() if path not in UNLISTED}
    assert len(named) > 20
    assert named == served_here


async def test_first_steps_work_as_they_stand(api: Served) -> None:
    text = (await document(api))["info"]["description"]
    plug_in, look, leave = re.findall(r"```sh\n(.*?)```", text, re.S)
    assert text.index("## First steps") < text.index(plug_in)

    first, second = await answers(plug_in)
    assert (first["verb"], second["verb"]) == ("plug_in", "present")
    await api.station.until(lambda s: not s.queued, within=30)
    state, frames = await answers(look)
    assert state["connectors"][0]["transaction"] is None, "the CSMS does not know TAG-1"
    assert frames[-1]["text"].startswith("[3,")
    (left,) = await answers(leave)
    assert left["state"]["connectors"][0]["cable"] == "none"


async def answers(lines: str) -> list[Any]:
    """What the requests of some lines are answered with; a shell runs them."""
    environment = os.environ | {"STATION_TOKEN": TOKEN, "NO_PROXY": "127.0.0.1"}
    process = await asyncio.create_subprocess_exec(
        "bash", "-ec", lines.replace("curl ", "curl -sS -w '\\n' "), stdout=PIPE, stderr=PIPE, env=environment
    )
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    return [json.loads(line) for line in out.decode().splitlines() if line]


@needs_chromium
async def test_a_browser_shows_it_without_a_network(api: Served) -> None:
    url = str(api.client.base_url).rstrip("/")
    asked: list[str] = []
    problems: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(message.text)

    async with launched() as browser:
        page = await browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", hear)
        await page.goto(f"{url}/docs")
        await page.wait_for_selector(".opblock-tag")
        await playwright_api.expect(page.locator(".information-container")).to_contain_text("First steps")
        if "securitySchemes" in (await document(api))["components"]:
            await page.get_by_role("button", name="Authorize").first.click()
            await page.locator(".auth-container input").fill(TOKEN)
            await page.locator(".auth-btn-wrapper button", has_text="Authorize").click()
            await page.locator(".btn-done").click()
        await page.locator("#operations-state-get_state_api_v1_state_get button").first.click()
        await page.locator("#operations-state-get_state_api_v1_state_get .execute").click()
        await playwright_api.expect(page.locator(".live-responses-table")).to_contain_text(f'"id": "{STATION}"')
    assert problems == []
    assert {request.split("/")[2] for request in asked if request.startswith("http")} == {url.split("/")[2]}


async def test_documentation_is_all_that_is_served_without_the_token(api: Served) -> None:
    async with httpx.AsyncClient(base_url=api.client.base_url) as client:
        for path in ("/docs", "/docs/start.js", "/docs/assets/swagger-ui.css", "/openapi.json"):
            assert (await client.get(path)).status_code == 200, path
        if (await document(api)).get("security"):
            for path in ("/api/v1/state", "/docsx", "/docs/../api/v1/state", "/"):
                assert (await client.get(path)).status_code == 401, path
