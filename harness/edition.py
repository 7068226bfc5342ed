"""What a version of OCPP brings to the harness, and the one table that picks it.

Everything outside ``harness.v16`` and its brothers is the same for every version; what is not comes as an `Edition`,
and in it a `Bench` for each role that can be tested. A function of theirs imports what it needs when it is called, as
most commands need little of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

from harness.adapters.provisioning.ledger import Entry, Ledger
from harness.case.claims.model import Against, Contradicted, Conversation, Mismatch
from harness.case.facts import Case
from harness.case.profiles import Profiles
from harness.case.run import CaseRun
from harness.peers.look import Answers, Look, Tried
from harness.sut import Lane, Sut
from harness.sut.checks.consistency import Own
from harness.sut.needs import Needs
from ocppj.rules import Finding
from reports.results.station_times import Effects

_MODULES: Final[Mapping[str, str]] = {"1.6": "harness.v16.edition", "2.0.1": "harness.v201.edition"}

VERSIONS: Final = tuple(_MODULES)
"""All of them, the oldest first."""


class Looks(Protocol):
    """Looks at a system under test from outside, as a station that no case plays."""

    def __call__(
        self, sut: Sut, lane: Lane, *, until: Answers = Answers.BOOTS, tags: bool = False, beats: bool = False
    ) -> Coroutine[Any, Any, Look]:
        """Go as far as ``until``; ``tags``: present those of the SUT file as well, ``beats``: a heartbeat, too.

        Raises ``HarnessError`` for a file of certificates that cannot be used.
        """


@dataclass(frozen=True)
class Reach:
    """For products that plugproof connects to and that an operator acts on: what can be done before a first case.

    ``samples`` are the requests that cases ask an operator for, on a station with so many connectors, ``keys_in`` the
    secrets that travel in one of them; ``tries`` has the operator try those that only read.
    """

    look: Looks
    samples: Callable[[Sut, int], list[tuple[str, dict[str, Any]]]]
    keys_in: Callable[[str, Mapping[str, Any]], Iterable[str]]
    tries: Callable[[Sut, Lane, Path], Coroutine[Any, Any, list[Tried]]]


@dataclass(frozen=True)
class Bench:
    """What a version brings to test the products of one role.

    ``fixtures`` is the module with the fixtures of its cases. ``contradicted`` reads off a conversation what the claims
    are contradicted by, ``beside`` is what a run shows beside the rules of its case, given the entries of the trace
    that a rule was broken with. ``take_back`` ends what cases left open; a sentence for each thing that is open still.
    ``reach`` is None for products that connect to plugproof. ``insisted`` gives what a run shows that the official tool
    would not have, although the standard does. ``fuzzed`` is the module that says what they are sent to be fuzzed
    (`harness.instruments.fuzzing.dialect`); None: that cannot be done yet.
    """

    fixtures: str
    contradicted: Contradicted
    beside: Callable[[CaseRun, Collection[int]], Iterable[Finding]]
    take_back: Callable[[Sut, Ledger, Iterable[Entry]], Coroutine[Any, Any, list[str]]]
    reach: Reach | None
    insisted: Callable[[CaseRun], Iterable[Finding]] = lambda run: ()
    fuzzed: str | None = None

    @property
    def connects_by_itself(self) -> bool:
        """Whether its products come to plugproof: nobody can look at them before, and nobody keeps them busy."""
        return self.reach is None


def nothing_contradicted(against: Against, conversation: Conversation) -> Iterator[Mismatch]:
    """For a `Bench` whose products are asked nothing that the wire could answer."""
    return iter(())


def nothing_beside(run: CaseRun, blamed: Collection[int]) -> Iterable[Finding]:
    """For a `Bench` whose products are asked for nothing but by a case."""
    return ()


async def nothing_to_take_back(sut: Sut, ledger: Ledger, entries: Iterable[Entry]) -> list[str]:
    """For a `Bench` whose cases leave nothing open."""
    return []


class Statement(Protocol):
    """The claims of a SUT file as a form (PICS)."""

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The keys of the questions without an answer."""

    def written(self, format: str, tell: Callable[[str], object]) -> bytes:
        """The form in a format; ``tell`` takes what a reader should know of how it was made."""


@dataclass(frozen=True)
class Claims:
    """What a SUT file is asked about a product of a version.

    ``sut`` has the tables, ``schema`` is the JSON Schema of the whole file, ``own`` are the checks of its own answers.
    ``profiles``: feature profile as on the wire -> its question in `[profiles]`; ``all_profiles`` answers all of them
    with yes. ``titles``: table -> its heading, in the order of a form; ``asked``: dotted key -> schema of every
    question that a role is asked; ``statement`` makes the form, given the time of the file (ISO 8601) and all cases;
    None where there is no form.
    """

    sut: type[Sut]
    schema: Callable[[], dict[str, Any]]
    own: Own
    profiles: Mapping[str, str]
    all_profiles: Callable[[], Any]
    titles: Callable[[], Mapping[str, str]]
    asked: Callable[[str], Mapping[str, Any]]
    statement: Callable[[Sut, str, Sequence[Case]], Statement] | None


@dataclass(frozen=True)
class Edition:
    """A version of OCPP as the harness needs it; ``benches`` by role, ``effects`` of operations at a charge point."""

    version: str
    claims: Claims
    needs: Needs
    profiles: Profiles
    effects: Effects
    benches: Mapping[str, Bench]


def edition(version: str) -> Edition:
    """The edition of a version such as ``1.6``. Raises KeyError for one that is not known."""
    found: Edition = import_module(_MODULES[version]).EDITION
    return found


def edition_of(sut: Sut) -> Edition:
    """That of the version which a system under test speaks."""
    return edition(sut.version)


def bench_of(sut: Sut) -> Bench:
    """That for the role of a system under test."""
    return edition(sut.version).benches[sut.role]


def editions() -> Iterator[Edition]:
    """Every one, the oldest first."""
    return map(edition, VERSIONS)
