"""Making the background stations and their cards known to the CSMS, and removing them again after the load."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import provisioning
from harness.background.crew import Crew
from harness.ledger import ledger_of
from harness.operators.base import OperatorError
from harness.provisioning import TagRecord
from harness.provisioning.scopes import make_station, make_tag, remove_all
from harness.run_folder import abandoned
from harness.sut import NoFixtures, Sut
from harness.verdicts import HarnessError


@contextmanager
def made_known(sut: Sut, crew: Crew, out: Path) -> Iterator[None]:
    """While the block lasts, the CSMS knows the stations and cards that `[fixtures]` can make.

    Raises ``HarnessError`` when it cannot; then nothing that was made is left.
    """
    if isinstance(sut.fixtures, NoFixtures):
        yield
        return
    for folder in (out, *abandoned(out)):
        asyncio.run(remove_all(sut, folder, last=True))
    try:
        asyncio.run(_make(sut, crew, out))
        yield
    except OperatorError as error:
        raise HarnessError(f"--background: {error}") from None
    finally:
        for problem in asyncio.run(remove_all(sut, out)):
            print(sut.scrub(problem), file=sys.stderr)


async def _make(sut: Sut, crew: Crew, out: Path) -> None:
    ledger = ledger_of(sut, out)
    provisioner = provisioning.make(sut)
    try:
        for lane in crew.lanes if crew.stations_made else ():
            await make_station(provisioner, ledger, lane)
        for tag in crew.tags if crew.tags_made else ():
            await make_tag(provisioner, ledger, TagRecord(name="valid", idTag=tag))  # the template for `tags.valid`
    finally:
        await provisioner.close()
