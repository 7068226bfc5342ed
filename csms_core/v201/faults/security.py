"""Faults of security events (A04)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import answer_to
from csms_core.faults.model import Fault
from csms_core.v201.faults.words import unacknowledged


def faults() -> Iterator[Fault]:
    """The faults of this block."""
    yield from unacknowledged("security-event", "SecurityEventNotification", answer_to("SecurityEventNotification"))
