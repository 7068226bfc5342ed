"""The whole HTTP API, judged by its own OpenAPI document: whatever is sent, the answer is one the document names.

Every operation gets bodies and parameters that fit its description and some that do not. It must never fail inside,
every answer must have a status, a media type and a body that are described, and what does not fit must be refused.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests import ROOT

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed; it is in the group dev")

from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis.errors import Unsatisfiable  # noqa: E402
from schemathesis import GenerationMode  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.core.failures import FailureGroup  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES, BY_NIGHT = 3, 10
"""Requests per operation and kind; the whole has to stay within seconds by day."""

DESCRIBED = (content_type_conformance, not_a_server_error, response_schema_conformance, status_code_conformance)

ENDLESS = frozenset(("/api/v1/events",))
"""A stream, which is no request and answer."""

ANY_BODY = frozenset(("/api/v1/images", "/metrics"))
"""Where every body fits, so that none can be refused."""


@pytest.fixture(scope="module")
def document() -> Iterator[Any]:
    """The OpenAPI document of a running CSMS."""
    command = (*(sys.executable, "-m", "csms_core"), "--port", "0", "--api-port", "0", "--database", ":temporary:")
    process = subprocess.Popen([*command, "--log-level", "error"], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        yield schemathesis.openapi.from_url(f"{ready['api']}/openapi.json")
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def test_the_document_names_every_operation(document: Any) -> None:
    paths = {operation.ok().path for operation in document.get_all_operations()}

    assert {"/api/v1/stations/{identity}/operations/Reset", "/api/octt/1.6/{identity}/reset"} <= paths
    assert len(paths) > 80


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_every_answer_is_one_the_document_names(document: Any, mode: Any, nightly: bool) -> None:
    examples = BY_NIGHT if nightly else EXAMPLES
    operations = [found for result in document.get_all_operations() if _concerns(found := result.ok(), mode)]
    wrong = [problem for operation in operations if (problem := _judged(operation, mode, examples)) is not None]

    assert len(operations) > 50
    assert wrong == []


def _concerns(operation: Any, mode: Any) -> bool:
    if operation.path in ENDLESS:
        return False
    return mode is GenerationMode.POSITIVE or (operation.path not in ANY_BODY and _has_input(operation))


def _judged(operation: Any, mode: Any, examples: int) -> str | None:
    """What is wrong with the answers of an operation, None when nothing is."""
    checks = [*DESCRIBED, *((negative_data_rejection,) if mode is GenerationMode.NEGATIVE else ())]

    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode, **_path(operation)))
    def judge(case: Any) -> None:
        case.call_and_validate(checks=checks, timeout=30)

    try:
        judge()
    except Unsatisfiable:  # whatever is in the path fits
        return None
    except FailureGroup as failures:
        return f"{operation.method.upper()} {operation.path}: {failures.exceptions}"
    return None


def _path(operation: Any) -> dict[str, Any]:
    """A station that is registered, where one is asked for: about strangers there is little to say."""
    names = {parameter.name for parameter in operation.path_parameters}
    if names != {"identity"}:
        return {}
    # without TLS: to read the authorities of this machine takes longer than all requests of an operation
    url = f"{operation.schema.get_base_url().rstrip('/')}/api/v1/stations/KNOWN"
    httpx.put(url, verify=False).raise_for_status()
    return {"path_parameters": {"identity": "KNOWN"}}


def _has_input(operation: Any) -> bool:
    return bool(operation.body) or any(
        len(list(group)) for group in (operation.path_parameters, operation.query, operation.headers)
    )
