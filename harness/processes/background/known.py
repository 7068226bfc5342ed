"""Making the background stations and their cards known to the CSMS, and removing them again after the load."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.adapters.base import OperatorError
from harness.adapters.provisioning import TagRecord
from harness.adapters.provisioning.scopes import make_all, remove_all, remove_earlier
from harness.case.verdicts import HarnessError
from harness.processes.background.crew import Crew
from harness.sut import Lane, NoFixtures, Sut


@contextmanager
def made_known(sut: Sut, crew: Crew, out: Path) -> Iterator[None]:
    """While the block lasts, the CSMS knows the stations and cards that `[fixtures]` can make.

    Raises ``HarnessError`` when it cannot; then nothing that was made is left.
    """
    if isinstance(sut.fixtures, NoFixtures):
        yield
        return
    asyncio.run(remove_earlier(sut, out))
    try:
        asyncio.run(make_all(sut, out, _made(crew)))
        yield
    except OperatorError as error:
        raise HarnessError(f"--background: {error}") from None
    finally:
        for problem in asyncio.run(remove_all(sut, out)):
            print(sut.scrub(problem), file=sys.stderr)


def _made(crew: Crew) -> Iterator[Lane | TagRecord]:
    if crew.stations_made:
        yield from crew.lanes
    if crew.tags_made:
        yield from (TagRecord(name="valid", idTag=tag) for tag in crew.tags)  # the template for `tags.valid`
