"""Where a station is told to fetch and to leave files, and what it says of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.bay.files import Shelf
from harness.case.verdicts import CaseFailure, Inconclusive
from harness.peers.counterpart import Request
from harness.peers.driving import EvDriver
from harness.sut import Sut
from harness.sut.reading import parse
from harness.v16.charge_point import transfers
from harness.v16.charge_point.csms import Csms

FILE = """
[product]
sut = "charge_point"
[connection]
listen = "127.0.0.1:0"
[profiles]
core = true
firmware_management = true
smart_charging = false
reservation = false
local_auth_list = false
remote_trigger = false
"""
FIRMWARE = '[files]\nfirmware = "http://files.example/a/fw.bin"\n'

pytestmark = pytest.mark.asyncio


def sut(more: str = "") -> Sut:
    return parse(FILE + more, "cp.toml", folder=Path(), environ={})


class Told:
    """As much of a CSMS as these need: nothing has come, and nothing will."""

    def __init__(self, settings: Sut, *waiting: str) -> None:
        self.judged: list[str] = []
        self.run = SimpleNamespace(
            sut=settings, failed=lambda rule: f"TC_0.{rule}", note=lambda text: None, judge=self.judged.append
        )
        self.left_out: list[str] = []
        self.waiting = list(waiting)
        self.shown: list[Any] = []

    async def until(self, holds: Any, seconds: float) -> bool:
        return bool(holds())

    async def may_receive(self, action: str, within: float) -> Any:
        if not self.waiting:
            return None
        status = self.waiting.pop(0)
        return SimpleNamespace(
            payload={"status": status}, shows=lambda rule, **wanted: self.shown.append((rule, wanted))
        )

    def leaves_out(self, rule: str, reason: str) -> None:
        self.left_out.append(rule)


def csms(settings: Sut, *waiting: str) -> tuple[Csms, Told]:
    told = Told(settings, *waiting)
    return cast("Csms", told), told


async def test_the_file_of_the_owner_wins() -> None:
    played, _ = csms(sut(FIRMWARE + 'firmware_bad = "http://files.example/bad"\nupload = "ftp://files.example/in"\n'))
    assert await transfers.image(played) == ("http://files.example/a/fw.bin", None)
    assert await transfers.missing_image(played) == "http://files.example/a/does_not_exist_fw.bin"
    assert await transfers.bad_image(played, cast("EvDriver", None)) == "http://files.example/bad"
    assert await transfers.upload_place(played) == ("ftp://files.example/in", None)


async def test_a_real_station_is_given_no_firmware_of_plugproof() -> None:
    played, _ = csms(sut('[driver]\nkind = "manual"\n'))
    with pytest.raises(Inconclusive, match=r"files.firmware of cp.toml names no firmware that the station can install"):
        await transfers.image(played)


async def test_without_a_bad_file_the_station_is_made_unable_to_install_the_good_one() -> None:
    broken: list[str] = []

    class Driver:
        async def break_firmware(self) -> None:
            broken.append("firmware")

    played, _ = csms(sut(FIRMWARE))
    assert await transfers.bad_image(played, cast("EvDriver", Driver())) == "http://files.example/a/fw.bin"
    assert broken == ["firmware"]


async def test_what_was_not_moved_is_not_believed(tmp_path: Path) -> None:
    played, _ = csms(sut())
    shelf = Shelf(cast("Any", None), "http://127.0.0.1:1/x/fw.bin")
    told = cast("Request", _Said())
    with pytest.raises(CaseFailure) as failed:
        await transfers.was_moved(played, told, shelf, rule="R3")
    assert (failed.value.rule, failed.value.seq) == ("TC_0.R3", 7)
    shelf.fetches = 1
    await transfers.was_moved(played, told, shelf, rule="R3")
    await transfers.was_moved(played, told, None, rule="R3")


@pytest.mark.parametrize(
    ("times", "tries"),
    [([], 0), ([1.0], 1), ([1.0, 1.1], 1), ([1.0, 11.0], 2), ([1.0, 1.2, 11.0, 11.1, 21.5], 3)],
)
async def test_what_is_asked_for_at_once_is_one_try(times: list[float], tries: int) -> None:
    played, told = csms(sut())
    failed = cast("Request", _Said())
    transfers.was_tried(played, failed, times, tries, 10, rule="R1")
    assert told.judged == ["R1"]
    with pytest.raises(CaseFailure, match=rf"the file was tried {tries} times") as refused:
        transfers.was_tried(played, failed, times, tries + 1, 10, rule="R2")
    assert (refused.value.rule, refused.value.seq) == ("TC_0.R2", 7)


async def test_tries_elsewhere_are_not_seen() -> None:
    played, _ = csms(sut(FIRMWARE))
    assert await transfers.missed(played) is None


async def test_a_file_is_known_by_the_name_that_was_told() -> None:
    played, told = csms(sut())
    shelf, said = Shelf(cast("Any", None), "http://127.0.0.1:1/x"), cast("Request", _Said())
    shelf.left["a.log"] = Path("a.log")
    transfers.is_named(played, said, shelf, "a.log", rule="R1")
    assert told.judged == ["R1"]
    with pytest.raises(CaseFailure, match=r"the file is named a\.log"):
        transfers.is_named(played, said, shelf, "b.log", rule="R1")
    transfers.is_named(played, said, None, "b.log", rule="R2")
    assert told.left_out == ["R2"]


class _Said:
    """A FirmwareStatusNotification."""

    name = "FirmwareStatusNotification"
    seen = SimpleNamespace(seq=7)

    def __getitem__(self, member: str) -> str:
        return "Downloaded"


async def test_a_status_that_may_be_left_out_is_judged_when_it_comes() -> None:
    played, told = csms(sut(), "Downloading", "Installing", "Idle")
    await transfers.may_have_reported(played, "Installing", rule="R4", besides=("Downloading",))
    assert told.shown == [("R4", {"status": "Installing"})] * 2
    assert told.left_out == []

    played, told = csms(sut())
    await transfers.may_have_reported(played, "Installing", rule="R4")
    assert told.left_out == ["R4"]
