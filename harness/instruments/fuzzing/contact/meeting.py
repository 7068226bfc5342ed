"""How plugproof and a system under test come together, by the role of the product: what is made and removed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from harness.adapters.provisioning.scopes import remove_all
from harness.bay.stand import Countdown, Stand
from harness.edition import bench_of
from harness.instruments.fuzzing.contact.as_csms import AsCsms
from harness.instruments.fuzzing.contact.as_station import AsStation
from harness.instruments.fuzzing.contact.line import Contact
from harness.instruments.fuzzing.dialect import Dialect, Dialects
from harness.instruments.fuzzing.script import Where
from harness.plugin.preparation import prepare
from harness.sut import Lane, Sut, link_of
from harness.sut.reach import TLS_FROM
from ocppj.session.session import Memory

MOST_LINES: Final = 2
"""Connections to a CSMS at once: enough to see that one is not taken for the other."""


@dataclass(frozen=True)
class Met:
    """What a run works with. ``sentences`` are for a reader before it begins, ``remains`` for one after it ended."""

    dialect: Dialect
    contact: Contact
    where: Where
    sentences: tuple[str, ...]
    remains: list[str]


Meeting = Callable[[Sut, Path, str, Countdown], AbstractAsyncContextManager[Met]]
"""Given the system under test, the folder of the run, its id, and who is told how long a station is waited for."""


def _dialect(sut: Sut, lane: Lane) -> Dialect:
    name = bench_of(sut).fuzzed
    assert name is not None  # who calls has looked
    make: Dialects = import_module(name).dialect
    return make(sut, lane)


def _shown_tag(sut: Sut, dialect: Dialect) -> str | None:
    """The valid tag, unless it is a secret."""
    return dialect.tag if sut.scrub(dialect.tag) == dialect.tag else None


@asynccontextmanager
async def _a_csms(sut: Sut, out: Path, run: str, countdown: Countdown) -> AsyncIterator[Met]:
    """Stations and tags are made known, and a station that does nothing else has looked whether anybody is there.

    Raises ``NotReady`` and ``Unreachable``.
    """
    count = MOST_LINES if sut.lane_count is None else min(MOST_LINES, sut.lane_count)
    lanes = [sut.lane(number, run, f"FUZZ{number + 1}") for number in range(count)]
    prepared = await prepare(sut, lanes, out, run)
    remains: list[str] = []
    try:
        dialect = _dialect(sut, lanes[0])
        contact = AsStation(sut, lanes, dialect.protocol, dialect.answers)
        profile = link_of(sut, lanes[0]).profile
        where = Where(
            urls=contact.urls,
            tag=_shown_tag(sut, dialect),
            with_key=link_of(sut, lanes[0]).basic_auth is not None,
            within_tls=profile >= TLS_FROM,
            with_certificate=profile > TLS_FROM,
        )
        yield Met(dialect, contact, where, prepared.sentences, remains)
    finally:
        remains += await remove_all(sut, out)


@asynccontextmanager
async def _a_charge_point(sut: Sut, out: Path, run: str, countdown: Countdown) -> AsyncIterator[Met]:
    """A port is open, and the station has come. Raises ``HarnessError``."""
    lane = sut.lane(0, run)
    dialect = _dialect(sut, lane)
    stand = Stand(sut, lane, Memory(), out, 0, countdown)
    contact = AsCsms(stand, dialect.answers)
    try:
        await contact.starts()
        yield Met(dialect, contact, Where(tag=_shown_tag(sut, dialect)), (), [])
    finally:
        await stand.closes()


MEETINGS: Final[Mapping[str, Meeting]] = {"csms": _a_csms, "charge_point": _a_charge_point}
"""Role -> how they meet."""
