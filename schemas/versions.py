"""The versions whose messages are known, each with the folder of its own tables here and in the `ocpp` distribution."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from schemas.model import UnknownVersion


class Files(msgspec.Struct, frozen=True):
    """Where the files of a version are, and how the one of a CALL is called: its action and `call`."""

    folder: str
    call: str


_FILES: Mapping[str, Files] = {"1.6": Files("v16", ".json"), "2.0.1": Files("v201", "Request.json")}


def known_versions() -> tuple[str, ...]:
    """All of them, the oldest first."""
    return tuple(_FILES)


def files_of(version: str) -> Files:
    """The files of a version. Raises UnknownVersion."""
    if version not in _FILES:
        raise UnknownVersion(f"There are no schemas for OCPP {version!r}: use {', '.join(_FILES)}.")
    return _FILES[version]
