"""`plugproof report`: the abstract of a run, from its results.json."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

import msgspec
import typer
from jsonschema import Draft202012Validator

from harness.cli.app import usage
from harness.sut.loading import schema
from harness.sut.sentences import describe
from reports.abstract import FORMATS, AbstractError, approval_of, from_results, lab_of, write
from reports.results import validate

LAYOUTS = ("2023", "2024")


@dataclass(frozen=True)
class Wish:
    """What the user wants: ``format`` None goes by the name of ``out``, ``out`` None is standard output."""

    results: Path
    layout: str
    format: str | None
    out: Path | None
    lab: Path | None
    all_rows: bool


def run(wish: Wish) -> int:
    """Write the abstract. Ends with exit code 2 and a sentence when something is wrong with what it is made from."""
    if wish.layout not in LAYOUTS:
        usage(f"--layout is {' or '.join(LAYOUTS)}, not {wish.layout}")
    format = _format(wish)
    results = _results(wish.results)
    people = dict(results["run"]["claims"].get("people") or {})
    for block, entries in (_people(wish.lab) if wish.lab else {}).items():
        people[block] = {**people.get(block, {}), **entries}
    layout = cast(Literal["2023", "2024"], wish.layout)
    report = from_results(results, layout, lab=lab_of(people), approval=approval_of(people))
    try:
        content = write(report, format, all_rows=wish.all_rows)
    except AbstractError as error:
        usage(*(f"{wish.results}: {sentence}" for sentence in error.sentences))
    if wish.out is None:
        typer.echo(content, nl=False)
        return 0
    try:
        wish.out.write_bytes(content)
    except OSError as error:
        usage(f"{wish.out}: cannot be written, {error.strerror}; choose another --out")
    typer.echo(f"{wish.out}: written")
    return 0


def _format(wish: Wish) -> str:
    suffix = wish.out.suffix.removeprefix(".").lower() if wish.out else ""
    format = wish.format or (suffix if suffix in FORMATS else "md")
    if format not in FORMATS:
        usage(f"--format is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, not {format}")
    return format


def _results(file: Path) -> Mapping[str, Any]:
    text = _read(file, "`plugproof precheck --out DIR` writes one into DIR")
    try:
        results = msgspec.json.decode(text)
    except msgspec.DecodeError:
        usage(f"{file}: is no JSON; name the results.json of a run")
    if problems := validate(results):
        usage(*(f"{file}: {problem}" for problem in problems))
    return cast(Mapping[str, Any], results)


def _people(file: Path) -> dict[str, dict[str, Any]]:
    """The tables [vendor] and [laboratory], with the keys that they have below [people] in a SUT file."""
    text = _read(file, "write one with the tables [laboratory] and [vendor]")
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


def _read(file: Path, hint: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        usage(f"{file}: there is no such file; {hint}")
    except UnicodeDecodeError:
        usage(f"{file}: is no UTF-8 text; save it as UTF-8")
    except OSError as error:
        usage(f"{file}: cannot be read, {error.strerror}; {hint}")
