"""When stations and tags are made and removed: tags and lanes around a run, the station of a case around the case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final

from harness import provisioning
from harness.operators.base import OperatorError
from harness.operators.python import found
from harness.provisioning.base import Provisioner, TagRecord, tag_records
from harness.provisioning.ledger import Entry, Ledger
from harness.run_folder import abandoned
from harness.sut import Lane, NoFixtures, PythonFixtures, RestFixtures, Sut, security_stations

FOLDER: Final = ".fixtures"
"""Below the output folder."""


def per_case(sut: Sut) -> bool:
    """Whether every case has its station made and removed."""
    return not isinstance(sut.fixtures, NoFixtures) and (sut.fresh_identities or sut.fixtures.per == "case")


def makes_tag(sut: Sut, name: str) -> bool:
    """Whether `[fixtures]` makes the tag with this key of `[tags]` known, so that it is there."""
    settings = sut.fixtures
    if isinstance(settings, NoFixtures):
        return False
    if isinstance(settings, RestFixtures):
        return (getattr(settings.tags, name) or settings.tags.create) is not None
    if isinstance(settings, PythonFixtures):
        return hasattr(found(settings, "fixtures", sut.source), "create_tag")
    return True


async def make_for_run(sut: Sut, lanes: Sequence[Lane], out: Path) -> None:
    """Make the tags, and the stations of the lanes; what a run that was killed left behind is removed first.

    Raises OperatorError; what was made until then is removed.
    """
    if isinstance(sut.fixtures, NoFixtures):
        return
    for folder in (out, *abandoned(out)):
        await remove_all(sut, folder)
    ledger = _ledger(sut, out)
    provisioner = provisioning.make(sut)
    try:
        for tag in tag_records(sut.tags):
            ledger.add(Entry("tag", tag.name))
            ledger.add(Entry("tag", tag.name, await provisioner.create_tag(tag)))
        if not per_case(sut) or sut.fresh_identities:  # the probe needs a station as well
            for lane in lanes:
                for station in (lane, *security_stations(sut, lane)):
                    await _make_station(provisioner, ledger, station)
    except BaseException:
        await provisioner.close()
        await remove_all(sut, out)
        raise
    await provisioner.close()


async def remove_all(sut: Sut, out: Path) -> list[str]:
    """Remove whatever the ledger still holds; gives a sentence for each thing that could not be removed."""
    entries = [] if isinstance(sut.fixtures, NoFixtures) else list(_ledger(sut, out))
    if not entries:
        return []
    tags = {tag.name: tag for tag in tag_records(sut.tags)}
    provisioner = provisioning.make(sut)
    # Stations first, and children before their parent.
    entries.sort(key=lambda entry: (entry.kind == "tag", entry.name == "parent"))
    try:
        return await emptied(
            _ledger(sut, out), entries, lambda entry: _remove(provisioner, sut, entry, tags.get(entry.name))
        )
    finally:
        await provisioner.close()


def left(out: Path) -> list[str]:
    """A sentence for each thing that was made and not removed."""
    again = "the next run removes it, if it writes beside or into the same folder"
    return [f"{entry.kind} {entry.name} was not removed; {again}" for entry in Ledger(out / FOLDER)]


async def emptied(ledger: Ledger, entries: Iterable[Entry], remove: Callable[[Entry], Awaitable[None]]) -> list[str]:
    """Remove these entries, each once; gives a sentence for each thing that could not be removed."""
    problems = []
    for entry in entries:
        try:
            await remove(entry)
        except OperatorError as error:
            problems.append(f"{entry.kind} {entry.name} could not be removed: {error}")
        ledger.remove(entry)
    return problems


@asynccontextmanager
async def made_for_case(sut: Sut, lane: Lane, out: Path, note: Callable[[str], None]) -> AsyncIterator[None]:
    """While the block lasts, the station of a case is known. Raises OperatorError; a failing removal is only noted."""
    made = not per_case(sut) or Entry("station", lane.identity) in _ledger(sut, out)  # for the run, as a lane's
    async with _made(sut, lane, out, note) if not made else nullcontext():
        yield


@asynccontextmanager
async def made_for_look(sut: Sut, lane: Lane, out: Path) -> AsyncIterator[None]:
    """While the block lasts, the station that looks is known where `[fixtures]` makes any. Raises OperatorError."""
    made = isinstance(sut.fixtures, NoFixtures) or Entry("station", lane.identity) in _ledger(sut, out)
    async with _made(sut, lane, out, lambda _: None) if not made else nullcontext():
        yield


@asynccontextmanager
async def _made(sut: Sut, lane: Lane, out: Path, note: Callable[[str], None]) -> AsyncIterator[None]:
    ledger = _ledger(sut, out)
    provisioner = provisioning.make(sut)
    try:
        entry = await _make_station(provisioner, ledger, lane)
        yield
        try:
            await provisioner.remove_station(lane, entry.created)
        except OperatorError as error:
            note(str(error))
        ledger.remove(entry)
    finally:
        with suppress(OperatorError):
            await provisioner.close()


def _ledger(sut: Sut, out: Path) -> Ledger:
    return Ledger(out / FOLDER, address(sut))


def address(sut: Sut) -> str:
    """What tells one system under test from another one, whose stations and tags have the same names."""
    return sut.connection.url or sut.connection.listen or ""


async def _make_station(provisioner: Provisioner, ledger: Ledger, lane: Lane) -> Entry:
    ledger.add(Entry("station", lane.identity))
    entry = Entry("station", lane.identity, await provisioner.create_station(lane))
    ledger.add(entry)
    return entry


async def _remove(provisioner: Provisioner, sut: Sut, entry: Entry, tag: TagRecord | None) -> None:
    if entry.kind == "station":
        known = {lane.identity: lane for lane in sut.lanes}
        await provisioner.remove_station(known.get(entry.name, Lane(identity=entry.name)), entry.created)
    elif tag is not None:
        await provisioner.remove_tag(tag, entry.created)
