"""The runs that are there already: a list, what came of each case and why, two of them compared, their files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from harness.artifacts import trace_so_far
from harness.artifacts.page import Line
from harness.cli.ui.answers import Refused
from reports.diff.compare import compare
from reports.diff.tables import told
from reports.evidence.sequence import Step, fold, of_failure, of_trace
from reports.html.cases import rules_of
from reports.results.headline import headline
from reports.results.remarks import remarks
from reports.results.validation import validate
from reports.results.verdicts import OUTCOMES, exit_code, ordered, outcome, totals, word

MOST: Final = 30
"""Runs in the list."""
MOST_STEPS: Final = 400
"""Steps of a sequence that are shown; the report has all of them."""
MOST_TEXT: Final = 20_000
"""Characters of a message that are shown."""
FILES: Final[Mapping[str, str]] = {
    "report.html": "text/html; charset=utf-8",
    "results.json": "application/json",
    "junit.xml": "application/xml",
    "summary.md": "text/markdown; charset=utf-8",
    "background.html": "text/html; charset=utf-8",
}
"""Files of a run that are given out, and their types."""
_SEVERITY: Final = {name: number for number, name in enumerate(OUTCOMES)}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ENTRY: Final = msgspec.json.Decoder(Line)


class Kept:
    """The folders of runs below one folder."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._read: dict[str, tuple[int, dict[str, Any]]] = {}

    def listed(self) -> list[dict[str, Any]]:
        """The newest runs that have results."""
        return [self._line(name, results) for name, results in self._newest()]

    def folder(self, name: str) -> Path:
        """The folder of a run. Raises `Refused`."""
        folder = self.base / name
        if not _NAME.fullmatch(name) or folder.is_symlink() or not folder.is_dir():
            raise Refused(404, f"There is no run {name} in {self.base}.")
        return folder

    def results(self, name: str) -> dict[str, Any]:
        """What a run has found. Raises `Refused`."""
        found = self._results(self.folder(name))
        if found is None:
            raise Refused(404, f"The run {name} has no results of this version.")
        return found

    def overview(self, name: str) -> dict[str, Any]:
        """A run and all its cases, the worst first."""
        results = self.results(name)
        cases = [
            {"id": case["id"], "title": case["title"], "profile": case["profile"], "outcome": outcome(case)}
            for case in sorted(ordered(results["cases"]), key=lambda case: _SEVERITY[outcome(case)])
        ]
        return {
            **self._line(name, results),
            "cases": cases,
            "remarks": remarks(results),
            "files": [*self._files(name)],
        }

    def beside(self, name: str, id: str, file: str) -> Path | None:
        """A file beside the trace of a case, where there is one. Raises `Refused`."""
        found = next((case for case in self.results(name)["cases"] if case["id"] == id), None)
        path = None if found is None or not found["trace"] else (self.folder(name) / found["trace"]).with_name(file)
        return path if path is not None and path.is_file() else None

    def case(self, name: str, id: str) -> dict[str, Any]:
        """What came of a case, and why. Raises `Refused`."""
        found = next((case for case in self.results(name)["cases"] if case["id"] == id), None)
        if found is None:
            raise Refused(404, f"The run {name} has no case {id}.")
        return told_of(found, self.folder(name))

    def difference(self, new: str, old: str) -> dict[str, Any]:
        """What changed from one run to another. Raises `Refused`."""
        before, after = self.results(old), self.results(new)
        roles = [results["run"]["sut"]["role"] for results in (before, after)]
        if roles[0] != roles[1]:
            raise Refused(422, f"{old} and {new} tested different kinds of products; choose two of one kind.")
        found = told(compare(before, after))
        return {
            "headline": found.headline,
            "warnings": list(found.warnings),
            "sections": [
                {
                    "title": each.table.title,
                    "headers": each.table.headers,
                    "rows": each.table.rows,
                    "urgent": each.urgent,
                }
                for each in found.sections
            ],
            "note": found.note,
        }

    def _line(self, name: str, results: Mapping[str, Any]) -> dict[str, Any]:
        run = results["run"]
        return {
            "name": name,
            "started": run["started"],
            "seconds": run["seconds"],
            "sut": run["sut"]["name"],
            "role": run["sut"]["role"],
            "headline": headline(results),
            "totals": totals(results),
            "code": exit_code(results),
        }

    def _newest(self) -> Iterator[tuple[str, dict[str, Any]]]:
        folders = [path for path in self.base.glob("*/results.json") if not path.parent.is_symlink()]
        names = sorted((path.parent.name for path in folders if _NAME.fullmatch(path.parent.name)), reverse=True)
        for name in names[:MOST]:
            results = self._results(self.base / name)
            if results is not None:
                yield name, results

    def _results(self, folder: Path) -> dict[str, Any] | None:
        """Read once, unless the file has changed."""
        file = folder / "results.json"
        try:
            changed = file.stat().st_mtime_ns
            known = self._read.get(folder.name)
            if known is not None and known[0] == changed:
                return known[1]
            found = msgspec.json.decode(file.read_bytes())
        except (OSError, msgspec.DecodeError, RecursionError):
            return None
        if not isinstance(found, dict) or validate(found):
            return None
        while len(self._read) >= MOST:
            self._read.pop(next(iter(self._read)))
        self._read[folder.name] = (changed, found)
        return found

    def _files(self, name: str) -> Iterator[str]:
        yield from (file for file in FILES if (self.base / name / file).is_file())


