"""EV drivers: what each kind does with an act, and one sentence where it cannot."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.adapters import drivers
from harness.adapters import person as at_terminal
from harness.adapters.base import OperatorError
from harness.adapters.drivers.base import ACTS, UNDONE, Cannot
from harness.bay.knock import credentials_of, identity_of, offered_by
from harness.sut import Sut
from harness.sut.reading import load

STATION = """\
[product]
sut = "charge_point"
[connection]
listen = "127.0.0.1:0"
[profiles]
core = true
firmware_management = false
smart_charging = false
reservation = false
local_auth_list = false
remote_trigger = false
"""

pytestmark = pytest.mark.asyncio


def sut_of(folder: Path, tables: str) -> Sut:
    file = folder / "cp.toml"
    file.write_text(STATION + tables, "utf-8")
    return load(file, environ={})


def driver_of(folder: Path, tables: str, told: list[str] | None = None) -> drivers.Driver:
    sut = sut_of(folder, tables)
    return drivers.make(sut, sut.lane(0), (told if told is not None else []).append)


# --- none, rest, python ----------------------------------------------------------------------------------------------


async def test_nobody_at_the_station_can_do_nothing(tmp_path: Path) -> None:
    driver = driver_of(tmp_path, "")
    with pytest.raises(Cannot, match=r"nobody is at the station to plug_in; add a \[driver\] table to cp.toml"):
        await driver.perform("plug_in", {"connector": 1})
    await driver.close()


REST = """\
[driver]
kind = "rest"
base_url = "http://127.0.0.1:9"
[driver.acts.plug_in]
path = "/api/connector/{connector}/evse"
body = { evPlugged = true }
[[driver.acts.present]]
path = "/api/connector/{connector}/transaction"
body = { idTag = "{tag}" }
[driver.acts."present(connector=2)"]
path = "/api/other"
"""


async def test_templates_are_chosen_by_act_and_filled_in(tmp_path: Path) -> None:
    driver = driver_of(tmp_path, REST)

    (plug,) = driver.shows("plug_in", {"connector": 2})
    assert plug.splitlines()[0] == "POST http://127.0.0.1:9/api/connector/2/evse"
    assert '{"evPlugged":true}' in plug
    (present,) = driver.shows("present", {"connector": 1, "tag": "A 1"})
    assert '{"idTag":"A 1"}' in present
    (other,) = driver.shows("present", {"connector": 2, "tag": "A"})
    assert other.splitlines()[0] == "POST http://127.0.0.1:9/api/other"
    with pytest.raises(Cannot, match=r"no template for cut_power; add \[driver.acts.cut_power\] to cp.toml"):
        driver.shows("cut_power", {})
    with pytest.raises(OperatorError, match=r"driver rest: POST http://127.0.0.1:9/api/connector/1/evse"):
        await driver.perform("plug_in", {"connector": 1})
    await driver.close()


CLASS = """\
from harness.adapters.operators import NotOffered

class Driver:
    def __init__(self, port):
        self.port = port
    def plug_in(self, connector):
        return f"{self.port}:{connector}"
    async def present(self, tag, connector):
        raise NotOffered("the reader is broken")
    def unplug(self, connector):
        raise OSError("no such robot")
"""


async def test_a_class_of_the_user_has_a_method_for_an_act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_robot.py").write_text(CLASS, "utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    told: list[str] = []
    driver = driver_of(
        tmp_path, '[driver]\nkind = "python"\nuse = "my_robot:Driver"\noptions = { port = "arm" }\n', told
    )

    await driver.perform("plug_in", {"connector": 1})
    assert told == ["my_robot:Driver.plug_in(connector=1)", "returned 'arm:1'"]
    with pytest.raises(Cannot, match="present says: the reader is broken"):
        await driver.perform("present", {"tag": "A", "connector": 1})
    with pytest.raises(OperatorError, match="unplug raised OSError: no such robot"):
        await driver.perform("unplug", {"connector": 1})
    with pytest.raises(Cannot, match="has no method cut_power; add one, or perform"):
        await driver.perform("cut_power", {})
    await driver.close()


# --- a person --------------------------------------------------------------------------------------------------------


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A pseudo terminal in the place of /dev/tty; gives the end at which a person sits."""
    person, program = pty.openpty()
    monkeypatch.setattr(at_terminal, "TERMINAL", os.ttyname(program))
    with closing(os.fdopen(person, "r+b", buffering=0)), closing(os.fdopen(program, "r+b", buffering=0)):
        yield person


async def _read_until(terminal: int, wanted: str) -> str:
    def read() -> str:
        shown = ""
        while wanted not in shown:
            shown += os.read(terminal, 4096).decode()
        return shown.replace("\r\n", "\n")

    async with asyncio.timeout(20):
        return await asyncio.to_thread(read)


