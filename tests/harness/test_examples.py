"""Every example of a SUT file is usable, and its templates make the requests that the API of the product documents.

The stand-ins take exactly the requests of the real API (types, names, enumerations) and put the frame on the wire that
the product would send; they do nothing else. What they do not take, they answer 400.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from csms_core import Config, Csms
from harness.cli.app import app
from harness.operators import NotOffered, OperatorError, make
from harness.provisioning.scopes import make_for_run, remove_all
from harness.sut import Sut, load
from tests.harness.http_api import Answer, Request, serving
from tests.harness.suts import sut_of

EXAMPLES = Path(__file__).parents[2] / "examples"
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


PAGE = (Path(__file__).parents[2] / "docs" / "operators.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_what_the_page_about_operators_shows_is_usable(tmp_path: Path, number: int) -> None:
    text = BLOCKS[number]
    if "[operator]" not in text.splitlines():
        text = BLOCKS[0] + text
    sut = sut_of(tmp_path, text, CSMS_TOKEN="token-4711", CSMS_API="http://127.0.0.1:1")
    assert sut.operator.__struct_config__.tag in ("rest", "python")


# --- what the operator is asked for ----------------------------------------------------------------------------------

PROFILE = {
    "chargingProfileId": 11,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Absolute",
    "transactionId": 77,
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}],
    },
}
LIST = [
    {"idTag": "PP-VALID", "idTagInfo": {"status": "Accepted"}},
    {"idTag": "PP-VALID-2", "idTagInfo": {"status": "Accepted"}},
]
WANTED: dict[str, tuple[str, dict[str, Any]]] = {
    "remote start": ("RemoteStartTransaction", {"idTag": "PP-VALID", "connectorId": 1}),
    "remote start anywhere": ("RemoteStartTransaction", {"idTag": "PP-VALID"}),
    "remote start with profile": (
        "RemoteStartTransaction",
        {"idTag": "PP-VALID", "connectorId": 1, "chargingProfile": PROFILE},
    ),
    "remote stop": ("RemoteStopTransaction", {"transactionId": 77}),
    "hard reset": ("Reset", {"type": "Hard"}),
    "soft reset": ("Reset", {"type": "Soft"}),
    "unlock": ("UnlockConnector", {"connectorId": 1}),
    "availability": ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
    "change configuration": ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "60"}),
    "configuration": ("GetConfiguration", {"key": ["HeartbeatInterval", "ConnectionTimeOut"]}),
    "all configuration": ("GetConfiguration", {}),
    "clear cache": ("ClearCache", {}),
    "set profile": ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": PROFILE}),
    "clear profile": ("ClearChargingProfile", {"id": 11}),
    "clear profiles": (
        "ClearChargingProfile",
        {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0},
    ),
    "clear all profiles": ("ClearChargingProfile", {}),
    "composite schedule": ("GetCompositeSchedule", {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}),
    "full list": ("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": LIST}),
    "differential": ("SendLocalList", {"listVersion": 2, "updateType": "Differential", "localAuthorizationList": LIST}),
    "list version": ("GetLocalListVersion", {}),
    "trigger": ("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1}),
    "trigger station": ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
    "update": ("UpdateFirmware", {"location": "ftp://x/f.bin", "retrieveDate": "2026-11-21T10:00:00.000Z"}),
    "diagnostics": ("GetDiagnostics", {"location": "ftp://x/uploads", "retries": 2}),
    "reserve": (
        "ReserveNow",
        {"connectorId": 1, "idTag": "PP-VALID", "expiryDate": "2026-11-21T10:00:00.000Z", "reservationId": 5},
    ),
    "cancel": ("CancelReservation", {"reservationId": 5}),
}


class Frames(asyncio.Queue[tuple[str, str, dict[str, Any]]]):
    """The wire of a stand-in: what it sent to whom."""

    async def send(self, station: str, action: str, payload: dict[str, Any]) -> None:
        await self.put((station, action, payload))


async def sent(sut: Sut, frames: Frames, action: str, payload: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """The frame that comes of an action."""
    operator = make(sut)
    try:
        await operator.perform(action, "PLUGPROOF-1", payload)
    finally:
        await operator.close()
    return frames.get_nowait()


# --- SteVe -----------------------------------------------------------------------------------------------------------


class SteVe:
    """Takes what SteVe's OcppOperationsController and OcppTagsRestController take."""

    FORMS: Mapping[str, tuple[set[str], set[str]]] = {
        # operation: members that have to be there, members that may
        "RemoteStartTransaction": ({"idTag"}, {"connectorId", "chargingProfilePk"}),
        "RemoteStopTransaction": ({"transactionId"}, set()),
        "Reset": ({"resetType"}, set()),
        "UnlockConnector": ({"connectorId"}, set()),
        "ChangeAvailability": ({"availType"}, {"connectorId"}),
        "ChangeConfiguration": ({"keyType"}, {"confKey", "customConfKey", "value"}),
        "GetConfiguration": (set(), {"confKeyList", "commaSeparatedCustomConfKeys"}),
        "ClearCache": (set(), set()),
        "SetChargingProfile": ({"connectorId", "chargingProfilePk"}, {"transactionId"}),
        "ClearChargingProfile": (
            {"filterType"},
            {"chargingProfilePk", "connectorId", "chargingProfilePurpose", "stackLevel"},
        ),
        "GetCompositeSchedule": ({"connectorId", "durationInSeconds"}, {"chargingRateUnit"}),
        "SendLocalList": ({"listVersion", "sendEmptyListWhenFull", "updateType"}, {"addUpdateList", "deleteList"}),
        "GetLocalListVersion": (set(), set()),
        "TriggerMessage": ({"triggerMessage"}, {"connectorId"}),
        "UpdateFirmware": ({"location", "retrieveDateTime"}, {"retries", "retryInterval"}),
        "GetDiagnostics": ({"location"}, {"retries", "retryInterval", "start", "stop"}),
        "ReserveNow": ({"connectorId", "expiry", "idTag"}, set()),
        "CancelReservation": ({"reservationId"}, set()),
    }
    RESETS: Mapping[str, str] = {"HARD": "Hard", "SOFT": "Soft"}
    AVAILABILITIES: Mapping[str, str] = {"INOPERATIVE": "Inoperative", "OPERATIVE": "Operative"}
    UPDATES: Mapping[str, str] = {"FULL": "Full", "DIFFERENTIAL": "Differential"}
    PURPOSES: Mapping[str, str] = {
        "CHARGE_POINT_MAX_PROFILE": "ChargePointMaxProfile",
        "TX_DEFAULT_PROFILE": "TxDefaultProfile",
        "TX_PROFILE": "TxProfile",
    }

    def __init__(self) -> None:
        self.frames = Frames()
        self.tags: dict[int, dict[str, Any]] = {}
        self.profiles = {11: {name: value for name, value in PROFILE.items() if name != "transactionId"}}

    async def answer(self, request: Request) -> Answer:
        if request.headers.get("authorization") != "Basic dXNlcjpwYXNz":
            return 401, {"message": "Unauthorized"}
        parts = request.path.removeprefix("/steve/api/v1/").split("/")
        if parts[0] == "ocppTags":
            return self._tag(request, parts)
        assert parts[0] == "operations"
        form = dict(request.json)
        (station,) = form.pop("chargeBoxIdList")
        required, optional = self.FORMS[parts[1]]
        if not required <= form.keys() <= required | optional:
            return 400, {"message": f"{sorted(form)} is not what {parts[1]} takes"}
        if station == "UNKNOWN":
            return 200, {"taskId": 1, "exceptions": [{"chargeBoxId": station, "exceptionMessage": "no session"}]}
        await self.frames.send(station, parts[1], self._payload(parts[1], form))
        return 200, {"taskId": 1, "taskFinished": True, "successResponses": [], "errorResponses": [], "exceptions": []}

    def _payload(self, action: str, form: dict[str, Any]) -> dict[str, Any]:
        rename: dict[str, Callable[[], dict[str, Any]]] = {
            "Reset": lambda: {"type": self.RESETS[form["resetType"]]},
            "ChangeAvailability": lambda: {
                "connectorId": form.get("connectorId", 0),
                "type": self.AVAILABILITIES[form["availType"]],
            },
            "ChangeConfiguration": lambda: {
                "key": form["customConfKey" if form["keyType"] == "CUSTOM" else "confKey"],
                "value": form["value"],
            },
            "GetConfiguration": lambda: {"key": form["confKeyList"]} if "confKeyList" in form else {},
            "GetCompositeSchedule": lambda: {
                "connectorId": form["connectorId"],
                "duration": form["durationInSeconds"],
                "chargingRateUnit": form["chargingRateUnit"],
            },
            "SendLocalList": lambda: {
                "listVersion": form["listVersion"],
                "updateType": self.UPDATES[form["updateType"]],
                "localAuthorizationList": [
                    {"idTag": tag, "idTagInfo": {"status": "Accepted"}} for tag in form["addUpdateList"]
                ],
            },
            "TriggerMessage": lambda: {
                "requestedMessage": form.pop("triggerMessage"),
                **form,
            },
            "UpdateFirmware": lambda: {"location": form["location"], "retrieveDate": form["retrieveDateTime"]},
            "ReserveNow": lambda: {
                "connectorId": form["connectorId"],
                "idTag": form["idTag"],
                "expiryDate": form["expiry"],
                "reservationId": 5,
            },
            "RemoteStartTransaction": lambda: self._with_profile(form),
            "SetChargingProfile": lambda: {
                "connectorId": form["connectorId"],
                "csChargingProfiles": {
                    **self.profiles[form["chargingProfilePk"]],
                    "transactionId": form["transactionId"],
                },
            },
            "ClearChargingProfile": lambda: self._cleared(form),
        }
        return rename.get(action, lambda: form)()

    def _with_profile(self, form: dict[str, Any]) -> dict[str, Any]:
        if "chargingProfilePk" not in form:
            return form
        profile = {**self.profiles[form.pop("chargingProfilePk")], "transactionId": 77}
        return {**form, "chargingProfile": profile}

    def _cleared(self, form: dict[str, Any]) -> dict[str, Any]:
        if form.pop("filterType") == "ChargingProfileId":
            return {"id": form["chargingProfilePk"]}
        if "chargingProfilePurpose" in form:
            form["chargingProfilePurpose"] = self.PURPOSES[form["chargingProfilePurpose"]]
        return form

    def _tag(self, request: Request, parts: list[str]) -> Answer:
        if request.method == "DELETE":
            return (200, self.tags.pop(int(parts[1]))) if int(parts[1]) in self.tags else (404, {})
        form = request.json
        assert form.keys() <= {"idTag", "parentIdTag", "expiryDate", "maxActiveTransactionCount", "note"}
        known = {tag["idTag"] for tag in self.tags.values()}
        if form["idTag"] in known or form.get("parentIdTag", next(iter(known), None)) not in {*known, None}:
            return 422, {"message": "constraint"}
        self.tags[len(self.tags) + 1] = form
        return 201, {"ocppTagPk": len(self.tags), **form}


