"""What is typed: words to verbs, completion, help, and the keys of a line."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator import Station
from simulator.faults.catalogue import active
from simulator.v16.faults import CATALOGUE
from simulator.v16.verbs import VERBS
from simulator.views.terminal.commands import Commands, Completion, Mistake
from simulator.views.terminal.keyboard import ESCAPE, PAGE_DOWN, Typing
from tests.simulator.support.scripted_csms import ScriptedCsms


@pytest.fixture
def ended() -> list[str]:
    return []


@pytest.fixture
def commands(ended: list[str]) -> Commands:
    """Of a station with two connectors that is not switched on."""
    return Commands(Station("ws://127.0.0.1:1/ocpp", id="CP1", connectors=2), CATALOGUE, lambda: ended.append("end"))


@pytest.mark.asyncio
async def test_commands_are_verbs_of_the_station(station: Station, csms: ScriptedCsms) -> None:
    csms.answers["DataTransfer"] = {"status": "Accepted", "data": "ä"}
    commands = Commands(station, CATALOGUE, lambda: None)
    said = [
        await commands.run(line)
        for line in (
            "plug 1",
            "presen 'TAG-1' connector=1",
            "  ",
            "UNPLUG 1 veh",
            "raise-fault 2 ground 'too wet' vendor_error_code=E1",
            "cut_power graceful=yes",
            "restore_p",
        )
    ]
    await station.until(lambda s: s.online, within=10)
    said.append(await commands.run("data org.example data='a b'"))

    assert [line for answer in said for line in answer] == [
        "plug_in 1: done",
        "present TAG-1 connector=1: done",
        "unplug 1 veh: done",
        "raise_fault 2 ground too wet vendor_error_code=E1: done",
        "cut_power graceful=yes: done",
        "restore_power: done",
        'data_transfer org.example data=a b: {"status": "Accepted", "data": "ä"}',
    ]
    faults = [one for one in csms.payloads("StatusNotification") if one["errorCode"] == "GroundFailure"]
    assert (faults[0]["connectorId"], faults[0]["info"], faults[0]["vendorErrorCode"]) == (2, "too wet", "E1")
    assert csms.payloads("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert csms.payloads("DataTransfer") == [{"vendorId": "org.example", "data": "a b"}]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("p 1", "p can be plug_in, present, pause_ev or press_emergency_stop; type more of it"),
        ("plugin 1", "there is no command 'plugin'; did you mean plug_in?"),
        ("xyzzy", "there is no command 'xyzzy'; help names them all"),
        ("plug_in", "plug_in: connector is missing, as in: plug_in 1"),
        ("plug_in one", "plug_in: connector is a whole number, not 'one'"),
        ("plug_in 3", "plug_in: station CP1 has connectors 1 to 2, not 3"),
        ("plug_in 1 2", "plug_in: '2' is too much; it is plug_in CONNECTOR, a text with blanks stands in quotes"),
        (
            "plug_in connector=1 1",
            "plug_in: '1' is too much; it is plug_in CONNECTOR, a text with blanks stands in quo",
        ),
        ("present 'TAG", "present 'TAG: a quote is open; close it"),
        ("present TAG", "present: the station has no power; restore_power() first"),
        ("unplug 1 car", "unplug: side is one of both, station, vehicle, not 'car'"),
        ("raise_fault 1 Over", "raise_fault: error_code: 'Over' is no errorCode; "),
        ("jam_lock 1 maybe", "jam_lock: jammed is true or false, not 'maybe'"),
        ("set_clock tomorrow", "set_clock: to: 'tomorrow' is no moment such as 2030-01-01T00:00:00Z"),
        ("faults nonsense", "faults: There is no fault 'nonsense' of a station"),
        ("help nonsense", "there is no command 'nonsense'; help names them all"),
    ],
)
async def test_a_mistake_is_one_sentence(commands: Commands, line: str, sentence: str) -> None:
    with pytest.raises(Mistake) as raised:
        await commands.run(line)

    assert str(raised.value).startswith(sentence)


@pytest.mark.asyncio
async def test_help_names_every_command(commands: Commands) -> None:
    every = await commands.run("help")

    assert {line.split()[0].rstrip(":") for line in every[1:]} == {*VERBS, "faults", "help", "quit"}
    assert (await commands.run("help raise"))[:3] == [
        "raise_fault CONNECTOR ERROR_CODE [INFO] [VENDOR_ERROR_CODE]",
        "Let something break; 0 is the whole station.",
        "CONNECTOR is number of the connector, from 1; for faults 0 is the whole station",
    ]
    assert await commands.run("help quit") == ["quit: end the station"]


@pytest.mark.asyncio
async def test_quit_ends_the_station(commands: Commands, ended: list[str]) -> None:
    assert await commands.run("q") == ["the station is switched off"]
    assert ended == ["end"]


@pytest.mark.asyncio
async def test_a_defect_of_the_station_does_not_end_the_dialogue(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(Station, "restore_power", broken)
    with pytest.raises(Mistake, match=r"restore_power: the station failed at it \(KeyError\)"):
        await commands.run("restore_power")
    assert "restore_power has failed" in caplog.text
    caplog.clear()


@pytest.mark.asyncio
async def test_faults_are_shown_and_switched(station: Station) -> None:
    commands, name = Commands(station, CATALOGUE, lambda: None), next(iter(CATALOGUE.sentences()))

    assert await commands.run(f"faults {name}") == [f"faults: {name}"]
    assert active(station) == (name,)
    assert (await commands.run("faults"))[0].startswith(f"{name} (on) - ")
    assert await commands.run("faults none") == ["faults: none"]
    assert active(station) == ()


@pytest.mark.parametrize(
    ("line", "completed", "candidates"),
    [
        ("plu", "plug_in ", ()),
        ("pre", "pres", ()),
        ("res", "res", ("resume_ev", "restore_power", "restore_network")),
        ("restore", "restore_", ("restore_power", "restore_network")),
        ("plug_in ", "plug_in ", ("1", "2")),
        ("raise_fault 1 gr", "raise_fault 1 GroundFailure ", ()),
        ("raise_fault 1 over", "raise_fault 1 Over", ("OverCurrentFailure", "OverVoltage")),
        ("unplug 1 v", "unplug 1 vehicle ", ()),
        ("help quit x", "help quit x", ()),
        ("help qu", "help quit ", ()),
        ("quit ", "quit ", ()),
        ("xyzzy 1", "xyzzy 1", ()),
        ("plug_in 1 2", "plug_in 1 2", ()),
        ("faults non", "faults none ", ()),
    ],
)
def test_tab_completes_what_is_clear(
    commands: Commands, line: str, completed: str, candidates: tuple[str, ...]
) -> None:
    found = commands.complete(line)

    assert found.line == completed
    if candidates:
        assert found == Completion(completed, candidates)


def test_keys_make_a_line() -> None:
    seen: list[str] = []
    ends: list[str] = []
    typing = Typing(seen.append, lambda line: f"{line}!", lambda: ends.append("end"))

    assert list(typing.feed(b"plug_in 1\rabc")) == ["plug_in 1"]
    assert list(typing.feed(b"\x7f\x08d\t")) == []
    assert typing.line == "ad!"
    assert list(typing.feed(b"\x15one two  \x17")) == []
    assert typing.line == "one "
    typing.line = ""
    assert list(typing.feed("é".encode()[:1])) == []
    assert list(typing.feed("é".encode()[1:] + b"\n")) == ["é"]
    assert list(typing.feed(b"\x1b[A\x1b[A\x1b[A")) == []
    assert typing.line == "plug_in 1"
    assert list(typing.feed(b"\x1b[")) == list(typing.feed(b"B")) == []
    assert typing.line == "é"
    assert list(typing.feed(b"\x1b[B\x1b[6~\x1b\x1b[1;5C\x01\x1bOP")) == []
    assert (typing.line, seen, ends) == ("", [PAGE_DOWN, ESCAPE], [])
    assert list(typing.feed(b"x\x04")) == []
    assert (ends, list(typing.feed(b"\x15\x04")), ends) == (["end"], [], ["end"])


@pytest.mark.asyncio
async def test_a_verb_that_waits_can_be_overtaken(station: Station, csms: ScriptedCsms) -> None:
    """`present` waits for the CSMS; whoever cuts the network meanwhile is not kept waiting."""
    asked = asyncio.Event()
    never = asyncio.Event()

    async def silent(_: dict[str, Any]) -> dict[str, Any]:
        asked.set()
        await never.wait()
        return {"idTagInfo": {"status": "Accepted"}}

    csms.answers["Authorize"] = silent
    commands = Commands(station, CATALOGUE, lambda: None)
    presenting = asyncio.create_task(commands.run("present TAG-1"))
    await asked.wait()
    assert await commands.run("lose_network") == ["lose_network: done"]
    never.set()
    assert await presenting == ["present TAG-1: done"]
