"""The dialects of JSON schema that OCPP is written in; a file says by `$schema` which one it is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from schemas.model import BadSource

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"

_RS = {DRAFT_4: jsonschema_rs.Draft4Validator, DRAFT_6: jsonschema_rs.Draft6Validator}


def check_of(schema: dict[str, Any]) -> Callable[[Any], bool]:
    """The check of jsonschema-rs for a schema, formats included. Raises BadSource when the dialect is another one."""
    dialect = schema.get("$schema")
    if dialect not in _RS:
        raise BadSource(f"A schema is written in {dialect!r}, which OCPP does not use.")
    is_valid: Callable[[Any], bool] = _RS[dialect](schema, validate_formats=True).is_valid
    return is_valid
