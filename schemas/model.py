"""The facts and errors the schema layer hands out."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["call", "result"]
Sender = Literal["station", "csms", "both"]
Path = tuple[str | int, ...]


class SchemaError(Exception):
    """Base of everything the schema layer raises."""


class UnknownVersion(SchemaError):
    """There are no schemas for the version asked for."""


class UnknownAction(SchemaError, KeyError):
    """The version has no such action; also a KeyError, because actions are looked up in mappings."""

    def __str__(self) -> str:
        return str(self.args[0])


class BadSource(SchemaError):
    """The schema files are missing, or are not what this version's tables say they are."""


class BadErratum(SchemaError):
    """An entry of errata.toml cannot be applied, or would change nothing."""


class ActionInfo(msgspec.Struct, frozen=True):
    """One action: who sends its CALL, and the feature profile (1.6) or functional block (2.0.1) it belongs to."""

    name: str
    sender: Sender
    profile: str


class Violation(msgspec.Struct, frozen=True):
    """One reason why a payload was refused.

    `path` leads to the offending member. A missing member has no place of its own, so `required` points to the object
    that lacks it, and `actual` is the name of the member. `message` names the member as it is on the wire. Neither
    `message` nor `actual` holds a password or the credentials in an address.
    """

    path: Path
    keyword: str
    message: str
    expected: str
    actual: Any
