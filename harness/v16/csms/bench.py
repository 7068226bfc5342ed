"""What is there to test a CSMS of OCPP 1.6."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from harness.adapters.provisioning.ledger import Entry, Ledger
from harness.case.claims.model import Against, Conversation, Mismatch
from harness.case.run import CaseRun
from harness.edition import Bench, Reach
from harness.peers.look import Answers, Look, Tried
from harness.sut import Lane, Sut
from ocppj.rules import Finding


def _contradicted(against: Against, conversation: Conversation) -> Iterator[Mismatch]:
    from harness.v16.csms.frames.contradictions import of_csms

    return of_csms(against, conversation)


def _beside(run: CaseRun, blamed: Collection[int]) -> Iterable[Finding]:
    from harness.v16.csms.frames.asked import findings

    return findings(run, blamed)


def _insisted(run: CaseRun) -> Iterable[Finding]:
    from harness.v16.csms.frames.insistence import insisted

    return insisted(run)


async def _take_back(sut: Sut, ledger: Ledger, entries: Iterable[Entry]) -> list[str]:
    from harness.v16.csms.leftovers import LEFTOVERS  # opens connections, which hardly any run has to do here

    return await LEFTOVERS.take_back(sut, ledger, entries)


async def _look(
    sut: Sut, lane: Lane, *, until: Answers = Answers.BOOTS, tags: bool = False, beats: bool = False
) -> Look:
    from harness.v16.csms.reach.looking import look  # opens sockets, so not before it is needed

    return await look(sut, lane, until=until, tags=tags, beats=beats)


def _samples(sut: Sut, connectors: int) -> list[tuple[str, dict[str, Any]]]:
    from harness.v16.csms.reach.samples import samples

    return samples(sut, connectors)


def _keys_in(action: str, payload: Mapping[str, Any]) -> Iterable[str]:
    from harness.v16.csms.reach.secret_keys import keys_in

    return keys_in(action, payload)


async def _tries(sut: Sut, lane: Lane, out: Path) -> list[Tried]:
    from harness.peers.reach.trying import tried
    from harness.v16.csms.reach.trying import TRIAL

    return await tried(TRIAL, sut, lane, out)


BENCH: Final = Bench(
    fixtures="harness.v16.csms.fixtures",
    contradicted=_contradicted,
    beside=_beside,
    take_back=_take_back,
    reach=Reach(look=_look, samples=_samples, keys_in=_keys_in, tries=_tries),
    insisted=_insisted,
    fuzzed="harness.instruments.fuzzing.v16.csms",
)
