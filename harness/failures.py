"""From an exception and a trace to the neutral ``failure`` of ``results.json``, which every report renders."""

import json
from typing import Any, Final

from harness.locate import span
from harness.run import CaseRun
from harness.verdicts import CaseFailure, FailureKind
from ocppj import frames
from ocppj.frames import Call, CallError, CallResult, Malformed
from ocppj.matchers import path_text, shown
from ocppj.rules import RULES
from ocppj.session import Seen
from ocppj.trace import Entry

MAX_SEQUENCE = 200
AFTER = 20
"""Entries after the offending frame that a cut sequence still shows."""
MAX_DETAIL = 120


def judged_text(action: str, members: dict[str, Any]) -> str:
    """A message and the members that are asked of it, on one line: ``Reset with type = Hard``."""
    if not members:
        return action
    return f"{action} with " + ", ".join(f"{name} = {shown(value)}" for name, value in members.items())


def silence_text(run: CaseRun, asked: int | None, seconds: float) -> str:
    """What came instead of an answer to the CALL ``asked``: nothing, or something that answers nothing."""
    ours = (finding for finding in run.findings if finding.party == run.party)
    stray = next((finding for finding in ours if _is_after(finding.seq, asked)), None)
    nothing = f"nothing arrived in {seconds:g} s"
    return nothing if stray is None else f"{nothing} that answers it; what did arrive: {stray.message}"


def _is_after(seq: int | None, other: int | None) -> bool:
    return seq is not None and other is not None and seq > other


def violated(run: CaseRun, name: str, members: dict[str, Any], seen: Seen, rule: str | None) -> CaseFailure:
    """The failure for a message whose payload is not what the schema of its action asks for."""
    violation = seen.violations[0]
    return CaseFailure(
        "schema",
        expected=judged_text(name, members) if members else f"{name}, {violation.expected}",
        actual=violation.message,
        rule=run.failed(rule) or seen.findings[0].rule,
        seq=seen.seq,
        path=violation.path,
    )


def failure_of(run: CaseRun, error: CaseFailure) -> dict[str, Any]:
    """The neutral record of a broken rule, with the sequence and the offending frame."""
    case_rule = run.case.rules.get(error.rule or "")
    universal = RULES.get(error.rule or "")
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
    )


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
) -> dict[str, Any]:
    """The neutral failure; ``seq`` marks the offending frame, ``path`` the member in its payload."""
    mask = run.trace.mask
    return {
        "rule": rule,
        "sentence": sentence,
        "ref": ref or run.case.ref,
        "kind": kind,
        "expected": mask(expected),
        "actual": mask(actual),
        "columns": _columns(run),
        "frame": _frame(run, seq, path),
        "sequence": sequence(run, seq),
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
    label, detail = entry.text, ""
    if entry.kind == "frame":
        label, detail = _frame_text(run.trace.mask(entry.text), actions)
    elif entry.kind == "handshake":
        label, detail = _handshake_text(run.trace.mask(entry.text))
    phase, _, state = entry.phase.partition(":")
    return {
        "seq": entry.seq,
        "kind": entry.kind,
        "direction": entry.direction,
        "label": run.trace.mask(label),
        "detail": detail,
        "phase": phase or "case",
        "state": state or None,
        "ms": round((entry.at - start) / 1e6, 3),
        "offending": entry.seq == offending,
    }


def _frame_text(text: str, actions: dict[str, str]) -> tuple[str, str]:
    frame = frames.parse(text)
    if isinstance(frame, Call):
        actions[frame.id] = frame.action
        return frame.action, _brief(frame.payload)
    if isinstance(frame, CallResult):
        action = actions.get(frame.id)
        return (f"{action}.conf" if action else f"CALLRESULT {frame.id}"), _brief(frame.payload)
    if isinstance(frame, CallError):
        return f"CALLERROR {frame.code}", _brief({"description": frame.description} if frame.description else {})
    return _malformed_text(frame)


_TELLING: Final = ("authorization", "sec-websocket-protocol", "www-authenticate")
"""Headers of an opening handshake that the ladder shows; the trace has them all."""


def _handshake_text(text: str) -> tuple[str, str]:
    """What a message of a handshake is (``HTTP 401 Unauthorized``), and what else it tells."""
    first, *rest = text.split("\n")
    if "HTTP/1.1" not in first:
        return first, "; ".join(rest)
    label, bracket, said = first.removesuffix(" HTTP/1.1").replace("HTTP/1.1 ", "HTTP ").partition(" (")
    telling = [line for line in rest if line.partition(":")[0].lower() in _TELLING]
    return label, "; ".join([*([said.removesuffix(")")] if bracket else []), *telling])


def _malformed_text(frame: Malformed) -> tuple[str, str]:
    return "no OCPP-J message", frame.raw[:MAX_DETAIL]


def _brief(payload: Any) -> str:
    """The members of a payload on one line, inner objects by their path."""
    parts: list[str] = []
    _flatten(payload, (), parts)
    text = " ".join(parts)
    return text if len(text) <= MAX_DETAIL else text[: MAX_DETAIL - 1] + "…"


def _flatten(value: Any, path: tuple[str | int, ...], parts: list[str]) -> None:
    if isinstance(value, dict) and (value or path):
        for name, member in value.items():
            _flatten(member, (*path, name), parts)
    elif isinstance(value, list):
        parts.append(f"{path_text(path)}={json.dumps(value, ensure_ascii=False, separators=(',', ':'))}")
    elif path:
        parts.append(f"{path_text(path)}={shown(value)}")
    elif value is not None and value != {}:
        parts.append(json.dumps(value, ensure_ascii=False))


def _frame(run: CaseRun, seq: int | None, path: tuple[str | int, ...] | None) -> dict[str, Any] | None:
    entry = next((entry for entry in run.trace if entry.seq == seq), None)
    if entry is None or entry.kind not in ("frame", "handshake"):
        return None
    text = run.trace.mask(entry.text)
    if entry.kind == "handshake":
        told = "; ".join(part for part in _handshake_text(text) if part)
        return {"seq": entry.seq, "text": told, "start": None, "end": None}
    found = None if path is None else span(text, path)
    start, end = found if found else (None, None)
    return {"seq": entry.seq, "text": text, "start": start, "end": end}


def _columns(run: CaseRun) -> dict[str, str]:
    ours, theirs = ("station", "csms") if run.party == "csms" else ("csms", "station")
    return {ours: f"plugproof ({run.identity})", theirs: f"SUT: {run.sut.name}"}
