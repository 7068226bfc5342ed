"""The SUT files that are shipped for charge points: each act is what the API of the product takes.

What an API takes was read in the sources of the product; the stand-ins here answer as those do and do nothing else.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from harness.adapters import drivers
from harness.adapters.drivers.base import ACTS, Cannot
from harness.sut.reading import load
from harness.sut.tables.driving import SimulatedDriver
from tests.harness.support.http_api import Answer, Api, Request, serving

pytestmark = pytest.mark.asyncio
EXAMPLES = Path(__file__).parents[3] / "examples"
NEITHER: Final = frozenset(
    {"cut_power", "restore_power", *(act for act in ACTS if re.search("power|list|firmware", act))}
)
"""Acts that are not about a connector."""


def arguments(act: str, tag: str = "PP-VALID") -> dict[str, Any]:
    """What a case gives an act."""
    if act in NEITHER:
        return {}
    return {"tag": tag, "connector": 2} if act == "present" else {"connector": 2}


@asynccontextmanager
async def driven(file: str, variable: str, answer: Any, root: str) -> AsyncIterator[tuple[Api, drivers.Driver]]:
    """The API of a product, and the driver of the file that is shipped for it."""
    async with serving(answer) as api:
        sut = load(EXAMPLES / f"sut-{file}.toml", {variable: f"{api.url}{root}"})
        driver = drivers.make(sut, sut.lane(0))
        try:
            yield api, driver
        finally:
            await driver.close()


async def performed(api: Api, driver: drivers.Driver, act: str, **given: str) -> list[tuple[str, Any]]:
    """The requests of an act: what is behind the root, and the body."""
    before = len(api.requests)
    await driver.perform(act, arguments(act, **given))
    return [(request.target, request.json) for request in api.requests[before:]]


# --- MicroOcppSimulator ----------------------------------------------------------------------------------------------

SWITCHES: Final = ("evPlugged", "evsePlugged", "evReady", "evseReady")


def microocpp(request: Request) -> Answer:
    """Switches of a connector, and a tag shown to one; everything else is not found."""
    found = re.fullmatch("/api/connector/[12]/(evse|transaction)", request.target)
    if request.method != "POST" or found is None:
        return 404, {}
    body = request.json
    if found[1] == "evse":
        fits = set(body) <= set(SWITCHES) and all(isinstance(value, bool) for value in body.values())
    else:
        fits = list(body) == ["idTag"] and isinstance(body["idTag"], str)
    return (200, body) if fits else (500, {})


async def test_what_is_done_at_microocpp_simulator() -> None:
    async with driven("microocpp", "MICROOCPP_API", microocpp, "/api") as (api, driver):
        evse = "/api/connector/2/evse"
        assert await performed(api, driver, "plug_in") == [(evse, dict.fromkeys(SWITCHES, True))]
        assert await performed(api, driver, "unplug") == [(evse, dict.fromkeys(SWITCHES, False))]
        assert await performed(api, driver, "unplug_vehicle") == [(evse, {"evPlugged": False, "evReady": False})]
        assert await performed(api, driver, "present") == [("/api/connector/2/transaction", {"idTag": "PP-VALID"})]
        for act in set(ACTS) - {"plug_in", "unplug", "unplug_vehicle", "present"}:
            with pytest.raises(Cannot, match=f"no template for {act}"):
                await driver.perform(act, arguments(act))


# --- the simulator of SAP --------------------------------------------------------------------------------------------

NEEDED: Final[dict[str, dict[str, type]]] = {
    "statusNotification": {"connectorId": int, "status": str, "errorCode": str},
    "authorize": {"idTag": str},
    "startTransaction": {"connectorId": int, "idTag": str},
}
"""The procedures that are used here, and the members that they need."""


def sap(request: Request) -> Answer:
    """POST /ui/VERSION/PROCEDURE with Basic authentication; 400 for whatever fails, a tag that is refused too."""
    if request.headers.get("authorization") != "Basic YWRtaW46YWRtaW4=":
        return 401, {}
    procedure = request.target.removeprefix("/ui/0.0.1/")
    needed = NEEDED.get(procedure)
    body = request.json
    if needed is None or request.method != "POST" or body.keys() != needed.keys():
        return 400, {"status": "failure"}
    if not all(isinstance(body[name], kind) for name, kind in needed.items()):
        return 400, {"status": "failure"}
    refused = procedure == "authorize" and body["idTag"] != "PP-VALID"
    return (400, {"status": "failure"}) if refused else (200, {"status": "success"})


async def test_what_is_done_at_the_simulator_of_sap() -> None:
    async with driven("sap-simulator", "SAP_UI", sap, "/ui/0.0.1") as (api, driver):
        for act, status, code in (
            ("plug_in", "Preparing", "NoError"),
            ("unplug", "Available", "NoError"),
            ("raise_fault", "Faulted", "OtherError"),
            ("clear_fault", "Available", "NoError"),
        ):
            body = {"connectorId": 2, "status": status, "errorCode": code}
            assert await performed(api, driver, act) == [("/ui/0.0.1/statusNotification", body)]
        assert await performed(api, driver, "present") == [
            ("/ui/0.0.1/authorize", {"idTag": "PP-VALID"}),
            ("/ui/0.0.1/startTransaction", {"connectorId": 2, "idTag": "PP-VALID"}),
        ]
        for tag in ("PP-NOBODY", "PP-EXPIRED", "PP-BLOCKED"):
            assert await performed(api, driver, "present", tag=tag) == [("/ui/0.0.1/authorize", {"idTag": tag})]
        for act in set(ACTS) - {"plug_in", "unplug", "raise_fault", "clear_fault", "present"}:
            with pytest.raises(Cannot, match=f"no template for {act}"):
                await driver.perform(act, arguments(act))


# --- plugproof's own station -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
async def test_the_templates_for_our_own_station_are_what_the_driver_simulated_does(act: str) -> None:
    sut = load(EXAMPLES / "sut-station.toml", {"STATION_API": "http://127.0.0.1:8310"})
    simulated = msgspec.structs.replace(sut, driver=SimulatedDriver(api="http://127.0.0.1:8310"))
    by_templates, by_itself = drivers.make(sut, sut.lane(0)), drivers.make(simulated, sut.lane(0))
    assert by_templates.shows(act, arguments(act)) == by_itself.shows(act, arguments(act))
    await by_templates.close()
    await by_itself.close()
