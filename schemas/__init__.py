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
from schemas.registry import SchemaSet, actions_of, load
from schemas.secrets import Secrets, secrets_of, secrets_of_all
from schemas.versions import known_versions

__all__ = [
    "ActionInfo",
    "BadErratum",
    "BadSource",
    "Kind",
    "SchemaError",
    "SchemaSet",
    "Secrets",
    "Sender",
    "UnknownAction",
    "UnknownVersion",
    "Violation",
    "actions_of",
    "known_versions",
    "load",
    "secrets_of",
    "secrets_of_all",
]
