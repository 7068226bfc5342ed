"""The schemas of results and traces, and the sentences about what does not fit them."""

import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reports.results.validation import MAX_SENTENCES, digest, run_id, validate

Edit = Callable[[dict[str, Any]], object]


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        resources.files("schemas").joinpath("documents", name).read_text(encoding="utf-8")
    )
    return loaded


@pytest.mark.parametrize("name", ["results.schema.json", "trace.schema.json"])
def test_schemas_are_schemas(name: str) -> None:
    loaded = schema(name)
    Draft202012Validator.check_schema(loaded)
    assert loaded["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_fixed_run_is_valid(results: dict[str, Any]) -> None:
    assert validate(results) == []
    assert validate(json.loads(json.dumps(results))) == []


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda r: r.pop("run"), "the results has no run."),
        (lambda r: r["cases"][2].pop("lane"), "cases[2] has no lane."),
        (lambda r: r.update(format=2), "format is 2, not 1."),
        (lambda r: r["cases"][1].update(verdict="OK"), 'cases[1].verdict is "OK", not one of PASS, FAIL, ERROR'),
        (lambda r: r["run"].update(host="x"), "run has members nobody knows: host."),
        (lambda r: r["run"].update(strict="no"), 'run.strict is "no", not boolean.'),
        (lambda r: r["run"].update(seed="7"), 'run.seed is "7", not integer or null.'),
        (lambda r: r["run"].update(workers=0), "run.workers is 0, less than 1."),
        (lambda r: r["run"]["schemas"].update(digest="A" * 80), "run.schemas.digest is "),
        (lambda r: r["cases"][0].update(expected_failure=""), "cases[0].expected_failure: "),
        (lambda r: r["performance"]["per_action"].update(X={}), "performance.per_action.X has no n."),
    ],
)
def test_a_wrong_shape_is_told_in_a_sentence(results: dict[str, Any], edit: Edit, sentence: str) -> None:
    edit(results)
    sentences = validate(results)
    assert any(text.startswith(sentence) for text in sentences), sentences
    assert all(text.endswith(".") for text in sentences)


def test_a_long_value_is_cut_in_the_sentence(results: dict[str, Any]) -> None:
    results["run"]["schemas"]["digest"] = "A" * 80
    assert validate(results) == ['run.schemas.digest is "' + "A" * 58 + "…, which does not look like ^[0-9a-f]{64}$."]


def test_what_is_no_object_at_all_is_told_too() -> None:
    assert validate([]) == ["the results is [], not object."]


def test_sentences_are_bounded(results: dict[str, Any]) -> None:
    results["cases"] = [{}] * 20
    assert len(validate(results)) == MAX_SENTENCES


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda r: r["cases"].append(r["cases"][0]), "TC_085_CSMS is there 2 times."),
        (lambda r: r["cases"][2].update(failure=None), "TC_003_CSMS failed without a failure that explains it."),
        (lambda r: r["cases"][2].update(verdict="PASS"), "TC_003_CSMS passed and carries a failure."),
        (lambda r: r["cases"][6].update(reason=None), "TC_030_CSMS is INCONCLUSIVE without a reason."),
        (
            lambda r: r["cases"][2]["failure"]["frame"].update(end=None),
            "TC_003_CSMS marks a member with only one of start and end.",
        ),
        (
            lambda r: r["cases"][2]["failure"]["frame"].update(start=9, end=7),
            "TC_003_CSMS marks the characters 9 to 7 of a frame of 77.",
        ),
        (
            lambda r: r["performance"]["per_action"]["Heartbeat"].update(n=1),
            "performance of Heartbeat: 1 samples and 0 figures, there must be all six or, without samples, none.",
        ),
        (
            lambda r: r["performance"]["ocpp_response"].update(mean_ms=9e9),
            "performance of ocpp_response: the figures are not in order, min ≤ percentiles and mean ≤ max.",
        ),
        (
            lambda r: r["performance"]["ocpp_response"].update(p95_ms=9e9),
            "performance of ocpp_response: the figures are not in order, min ≤ percentiles and mean ≤ max.",
        ),
    ],
)
def test_a_contradiction_is_told_in_a_sentence(results: dict[str, Any], edit: Edit, sentence: str) -> None:
    edit(results)
    assert validate(results) == [sentence]


def test_a_frame_without_a_marked_member_is_fine(results: dict[str, Any]) -> None:
    results["cases"][2]["failure"]["frame"].update(start=None, end=None)
    assert validate(results) == []


def test_a_run_is_named_after_its_content(results: dict[str, Any]) -> None:
    name = run_id(results)
    assert name == f"plugproof-2026-11-21-{digest(results)[:12]}"
    results["run"]["id"] = name
    assert run_id(results) == name
    assert digest(json.loads(json.dumps(results, sort_keys=True))) == digest(results)
    assert validate(results) == []
    results["cases"][0]["seconds"] += 1
    assert run_id(results) != name


LINE = {
    "seq": 1,
    "kind": "frame",
    "direction": "station->csms",
    "at_ns": 123456789,
    "time": "2026-11-21T10:00:00.000001Z",
    "phase": "booted",
    "text": '[2,"1","Heartbeat",{}]',
}


@pytest.mark.parametrize("change", [{}, {"kind": "operator", "direction": None}, {"kind": "note", "direction": None}])
def test_a_line_of_a_trace_fits(change: dict[str, Any]) -> None:
    assert Draft202012Validator(schema("trace.schema.json")).is_valid(LINE | change)


@pytest.mark.parametrize(
    "change",
    [
        {"direction": None},
        {"direction": "left"},
        {"kind": "note"},
        {"kind": "guess"},
        {"seq": 0},
        {"at_ns": 0.5},
        {"time": "yesterday"},
        {"extra": 1},
    ],
)
def test_what_is_no_line_of_a_trace_does_not_fit(change: dict[str, Any]) -> None:
    assert not Draft202012Validator(schema("trace.schema.json")).is_valid(LINE | change)
