"""Deliberate defects of a station: how they get in and out, by whom they are known, and what they leave alone."""

from __future__ import annotations

import ast
import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

import simulator
from ocppj.peers.aio import CallRefused
from simulator import Station, VirtualClock
from simulator.cli.main import main
from simulator.faults.catalogue import Catalogue, UnknownFault, active
from simulator.faults.model import Came, Fault, Message, Override, Send
from simulator.faults.words import answered, put
from simulator.fleet.counting.tally import Tally
from simulator.fleet.engine.dialler import Dialler
from simulator.v16.core.configuration import Configuration
from simulator.v16.faults import CATALOGUE, set_faults
from simulator.v16.faults.words import key_read_as
from simulator.v16.feature import Feature
from simulator.v16.profiles.local_list import LocalList
from simulator.v16.station import FEATURES
from tests.simulator.cli.test_command import command, outcome
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.support.security import KEY
from tests.simulator.v16.faults import table as fault_table

ADDRESS = "ws://127.0.0.1:1/ocpp"
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}]},
}


def station_at_rest(id: str = "CP1", **options: Any) -> Station:
    return Station(ADDRESS, id=id, clock=VirtualClock(), **options)


def classes(station: Station) -> list[type]:
    """The class of every part of a station."""
    return [type(part) for part in station.pieces()]


# --- the catalogue ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_every_fault_is_named_in_kebab_case_and_said_in_one_sentence(fault: Fault) -> None:
    assert set(fault.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert fault.sentence.endswith(".")
    assert fault.sentence.count(". ") == 0
    assert CATALOGUE.sentences()[fault.name] == fault.sentence


def test_no_two_faults_do_the_same() -> None:
    assert len({fault.sentence for fault in CATALOGUE.values()}) == len(CATALOGUE)


def test_a_fault_has_a_hook() -> None:
    with pytest.raises(ValueError, match="harmless has no hook"):
        Fault("harmless", "Nothing.")


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="two faults named stop-missing"):
        Catalogue([CATALOGUE["stop-missing"]] * 2)


def test_every_rule_of_a_charge_point_case_has_a_fault_or_a_reason_and_every_fault_a_proof() -> None:
    broken = {rid for proof in fault_table.PROOFS for rid in proof.rids}
    rules = fault_table.rules()

    assert len(rules) == len(set(rules)) == 377
    assert broken == set(rules) - fault_table.CANNOT_BE_BROKEN.keys()
    assert broken & fault_table.CANNOT_BE_BROKEN.keys() == set()
    proved = {proof.fault for proof in fault_table.PROOFS} | fault_table.broken_rule_cases().keys()
    assert proved == CATALOGUE.keys() - fault_table.FUZZED


def test_the_page_is_current() -> None:
    assert fault_table.PAGE.read_text() == fault_table.page(), (
        "make it anew: python -m tests.simulator.v16.faults.table"
    )


# --- in and out -------------------------------------------------------------------------------------------------------


def test_a_station_without_faults_is_not_touched_and_becomes_so_again() -> None:
    station, other = station_at_rest(), station_at_rest("CP2")
    right = classes(station)

    set_faults(station, CATALOGUE)

    assert active(station) == tuple(CATALOGUE)
    assert classes(station) != right
    assert classes(other) == right
    assert active(other) == ()

    set_faults(station, [])

    assert classes(station) == right
    assert active(station) == ()


def test_a_name_nobody_knows_changes_nothing_and_the_nearest_is_told() -> None:
    station = station_at_rest()
    set_faults(station, ["stop-missing"])

    with pytest.raises(UnknownFault) as raised:
        set_faults(station, ["stop-missing", "hearbeat-lat"])

    assert str(raised.value) == "There is no fault 'hearbeat-lat' of a station; did you mean heartbeat-late?"
    assert active(station) == ("stop-missing",)
    with pytest.raises(UnknownFault, match="--list-faults"):
        set_faults(station, ["???"])


def test_a_fault_reaches_a_feature_that_somebody_has_derived() -> None:
    class OwnList(LocalList):
        __slots__ = ("more",)

    features: tuple[type[Feature], ...] = tuple(OwnList if one is LocalList else one for one in FEATURES)
    station = station_at_rest(features=features)
    station.features[OwnList]._entries = {"tag-1": object()}  # type: ignore[dict-item]

    set_faults(station, ["list-ignored"])

    assert station.features[OwnList].known("TAG-1") is None


def test_a_station_can_do_without_the_part_a_fault_is_about() -> None:
    station = station_at_rest(features=tuple(one for one in FEATURES if one is not LocalList))

    set_faults(station, ["list-ignored"])

    assert active(station) == ("list-ignored",)


