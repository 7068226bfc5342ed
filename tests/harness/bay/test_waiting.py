"""Whoever waits for a station is told for what, for how long, and in the end what the likely cause is."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from harness.bay.stand import Stand
from harness.case.verdicts import HarnessError
from harness.processes import reference_station
from harness.sut import Sut
from harness.sut.tables.driving import SimulatedDriver
from ocppj.session.session import Memory
from tests.harness.bay.bench import hosted, raw_station, station_sut

SILENT = (sys.executable, "-c", "import sys; sys.stdin.read()")
"""Instead of a station: a process that says nothing, as one that has no time on a busy machine."""


class Said:
    """A countdown that keeps what it was told."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.has_begun = asyncio.Event()

    def begins(self, sentence: str) -> None:
        self.begun.append(sentence)
        self.has_begun.set()

    def left(self, seconds: float) -> None: ...

    def ends(self, sentence: str) -> None:
        self.ended.append(sentence)


def patient(sut: Sut, seconds: float, listen: str = "127.0.0.1:0") -> Sut:
    """The same system under test, for which nobody waits longer."""
    lanes = tuple(msgspec.structs.replace(lane, listen=listen) for lane in sut.lanes)
    timeouts = msgspec.structs.replace(sut.timeouts, reboot_s=seconds)
    return msgspec.structs.replace(sut, lanes=lanes, timeouts=timeouts)


def stand_of(sut: Sut, out: Path, said: Said) -> Stand:
    return Stand(sut, sut.lane(0), Memory(), out, 0, said)


@pytest.mark.asyncio
async def test_the_sentence_says_who_where_and_for_how_long(tmp_path: Path) -> None:
    said = Said()
    stand = stand_of(patient(station_sut(tmp_path, identity="CP-1"), 0.0), tmp_path, said)
    with pytest.raises(HarnessError):
        await stand.is_ready()

    url = f"ws://127.0.0.1:{stand.bay.ports[False]}"
    (sentence,) = said.begun
    assert sentence == (
        "waiting for station CP-1, for 0 s at the most (timeouts.reboot_s): "
        f"set its CSMS address to {url}, followed by its identity; security profile 0"
    )
    assert said.ended == ["no station came"]
    await stand.closes()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("listen", "cause"),
    [
        (
            "127.0.0.1:0",
            "nobody came at all, and 127.0.0.1 is reached from this machine only: for a charger beside it set "
            "connection.listen in station.toml to an address of this machine in the charger's network",
        ),
        ("0.0.0.0:0", "nobody came at all: look at the address in the station, and whether a firewall lets it through"),
    ],
)
async def test_nobody_came_and_why_that_may_be(tmp_path: Path, listen: str, cause: str) -> None:
    stand = stand_of(patient(station_sut(tmp_path, identity="CP-1"), 0.0, listen), tmp_path, Said())
    with pytest.raises(HarnessError) as told:
        await stand.is_ready()

    assert str(told.value) == f"no station connected to {stand.bay.url(0)} in 0 s; {cause}"
    assert stand.gone == str(told.value)
    await stand.closes()


@pytest.mark.asyncio
async def test_who_came_and_was_turned_away_is_the_cause(tmp_path: Path) -> None:
    said = Said()
    stand = stand_of(patient(station_sut(tmp_path, identity="CP-1"), 2.0), tmp_path, said)
    hosted(stand)
    waiting = asyncio.ensure_future(stand.is_ready())
    await asyncio.wait_for(said.has_begun.wait(), 10)
    with pytest.raises(InvalidStatus, match="404"):
        async with raw_station(stand, "/CP-2"):
            pass
    with pytest.raises(HarnessError, match="the last one that came was turned away: station CP-2 is not the one under"):
        await waiting
    await stand.closes()


def own_station(folder: Path) -> Sut:
    """The station that comes along, at a port that the kernel chooses, and no [[stations]]."""
    sut = station_sut(folder)
    return msgspec.structs.replace(sut, stations=(), driver=SimulatedDriver())


@pytest.mark.asyncio
async def test_own_station_that_takes_long_is_told_of_and_given_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference_station, "COMMAND", SILENT)
    monkeypatch.setattr(reference_station, "START_SECONDS", 0.3)
    monkeypatch.setattr(reference_station, "NEWS_SECONDS", 0.0)
    monkeypatch.setattr(reference_station, "_how_busy", lambda: " (this machine is busy: a load of 9.0 on 2 CPUs)")
    said = Said()
    stand = stand_of(own_station(tmp_path), tmp_path, said)
    with pytest.raises(HarnessError) as told:
        await stand.is_ready((0,))

    busy = "(this machine is busy: a load of 9.0 on 2 CPUs)"
    assert said.begun == [f"waiting for plugproof's own station to start, for 0.3 s at the most {busy}"]
    assert str(told.value) == f"the station of plugproof did not start in 0.3 s {busy}: it said nothing"
    assert stand.gone == str(told.value)  # no other case waits for it again
    await stand.closes()


@pytest.mark.asyncio
async def test_own_station_that_dies_is_told_of_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference_station, "COMMAND", (sys.executable, "-c", "print('no memory left')"))
    said = Said()
    stand = stand_of(own_station(tmp_path), tmp_path, said)
    with pytest.raises(HarnessError, match=r"^the station of plugproof did not start: no memory left$"):
        await stand.is_ready((0,))

    assert said.begun == []
    await stand.closes()


@pytest.mark.asyncio
async def test_port_that_cannot_be_had_is_told_once(tmp_path: Path) -> None:
    first = stand_of(patient(station_sut(tmp_path, identity="CP-1"), 0.0), tmp_path, Said())
    await first.bay.opens()
    taken = f"127.0.0.1:{first.bay.ports[False]}"
    second = stand_of(patient(station_sut(tmp_path, identity="CP-1"), 0.0, taken), tmp_path, Said())
    with pytest.raises(HarnessError, match=f"connection.listen: {taken} cannot be listened at"):
        await second.is_ready()

    assert second.gone is not None
    await second.closes()
    await first.closes()


def test_a_machine_that_is_not_busy_is_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (1.9, 0, 0), raising=False)
    assert reference_station._how_busy() == ""
    monkeypatch.setattr(os, "getloadavg", lambda: (14.66, 0, 0), raising=False)
    assert reference_station._how_busy() == " (this machine is busy: a load of 14.7 on 2 CPUs)"
