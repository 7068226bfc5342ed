"""Every example of a SUT file is usable, and its templates make the requests that the API of the product takes.

What an API takes is what its own description says (`tests/harness/adapters/apis`), not what somebody remembers of it.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from csms_core import Config, Csms
from harness.adapters.operators import NotOffered, OperatorError, make
from harness.adapters.provisioning import TagRecord
from harness.adapters.provisioning import make as provisioner_of
from harness.adapters.provisioning.base import PAST
from harness.cli.app import app
from harness.sut import Secret, Sut
from harness.sut.reading import load
from harness.v16.csms.reach.samples import samples
from tests import ROOT
from tests.harness.adapters.apis import Description, problems_of
from tests.harness.support.http_api import Answer, Api, Request, serving
from tests.harness.support.suts import sut_of

EXAMPLES = ROOT / "examples"
FILES = sorted(EXAMPLES.glob("sut-*.toml"))
ENVIRONMENT = {
    "CSMS_URL": "ws://127.0.0.1:1/ocpp",
    "CSMS_API": "http://127.0.0.1:1",
    "CSMS_TOKEN": "token-4711",
    "STEVE_WS": "ws://127.0.0.1:1/steve/websocket/CentralSystemService",
    "STEVE_API": "http://127.0.0.1:1/steve",
    "STEVE_BASIC": "dXNlcjpwYXNz",
    "CITRINEOS_WS": "ws://127.0.0.1:1",
    "CITRINEOS_API": "http://127.0.0.1:1",
    "MICROOCPP_LISTEN": "127.0.0.1:0",
    "MICROOCPP_API": "http://127.0.0.1:1/api",
    "SAP_LISTEN": "127.0.0.1:0",
    "SAP_UI": "http://127.0.0.1:1/ui/0.0.1",
    "SAP_BASIC": "dXNlcjpwYXNz",
    "STATION_LISTEN": "127.0.0.1:0",
    "STATION_API": "http://127.0.0.1:1",
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("environment", [{}, ENVIRONMENT], ids=["defaults", "environment"])
def test_every_example_passes_check(file: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, ["check", str(file)])

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{file.name}: usable\n")
    assert all(len(line) <= 120 for line in file.read_text("utf-8").splitlines())


PAGE = (ROOT / "docs" / "operators.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_what_the_page_about_operators_shows_is_usable(tmp_path: Path, number: int) -> None:
    text = BLOCKS[number]
    if "[operator]" not in text.splitlines():
        text = BLOCKS[0] + text
    sut = sut_of(tmp_path, text, CSMS_TOKEN="token-4711", CSMS_API="http://127.0.0.1:1")
    assert sut.operator.__struct_config__.tag in ("rest", "python")


# --- what real APIs take ---------------------------------------------------------------------------------------------


class Product:
    """An HTTP API that takes what the description of a real one says, and answers in its form.

    It does nothing else; a request that the real one would refuse is among ``problems``.
    """

    def __init__(self, name: str, root: str = "") -> None:
        self.description = Description(name)
        self.problems: list[str] = []
        self._numbers = count(1)
        self._root = root

    def answer(self, request: Request) -> Answer:
        problems = self.description.problems(request, self._root)
        self.problems += [f"{request.method} {request.target} {request.body.decode()}: {one}" for one in problems]
        operation = self.description.operation(request, self._root)
        if problems or operation is None:
            return 400, {"problems": problems}
        return 200, None if operation["answer"] is None else self._filled(operation["answer"])

    def _filled(self, schema: dict[str, Any]) -> Any:
        """The smallest value of a schema with all its members; whole numbers are drawn, one after the other."""
        kind = schema.get("type")
        if kind == "object":
            return {name: self._filled(part) for name, part in schema["properties"].items()}
        if kind == "integer":
            return next(self._numbers)
        return {"array": [], "boolean": True, "string": "x"}[kind or "string"]


@asynccontextmanager
async def product(name: str, file: str, root: str = "") -> AsyncIterator[tuple[Product, Api, Sut]]:
    """The API of a product, and the SUT file that is shipped for it."""
    real = Product(name, root)
    async with serving(real.answer) as api:
        environment = {**ENVIRONMENT, f"{file.upper()}_API": f"{api.url}{root}"}
        yield real, api, load(EXAMPLES / f"sut-{file}.toml", environment)


PRODUCTS = {
    # what the API has no call for, or one that cannot be made from what OCPP says
    "steve": ("/steve", {"DeleteCertificate"}),
    "citrineos": (
        "",
        {
            *("GetLocalListVersion", "SendLocalList", "ReserveNow", "CancelReservation"),
            *("ExtendedTriggerMessage", "InstallCertificate", "GetInstalledCertificateIds", "DeleteCertificate"),
            *("GetLog", "SignedUpdateFirmware"),
        },
    ),
}
NEW_KEY = b"sixteen-octets-k"


@pytest.mark.asyncio
@pytest.mark.parametrize("name", PRODUCTS)
async def test_the_api_takes_every_request_for_what_cases_ask(name: str) -> None:
    root, lacking = PRODUCTS[name]
    async with product(name, name, root) as (real, api, loaded):
        connection = msgspec.structs.replace(loaded.connection, new_auth_key=Secret(NEW_KEY.decode()))
        sut = msgspec.structs.replace(loaded, connection=connection)
        operator = make(sut)
        asked, without = 0, set()
        for action, payload in samples(sut, 2):
            try:
                await operator.perform(action, "PLUGPROOF-1", payload)
            except NotOffered:
                without.add(action)
                continue
            asked += 1
            assert real.problems == []
            assert lost(payload, api.requests[-1]) <= UNTAKEN[name].get(action, set()), action
        await operator.close()
    assert without == lacking
    assert len(api.requests) == asked > 15


PROFILE_MEMBERS = {
    *("stackLevel", "chargingProfilePurpose", "chargingProfileKind", "validFrom", "validTo", "duration"),
    *("chargingRateUnit", "startPeriod", "limit", "numberPhases", "startSchedule"),
}
UNTAKEN: dict[str, dict[str, set[str]]] = {
    "steve": {
        # SteVe chooses the number itself
        "ReserveNow": {"reservationId", "parentIdTag"},
        "GetLog": {"requestId"},
        "SignedUpdateFirmware": {"requestId"},
        # profiles are made in SteVe beforehand and named by their key
        "SetChargingProfile": PROFILE_MEMBERS,
        "RemoteStartTransaction": PROFILE_MEMBERS,
        # what SteVe knows of a tag is what it sends
        "SendLocalList": {"status"},
        # handed over as the text that SteVe encodes
        "ChangeConfiguration": {"value"},
    },
    "citrineos": {},
}
"""The members of OCPP that an API has no place for: product -> action -> names."""


def lost(payload: dict[str, Any], request: Request) -> set[str]:
    """The members of an OCPP payload whose values are nowhere in the body of the request."""
    there = [value for _, value in leaves("", request.json)]
    return {name for name, value in leaves("", payload) if value not in there}


def leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The values that are neither object nor list, each with the name of its member."""
    if isinstance(value, dict):
        for inner, part in value.items():
            yield from leaves(inner, part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(name, part)
    else:
        yield name, value


@pytest.mark.asyncio
async def test_steve_is_given_its_tags_and_they_are_removed_by_their_keys() -> None:
    tags = [
        TagRecord(name="parent", idTag="PP-FAMILY"),
        TagRecord(name="valid", idTag="PP-VALID", parentIdTag="PP-FAMILY"),
        TagRecord(name="expired", idTag="PP-EXPIRED", status="Expired", expiryDate=PAST),
        TagRecord(name="blocked", idTag="PP-BLOCKED", status="Blocked"),
    ]
    async with product("steve", "steve", "/steve") as (real, api, sut):
        provisioner = provisioner_of(sut)
        for tag in tags:
            before = len(api.requests)
            created = await provisioner.create_tag(tag)
            key = api.answers[before]["ocppTagPk"]
            assert api.requests[before].json["idTag"] == tag.idTag
            assert api.requests[before].json.get("parentIdTag") == tag.parentIdTag
            await provisioner.remove_tag(tag, created)
            assert api.seen[-1] == ("DELETE", f"/steve/api/v1/ocppTags/{key}")
        await provisioner.close()
        assert real.problems == []


REFUSALS = {
    "steve": {
        "taskId": 1,
        "taskFinished": True,
        "successResponses": [],
        "errorResponses": [],
        "exceptions": [{"chargeBoxId": "UNKNOWN", "exceptionMessage": "no session for it"}],
    },
    "citrineos": [{"success": False, "payload": "no session for it"}],
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", REFUSALS)
async def test_what_is_not_sent_is_an_error_although_it_is_answered_200(name: str) -> None:
    root, _ = PRODUCTS[name]
    async with product(name, name, root) as (real, api, sut):
        api.answer = lambda request: (real.answer(request)[0], REFUSALS[name])
        operator = make(sut)
        with pytest.raises(OperatorError, match=r"the body says that it was refused: .*no session for it"):
            await operator.perform("Reset", "UNKNOWN", {"type": "Hard"})
        await operator.close()
        operation = real.description.operation(api.requests[0], root)
    assert operation is not None
    assert problems_of(REFUSALS[name], operation["answer"]) == []


def test_a_description_refuses_what_its_product_would_refuse() -> None:
    def post(path: str, body: Any, kind: str = "application/json") -> Request:
        return Request("POST", path, {"content-type": kind}, json.dumps(body).encode())

    steve, citrineos = Description("steve"), Description("citrineos")
    reset = "/api/v1/operations/Reset"
    right = {"chargeBoxIdList": ["A"], "resetType": "Hard"}
    assert steve.problems(post(reset, right)) == []
    assert "'HARD' is not one of" in steve.problems(post(reset, {**right, "resetType": "HARD"}))[0]
    assert "'chargeBoxIdList' is a required property" in steve.problems(post(reset, {"resetType": "Hard"}))[0]
    assert "('more' was unexpected)" in steve.problems(post(reset, {**right, "more": 1}))[0]
    assert steve.problems(post(reset, right, "text/plain")) == ["the body is sent as text/plain"]
    assert steve.problems(post(f"{reset}?a=1", right)) == ["there is no query parameter a"]
    assert steve.problems(post("/api/v1/operations/Rest", right)) == ["there is no POST /api/v1/operations/Rest"]
    assert steve.problems(Request("DELETE", "/api/v1/ocppTags/7", {}, b"")) == []
    route = "/ocpp/1.6/configuration/reset"
    assert citrineos.problems(post(f"{route}?identifier=A&identifier=B&tenantId=1", {"type": "Soft"})) == []
    assert citrineos.problems(post(f"{route}?identifier=A", {"type": "Soft"})) == [
        "the query parameter tenantId is missing"
    ]


# --- the others, against plugproof's own back office -----------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["trigger", "python"])
async def test_the_example_passes_cases_against_the_reference(name: str, tmp_path: Path) -> None:
    """A case with an operator, and one with a tag that had to be made, in a process of its own."""
    file = EXAMPLES / f"sut-{name}.toml"
    code = "from harness.cli import main; main()"
    cases = ["--case", "TC_013_CSMS", "--case", "TC_023_3_CSMS"]
    async with Csms(Config(database=":temporary:", any_station=name == "trigger")) as csms:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", code, "precheck", "--sut", str(file), *cases, "--out", "out", "-n", "1"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"CSMS_URL": csms.url, "CSMS_API": csms.api_url, "PATH": "/usr/bin:/bin", "COLUMNS": "100"},
            timeout=120,
        )

    assert (done.returncode, done.stderr) == (0, "")
    assert "2 passed in" in done.stdout
