"""Which version of OCPP a station of a log speaks, and how transactions are read in it: the one table that picks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, Protocol

from harness.instruments.analysis.transactions.ledger import Ledger
from ocppj import versions
from ocppj.protocol import Protocol as OfVersion
from ocppj.rules.seen import Seen

_READERS: Final[Mapping[str, str]] = {
    "1.6": "harness.instruments.analysis.v16.transactions",
    "2.0.1": "harness.instruments.analysis.v201.transactions",
}

DEFAULT: Final = versions.VERSIONS[0]
"""What is taken for granted until a station says what only another version knows."""


class Reader(Protocol):
    """Takes off the frames of a station what they say of transactions."""

    def __call__(self, seen: Seen, ledger: Ledger, where: str) -> None:
        """Enter what a right frame tells; ``where`` is the place in the log."""


@cache
def protocol_of(version: str, errata: str | None = None) -> OfVersion:
    """The protocol with the rules to judge by: of an errata level, where the version has that.

    A log may hold stations of several versions, and a level is of one. Raises ``ocppj.versions.UnknownVersion``.
    """
    try:
        return versions.protocol(version, errata)
    except versions.UnknownErrata:
        return versions.protocol(version)


def knows_errata(level: str) -> bool:
    """Whether any version has this errata level."""
    return any(_has(version, level) for version in versions.VERSIONS)


def _has(version: str, level: str) -> bool:
    try:
        versions.protocol(version, level)
    except versions.UnknownErrata:
        return False
    return True


@cache
def reader_of(version: str) -> Reader:
    """How transactions are read in a version."""
    found: Reader = import_module(_READERS[version]).read
    return found


def by_subprotocol(name: str) -> str | None:
    """The version that a subprotocol names; None for one that is not known."""
    try:
        return versions.of_subprotocol(name).version
    except versions.UnknownVersion:
        return None


def decided_by(action: str, payload: Any) -> str | None:
    """The one version in which a CALL is right; None when there are several, or none."""
    taking = [version for version in versions.VERSIONS if _takes(version, action, payload)]
    return taking[0] if len(taking) == 1 else None


def _takes(version: str, action: str, payload: Any) -> bool:
    check = protocol_of(version).schemas.call.get(action)
    try:
        return check is not None and check({} if payload is None else payload)
    except ValueError:  # nested beyond what can be looked at
        return False