MANUAL = '[driver]\nkind = "manual"\n[timeouts]\nmessage_s = 5\noperator_s = 55\n'


async def test_a_person_reads_one_large_instruction_and_the_seconds_run(tmp_path: Path, terminal: int) -> None:
    driver = driver_of(tmp_path, MANUAL)
    assert driver.is_person
    waiting = asyncio.create_task(driver.perform("present", {"tag": "CARD-1", "connector": 2}))

    shown = await _read_until(terminal, "it cannot be done")
    assert shown.splitlines()[:4] == ["", "=" * 60, "Hold the card CARD-1 to the reader of connector 2.", "=" * 60]
    assert "60 s left" in shown
    following = asyncio.create_task(driver.perform("cut_power", {}))
    await waiting  # the next instruction ends it
    await _read_until(terminal, "Switch off the power of the station.")
    await driver.close()
    await following


async def test_a_person_says_that_it_cannot_be_done(tmp_path: Path, terminal: int) -> None:
    told: list[str] = []
    driver = driver_of(tmp_path, MANUAL, told)
    waiting = asyncio.create_task(driver.perform("cut_power", {}))
    await _read_until(terminal, "it cannot be done")
    os.write(terminal, b"hm\nCannot\n")

    with pytest.raises(Cannot, match="the person at the station says that this cannot be done: Switch off the power"):
        await asyncio.wait_for(waiting, 20)
    await driver.close()
    assert told == [
        "asked the person at the station: Switch off the power of the station.",
        "the person says that it cannot be done: cut_power",
    ]


async def test_a_person_says_that_it_is_done(tmp_path: Path, terminal: int) -> None:
    driver = driver_of(tmp_path, MANUAL)
    waiting = asyncio.create_task(driver.perform("jam_lock", {"connector": 1}))
    await _read_until(terminal, "it is done")
    os.write(terminal, b"\n")
    await asyncio.wait_for(waiting, 20)
    await driver.close()


async def test_without_a_terminal_nobody_can_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_terminal, "TERMINAL", str(tmp_path / "none"))
    with pytest.raises(Cannot, match=r'driver\.kind = "manual" needs a terminal'):
        await driver_of(tmp_path, MANUAL).perform("cut_power", {})
    assert at_terminal.problem("driver", 2) == (
        'driver.kind = "manual" is one person, who cannot serve 2 workers at once; run with -n 1'
    )


async def test_every_act_has_words_and_what_takes_it_back_is_one() -> None:
    for act, words in ACTS.items():
        assert words.format(connector=1, tag="A").endswith("."), act
    assert set(UNDONE) | set(UNDONE.values()) <= set(ACTS)


# --- the station that comes along ------------------------------------------------------------------------------------


async def test_acts_are_verbs_of_the_simulated_station(tmp_path: Path) -> None:
    simulated = '[driver]\nkind = "simulated"\napi = "http://127.0.0.1:9/"\n'
    driver = driver_of(tmp_path, simulated)
    for act in ACTS:
        lines = [text.splitlines()[0] for text in driver.shows(act, {"connector": 1})]
        assert all(line.startswith("POST http://127.0.0.1:9/api/v1/verbs/") for line in lines)
    assert ['"side":"vehicle"' in text for text in driver.shows("unplug_vehicle", {"connector": 1})] == [True]
    assert len(driver.shows("plug_in_halfway", {"connector": 1})) == 2
    with pytest.raises(OperatorError, match=r"no station was started, and cp.toml names no driver.api"):
        driver_of(tmp_path, '[driver]\nkind = "simulated"\n').shows("plug_in", {"connector": 1})


# --- at the door -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "identity", "remarks"),
    [
        ("/CP1", "CP1", 0),
        ("/CP%201", "CP 1", 0),
        ("/a%2Fb", "a/b", 0),
        ("/a/b", "a/b", 1),
        ("/CP1/", "CP1", 1),
        ("/CP1?x=1", "CP1", 1),
        ("/CP 1", "CP 1", 1),
    ],
)
async def test_the_identity_is_what_the_path_says(path: str, identity: str, remarks: int) -> None:
    found, told = identity_of(path)
    assert (found, len(told)) == (identity, remarks)


async def test_all_after_the_first_colon_is_the_password() -> None:
    given = credentials_of("basic " + "Q1A6YTpi/w==")
    assert given is not None
    assert (given.user, given.password) == ("CP", b"a:b\xff")
    assert "a:b" not in repr(given)
    assert [credentials_of(header) for header in (None, "Bearer x", "Basic !", "Basic Q1A=")] == [None] * 4
    assert offered_by(["ocpp1.6, ocpp2.0.1", "x"]) == ("ocpp1.6", "ocpp2.0.1", "x")
