"""Is this a results file? `validate` answers in sentences; `run_id` names a run after its content."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError

from reports.results.performance import LOADED, PHASES, part
from reports.results.station_times import MEASURES

_SECTIONS: Final = ("ocpp_response", "authorize_response", "first_calls", *MEASURES)
SCHEMA: Final = "results.schema.json"
LOAD_SCHEMA: Final = "fleet.schema.json"
MAX_SENTENCES: Final = 50


@cache
def _validator(schema: str) -> Draft202012Validator:
    text = resources.files("schemas").joinpath("documents", schema).read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def validate(results: Any) -> list[str]:
    """What is wrong with ``results`` (a loaded results.json), one sentence each, at most 50; empty when nothing is.

    First its shape against ``schemas/documents/results.schema.json``; when that is right, what a schema cannot say.
    """
    sentences = _shape(SCHEMA, results) or list(_contradictions(results))
    return sentences[:MAX_SENTENCES]


def validate_load(result: Any) -> list[str]:
    """The same for the result of a load run (``schemas/documents/fleet.schema.json``); its shape is all there is."""
    return _shape(LOAD_SCHEMA, result)[:MAX_SENTENCES]


def _shape(schema: str, document: Any) -> list[str]:
    errors = _validator(schema).iter_errors(document)
    return [
        _sentence(error) for error in sorted(errors, key=lambda error: (_where(error.absolute_path), error.message))
    ]


def digest(results: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the content of a run without its id, independent of the order of members."""
    content = dict(results) | {"run": {key: value for key, value in results["run"].items() if key != "id"}}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def run_id(results: Mapping[str, Any]) -> str:
    """The id a run should carry: harness, date of the start, first 12 hex digits of the `digest`."""
    run = results["run"]
    return f"{run['harness']['name']}-{run['started'][:10]}-{digest(results)[:12]}"


def _where(path: Iterable[str | int]) -> str:
    """A path as people write it: ``cases[3].failure.kind``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "the results"


def _sentence(error: ValidationError) -> str:
    where, value = _where(error.absolute_path), error.validator_value
    words: dict[str, Callable[[], str]] = {
        "required": lambda: f"{where} has no {_missing(error)}.",
        "additionalProperties": lambda: f"{where} has members nobody knows: {_unknown(error)}.",
        "type": lambda: f"{where} is {_short(error.instance)}, not {_types(value)}.",
        "enum": lambda: f"{where} is {_short(error.instance)}, not one of {', '.join(map(str, value))}.",
        "const": lambda: f"{where} is {_short(error.instance)}, not {_short(value)}.",
        "minimum": lambda: f"{where} is {_short(error.instance)}, less than {value}.",
        "pattern": lambda: f"{where} is {_short(error.instance)}, which does not look like {value}.",
    }
    return words.get(str(error.validator), lambda: f"{where}: {error.message}.")()


def _missing(error: ValidationError) -> str:
    # jsonschema reports each missing member on its own and names it only in the message, quoted and first.
    return str(error.message).split("'")[1]


def _unknown(error: ValidationError) -> str:
    return ", ".join(sorted(set(error.instance) - set(error.schema["properties"])))


def _types(value: str | list[str]) -> str:
    return value if isinstance(value, str) else " or ".join(value)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _contradictions(results: Mapping[str, Any]) -> Iterable[str]:
    counts = Counter(case["id"] for case in results["cases"])
    yield from (f"{name} is there {count} times." for name, count in counts.items() if count > 1)
    for case in results["cases"]:
        yield from (f"{case['id']} {problem}" for problem in _in_case(case))
    for phase in PHASES:
        measured = part(results, phase)
        if measured is not None:
            under = " under load" if phase == LOADED else ""
            yield from (f"performance{under} of {problem}" for problem in _in_performance(measured))
    if "background" not in results and "loaded" in results["performance"]:
        yield "performance has figures under load, but there is no background."


def _in_performance(measured: Mapping[str, Any]) -> Iterable[str]:
    sections = {key: measured[key] for key in _SECTIONS if key in measured} | measured["per_action"]
    for name, row in sections.items():
        yield from (f"{name}: {problem}" for problem in _in_row(row))
    samples = measured.get("samples")
    if samples is not None and not samples["kept"] == len(samples["rows"]) <= samples["taken"]:
        taken, kept, rows = samples["taken"], samples["kept"], len(samples["rows"])
        yield f"samples: {rows} rows, of which {kept} are said to be kept and {taken} taken."


def _in_case(case: Mapping[str, Any]) -> Iterable[str]:
    verdict, failure = case["verdict"], case["failure"]
    if verdict == "FAIL" and failure is None:
        yield "failed without a failure that explains it."
    if verdict == "PASS" and failure is not None:
        yield "passed and carries a failure."
    if verdict not in ("PASS", "FAIL") and not case["reason"]:
        yield f"is {verdict} without a reason."
    frame = failure and failure["frame"]
    if frame:
        start, end = frame["start"], frame["end"]
        if (start is None) != (end is None):
            yield "marks a member with only one of start and end."
        elif start is not None and not start <= end <= len(frame["text"]):
            yield f"marks the characters {start} to {end} of a frame of {len(frame['text'])}."


def _in_row(row: Mapping[str, Any]) -> Iterable[str]:
    values = [row[key] for key in ("min_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms")]
    known = [value for value in (*values, row["mean_ms"]) if value is not None]
    if len(known) != (len(values) + 1 if row["n"] else 0):
        yield f"{row['n']} samples and {len(known)} figures, there must be all six or, without samples, none."
    elif known and (values != sorted(values) or not row["min_ms"] <= row["mean_ms"] <= row["max_ms"]):
        yield "the figures are not in order, min ≤ percentiles and mean ≤ max."
