"""The HTTP API of a station: what a driver does over HTTP is on the wire at the CSMS."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from csms_core import Csms
from simulator import Station, VirtualClock
from simulator.v16.faults import CATALOGUE
from simulator.v16.station import FEATURES
from simulator.v16.verbs import PARAMETERS, VERBS
from simulator.v16.world import World
from tests.csms_core.support.bench import STATION, default_config, provision
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.views.api.support import Served, served

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def api(csms: ScriptedCsms, clock: VirtualClock) -> AsyncIterator[Served]:
    """The API of a booted station with two connectors at the scripted CSMS."""
    station = Station(csms.url, id="CP1", connectors=2, clock=clock)
    async with served(station) as found, station:
        await clock.settle()
        csms.forget()
        yield found


async def charge(api: Served, clock: VirtualClock) -> Station:
    """Connector 1 charges for TAG-1 with transactionId 1."""
    await api.do("plug_in", connector=1)
    await api.do("present", tag="TAG-1")
    await clock.settle()
    assert api.station.connector(1).status == "Charging"
    return api.station


async def test_a_session_over_http_is_booked_by_the_csms(tmp_path: Path) -> None:
    async with Csms(default_config(tmp_path)) as csms:
        await provision(csms)
        station = Station(csms.url, id=STATION, connectors=2)
        async with served(station) as api, station, httpx.AsyncClient(base_url=csms.api_url) as books:
            await api.do("plug_in", connector=1)
            await api.do("present", tag="GOOD")
            await station.until(lambda s: not s.queued, within=10)
            state = (await api.client.get("/api/v1/state")).json()
            (booked,) = (await books.get("/api/v1/transactions")).json()
            await api.do("unplug", connector=1)
            await station.until(lambda s: not s.queued, within=10)
            (stopped,) = (await books.get("/api/v1/transactions")).json()
            frames = (await api.client.get("/api/v1/frames")).json()

    assert (state["id"], state["registration"], state["connection"], state["queued"]) == (
        STATION,
        "Accepted",
        "online",
        0,
    )
    first, second = state["connectors"]
    assert (first["status"], first["cable"], first["locked"], first["power"]) == ("Charging", "both", True, 11_000)
    assert (second["status"], second["cable"], second["transaction"]) == ("Available", "none", None)
    assert first["transaction"]["transactionId"] == booked["transactionId"]
    assert first["transaction"]["idTag"] == booked["idTag"] == "GOOD"
    assert (booked["running"], stopped["running"], stopped["reason"]) == (True, False, "EVDisconnected")
    said = [(one["sender"], one["type"], one["action"]) for one in frames if one["action"] != "StatusNotification"]
    assert said[:6] == [
        ("station", "CALL", "BootNotification"),
        ("csms", "CALLRESULT", "BootNotification"),
        ("station", "CALL", "Authorize"),
        ("csms", "CALLRESULT", "Authorize"),
        ("station", "CALL", "StartTransaction"),
        ("csms", "CALLRESULT", "StartTransaction"),
    ]
    assert json.loads(frames[0]["text"])[2] == "BootNotification"
    assert [one["number"] for one in frames] == list(range(1, len(frames) + 1))


async def test_every_coroutine_of_the_physical_side_is_a_verb_with_a_route(api: Served) -> None:
    paths = (await api.client.get("/openapi.json")).json()["paths"]
    methods = {name for name, _ in inspect.getmembers(World, inspect.iscoroutinefunction) if name[0] != "_"}

    assert {"plug_in", "present", "cut_power", "jam_lock", "data_transfer"} <= methods
    assert {path for path in paths if path.startswith("/api/v1/verbs/")} == {f"/api/v1/verbs/{one}" for one in methods}
    used = {name for verb in VERBS.values() for name in verb.arguments.model_fields}
    assert set(PARAMETERS) == used
    described = [paths[f"/api/v1/verbs/{name}"]["post"] for name in methods]
    assert all(one["description"].endswith(".") and "Raises" not in one["description"] for one in described)


async def until(station: Station, done: Callable[[], object]) -> None:
    await station.until(lambda _: done(), within=10)


async def test_every_verb_does_what_it_says(api: Served, csms: ScriptedCsms) -> None:
    """One walk through all of them; what each does is judged by what can be seen, or by the CSMS."""
    csms.answers["DataTransfer"] = {"status": "Accepted"}
    one = api.station.connector(1)
    walk: list[tuple[str, dict[str, Any], Any]] = [
        ("plug_in", {"connector": 1}, lambda: one.status == "Preparing"),
        ("present", {"tag": "TAG-1", "connector": 1}, lambda: one.transaction is not None),
        ("pause_ev", {"connector": 1}, lambda: one.status == "SuspendedEV"),
        ("resume_ev", {"connector": 1}, lambda: one.status == "Charging"),
        ("press_emergency_stop", {}, lambda: one.transaction is None),
        ("unplug", {"connector": 1, "side": "vehicle"}, lambda: not one.vehicle),
        ("raise_fault", {"connector": 2, "error_code": "GroundFailure"}, lambda: csms.statuses(2)[-1:] == ["Faulted"]),
        ("clear_fault", {"connector": 2}, lambda: api.station.connector(2).status == "Available"),
        ("jam_lock", {"connector": 2}, lambda: api.station.connector(2).lock_jammed),
        ("jam_memory", {}, None),
        ("jam_firmware", {"jammed": False}, None),
        ("security_event", {"type": "TamperDetectionActivated", "tech_info": "door"}, None),
        ("data_transfer", {"vendor": "org.example"}, None),
        ("raw", {"text": '[2,"1","Heartbeat",{}]'}, lambda: csms.actions[-1:] == ["Heartbeat"]),
        ("answer_next", {"how": "drop"}, lambda: api.station.parts.link.disturbance is not None),
        ("set_clock", {"to": "2030-01-01T00:00:00Z"}, lambda: api.station.clock.now().year == 2030),
        ("lose_network", {}, lambda: not api.station.connected),
        ("restore_network", {}, lambda: True),
        ("cut_power", {"graceful": True}, lambda: not api.station.powered),
        ("restore_power", {}, lambda: api.station.powered),
    ]
    assert [name for name, _, _ in walk] == sorted(VERBS, key=[name for name, _, _ in walk].index)
    for name, arguments, done in walk:
        await api.do(name, **arguments)
        if done is not None:
            await until(api.station, done)


async def test_what_a_verb_returns_is_in_the_answer(api: Served, csms: ScriptedCsms) -> None:
    csms.answers["DataTransfer"] = {"status": "Accepted", "data": "hello"}
    response = await api.client.post("/api/v1/verbs/data_transfer", json={"vendor": "org.example", "message": "M"})

    assert response.json()["answer"] == {"status": "Accepted", "data": "hello"}
    assert (await api.client.post("/api/v1/verbs/jam_memory")).json()["answer"] is None


MISTAKES: list[tuple[str, int, dict[str, Any], str]] = [
    ("plug_in", 422, {"connector": 3}, "plug_in: station CP1 has connectors 1 to 2, not 3"),
    ("plug_in", 422, {"connector": "1"}, "plug_in: connector is a whole number, not '1'"),
    ("plug_in", 422, {}, "plug_in: connector is missing, as in: plug_in 1"),
    ("plug_in", 422, {"connector": 1, "conector": 1}, "plug_in: there is no 'conector'; it takes connector"),
    ("unplug", 409, {"connector": 1}, "unplug: connector 1 has no cable"),
    (
        "unplug",
        422,
        {"connector": 1, "side": "car"},
        "unplug: side is one of both, station, vehicle, not 'car'",
    ),
    ("present", 422, {"tag": "x" * 21}, "present: tag has at most 20 characters, not 21"),
    ("present", 422, {"tag": ""}, "present: tag has at least 1 characters, not 0"),
    ("present", 422, {"tag": 1}, "present: tag is a text, not 1"),
    ("cut_power", 422, {"graceful": 1}, "cut_power: graceful is true or false, not 1"),
    ("restore_power", 409, {}, "restore_power: the station has power already"),
    (
        "raise_fault",
        422,
        {"connector": 0, "error_code": "groundfailure"},
        "raise_fault: error_code: 'groundfailure' is no errorCode; did you mean GroundFailure?",
    ),
    (
        "set_clock",
        422,
        {"to": "2030-01-01T00:00:00"},
        "set_clock: to: '2030-01-01T00:00:00' is no moment such as 2030-01-01T00:00:00Z",
    ),
    (
        "set_clock",
        422,
        {"to": "9999-01-01T00:00:00Z"},
        "set_clock: to: a clock is set to a year from 2000 to 2099, not 9999",
    ),
    ("plugin", 404, {}, "There is no verb 'plugin'; did you mean plug_in?"),
]


async def test_a_mistake_is_one_sentence(api: Served) -> None:
    said = [(verb, status, given, await api.refused(verb, status, **given)) for verb, status, given, _ in MISTAKES]

    assert said == MISTAKES


async def test_what_is_no_json_object_and_no_route_is_a_sentence_too(api: Served) -> None:
    client = api.client
    example = 'plug_in: the arguments are a JSON object such as {"connector":1}, sent as application/json'
    for body in (b"", b"{", b"[1]", b"\xff"):
        response = await client.post("/api/v1/verbs/plug_in", content=body)
        assert (response.status_code, response.json()["detail"]) == (422, example)
    json_type = {"Content-Type": "application/json"}
    unreadable = await client.post("/api/v1/verbs/plug_in", content=b"\xff", headers=json_type)
    assert (unreadable.status_code, unreadable.json()["detail"]) == (
        400,
        "/api/v1/verbs/plug_in: the body is no JSON that can be read.",
    )
    assert "GET /docs shows everything" in (await client.get("/nothing")).json()["detail"]
    assert (await client.get("/api/v1/verbs/plug_in")).status_code == 405
    assert (await client.get("/api/v1/frames?last=0")).json()["detail"].startswith("/api/v1/frames: last: ")


async def test_a_verb_of_a_profile_the_station_lacks(start: StartStation) -> None:
    station = await start(features=FEATURES[:1])
    async with served(station) as api:
        sentence = await api.refused("jam_memory", 409)
        state = (await api.client.get("/api/v1/state")).json()

    assert sentence == "jam_memory: this station has no local list; its model leaves the profile out"
    assert (state["security_profile"], state["security_events"]) == (0, 0)


async def test_the_state_names_reservations_and_the_queue(api: Served, csms: ScriptedCsms, clock: VirtualClock) -> None:
    charging = await charge(api, clock)
    booking = {"connectorId": 2, "idTag": "TAG-2", "reservationId": 5, "expiryDate": "2027-01-01T00:00:00Z"}
    await csms.call("ReserveNow", **booking)
    await charging.until(lambda s: s.connector(2).reservation, within=10)
    await api.do("lose_network")
    state = await api.do("press_emergency_stop")

    assert (state["connection"], state["network"], state["queued"]) == ("no network", False, 1)
    (unsent,) = state["queue"]
    assert (unsent["action"], unsent["connectorId"], unsent["transactionId"]) == ("StopTransaction", 1, 1)
    assert unsent["timestamp"].startswith("2026-01-01T")
    assert state["connectors"][1]["reservation"]["idTag"] == "TAG-2"


async def test_a_limit_says_who_set_it(api: Served, csms: ScriptedCsms, clock: VirtualClock) -> None:
    charging = await charge(api, clock)
    for connector, purpose, number in ((0, "ChargePointMaxProfile", 8), (1, "TxDefaultProfile", 7)):
        profile = {
            "chargingProfileId": number,
            "stackLevel": 0,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "startSchedule": "2026-01-01T00:00:00Z",
                "chargingRateUnit": "W",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6000}],
            },
        }
        await csms.call("SetChargingProfile", connectorId=connector, csChargingProfiles=profile)
    await charging.until(lambda s: s.connector(1).limit is not None, within=10)
    first, second = (await api.client.get("/api/v1/state")).json()["connectors"]

    assert (first["limit"], first["limited_by"]) == (6000, ["TxDefaultProfile 7", "ChargePointMaxProfile 8"])
    assert (second["limit"], second["limited_by"]) == (None, [])


async def test_secrets_are_masked(api: Served, csms: ScriptedCsms) -> None:
    key = "A secret of 20 chars"
    api.station.parts.link.dial.basic_auth = "CP1", b"factory's password"
    await csms.call("ChangeConfiguration", key="AuthorizationKey", value=key)
    api.record.note("problem", f"somebody said {key} and factory's password")
    frames = await api.client.get("/api/v1/frames", params={"last": 2})
    events = await api.client.get("/api/v1/events", params={"follow": False})

    assert "ChangeConfiguration" in frames.text
    assert key not in frames.text + events.text
    assert "somebody said ******** and ********" in events.text
    assert '\\"value\\":\\"********\\"' in frames.text
    assert not any(one["findings"] for one in frames.json())


async def test_a_frame_that_breaks_a_rule_says_so(api: Served, csms: ScriptedCsms) -> None:
    csms.answers["DataTransfer"] = {"status": "Perhaps"}
    csms.excused |= {"PAY-03"}
    sentence = await api.refused("data_transfer", 409, vendor="org.example")
    frame = (await api.client.get("/api/v1/frames", params={"last": 1})).json()[0]
    state = (await api.client.get("/api/v1/state")).json()

    assert sentence.startswith("data_transfer: the DataTransfer has no answer: ")
    assert (frame["type"], frame["action"], frame["sender"]) == ("CALLRESULT", "DataTransfer", "csms")
    (finding,) = frame["findings"]
    assert (finding["level"], finding["party"], state["violations"]) == ("MUST", "csms", 1)
    assert "Perhaps" in finding["message"]


async def test_events_are_a_stream_that_ends_with_the_station(station: Station) -> None:
    async with served(station) as api:
        lines: asyncio.Queue[str] = asyncio.Queue()

        async def follow() -> None:
            async with api.client.stream("GET", "/api/v1/events") as response:
                async for line in response.aiter_lines():
                    lines.put_nowait(line)

        following = asyncio.create_task(follow())
        await api.do("plug_in", connector=2)
        async with asyncio.timeout(30):
            while (line := await lines.get()) != "event: status":
                pass
            data = json.loads((await lines.get()).removeprefix("data: "))
            later = await api.client.get("/api/v1/events", params={"follow": False, "after": data["number"]})
            api.record.close()
            await following

    assert (data["kind"], data["text"], data["connector"]) == ("status", "connector 2 is Preparing", 2)
    assert (line, later.text) == ("event: status", "")


async def test_a_slow_reader_is_told_that_it_missed_something(api: Served) -> None:
    for number in range(600):
        api.record.note("note", str(number))
    fresh = (await api.client.get("/api/v1/events", params={"follow": False})).text
    missed = (await api.client.get("/api/v1/events", params={"follow": False, "after": 50})).text
    resumed = await api.client.get("/api/v1/events?follow=false", headers={"Last-Event-ID": "599"})

    assert "event: dropped" not in fresh
    assert missed.startswith("event: dropped\n")
    assert resumed.text.startswith("id: 600\n")


async def test_faults_are_switched_over_http(api: Served) -> None:
    name = next(iter(CATALOGUE.sentences()))
    listed = (await api.client.get("/api/v1/faults")).json()
    on = (await api.client.put("/api/v1/faults", json={"faults": [name]})).json()
    unknown = await api.client.put("/api/v1/faults", json={"faults": [f"{name}x"]})
    off = (await api.client.put("/api/v1/faults", json={"faults": []})).json()

    assert [one["name"] for one in listed] == list(CATALOGUE.sentences())
    assert [one["name"] for one in on if one["active"]] == [name]
    assert (unknown.status_code, f"did you mean {name}?" in unknown.json()["detail"]) == (422, True)
    assert not any(one["active"] for one in off)


async def test_the_record_is_bounded(api: Served, csms: ScriptedCsms, monkeypatch: pytest.MonkeyPatch) -> None:
    csms.answers["DataTransfer"] = {"status": "Accepted"}
    monkeypatch.setattr("simulator.views.record.MAX_TEXT", 300)
    for number in range(3):
        await api.station.data_transfer("org.example", f"M{number}", "x" * 100)
    kept = api.record.frames()

    assert [(one.type, one.action) for one in kept][-2:] == [("CALL", "DataTransfer"), ("CALLRESULT", "DataTransfer")]
    assert sum(len(one.text) for one in kept) <= 300
    assert api.record.frames(0) == []
