"""The API of a station, judged by its own OpenAPI document: whatever is sent, the answer is one the document names."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests import ROOT

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed; it is in the group dev")

from hypothesis import HealthCheck, given, settings  # noqa: E402
from schemathesis import GenerationMode  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.core.failures import FailureGroup  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES, BY_NIGHT = 20, 100
"""Requests per operation and kind; the whole has to stay within seconds by day."""

DESCRIBED = (content_type_conformance, not_a_server_error, response_schema_conformance, status_code_conformance)

ENDLESS = "/api/v1/events"
"""A stream, which is no request and answer."""


@pytest.fixture(scope="module")
def document() -> Iterator[Any]:
    """The OpenAPI document of a station whose CSMS is away."""
    command = (sys.executable, "-m", "simulator.cli.main", "ws://127.0.0.1:1/ocpp", "--retry", "--api-port", "0")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=ROOT, text=True)
    assert process.stdout is not None
    try:
        found = (re.search(r"http://[0-9.:]+", line) for line in process.stdout)
        address = next(one[0] for one in found if one is not None)
        yield schemathesis.openapi.from_url(f"{address}/openapi.json")
    finally:
        process.terminate()
        process.stdout.read()
        process.wait(30)
        process.stdout.close()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_every_answer_is_one_the_document_names(document: Any, mode: Any, nightly: bool) -> None:
    examples = BY_NIGHT if nightly else EXAMPLES
    every = [result.ok() for result in document.get_all_operations()]
    operations = [one for one in every if one.path != ENDLESS and (mode is GenerationMode.POSITIVE or _has_input(one))]
    wrong = [problem for operation in operations if (problem := _judged(operation, mode, examples)) is not None]

    assert len(operations) > 10
    assert wrong == []


def _judged(operation: Any, mode: Any, examples: int) -> str | None:
    """What is wrong with the answers of an operation, None when nothing is."""
    checks = [*DESCRIBED, *((negative_data_rejection,) if mode is GenerationMode.NEGATIVE else ())]

    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def judge(case: Any) -> None:
        case.call_and_validate(checks=checks, timeout=30)

    try:
        judge()
    except FailureGroup as failures:
        return f"{operation.method.upper()} {operation.path}: {failures.exceptions}"
    return None


def _has_input(operation: Any) -> bool:
    return bool(operation.body) or any(
        len(list(group)) for group in (operation.path_parameters, operation.query, operation.headers)
    )
