"""Faults of DataTransfer (P02)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import answer_to, drop, fault, put, refused, silence
from csms_core.faults.model import Fault


def faults() -> Iterator[Fault]:
    """The faults of this block."""
    where = answer_to("DataTransfer")
    yield fault("data-transfer-accepts-everything", "Every DataTransfer is Accepted.", where, put("status", "Accepted"))
    yield fault(
        "data-transfer-unknown-status",
        "The answer to DataTransfer has a status that does not exist.",
        where,
        put("status", "Unknown"),
    )
    yield fault("data-transfer-without-status", "The answer to DataTransfer lacks status.", where, drop("status"))
    yield fault("data-transfer-callerror", "DataTransfer gets a CALLERROR.", where, refused("NotSupported"))
    yield fault("data-transfer-unanswered", "DataTransfer gets no answer.", where, silence)