def test_the_station_does_not_know_its_faults() -> None:
    """No module that a station consists of imports them; who switches them does."""
    assert "simulator.wire.link" in (found := imported_by("simulator.v16.station"))
    assert [module for module in found if module.startswith(("simulator.faults", "simulator.v16.faults"))] == []


def imported_by(module: str) -> set[str]:
    """The modules of the simulator that this one imports, and those they import, and so on."""
    root = Path(simulator.__file__).parent.parent
    found, left = set(), [module]
    while left:
        name = left.pop()
        file = root.joinpath(*name.split("."))
        file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
        if name in found or not name.startswith("simulator.") or not file.exists():
            continue
        found.add(name)
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                left += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                left += [alias.name for alias in node.names]
    return found


# --- on a connection --------------------------------------------------------------------------------------------------


async def reset_refused(csms: ScriptedCsms) -> bool:
    return await csms.call("Reset", type="Hard") == {"status": "Rejected"}


@pytest.mark.asyncio
@pytest.mark.parametrize("of_fleet", [False, True], ids=["websockets", "fleet"])
async def test_faults_are_switched_while_the_station_is_connected(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, of_fleet: bool
) -> None:
    station = await start(connect=Dialler(Tally(), clock).connect if of_fleet else None)
    csms.forget()

    set_faults(station, ["preparing-as-available", "reset-rejected", "authorize-first-tag"])
    await station.present("TAG-1", 1)
    await station.present("TAG-1", 1)
    refused = await reset_refused(csms)
    set_faults(station, ["authorize-first-tag", "status-without-info"])
    await station.present("TAG-2", 1)
    await station.present("TAG-2", 1)
    set_faults(station, [])
    await station.present("TAG-3", 1)
    await clock.settle()

    assert refused
    assert csms.statuses(1) == ["Available", "Available", "Preparing", "Available", "Preparing"]
    tags = [one["idTag"] for one in csms.payloads("Authorize")]
    assert tags == ["TAG-1", "TAG-1", "TAG-3"], "a fault that stays on goes on remembering"
    assert await csms.call("Reset", type="Hard") == {"status": "Accepted"}


def catalogued(monkeypatch: pytest.MonkeyPatch, **faults: Fault) -> None:
    """For this test there are these faults as well."""
    for name, fault in faults.items():
        monkeypatch.setitem(CATALOGUE._by_name, name, fault)


@pytest.mark.asyncio
async def test_where_two_faults_meet_the_one_given_later_is_around_the_other(
    station: Station, csms: ScriptedCsms, monkeypatch: pytest.MonkeyPatch
) -> None:
    plus, times = (key_read_as("HeartbeatInterval", change) for change in (lambda s: s + 1, lambda s: s * 10))
    for name, status, misread in (("one", "Accepted", plus), ("other", "Rejected", times)):
        fault = Fault(
            name,
            name,
            answers={"Reset": answered(put("status", status))},
            overrides=(Override(Configuration, misread),),
        )
        catalogued(monkeypatch, **{name: fault})

    set_faults(station, ["one", "other"])

    assert await reset_refused(csms)
    assert station.configuration.number("HeartbeatInterval") == (300 + 1) * 10


