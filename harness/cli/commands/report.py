"""`plugproof report`: the abstract of a run, or its report.html once more, from its results.json."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import typer
from jsonschema import Draft202012Validator

from harness.cli.commands.documents import deliver, format_of
from harness.cli.commands.results_file import read_results, results_in
from harness.cli.usage import usage
from harness.sut.layout import schema
from harness.sut.sentences import describe
from reports.results.headline import missing
from reports.v16.abstract import AbstractError, approval_of, from_results, lab_of, write

LAYOUTS = ("2023", "2024")
PAGE = "report.html"
"""The format that is no abstract: the page of the whole run, made again."""


@dataclass(frozen=True)
class Wish:
    """What the user wants: ``format`` None goes by the name of ``out``, ``out`` None is standard output."""

    results: Path
    layout: str
    format: str | None
    out: Path | None
    lab: Path | None
    all_rows: bool
    partial: bool = False


def run(wish: Wish) -> int:
    """Write the abstract. Ends with exit code 2 and a sentence when it cannot be made from what is there."""
    if wish.layout not in LAYOUTS:
        usage(f"--layout is {' or '.join(LAYOUTS)}, not {wish.layout}")
    is_page = wish.format is None and wish.out is not None and wish.out.name == PAGE
    format = PAGE if is_page else format_of(wish.format, wish.out, PAGE)
    results = read_results(wish.results)
    content = _page(wish, results) if format == PAGE else _abstract(wish, results, format)
    deliver(content, wish.out)
    return 0


def _page(wish: Wish, results: Mapping[str, Any]) -> bytes:
    from harness.artifacts.page import read_traces
    from reports.html import page

    return page(results, read_traces(results, results_in(wish.results).parent)).encode()


def _abstract(wish: Wish, results: Mapping[str, Any], format: str) -> bytes:
    part = missing(results)
    if part is not None and not wish.partial:
        usage(
            f"{results_in(wish.results)}: {part}, and an abstract speaks of the whole; "
            "run all cases that apply, or print what there is with --partial"
        )
    people = dict(results["run"]["claims"].get("people") or {})
    for block, entries in (_people(wish.lab) if wish.lab else {}).items():
        people[block] = {**people.get(block, {}), **entries}
    layout = cast(Literal["2023", "2024"], wish.layout)
    try:
        report = from_results(results, layout, lab=lab_of(people), approval=approval_of(people))
        return write(report, format, all_rows=wish.all_rows, tell=partial(typer.echo, err=True))
    except AbstractError as error:
        usage(*(f"{wish.results}: {sentence}" for sentence in error.sentences))


def _people(file: Path) -> dict[str, dict[str, Any]]:
    """The tables [vendor] and [laboratory], with the keys that they have below [people] in a SUT file."""
    text = _read(file)
    try:
        # A date of TOML becomes the text that it is written as.
        document = json.loads(json.dumps(tomllib.loads(text), default=_plain))
    except tomllib.TOMLDecodeError as error:
        usage(f"{file}: is no TOML, {error}; correct it")
    people = schema()["properties"]["people"]
    errors = sorted(Draft202012Validator(people).iter_errors(document), key=lambda error: list(error.absolute_path))
    sentences = [sentence for error in errors for sentence in describe(error, people, str)]
    if sentences:
        usage(*(f"{file}: {sentence}" for sentence in sentences))
    return cast(dict[str, dict[str, Any]], document)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(file: Path) -> str:
    hint = "write one with the tables [laboratory] and [vendor]"
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        usage(f"{file}: there is no such file; {hint}")
    except UnicodeDecodeError:
        usage(f"{file}: is no UTF-8 text; save it as UTF-8")
    except OSError as error:
        usage(f"{file}: cannot be read, {error.strerror}; {hint}")
