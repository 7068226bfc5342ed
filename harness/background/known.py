"""Making the background stations and their cards known to the CSMS, and removing them again after the load."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from harness import provisioning
from harness.background.crew import Crew
from harness.operators.base import OperatorError
from harness.provisioning import Provisioner, TagRecord
from harness.provisioning.ledger import Entry, Ledger
from harness.provisioning.scopes import address, emptied
from harness.run_folder import abandoned
from harness.sut import Lane, NoFixtures, Sut
from harness.verdicts import HarnessError

FOLDER: Final = ".background"
"""Below the output folder: what a run that was killed left behind is removed by the next one."""


@contextmanager
def made_known(sut: Sut, crew: Crew, out: Path) -> Iterator[None]:
    """While the block lasts, the CSMS knows the stations and cards that `[fixtures]` can make.

    Raises ``HarnessError`` when it cannot; then nothing that was made is left.
    """
    if isinstance(sut.fixtures, NoFixtures):
        yield
        return
    for folder in (out, *abandoned(out)):
        asyncio.run(_remove(sut, folder))
    try:
        asyncio.run(_make(sut, crew, out))
        yield
    except OperatorError as error:
        raise HarnessError(f"--background: {error}") from None
    finally:
        for problem in asyncio.run(_remove(sut, out)):
            print(problem, file=sys.stderr)


async def _make(sut: Sut, crew: Crew, out: Path) -> None:
    ledger = Ledger(out / FOLDER, address(sut))
    provisioner = provisioning.make(sut)
    try:
        for lane in crew.lanes if crew.stations_made else ():
            ledger.add(Entry("station", lane.identity))
            ledger.add(Entry("station", lane.identity, await provisioner.create_station(lane)))
        for tag in crew.tags if crew.tags_made else ():
            ledger.add(Entry("tag", tag))
            ledger.add(Entry("tag", tag, await provisioner.create_tag(_card(tag))))
    finally:
        await provisioner.close()


async def _remove(sut: Sut, out: Path) -> list[str]:
    """Remove what the ledger holds; gives a sentence for each thing that could not be removed."""
    ledger = Ledger(out / FOLDER, address(sut))
    entries = list(ledger)
    if not entries:
        return []
    provisioner = provisioning.make(sut)
    try:
        return await emptied(ledger, entries, lambda entry: _forget(provisioner, entry))
    finally:
        await provisioner.close()


async def _forget(provisioner: Provisioner, entry: Entry) -> None:
    if entry.kind == "station":
        await provisioner.remove_station(Lane(identity=entry.name), entry.created)
    else:
        await provisioner.remove_tag(_card(entry.name), entry.created)


def _card(tag: str) -> TagRecord:
    return TagRecord(name="valid", idTag=tag)  # a template for `tags.valid` makes these as well
