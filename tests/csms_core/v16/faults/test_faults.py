"""Every deliberate defect changes the wire, only where it says, and only for whom it is switched on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
import websockets.asyncio.client
from websockets.exceptions import InvalidStatus, NegotiationError

from csms_core import Csms
from csms_core.faults.catalogue import catalogue
from csms_core.faults.model import Fault
from csms_core.faults.switchboard import Switchboard, UnknownFault, Wire
from csms_core.store import stations
from csms_core.v16.faults import FAULTS, unusual
from ocppj import frames
from ocppj.frames import CallError, CallResult
from ocppj.peers.aio import CallRefused, ConnectFailed
from schemas import load
from tests.csms_core.support.bench import CATALOGUE, STATION, Connecting, Station
from tests.csms_core.v16 import security_messages
from tests.csms_core.v16.profile_messages import MESSAGES, said_by_station

SCHEMAS = load("1.6")
NOW = "2026-11-21T10:00:00.000Z"
VALID = {"idTagInfo": {"status": "Accepted"}}

Exchange = tuple[str, dict[str, Any], dict[str, Any]]
BOOT: Exchange = (
    "BootNotification",
    {"chargePointVendor": "v", "chargePointModel": "m"},
    {"status": "Accepted", "currentTime": NOW, "interval": 300},
)


def status(status: str, connector: int = 1) -> Exchange:
    return "StatusNotification", {"connectorId": connector, "status": status, "errorCode": "NoError"}, {}


def authorize(outcome: str) -> Exchange:
    return "Authorize", {"idTag": "T"}, {"idTagInfo": {"status": outcome}}


def start(outcome: str) -> Exchange:
    payload = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": NOW}
    return "StartTransaction", payload, {"transactionId": 7, "idTagInfo": {"status": outcome}}


def stop(reason: str = "Local") -> Exchange:
    return "StopTransaction", {"transactionId": 7, "meterStop": 1, "timestamp": NOW, "reason": reason}, {}


METER_VALUE = {"timestamp": NOW, "sampledValue": [{"value": "1"}]}
METER: Exchange = ("MeterValues", {"connectorId": 1, "meterValue": [METER_VALUE]}, {})
DATA: Exchange = ("DataTransfer", {"vendorId": "v"}, {"status": "UnknownVendorId"})
HEARTBEAT: Exchange = ("Heartbeat", {}, {"currentTime": NOW})

SESSION: list[Exchange | tuple[str, dict[str, Any]]] = [
    BOOT,
    status("Available", 0),
    status("Available"),
    HEARTBEAT,
    *(authorize(outcome) for outcome in ("Accepted", "Invalid", "Blocked", "Expired")),
    *(start(outcome) for outcome in ("Accepted", "Invalid", "Blocked", "Expired")),
    METER,
    DATA,
    *(stop(reason) for reason in ("EVDisconnected", "Remote", "UnlockCommand", "PowerLoss", "DeAuthorized", "Local")),
    *(
        status(name)
        for name in (
            "Preparing",
            "Charging",
            "SuspendedEV",
            "SuspendedEVSE",
            "Finishing",
            "Reserved",
            "Unavailable",
            "Faulted",
            "Available",
        )
    ),
    status("Available", 3),
    ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
    ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "60"}),
    ("ChangeConfiguration", {"key": "AuthorizationKey", "value": "0123456789abcdef" * 2}),
    ("ChangeConfiguration", {"key": "SecurityProfile", "value": "2"}),
    ("ClearCache", {}),
    ("GetConfiguration", {"key": ["SupportedFeatureProfiles"]}),
    ("RemoteStartTransaction", {"idTag": "T"}),
    ("RemoteStopTransaction", {"transactionId": 7}),
    ("UnlockConnector", {"connectorId": 1}),
    *MESSAGES.values(),
    *security_messages.MESSAGES.values(),
    ("Reset", {"type": "Hard"}),
    BOOT,
    start("Accepted"),
    BOOT,
    ("Authorize", {"idTag": "T"}, {"idTagInfo": {"status": "Accepted", "parentIdTag": "P"}}),
    (*BOOT[:2], {**BOOT[2], "status": "Pending"}),
]
"""A life of a station as the right CSMS serves it: CALLs with their answers, and CALLs of the CSMS."""

Changed = dict[int, tuple[str, ...]]


def play(*faults: str, identity: str = STATION) -> Changed:
    """What leaves the CSMS instead of the right message, by position in SESSION."""
    switchboard = Switchboard(CATALOGUE)
    for name in faults:
        switchboard.switch(name, True, STATION)
    wire = Wire(switchboard, identity, "ocpp1.6")
    changed: Changed = {}
    for position, (action, payload, *answer) in enumerate(SESSION):
        call = frames.call(f"m-{position}", action, payload)
        if answer:
            wire.arrived(call.raw)
        text = frames.result(call.id, answer[0]).raw if answer else call.raw
        instead = wire.leaves(text)
        if instead is not None and (instead.texts != (text,) or instead.delay):
            changed[position] = instead.texts
        if not answer:
            wire.arrived(frames.result(call.id, said_by_station(action, payload)).raw)
    return changed


UNUSUAL = {fault.name for fault in unusual.faults()}
"""Those that the life of a station does not show; `test_unusual_faults.py` is about them."""
MESSAGE_FAULTS = [
    name for name, fault in catalogue({"ocpp1.6": FAULTS}).items() if fault.message is not None and name not in UNUSUAL
]


def test_the_session_of_these_tests_is_valid() -> None:
    for action, payload, *answer in SESSION:
        assert SCHEMAS.call[action](payload), action
        assert not answer or SCHEMAS.result[action](answer[0]), action


@pytest.mark.parametrize("name", MESSAGE_FAULTS)
def test_every_fault_changes_what_leaves(name: str) -> None:
    assert play(name), "nothing in the session of a station is changed by this fault"


@pytest.mark.parametrize("name", MESSAGE_FAULTS)
def test_a_fault_of_one_station_leaves_the_others_alone(name: str) -> None:
    assert play(name, identity="OTHER") == {}


def test_without_faults_nothing_is_changed() -> None:
    assert play() == {}


@pytest.mark.parametrize(
    ("name", "positions"),
    [
        ("boot-after-reset-rejected", {"BootNotification": 1}),
        ("boot-after-power-loss-rejected", {"BootNotification": 1}),
        ("boot-pending", {"BootNotification": 3}),
        ("available-again-unanswered", {"StatusNotification": 1}),
        ("preparing-unanswered", {"StatusNotification": 1}),
        ("status-notification-unknown-connector-callerror", {"StatusNotification": 1}),
        ("authorize-invalid", {"Authorize": 2}),
        ("authorize-accepts-everyone", {"Authorize": 3}),
        ("start-transaction-accepts-everyone", {"StartTransaction": 3}),
        ("stop-evdisconnected-unanswered", {"StopTransaction": 1}),
        ("reset-type-swapped", {"Reset": 1}),
    ],
)
def test_a_fault_changes_only_what_it_says(name: str, positions: dict[str, int]) -> None:
    changed: dict[str, int] = {}
    for position in play(name):
        action = SESSION[position][0]
        changed[action] = changed.get(action, 0) + 1

    assert changed == positions


def test_faults_can_say_what_no_schema_allows() -> None:
    broken = set()
    for name in MESSAGE_FAULTS:
        for position, texts in play(name).items():
            action, *_ = SESSION[position]
            for frame in map(frames.parse, texts):
                if isinstance(frame, CallResult) and not SCHEMAS.result[action](frame.payload):
                    broken.add(name)
                if isinstance(frame, frames.Call) and not SCHEMAS.call[action](frame.payload):
                    broken.add(name)

    assert {"boot-answer-without-interval", "remote-start-without-tag", "clear-cache-with-extra-member"} <= broken


CORE_RULES: dict[str, tuple[str, ...]] = {
    "TC_001_CSMS.R3": ("boot-pending", "boot-rejected"),
    "TC_001_CSMS.R4": ("boot-answer-without-interval",),
    "TC_001_CSMS.R5": ("boot-answer-without-current-time",),
    "TC_001_CSMS.R7": ("heartbeat-answer-without-current-time",),
    "TC_003_CSMS.R3": ("authorize-invalid",),
    "TC_003_CSMS.R5": ("start-transaction-invalid",),
    "TC_004_1_CSMS.R1": ("authorize-invalid", "start-transaction-invalid"),
    "TC_004_2_CSMS.R2": ("preparing-unanswered", "preparing-answer-with-extra-member"),
    "TC_004_2_CSMS.R4": ("available-again-unanswered", "available-again-answer-with-extra-member"),
    "TC_005_1_CSMS.R2": ("suspendedev-unanswered", "suspendedev-answer-with-extra-member"),
    "TC_005_1_CSMS.R4": ("stop-transaction-answer-with-extra-member", "stop-evdisconnected-unanswered"),
    "TC_005_1_CSMS.R6": ("finishing-unanswered", "finishing-answer-with-extra-member"),
    "TC_005_1_CSMS.R8": ("available-again-unanswered", "available-again-answer-with-extra-member"),
    "TC_007_CSMS.R3": ("start-transaction-invalid",),
    "TC_010_CSMS.R2": ("remote-start-wrong-tag",),
    "TC_010_CSMS.R5": ("authorize-invalid",),
    "TC_010_CSMS.R7": ("start-transaction-invalid",),
    "TC_011_1_CSMS.R1": ("remote-start-wrong-tag",),
    "TC_011_1_CSMS.R4": ("authorize-invalid",),
    "TC_011_1_CSMS.R7": ("start-transaction-invalid",),
    "TC_011_2_CSMS.R1": ("remote-start-wrong-tag",),
    "TC_011_2_CSMS.R4": ("authorize-invalid",),
    "TC_012_CSMS.R1": ("remote-stop-wrong-transaction",),
    "TC_013_CSMS.R1": ("reset-type-swapped",),
    "TC_013_CSMS.R3": ("boot-after-reset-rejected",),
    "TC_014_CSMS.R1": ("reset-type-swapped",),
    "TC_014_CSMS.R3": ("boot-after-reset-rejected",),
    "TC_017_1_CSMS.R1": ("unlock-without-connector",),
    "TC_017_2_CSMS.R1": ("unlock-without-connector",),
    "TC_018_1_CSMS.R1": ("unlock-without-connector",),
    "TC_019_1_CSMS.R1": ("get-configuration-wrong-key",),
    "TC_019_1_CSMS.R2": ("get-configuration-wrong-key",),
    "TC_019_2_CSMS.R1": ("get-configuration-wrong-key", "get-configuration-without-keys"),
    "TC_021_CSMS.R1": ("change-configuration-wrong-key",),
    "TC_021_CSMS.R2": ("change-configuration-wrong-value",),
    "TC_023_1_CSMS.R2": ("authorize-accepts-everyone", "authorize-invalid-as-blocked"),
    "TC_023_2_CSMS.R2": ("authorize-accepts-everyone", "authorize-expired-as-invalid"),
    "TC_023_3_CSMS.R2": ("authorize-accepts-everyone", "authorize-blocked-as-expired"),
    "TC_024_CSMS.R2": ("preparing-unanswered",),
    "TC_024_CSMS.R5": ("faulted-unanswered", "faulted-answer-with-extra-member"),
    "TC_026_CSMS.R1": ("remote-start-without-tag",),
    "TC_028_CSMS.R1": ("remote-stop-without-transaction",),
    "TC_030_CSMS.R1": ("unlock-without-connector",),
    "TC_031_CSMS.R1": ("unlock-without-connector",),
    "TC_032_1_CSMS.R1": ("boot-after-power-loss-rejected",),
    "TC_037_1_CSMS.R3": ("start-transaction-invalid",),
    "TC_037_3_CSMS.R3": ("start-transaction-accepts-everyone", "start-transaction-invalid-as-blocked"),
    "TC_039_CSMS.R3": ("start-transaction-invalid",),
    "TC_040_1_CSMS.R1": ("change-configuration-without-key",),
    "TC_040_1_CSMS.R2": ("change-configuration-without-value",),
    "TC_040_2_CSMS.R1": ("change-configuration-wrong-key",),
    "TC_061_CSMS.R1": ("clear-cache-with-extra-member", "clear-cache-not-sent"),
    "TC_064_CSMS.R2": ("data-transfer-unknown-status",),
    "TC_064_CSMS.R3": ("data-transfer-accepts-everything",),
}
"""For every rule a Core case judges on a CSMS, the faults that break it."""


def test_every_core_rule_has_a_fault() -> None:
    assert {name for names in CORE_RULES.values() for name in names} <= CATALOGUE.keys()
    assert len(CORE_RULES) == 54


@pytest.mark.parametrize("fault", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_every_fault_is_named_in_kebab_case_and_said_in_one_sentence(fault: Fault) -> None:
    assert fault.name == fault.name.lower()
    assert set(fault.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert fault.sentence.endswith(".")
    assert fault.sentence.count(". ") == 0


def test_a_fault_is_one_kind_of_hook() -> None:
    with pytest.raises(ValueError, match="needs one hook"):
        Fault("both-or-none", "Nothing.")


def test_a_name_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownFault, match="There is no fault 'no-such-fault'"):
        Switchboard(CATALOGUE).switch("no-such-fault", True)


def test_where_two_faults_meet_the_one_switched_on_first_decides() -> None:
    first, both = play("boot-pending"), play("boot-pending", "boot-rejected")

    assert both == first != play("boot-rejected", "boot-pending")


def test_history_is_forgotten_when_the_last_fault_goes() -> None:
    switchboard = Switchboard(CATALOGUE)
    switchboard.switch("boot-after-reset-rejected", True)
    wire = Wire(switchboard, STATION, "ocpp1.6")
    wire.leaves(frames.call("r", "Reset", {"type": "Hard"}).raw)
    switchboard.switch("boot-after-reset-rejected", False)
    switchboard.switch("boot-after-reset-rejected", True)

    wire.arrived(frames.call("b", "BootNotification", BOOT[1]).raw)

    assert wire.leaves(frames.result("b", BOOT[2]).raw) is None


@pytest.mark.asyncio
async def test_a_fault_is_switched_over_the_api_for_one_station(
    csms: Csms, api: httpx.AsyncClient, station: Station, connecting: Connecting
) -> None:
    await csms.store.write(lambda c: stations.put(c, "OTHER", NOW))
    other = await connecting("OTHER")
    await other.boot()

    shown = (await api.put("/api/v1/faults/authorize-invalid", json={"enabled": True, "station": STATION})).json()
    wrong = await station.call("Authorize", {"idTag": "GOOD"})
    right = await other.call("Authorize", {"idTag": "GOOD"})
    await api.put("/api/v1/faults/authorize-invalid", json={"enabled": False, "station": STATION})

    assert (shown["everywhere"], shown["stations"]) == (False, [STATION])
    assert wrong == {"idTagInfo": {"status": "Invalid"}}
    assert right == await station.call("Authorize", {"idTag": "GOOD"}) == VALID


@pytest.mark.asyncio
async def test_the_catalogue_is_shown_over_the_api(api: httpx.AsyncClient) -> None:
    await api.put("/api/v1/faults/boot-pending", json={"enabled": True})

    shown = {fault["name"]: fault for fault in (await api.get("/api/v1/faults")).json()}

    assert shown.keys() == CATALOGUE.keys()
    assert [name for name, fault in shown.items() if fault["everywhere"]] == ["boot-pending"]
    assert shown["boot-pending"]["sentence"] == CATALOGUE["boot-pending"].sentence
    assert (await api.put("/api/v1/faults/nonsense", json={"enabled": True})).status_code == 404


@pytest.mark.asyncio
async def test_an_answer_that_breaks_its_schema_reaches_the_station(csms: Csms, connecting: Connecting) -> None:
    csms.switchboard.switch("boot-answer-without-interval", True)

    station = await connecting()

    assert "interval" not in await station.boot()


@pytest.mark.asyncio
async def test_a_call_that_breaks_its_schema_reaches_the_station(
    csms: Csms, api: httpx.AsyncClient, station: Station
) -> None:
    csms.switchboard.switch("remote-start-without-tag", True)

    response = await api.post(
        f"/api/v1/stations/{STATION}/operations/RemoteStartTransaction", json={"idTag": "GOOD", "connectorId": 1}
    )

    sent = station.peer.session.last_from("csms")
    assert sent is not None
    assert isinstance(sent.frame, frames.Call)
    assert (sent.frame.action, sent.frame.payload) == ("RemoteStartTransaction", {"connectorId": 1})
    assert response.status_code == 502


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "expected"), [("answers-missing", []), ("answers-twice", [CallResult, CallResult])])
async def test_answers_can_be_missing_or_come_twice(
    csms: Csms, station: Station, name: str, expected: list[type]
) -> None:
    await station.next_frame()  # the answer to its boot
    csms.switchboard.switch(name, True)
    await station.peer.send_raw('[2,"first","Heartbeat",{}]')
    await station.peer.send_raw(
        '[2,"last","NoSuchAction",{}]'
    )  # refused by the peer, which no fault of answers concerns

    seen = []
    while not isinstance(frame := await station.next_frame(), CallError):
        seen.append(type(frame))

    assert seen == expected


@pytest.mark.asyncio
async def test_an_answer_can_be_a_callerror(csms: Csms, station: Station) -> None:
    csms.switchboard.switch("stop-transaction-callerror", True)

    with pytest.raises(CallRefused, match="InternalError"):
        await station.stop(1)


@pytest.mark.asyncio
async def test_an_answer_can_be_late(csms: Csms, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    delays: list[float] = []

    async def sleep(seconds: float) -> None:
        delays.append(seconds)

    monkeypatch.setattr("csms_core.gateway.tapped.sleep", sleep)
    csms.switchboard.switch("authorize-slow", True)

    assert await station.call("Authorize", {"idTag": "GOOD"}) == VALID
    assert delays == [5.0]


@pytest.mark.asyncio
async def test_identity_not_decoded(csms: Csms, connecting: Connecting) -> None:
    await csms.store.write(lambda c: stations.put(c, "RDAM 123", NOW))
    csms.switchboard.switch("identity-not-decoded", True)

    with pytest.raises(ConnectFailed) as refused:
        await connecting("RDAM 123")

    assert refused.value.status == 404


@pytest.mark.asyncio
async def test_unknown_station_admitted(csms: Csms, connecting: Connecting) -> None:
    csms.switchboard.switch("unknown-station-admitted", True)

    assert (await (await connecting("STRANGER")).boot())["status"] == "Accepted"


Opening = Callable[..., Awaitable[websockets.asyncio.client.ClientConnection]]


async def offer(csms: Csms, *names: str) -> websockets.asyncio.client.ClientConnection:
    subprotocols = [websockets.typing.Subprotocol(name) for name in names]
    address = f"{csms.url}/{STATION}"
    return await websockets.asyncio.client.connect(address, subprotocols=subprotocols, proxy=None)


@pytest.mark.asyncio
async def test_any_subprotocol(csms: Csms) -> None:
    csms.switchboard.switch("any-subprotocol", True, STATION)

    async with await offer(csms, "ocpp0.1", "ocpp1.6") as websocket:
        assert websocket.subprotocol == "ocpp0.1"


@pytest.mark.asyncio
async def test_no_subprotocol(csms: Csms) -> None:
    csms.switchboard.switch("no-subprotocol", True, STATION)

    async with await offer(csms, "ocpp0.1") as websocket, asyncio.timeout(30):
        assert websocket.subprotocol is None
        await websocket.send(frames.call("b", *BOOT[:2]).raw)
        assert '"Accepted"' in str(await websocket.recv())


@pytest.mark.asyncio
async def test_handshake_faults_of_one_station_leave_the_others_alone(csms: Csms) -> None:
    csms.switchboard.switch("any-subprotocol", True, "OTHER")

    with pytest.raises((InvalidStatus, NegotiationError)):
        await offer(csms, "ocpp0.1")
