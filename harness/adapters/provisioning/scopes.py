"""When stations and tags are made and removed: tags and lanes around a run, those of a case around the case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path

import msgspec

from harness.adapters import provisioning
from harness.adapters.base import OperatorError, Tell, tell_nobody
from harness.adapters.operators.python import found
from harness.adapters.provisioning.base import Provisioner, TagRecord, fresh, tag_records
from harness.adapters.provisioning.ledger import FOLDER, MADE, Entry, Ledger, ledger_of
from harness.artifacts.run_folder import abandoned
from harness.edition import bench_of
from harness.sut import Lane, NoFixtures, PythonFixtures, RestFixtures, Sut, Tags, security_stations
from harness.sut.tables.values import CHARGED_WITH


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


async def make_for_run(sut: Sut, lanes: Sequence[Lane], out: Path) -> list[str]:
    """Make the tags, and the stations of the lanes; what a run that was killed left behind is taken back first.

    Gives a sentence for each thing of an earlier run that could not be. Raises OperatorError; what was made until then
    is removed.
    """
    problems = await remove_earlier(sut, out)
    if isinstance(sut.fixtures, NoFixtures):
        return problems
    made: list[TagRecord | Lane] = [
        tag for tag in tag_records((sut.tags, *sut.more_tags)) if not (sut.fresh_tags and tag.name in CHARGED_WITH)
    ]
    if not per_case(sut) or sut.fresh_identities:  # the probe needs a station as well
        made += [station for lane in lanes for station in (lane, *security_stations(sut, lane))]
    try:
        await make_all(sut, out, made)
    except BaseException:
        await remove_all(sut, out)
        raise
    return problems


async def remove_earlier(sut: Sut, out: Path) -> list[str]:
    """Take back what a run that was killed left behind, here or beside; gives a sentence for each that could not be."""
    return [problem for folder in (out, *abandoned(out)) for problem in await remove_all(sut, folder, last=True)]


async def make_all(sut: Sut, out: Path, made: Iterable[Lane | TagRecord]) -> None:
    """Make stations and tags known, one after the other. Raises OperatorError; what was made then is in the ledger."""
    ledger = ledger_of(sut, out)
    provisioner = provisioning.make(sut)
    try:
        for one in made:
            if isinstance(one, Lane):
                await make_station(provisioner, ledger, one)
            else:
                await make_tag(provisioner, ledger, one)
    finally:
        await provisioner.close()


async def remove_all(sut: Sut, out: Path, *, last: bool = False) -> list[str]:
    """Take back whatever the ledger still holds; gives a sentence for each thing that could not be.

    What cases left open is kept in the ledger for the next run to try again, unless this is the ``last`` time.
    """
    ledger = ledger_of(sut, out)
    entries = list(ledger)
    if not entries:
        return []
    open_ = [entry for entry in entries if entry.kind not in MADE]
    problems = await bench_of(sut).take_back(sut, ledger, open_)
    for entry in open_ if last else ():
        ledger.remove(entry)
    return problems + await _removed(sut, ledger, (entry for entry in entries if entry.kind in MADE))


def left(out: Path) -> list[str]:
    """A sentence for each thing that was made or left open and not taken back."""
    again = "the next run takes it back, if it writes beside or into the same folder"
    return [f"{entry.text} was not taken back; {again}" for entry in Ledger(out / FOLDER)]


@asynccontextmanager
async def made_for_case(
    sut: Sut, lane: Lane, out: Path, note: Callable[[str], None], tell: Tell = tell_nobody
) -> AsyncIterator[None]:
    """While the block lasts, the station of a case is known; `tell` is given what is done for it.

    Raises OperatorError; a failing removal is only noted.
    """
    made = not per_case(sut) or Entry("station", lane.identity) in ledger_of(sut, out)  # for the run, as a lane's
    async with _made(sut, lane, out, note, tell) if not made else nullcontext():
        yield


@asynccontextmanager
async def made_for_look(sut: Sut, lane: Lane, out: Path) -> AsyncIterator[None]:
    """While the block lasts, the station that looks is known where `[fixtures]` makes any. Raises OperatorError."""
    made = isinstance(sut.fixtures, NoFixtures) or Entry("station", lane.identity) in ledger_of(sut, out)
    async with _made(sut, lane, out, lambda _: None) if not made else nullcontext():
        yield


@asynccontextmanager
async def tags_for_case(
    sut: Sut, tags: Tags, out: Path, note: Callable[[str], None], tell: Tell = tell_nobody
) -> AsyncIterator[Tags]:
    """While the block lasts, these tags are known, those to charge with under new names; `tell` as above.

    Raises OperatorError. Where `[fixtures]` makes tags for the run, or none, they are given back as they are.
    """
    if not sut.fresh_tags:
        yield tags
        return
    own = fresh(tags)
    ledger, provisioner = ledger_of(sut, out), provisioning.make(sut, tell)
    made = []
    try:
        for record in tag_records([own]):
            if record.name in CHARGED_WITH:
                made.append(await make_tag(provisioner, ledger, record))
        yield own
    finally:
        await provisioner.close()
        for problem in await _removed(sut, ledger, made):
            note(problem)


@asynccontextmanager
async def held_at_pending(
    sut: Sut, lane: Lane, note: Callable[[str], None], tell: Tell = tell_nobody
) -> AsyncIterator[None]:
    """While the block lasts, the boots of a station that is known are answered with Pending.

    Raises OperatorError, and Inconclusive where nobody can say so; that it cannot be taken back is only noted.
    """
    provisioner = provisioning.make(sut, tell)
    try:
        await provisioner.set_registration(lane, "Pending")
        yield
        try:
            await provisioner.set_registration(lane, "Accepted")
        except OperatorError as error:
            note(f"the station is left at Pending: {error}")
    finally:
        await provisioner.close()


@asynccontextmanager
async def _made(
    sut: Sut, lane: Lane, out: Path, note: Callable[[str], None], tell: Tell = tell_nobody
) -> AsyncIterator[None]:
    ledger = ledger_of(sut, out)
    provisioner = provisioning.make(sut, tell)
    try:
        entry = await make_station(provisioner, ledger, lane)
        yield
        try:
            await provisioner.remove_station(lane, entry.created)
        except OperatorError as error:
            note(str(error))
        ledger.remove(entry)
    finally:
        with suppress(OperatorError):
            await provisioner.close()


async def make_station(provisioner: Provisioner, ledger: Ledger, lane: Lane) -> Entry:
    """Make a station known; it is in the ledger before it is made. Raises OperatorError."""
    ledger.add(Entry("station", lane.identity))
    entry = Entry("station", lane.identity, await provisioner.create_station(lane))
    ledger.add(entry)
    return entry


async def make_tag(provisioner: Provisioner, ledger: Ledger, tag: TagRecord) -> Entry:
    """Make a tag known; it is in the ledger before it is made. Raises OperatorError."""
    facts = msgspec.structs.asdict(tag)
    ledger.add(Entry("tag", tag.idTag, facts=facts))
    entry = Entry("tag", tag.idTag, await provisioner.create_tag(tag), facts=facts)
    ledger.add(entry)
    return entry


async def _removed(sut: Sut, ledger: Ledger, made: Iterable[Entry]) -> list[str]:
    """Remove what was made, each once; gives a sentence for each thing that could not be."""
    # Stations first, and children before their parent.
    entries = sorted(made, key=lambda entry: (entry.kind == "tag", entry.facts.get("name") == "parent"))
    if not entries:
        return []
    problems = []
    provisioner = provisioning.make(sut)
    try:
        for entry in entries:
            try:
                await _remove(provisioner, sut, entry)
            except OperatorError as error:
                problems.append(f"{entry.text} could not be removed: {error}")
            ledger.remove(entry)
    finally:
        await provisioner.close()
    return problems


async def _remove(provisioner: Provisioner, sut: Sut, entry: Entry) -> None:
    if entry.kind == "station":
        known = {lane.identity: lane for lane in sut.lanes}
        await provisioner.remove_station(known.get(entry.name, Lane(identity=entry.name)), entry.created)
    else:
        record = msgspec.convert(entry.facts or {"name": "valid", "idTag": entry.name}, TagRecord)
        await provisioner.remove_tag(record, entry.created)
