"""The folder of the findings: what the next run plays first, what a reader looks at, and what a machine reads.

Each finding has a folder of its own: ``finding.json`` is the session, ``trace.jsonl`` what passed, ``repro_*.py`` a
script. ``results.json`` is about the last run (``schemas/documents/fuzz.schema.json``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from harness.artifacts.whole import write_whole
from harness.instruments.fuzzing.hunt import Finding, Known, Outcome
from harness.instruments.fuzzing.problem import Problem
from harness.instruments.fuzzing.steps import Step

NAME: Final = "plugproof-fuzz"
FILE: Final = "finding.json"
TRACE: Final = "trace.jsonl"
RESULTS: Final = "results.json"
FORMAT: Final = 1


class BadFinding(Exception):
    """A file of an earlier run cannot be read; one sentence with the fix."""


class Saved(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding as it is kept. ``version`` of OCPP and ``role`` say against what it can be played again."""

    format: int
    version: str
    role: str
    title: str
    rule: str
    level: str
    expected: str
    actual: str
    seen: tuple[str, ...]
    signature: tuple[str, str, str]
    steps: tuple[Step, ...]


def known(folder: Path, version: str, role: str) -> list[Known]:
    """What earlier runs have found in a product of this role and version. Raises ``BadFinding``."""
    found = []
    for file in sorted(folder.glob(f"*/{FILE}")):
        try:
            saved = msgspec.json.decode(file.read_bytes(), type=Saved)
        except (OSError, msgspec.DecodeError) as error:
            raise BadFinding(f"{file} cannot be read ({error}); mend it or remove its folder") from None
        if (saved.format, saved.version, saved.role) == (FORMAT, version, role):
            found.append(Known(title=saved.title, signature=saved.signature, steps=saved.steps))
    return found


def keep(folder: Path, finding: Finding, script: str, *, version: str, role: str, scrub: Callable[[str], str]) -> Path:
    """Write a finding into its folder; gives that. Raises ``OutputError``."""
    problem = finding.problem
    own = folder / problem.slug
    saved = Saved(
        format=FORMAT,
        version=version,
        role=role,
        title=scrub(problem.title),
        rule=problem.rule,
        level=problem.level,
        expected=problem.expected,
        actual=scrub(problem.actual),
        seen=problem.seen,
        signature=problem.signature,
        steps=problem.steps,
    )
    write_whole(own / FILE, msgspec.json.format(msgspec.json.encode(saved), indent=1).decode() + "\n")
    write_whole(own / TRACE, finding.trace.to_jsonl())
    write_whole(own / f"repro_{problem.slug.replace('-', '_')}.py", script)
    return own


def results(outcome: Outcome, *, name: str, version: str, role: str, scrub: Callable[[str], str]) -> dict[str, Any]:
    """What a machine reads of a run (``schemas/documents/fuzz.schema.json``)."""
    return {
        "format": FORMAT,
        "sut": {"name": name, "role": role, "ocpp": version},
        "seed": outcome.seed,
        "seconds": round(outcome.seconds, 1),
        "sessions": outcome.sessions,
        "messages": outcome.messages,
        "interrupted": outcome.is_interrupted,
        "ended": None if outcome.ended is None else scrub(outcome.ended),
        "findings": [
            {**_told(finding.problem, scrub), "folder": finding.problem.slug, "old": finding.is_old}
            | {"confirmed": finding.is_sure}
            for finding in outcome.findings
        ],
        "unconfirmed": [_told(problem, scrub) for problem in outcome.unsure],
        "gone": [scrub(title) for title in outcome.gone],
    }


def _told(problem: Problem, scrub: Callable[[str], str]) -> dict[str, Any]:
    return {
        "title": scrub(problem.title),
        "rule": problem.rule,
        "level": problem.level,
        "expected": problem.expected,
        "actual": scrub(problem.actual),
        "messages": [text for step in problem.steps for text in step.texts],
    }


def write_results(folder: Path, document: dict[str, Any]) -> None:
    """Write ``results.json``. Raises ``OutputError``."""
    write_whole(folder / RESULTS, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
