"""Why a payload was refused: jsonschema in exact decimal arithmetic, its errors turned into sentences of our own.

Only what jsonschema-rs refused gets here, so clarity comes before speed. `keyword` names the code of a CALLERROR.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import jsonschema

from schemas.dialects import DRAFT_4, DRAFT_6
from schemas.formats import is_date_time, is_uri
from schemas.model import Path, Violation
from schemas.wording import missing, refused, unexpected, unjudgeable

MAX_VIOLATIONS = 50
"""A payload can be wrong in more ways than anybody reads; the rest is cut off."""

_MAX_DEPTH = 32  # OCPP payloads are at most eight deep; what lies deeper is never looked at, only refused as a whole
_MAX_BITS = 1024  # Python does not print integers of more than 4300 digits, and jsonschema prints what it refuses


class Diagnoser:
    """Explains refusals; keeps a jsonschema validator per schema."""

    def __init__(self) -> None:
        self._validators: dict[int, tuple[dict[str, Any], Any]] = {}

    def violations(self, schema: dict[str, Any], payload: Any, check: Callable[[Any], bool]) -> tuple[Violation, ...]:
        """() when `check` accepts, else at least one Violation. The schema must not change between calls."""
        try:
            if check(payload):
                return ()
        except ValueError:
            return (unjudgeable(payload),)
        return self.explain(schema, payload) or (unjudgeable(payload),)

    def explain(self, schema: dict[str, Any], payload: Any) -> tuple[Violation, ...]:
        """What jsonschema alone finds, in the order of the paths; used on its own to compare the two libraries."""
        errors = list(islice(self._validator(schema).iter_errors(exact(payload)), 4 * MAX_VIOLATIONS))
        mistyped = {_path(error) for error in errors if error.validator == "type"}
        misformed = {_path(error) for error in errors if error.validator == "format"}
        found: dict[tuple[Path, str], Violation] = {}
        for error in errors:
            path = _path(error)
            # A value of the wrong type has no length, no members and no range; a broken format covers its own pattern.
            if error.validator != "type" and path in mistyped:
                continue
            if error.validator == "pattern" and path in misformed:
                continue
            for violation in _sentences(error, path, payload):
                found.setdefault((violation.path, violation.message), violation)
        return tuple(sorted(found.values(), key=_order)[:MAX_VIOLATIONS])

    def _validator(self, schema: dict[str, Any]) -> Any:
        known = self._validators.get(id(schema))
        if known is None:
            # The schema is kept beside its validator, so that its id is not given to another one.
            known = (schema, _VALIDATORS[schema.get("$schema", DRAFT_4)](exact(schema), format_checker=_FORMATS))
            self._validators[id(schema)] = known
        return known[1]


def exact(node: Any, depth: int = 0) -> Any:
    """A copy with every float as the decimal number it was written as, cut off beyond what any schema looks at."""
    if isinstance(node, float):
        return Decimal(repr(node)) if math.isfinite(node) else repr(node)
    if isinstance(node, int) and node.bit_length() > _MAX_BITS:
        return 2**_MAX_BITS if node > 0 else -(2**_MAX_BITS)
    if isinstance(node, dict):
        return {key: exact(value, depth + 1) for key, value in node.items()} if depth < _MAX_DEPTH else {}
    if isinstance(node, list):
        return [exact(item, depth + 1) for item in node] if depth < _MAX_DEPTH else []
    return node


def _multiple_of(_validator: Any, factor: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    """`multipleOf` in fractions: Decimal's own remainder gives up beyond 28 digits."""
    if isinstance(instance, int | Decimal) and not isinstance(instance, bool):
        quotient = Fraction(instance) / Fraction(factor)
        if quotient.denominator != 1:
            yield jsonschema.ValidationError("multipleOf")


def _is_integral(_checker: Any, instance: Any) -> bool:
    """From draft 6 on 1.0 is an integer; ours come as decimals."""
    if isinstance(instance, Decimal):
        return instance == instance.to_integral_value()
    return isinstance(instance, int) and not isinstance(instance, bool)


def _formats() -> Any:
    checker = jsonschema.FormatChecker(formats=())
    checker.checks("date-time")(lambda value: not isinstance(value, str) or is_date_time(value))
    checker.checks("uri")(lambda value: not isinstance(value, str) or is_uri(value))
    return checker


_FORMATS = _formats()
_VALIDATORS: dict[str, Any] = {
    DRAFT_4: jsonschema.validators.extend(jsonschema.Draft4Validator, {"multipleOf": _multiple_of}),
    DRAFT_6: jsonschema.validators.extend(
        jsonschema.Draft6Validator,
        {"multipleOf": _multiple_of},
        type_checker=jsonschema.Draft6Validator.TYPE_CHECKER.redefine("integer", _is_integral),
    ),
}


def _path(error: Any) -> Path:
    return tuple(error.absolute_path)


def _sentences(error: Any, path: Path, payload: Any) -> Iterator[Violation]:
    """One Violation per member: jsonschema puts all unexpected ones in one error, and does not name a missing one."""
    keyword = error.validator
    if keyword == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield missing(path, name)
    elif keyword == "additionalProperties":
        members = error.schema.get("properties", {})
        extra = (name for name in error.instance if name not in members)
        for name in islice(extra, MAX_VIOLATIONS):
            yield unexpected(path, name, tuple(members), payload)
    else:
        yield refused(path, keyword, error.schema, payload)


def _order(violation: Violation) -> tuple[tuple[tuple[int, int, str], ...], str, str]:
    steps = tuple((0, step, "") if isinstance(step, int) else (1, 0, step) for step in violation.path)
    return steps, violation.keyword, violation.message
