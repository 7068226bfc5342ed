"""Where passwords stand in the messages of each version, for whoever shows a text or a payload.

Who writes a log does not know which version a text is of, so there is also what holds for all of them together.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from schemas.versions import files_of, known_versions


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds a password: the members ``values`` of an object in which a member of ``named_by`` has one of ``names``
    (in lower case), and ``members`` by themselves.

    ``variable.name`` is the member ``name`` of the object that is the member ``variable``.
    """

    named_by: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()

    def __or__(self, other: Secrets) -> Secrets:
        """What is secret by either."""
        return Secrets(
            self.named_by | other.named_by,
            self.names | other.names,
            self.values | other.values,
            self.members | other.members,
        )

    def is_named(self, holder: Mapping[str, Any]) -> bool:
        """Whether the object names a password, so that the values in it are one."""
        return any(str(_at(holder, path)).lower() in self.names for path in self.named_by)


def _at(holder: Any, path: str) -> Any:
    for name in path.split("."):
        holder = holder.get(name) if isinstance(holder, Mapping) else None
    return holder


@cache
def secrets_of(version: str) -> Secrets:
    """The secrets of one version, read from its secrets.toml. Raises UnknownVersion."""
    text = (resources.files("schemas") / files_of(version).folder / "secrets.toml").read_text(encoding="utf-8")
    told = msgspec.convert(tomllib.loads(text), Secrets)
    return msgspec.structs.replace(told, names=frozenset(name.lower() for name in told.names))


@cache
def secrets_of_all() -> Secrets:
    """The secrets of every version."""
    found = Secrets()
    for version in known_versions():
        found |= secrets_of(version)
    return found