@asynccontextmanager
async def steve() -> AsyncIterator[tuple[SteVe, Sut]]:
    product = SteVe()
    async with serving(product.answer) as api:
        yield product, load(EXAMPLES / "sut-steve.toml", {**ENVIRONMENT, "STEVE_API": f"{api.url}/steve"})


@pytest.mark.asyncio
@pytest.mark.parametrize("name", WANTED)
async def test_steve_sends_what_the_operator_is_asked_for(name: str) -> None:
    action, payload = WANTED[name]
    async with steve() as (product, sut):
        assert await sent(sut, product.frames, action, payload) == ("PLUGPROOF-1", action, payload)


@pytest.mark.asyncio
async def test_what_steve_could_not_send_is_an_error_although_it_answers_200() -> None:
    async with steve() as (_, sut):
        operator = make(sut)
        with pytest.raises(OperatorError, match=r"the body says that it was refused: .*no session"):
            await operator.perform("Reset", "UNKNOWN", {"type": "Hard"})
        await operator.close()


@pytest.mark.asyncio
async def test_steve_is_given_its_tags_and_they_are_removed_by_their_keys(tmp_path: Path) -> None:
    async with steve() as (product, sut):
        await make_for_run(sut, [sut.lane(0)], tmp_path)
        assert {
            tag["idTag"]: (tag.get("parentIdTag"), tag.get("maxActiveTransactionCount"))
            for tag in (product.tags.values())
        } == {
            "PP-FAMILY": (None, None),
            "PP-VALID": ("PP-FAMILY", -1),
            "PP-VALID-2": ("PP-FAMILY", -1),
            "PP-BLOCKED": (None, 0),
        }
        assert await remove_all(sut, tmp_path) == []
        assert product.tags == {}


