"""The versions of OCPP that the engine knows, each imported when it is asked for: the one table that picks."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from ocppj.protocol import Protocol

__all__ = ["ANYWHERE", "LONGEST_TAG", "VERSIONS", "UnknownErrata", "UnknownVersion", "of_subprotocol", "protocol"]

_MODULES: Final[Mapping[str, str]] = {"1.6": "ocppj.v16", "2.0.1": "ocppj.v201"}
_PREFIX: Final = "ocpp"
"""A subprotocol is this and the version (OCPP-J 1.6 §3.1.2 and the registry of IANA)."""

VERSIONS: Final = tuple(_MODULES)
"""All of them, the oldest first."""

LONGEST_TAG: Final[Mapping[str, int]] = {"1.6": 20, "2.0.1": 36}
"""Version -> characters of what a card is presented by: an idTag (1.6 §7.28), or the text of an idToken (P2 §2.24)."""
ANYWHERE: Final = min(LONGEST_TAG.values())
"""Characters of a tag that stations of every version can present."""


class UnknownVersion(ValueError):
    """The engine does not know this version, or no version by this subprotocol."""


class UnknownErrata(ValueError):
    """A version has no such errata level."""


def protocol(version: str, errata: str | None = None) -> Protocol:
    """The protocol of a version such as ``1.6``, by the newest errata or those of a level such as ``2019``.

    Raises ``UnknownVersion`` or ``UnknownErrata``.
    """
    if version not in _MODULES:
        raise UnknownVersion(f"OCPP {version} is not spoken here: use {' or '.join(VERSIONS)}")
    module = import_module(_MODULES[version])
    if errata is None:
        newest: Protocol = module.PROTOCOL
        return newest
    levels: Mapping[str, Protocol] = getattr(module, "ERRATA", {})
    if errata not in levels:
        known = f"use {' or '.join(levels)}" if levels else "there are none to choose from"
        raise UnknownErrata(f"OCPP {version} has no errata level {errata}: {known}")
    return levels[errata]


def of_subprotocol(name: str) -> Protocol:
    """The protocol that a subprotocol such as ``ocpp1.6`` names, letter by letter. Raises ``UnknownVersion``."""
    version = name.removeprefix(_PREFIX)
    if version == name or version not in _MODULES:
        raise UnknownVersion(f"{name} is no subprotocol spoken here: use {_PREFIX}{f' or {_PREFIX}'.join(VERSIONS)}")
    return protocol(version)
