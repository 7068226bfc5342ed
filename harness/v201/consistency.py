"""Mistakes in the answers to the questions of OCPP 2.0.1 that only show when they are read together."""

from __future__ import annotations

from collections.abc import Iterator

from harness.sut.checks.lanes import fewest_connectors
from harness.sut.model import Sut


def open_profiles(sut: Sut) -> Iterator[str]:
    """Core, which nobody can deny."""
    if sut.profiles.core is not True:
        yield "profiles.core is not true, but every OCPP 2.0.1 product has Core (Part 5); write core = true"


def contradicting_answers(sut: Sut) -> Iterator[str]:
    """An EVSE that no lane has; `connectors` of a lane counts the EVSEs of its station."""
    evses, evse = fewest_connectors(sut), sut.answer("run.evse_id")
    if evses is not None and evse > evses:
        yield f"run.evse_id = {evse}, but a lane has {evses} EVSEs only (connectors); correct one of them"