@pytest.mark.asyncio
async def test_a_call_within_a_fault_is_on_its_way(
    station: Station, csms: ScriptedCsms, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = asyncio.Event()

    async def waits(message: Message, send: Send) -> Came:
        await goes_on.wait()
        return await send(message.payload)

    catalogued(monkeypatch, slow=Fault("slow", "Slow.", calls={"*": waits}))
    set_faults(station, ["slow"])
    await csms.call("TriggerMessage", requestedMessage="Heartbeat")
    delivered = asyncio.ensure_future(station.delivered())
    await csms.call("GetConfiguration", key=["HeartbeatInterval"])

    assert not delivered.done()
    goes_on.set()
    await delivered
    assert csms.actions == ["Heartbeat"]


@pytest.mark.asyncio
async def test_a_reset_waits_for_what_passes_the_faults(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.excused = {"RST-02"}
    set_faults(station, ["stop-reason-other"])
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.settle()

    await csms.call("Reset", type="Soft")
    await clock.settle()

    assert csms.payloads("StopTransaction")[0]["reason"] == "Other"
    assert not station.powered


@pytest.mark.asyncio
async def test_an_answer_that_is_missing_is_not_a_refusal_that_is(station: Station, csms: ScriptedCsms) -> None:
    """Only the writing of CALLRESULTs is broken."""
    set_faults(station, ["answers-missing"])

    with pytest.raises(CallRefused) as raised:
        await csms.call("SetChargingProfile", connectorId=9, csChargingProfiles=PROFILE)

    assert raised.value.error.code == "PropertyConstraintViolation"


@pytest.mark.asyncio
async def test_a_trigger_that_may_be_is_not_changed_by_a_fault_of_those_that_may_not(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.forget()
    set_faults(station, ["trigger-refused-and-sent"])

    answer = await csms.call("TriggerMessage", requestedMessage="MeterValues", connectorId=2)
    await clock.settle()

    assert answer == {"status": "Accepted"}
    assert [one["connectorId"] for one in csms.payloads("MeterValues")] == [2]


async def code_of(csms: ScriptedCsms, action: str) -> str:
    """The code of the CALLERROR that this action is refused with."""
    with pytest.raises(CallRefused) as raised:
        await csms.call(action)
    return raised.value.error.code


async def connected_anew(csms: ScriptedCsms, station: Station, clock: VirtualClock) -> None:
    """The connection is lost, and the station has made another one."""
    before = csms.connections
    csms.sockets[-1].transport.abort()
    await station.until(lambda one: not one.connected, within=30)
    await clock.advance(10)
    await csms.until(lambda: csms.connections == before + 1 and csms.peer is not None)


@pytest.mark.asyncio
async def test_a_fault_of_the_connection_gets_into_the_one_there_is_and_into_the_next_one_and_out_of_both(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    set_faults(station, ["errors-internal"])
    assert await code_of(csms, "NoSuchAction") == "InternalError"

    await connected_anew(csms, station, clock)
    assert await code_of(csms, "NoSuchAction") == "InternalError"

    set_faults(station, [])
    assert await code_of(csms, "NoSuchAction") == "NotImplemented"
    await connected_anew(csms, station, clock)
    assert await code_of(csms, "NoSuchAction") == "NotImplemented"


@pytest.mark.asyncio
async def test_a_fault_of_the_websocket_is_that_of_the_protocol_below_the_peer(
    station: Station, csms: ScriptedCsms
) -> None:
    socket = csms.sockets[-1]
    set_faults(station, ["pongs-empty"])
    unanswered = asyncio.ensure_future(await socket.ping())
    await csms.call("GetConfiguration", key=["HeartbeatInterval"])
    assert not unanswered.done()

    set_faults(station, [])
    await asyncio.wait_for(await socket.ping(), 5)  # which tells of the one before, too
    await asyncio.wait_for(unanswered, 5)


@pytest.mark.asyncio
async def test_what_is_refused_anyway_is_not_changed(station: Station, csms: ScriptedCsms) -> None:
    set_faults(station, ["composite-limits-wrong"])

    answer = await csms.call("GetCompositeSchedule", connectorId=9, duration=60)

    assert answer == {"status": "Rejected"}


@pytest.mark.parametrize("has_roots", [True, False])
@pytest.mark.parametrize("name", ["tls-1-1", "tls-one-suite", "client-key-short", "client-certificate-of-other"])
def test_a_fault_of_tls_leaves_the_context_alone_that_others_share(name: str, has_roots: bool) -> None:
    shared = ssl.create_default_context() if has_roots else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    before = [suite["name"] for suite in shared.get_ciphers()]
    secured = Station("wss://127.0.0.1:1/ocpp", id="CP1", auth_key=KEY, ssl=shared)
    open_ = station_at_rest("CP2", auth_key=KEY)

    for station in (secured, open_):
        set_faults(station, [name])
        station.features.connecting()

    assert secured.parts.link.dial.ssl is not shared
    assert [suite["name"] for suite in shared.get_ciphers()] == before
    assert open_.parts.link.dial.ssl is None
    set_faults(secured, [])
    secured.features.connecting()
    assert secured.parts.link.dial.ssl is shared


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_shows_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-faults"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(CATALOGUE)
    assert lines[0].endswith(CATALOGUE["answers-missing"].sentence)


def test_the_command_refuses_a_fault_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([ADDRESS, "--fault", "stop-mising"]) == 2

    said = "plugproof station: --fault: There is no fault 'stop-mising' of a station; did you mean stop-missing?\n"
    assert capsys.readouterr().err == said


@pytest.mark.asyncio
async def test_the_command_gives_the_station_its_faults(csms: ScriptedCsms) -> None:
    process = await command(
        csms.url, "--session", "--seconds", "0", "--fault", "stop-reason-other", "--fault", "status-without-info"
    )
    code, out, err = await outcome(process)

    assert (code, err) == (0, "")
    assert out.splitlines()[0].endswith("faults        broken on purpose: stop-reason-other, status-without-info")
    assert [one["reason"] for one in csms.payloads("StopTransaction")] == ["Other"]
