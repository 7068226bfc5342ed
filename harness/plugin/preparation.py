"""Before the first case: stations and tags are made known, and the system under test is looked at once.

A mistake of the user's, and that nobody is there at all, would be the same in every case, so it is one sentence.
Whoever answers anything is judged: what the look finds is said, and the cases go on.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from harness.adapters import operators, person, provisioning
from harness.adapters.operators import OperatorError
from harness.adapters.provisioning.scopes import made_for_look, make_for_run, remove_all
from harness.case.verdicts import HarnessError, Unreachable
from harness.edition import Reach, bench_of
from harness.peers.look import Answers, Look
from harness.peers.reach.tags_seen import doubts
from harness.plugin.lanes.found import Found
from harness.sut import Lane, ManualSettings, Sut
from harness.sut.tables.driving import ManualDriver


class NotReady(Exception):
    """The run cannot begin because of a file or an option; the text is one sentence with the fix."""


class Prepared(msgspec.Struct, frozen=True):
    """What a run begins with. ``look`` is None where nothing is looked at, as a charge point connects by itself."""

    look: Look | None = None
    found: Found = Found()
    sentences: tuple[str, ...] = ()
    """What a reader should know before the verdicts; each once."""

    @property
    def rtt_ms(self) -> float | None:
        """Median round trip of a ping in milliseconds."""
        return None if self.look is None else self.look.rtt_ms


async def prepare(sut: Sut, lanes: list[Lane], out: Path, run: str = "") -> Prepared:
    """Make lanes and tags known, and look at the system under test as a station that no case plays, if there is one.

    Raises ``NotReady`` for what the user has to change, ``Unreachable`` when nobody answers; then nothing that was made
    is left.
    """
    people = {"operator": isinstance(sut.operator, ManualSettings), "driver": isinstance(sut.driver, ManualDriver)}
    for table in (table for table, is_person in people.items() if is_person):
        if (problem := person.problem(table, len(lanes))) is not None:
            raise NotReady(f"{sut.source}: {problem}")
    reach = bench_of(sut).reach
    if reach is None:
        return Prepared()
    try:
        await operators.make(sut).close()  # a class of the user's may not be there
        await provisioning.make(sut).close()
    except OperatorError as error:
        raise NotReady(str(error)) from None
    lane = looker(sut, lanes, run)
    try:
        problems = await make_for_run(sut, lanes, out)
        async with made_for_look(sut, lane, out):
            return _prepared(sut, await _look(sut, reach, lane), problems)
    except BaseException as error:
        await remove_all(sut, out)
        if isinstance(error, OperatorError | HarnessError):  # the API of [fixtures], or a ledger that cannot be written
            raise Unreachable(str(error), getattr(error, "evidence", "")) from None
        raise


async def _look(sut: Sut, reach: Reach, lane: Lane) -> Look:
    try:
        return await reach.look(sut, lane, tags=True)
    except HarnessError as error:  # a file of certificates
        raise NotReady(str(error)) from None


def looker(sut: Sut, lanes: list[Lane], run: str) -> Lane:
    """Who looks: a station of its own, so that those of the cases come for the first time when their case begins."""
    if sut.fresh_identities:
        return sut.lane(0, run, "LOOK")
    spare = len(lanes)
    if sut.lane_count is None or spare < sut.lane_count:
        return sut.lane(spare, run)
    return lanes[0]


def _prepared(sut: Sut, seen: Look, problems: Iterable[str]) -> Prepared:
    if seen.answers is Answers.NOTHING:
        raise Unreachable(str(seen.sentence))
    tags = doubts(sut, seen)
    told = (*([seen.sentence] if seen.sentence else ()), *tags.unknown.values(), *tags.doubtful)
    named = sut.named_tags()
    found = Found(seen.answers, {named[name]: sentence for name, sentence in tags.unknown.items()})
    return Prepared(seen, found, (*problems, *told))
