"""The message schemas of each OCPP version, and the only code that validates with them.

`load("1.6")` gives a `SchemaSet`: checks for the hot path, a diagnosis of what they refuse, the schemas themselves.
"""

from schemas.model import (
    ActionInfo,
    BadErratum,
    BadSource,
    Kind,
    SchemaError,
    Sender,
    UnknownAction,
    UnknownVersion,
    Violation,
)
from schemas.registry import SchemaSet, load

__all__ = [
    "ActionInfo",
    "BadErratum",
    "BadSource",
    "Kind",
    "SchemaError",
    "SchemaSet",
    "Sender",
    "UnknownAction",
    "UnknownVersion",
    "Violation",
    "load",
]
