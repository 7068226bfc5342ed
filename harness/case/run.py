"""One case being run: its trace, what was judged, what was measured, and what the operator was asked to do."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal

import msgspec

from harness.case.facts import Case
from harness.case.left_open import LeftOpen
from harness.case.verdicts import CaseFailure
from harness.peers.pauses import PAUSES, Pauses
from harness.sut import Lane, Sut, Tags
from harness.sut.model import PARTIES
from harness.sut.secret import written
from ocppj.evidence.trace import Role, Trace
from ocppj.rules import Finding
from ocppj.session.session import Memory, Seen, Session
from ocppj.versions import protocol

MAX_CALLS: Final = 1_000
"""CALLs of a case that are kept: far more than any case asks for."""


def trace_path(case_id: str) -> str:
    """Where the trace of a case is, below the output folder."""
    return f"cases/{case_id}/trace.jsonl"


class Sample(msgspec.Struct, frozen=True):
    """A response time of the system under test in nanoseconds; ``first`` marks the first call of a connection.

    ``at`` is when the CALL was written, in monotonic nanoseconds.
    """

    action: str
    ns: int
    seq: int | None = None
    first: bool = False
    at: int = 0


class Asked(msgspec.Struct, frozen=True):
    """An operation that the operator was asked for: its members, and the entry of the trace that says so."""

    action: str
    members: Mapping[str, Any]
    seq: int


class CaseRun:
    """What accumulates while a case runs; the plugin turns it into a result.

    ``tags`` are those of its worker, or made for it; None: those of the first worker. ``left_open`` is what the case
    has to end, in the ledger of the run. ``identity`` is the station that is played; in a security case that may be
    another one than the lane's. ``exchanges`` is what the operator did since it was last asked for something.
    """

    def __init__(
        self,
        case: Case,
        sut: Sut,
        lane: Lane,
        memory: Memory,
        tags: Tags | None = None,
        left_open: LeftOpen | None = None,
        pauses: Pauses = PAUSES,
    ) -> None:
        self.case = case
        self.pauses = pauses
        self.sut = sut
        self.lane = lane
        self.identity = lane.identity
        self.memory = memory
        self.tags = sut.tags if tags is None else tags
        self.left_open = LeftOpen(case.id) if left_open is None else left_open
        self.trace = Trace(secrets=written(sut.secrets))
        self.party: Role = PARTIES[case.sut]
        self.judged: list[str] = []
        self.left_out: dict[str, str] = {}
        self.failures: list[CaseFailure] = []
        self.sessions: list[Session] = []
        self.remarks: list[Finding] = []
        self.samples: list[Sample] = []
        self.timeouts: list[str] = []
        self.operations: set[asyncio.Task[None]] = set()
        self.exchanges: list[str] = []
        self.asked: list[Asked] = []
        self.calls: list[Seen] = []
        self.protocol = protocol(sut.version, sut.connection.errata)
        self.trace.phase = "preamble"

    @property
    def findings(self) -> list[Finding]:
        """What the case remarked, and every broken rule on every connection of this case, of either party."""
        return [*self.remarks, *(finding for session in self.sessions for finding in session.findings)]

    @property
    def broken(self) -> list[Finding]:
        """The MUST rules that the system under test broke in any frame of this case."""
        return [finding for finding in self.findings if finding.level == "MUST" and finding.party == self.party]

    @property
    def last_answer(self) -> int:
        """When a CALL of this case was last answered, in monotonic nanoseconds; 0: never."""
        return max((sample.at + sample.ns for sample in self.samples), default=0)

    def rids(self, rule: str | None) -> tuple[str, ...]:
        """``"R3 R4"`` as full rids; none for ``None``."""
        return tuple(self.case.rid(short) for short in (rule or "").split())

    def judge(self, rule: str | None) -> None:
        """Record that these rules were judged and held."""
        for rid in self.rids(rule):
            if rid not in self.judged:
                self.judged.append(rid)

    def failed(self, rule: str | None) -> str | None:
        """The full rid to blame for a check that did not hold; it counts as judged."""
        rids = self.rids(rule)
        self.judge(rule)
        return rids[0] if rids else None

    def leave_out(self, rule: str, reason: str) -> None:
        """Record that these rules are not judged in this run, and why; what was judged before stays judged."""
        for rid in self.rids(rule):
            if rid not in self.judged:
                self.left_out[rid] = reason

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Mark what happens inside as part of the preamble (``preamble:booted``) or of the cleanup."""
        before, self.trace.phase = self.trace.phase, name
        try:
            yield
        finally:
            self.trace.phase = before

    def note(self, text: str) -> None:
        """Write a remark into the trace."""
        self.trace.add("note", text)

    def told(self, text: str, by: Literal["operator", "driver"] = "operator") -> None:
        """Write into the trace what an operator, or a driver, did, or what came back."""
        self.trace.add(by, text)
        self.exchanges.append(text)

    def came(self, call: Seen) -> None:
        """Keep a CALL of the system under test, to be compared with what the operator was asked for."""
        if self.asked and len(self.calls) < MAX_CALLS:
            self.calls.append(call)

    def allows(self, call: Seen) -> None:
        """A CALL came that may come, whatever the operator was asked for."""
        self.calls = [one for one in self.calls if one is not call]

    def unanswered(self, action: str) -> None:
        """Count a call that the system under test did not answer in time."""
        self.timeouts.append(action)