def told_of(case: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What is to be said of a case that is over: its verdict, the explanation, the sequence."""
    failure = case["failure"]
    entries = entries_of(folder / case["trace"]) if case["trace"] else []
    steps = of_trace(entries, failure) if entries else of_failure(failure) if failure else []
    return {
        **{key: case[key] for key in ("id", "title", "profile", "ref", "reason", "seconds", "rerun", "findings")},
        "outcome": outcome(case),
        "word": word(outcome(case)),
        "expected_failure": case["expected_failure"],
        "rules": [
            {"id": rule.short, "sentence": rule.sentence, "state": rule.state, "why": rule.why}
            for rule in rules_of(case)
        ],
        "failure": None
        if failure is None
        else {key: failure.get(key) for key in ("rule", "ref", "sentence", "expected", "actual", "frame", "evidence")},
        "groups": groups(steps, failure and failure["kind"]),
        "is_over": True,
    }


def told_so_far(id: str, title: str, trace: Path) -> dict[str, Any]:
    """The sequence of a case that is running."""
    return {"id": id, "title": title, "groups": groups(of_trace(entries_of(trace)), "preamble"), "is_over": False}


def groups(steps: list[Step], kind: str | None = None) -> list[dict[str, Any]]:
    """The steps in groups, as they are drawn; of a long sequence the end."""
    return [
        {
            "name": group.name,
            "open": group.is_open,
            "summary": group.summary if group.name else None,
            "steps": [
                {
                    "kind": step.kind,
                    "label": step.label,
                    "detail": step.detail,
                    "direction": step.direction,
                    "ms": step.ms,
                    "text": None if step.text is None else step.text[:MOST_TEXT],
                    "offending": step.offending,
                    "seq": step.seq,
                }
                for step in group.steps
            ],
        }
        for group in fold(steps[-MOST_STEPS:], kind)
    ]


def entries_of(trace: Path) -> list[Line]:
    """The trace of a case, or what there is of it so far; a line that is being written counts for nothing."""
    for file in (trace, trace.with_name(trace_so_far.FILE)):
        try:
            lines = file.read_bytes().splitlines()
        except OSError:
            continue
        return [*_decoded(lines)]
    return []


def _decoded(lines: list[bytes]) -> Iterator[Line]:
    for line in lines:
        try:
            yield _ENTRY.decode(line)
        except msgspec.DecodeError:
            continue