# --- CitrineOS -------------------------------------------------------------------------------------------------------

ROUTES = {
    "evdriver": {
        "remoteStartTransaction",
        "remoteStopTransaction",
        "unlockConnector",
        "clearCache",
        "sendLocalList",
        "getLocalListVersion",
    },
    "configuration": {
        "reset",
        "changeAvailability",
        "getConfiguration",
        "changeConfiguration",
        "triggerMessage",
        "updateFirmware",
    },
    "reporting": {"getDiagnostics"},
    "smartcharging": {"setChargingProfile", "clearChargingProfile", "getCompositeSchedule"},
}


class CitrineOS:
    """Takes what the routes of CitrineOS' OCPP 1.6 message API take: the OCPP payload."""

    def __init__(self) -> None:
        self.frames = Frames()

    async def answer(self, request: Request) -> Answer:
        start, module, action = request.path.rsplit("/", 2)
        if (request.method, start) != ("POST", "/ocpp/1.6") or action not in ROUTES.get(module, ()):
            return 404, {"message": f"Route {request.path} not found"}
        if request.query.keys() != {"identifier", "tenantId"} or request.query["tenantId"] != "1":
            return 400, {"message": "querystring must have required property 'identifier'"}
        if request.query["identifier"] == "UNKNOWN":
            return 200, [{"success": False, "payload": "Charging station UNKNOWN not found"}]
        await self.frames.send(request.query["identifier"], action[0].upper() + action[1:], request.json)
        return 200, [{"success": True}]


@asynccontextmanager
async def citrineos() -> AsyncIterator[tuple[CitrineOS, Sut]]:
    product = CitrineOS()
    async with serving(product.answer) as api:
        yield product, load(EXAMPLES / "sut-citrineos.toml", {**ENVIRONMENT, "CITRINEOS_API": api.url})


@pytest.mark.asyncio
@pytest.mark.parametrize("name", [name for name in WANTED if name not in ("reserve", "cancel")])
async def test_citrineos_sends_what_the_operator_is_asked_for(name: str) -> None:
    action, payload = WANTED[name]
    async with citrineos() as (product, sut):
        assert await sent(sut, product.frames, action, payload) == ("PLUGPROOF-1", action, payload)


@pytest.mark.asyncio
async def test_what_citrineos_does_not_send_is_an_error_although_it_answers_200() -> None:
    async with citrineos() as (_, sut):
        operator = make(sut)
        with pytest.raises(OperatorError, match=r"refused: .*Charging station UNKNOWN not found"):
            await operator.perform("Reset", "UNKNOWN", {"type": "Hard"})
        with pytest.raises(NotOffered):
            await operator.perform("ReserveNow", "PLUGPROOF-1", {})
        await operator.close()


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
