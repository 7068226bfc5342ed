"""The versions of OCPP that the engine knows, each imported when it is asked for: the one table that picks."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from ocppj.protocol import Protocol

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


def protocol(version: str) -> Protocol:
    """The protocol of a version such as ``1.6``. Raises ``UnknownVersion``."""
    if version not in _MODULES:
        raise UnknownVersion(f"OCPP {version} is not spoken here: use {' or '.join(VERSIONS)}")
    found: Protocol = import_module(_MODULES[version]).PROTOCOL
    return found


def of_subprotocol(name: str) -> Protocol:
    """The protocol that a subprotocol such as ``ocpp1.6`` names, letter by letter. Raises ``UnknownVersion``."""
    version = name.removeprefix(_PREFIX)
    if version == name or version not in _MODULES:
        raise UnknownVersion(f"{name} is no subprotocol spoken here: use {_PREFIX}{f' or {_PREFIX}'.join(VERSIONS)}")
    return protocol(version)
