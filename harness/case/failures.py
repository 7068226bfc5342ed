"""From an exception and a trace to the neutral ``failure`` of ``results.json``, which every report renders."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from harness.case.caret import span
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, FailureKind
from ocppj.errors import ConnectionClosed
from ocppj.evidence.trace import Entry, Role
from ocppj.matchers import shown
from ocppj.rules import Finding
from ocppj.session.session import Seen
from reports.evidence.labels import label

MAX_SEQUENCE = 200
_PEER: Final[Mapping[Role, Role]] = {"csms": "station", "station": "csms"}
TOO_BIG: Final = 1009
"""The close code for a message that is too big (RFC 6455 §7.4.1)."""
AFTER = 20
"""Entries after the offending frame that a cut sequence still shows."""


def judged_text(action: str, members: dict[str, Any]) -> str:
    """A message and the members that are asked of it, on one line: ``Reset with type = Hard``."""
    if not members:
        return action
    return f"{action} with " + ", ".join(f"{name} = {shown(value)}" for name, value in members.items())


UNANSWERED: Final = "RPC-13"
REFUSED: Final = "RPC-00"
"""The rules of the protocol that an ordinary CALL is answered, and answered with its CALLRESULT."""


def silence(run: CaseRun, action: str, asked: int | None, seconds: float, rule: str | None) -> CaseFailure:
    """The failure for a CALL ``asked`` that nothing answered; what came instead, if anything did, is what it shows."""
    stray = stray_after(run.findings, run.party, asked)
    nothing = f"nothing arrived in {seconds:g} s"
    return CaseFailure(
        "silence",
        expected=f"an answer to {action}",
        actual=nothing if stray is None else f"{nothing} that answers it; what did arrive: {stray.message}",
        rule=run.failed(rule) or UNANSWERED,
        seq=None if stray is None else stray.seq,
        asked=asked,
    )


def stray_after(findings: Iterable[Finding], party: Role, asked: int | None) -> Finding | None:
    """What the system under test sent wrongly after the frame ``asked``: very likely what was to be its answer."""
    ours = (finding for finding in findings if finding.party == party)
    return next((finding for finding in ours if _is_after(finding.seq, asked)), None)


def closed_text(closed: ConnectionClosed) -> str:
    """How a connection ended; that this side ended it because of what was sent is said."""
    if closed.code == TOO_BIG and not closed.by_remote:
        return f"a message came that is too big to be read ({closed.reason}), so plugproof closed the connection"
    return str(closed)


def _is_after(seq: int | None, other: int | None) -> bool:
    return seq is not None and other is not None and seq > other


def blamed(findings: Sequence[Finding]) -> Finding:
    """The finding that says best what is wrong with a frame: a broken MUST before a remark."""
    return next((finding for finding in findings if finding.level == "MUST"), findings[0])


def violated(run: CaseRun, name: str, members: dict[str, Any], seen: Seen, rule: str | None) -> CaseFailure:
    """The failure for a message whose payload is not what the schema of its action asks for."""
    violation = seen.violations[0]
    return CaseFailure(
        "schema",
        expected=judged_text(name, members) if members else f"{name}, {violation.expected}",
        actual=violation.message,
        rule=run.failed(rule) or blamed(seen.findings).rule,
        seq=seen.seq,
        path=violation.path,
    )


def failure_of(run: CaseRun, error: CaseFailure) -> dict[str, Any]:
    """The neutral record of a broken rule, with the sequence and the offending frame."""
    case_rule = run.case.rules.get(error.rule or "")
    universal = run.protocol.book.rules.get(error.rule or "")
    return record(
        run,
        kind=error.kind,
        rule=error.rule,
        sentence=case_rule or (universal.sentence if universal else ""),
        ref=universal.source if universal and not case_rule else run.case.ref,
        expected=error.expected,
        actual=error.actual,
        seq=error.seq,
        path=error.path,
        evidence=error.evidence or _of_the_operator(run, error),
    )


def _of_the_operator(run: CaseRun, error: CaseFailure) -> str:
    """What an operator did that was to make the SUT send something, where nothing came."""
    return "\n\n".join(run.exchanges) if error.kind == "silence" and error.asked is None else ""


def record(
    run: CaseRun,
    *,
    kind: FailureKind,
    expected: str,
    actual: str,
    rule: str | None = None,
    sentence: str = "",
    ref: str | None = None,
    seq: int | None = None,
    path: tuple[str | int, ...] | None = None,
    traceback: str | None = None,
    evidence: str = "",
) -> dict[str, Any]:
    """The neutral failure; ``seq`` marks the offending frame, ``path`` the member in its payload.

    ``evidence`` is what an operator did and what came back, as a whole.
    """
    mask = run.trace.mask
    return {
        "rule": rule,
        "sentence": sentence,
        "ref": ref or run.case.ref,
        "kind": kind,
        "expected": mask(expected),
        "actual": mask(actual),
        "columns": _columns(run),
        "frame": frame_of(run, seq, path),
        "sequence": sequence(run, seq),
        "evidence": mask(evidence) or None,
        "traceback": mask(traceback) if traceback else None,
    }


def sequence(run: CaseRun, offending: int | None) -> list[dict[str, Any]]:
    """The trace as rows of a ladder: label, detail, direction, phase, milliseconds since the first entry.

    A long one is cut to its end, or to what leads to the offending frame and a little after it.
    """
    entries = run.trace.entries
    shown = range(len(entries))[-MAX_SEQUENCE:]
    where = next((index for index, entry in enumerate(entries) if entry.seq == offending), None)
    if where is not None and where not in shown:
        last = max(where + 1 + AFTER, MAX_SEQUENCE)
        shown = range(last - MAX_SEQUENCE, last)
    actions: dict[str, str] = {}
    # The rows before are made, too: an answer is labelled after its CALL.
    return [
        row
        for index, row in enumerate(_row(run, entry, entries[0].at, actions, offending) for entry in entries)
        if index in shown
    ]


def _row(run: CaseRun, entry: Entry, start: int, actions: dict[str, str], offending: int | None) -> dict[str, Any]:
    name, detail = label(entry.kind, run.trace.mask(entry.text), actions)
    phase, _, state = entry.phase.partition(":")
    return {
        "seq": entry.seq,
        "kind": entry.kind,
        "direction": entry.direction,
        "label": name,
        "detail": detail,
        "phase": phase or "case",
        "state": state or None,
        "ms": round((entry.at - start) / 1e6, 3),
        "offending": entry.seq == offending,
    }


def frame_of(run: CaseRun, seq: int | None, path: tuple[str | int, ...] | None) -> dict[str, Any] | None:
    """The entry ``seq`` of the trace as reports show it, with where the member ``path`` of its payload stands."""
    entry = next((entry for entry in run.trace if entry.seq == seq), None)
    if entry is None or entry.kind not in ("frame", "handshake"):
        return None
    text = run.trace.mask(entry.text)
    if entry.kind == "handshake":
        told = "; ".join(part for part in label("handshake", text, {}) if part)
        return {"seq": entry.seq, "text": told, "start": None, "end": None}
    found = None if path is None else span(text, path)
    start, end = found if found else (None, None)
    return {"seq": entry.seq, "text": text, "start": start, "end": end}


def _columns(run: CaseRun) -> dict[str, str]:
    return {_PEER[run.party]: f"plugproof ({run.identity})", run.party: f"SUT: {run.sut.name}"}
