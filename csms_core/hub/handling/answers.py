"""What the answer to a CALL of the CSMS says of itself."""

from __future__ import annotations

from typing import Any


def status_of(answer: dict[str, Any]) -> Any:
    """Its status; None when it has none, or there was no answer."""
    return answer.get("status")


def is_accepted(answer: dict[str, Any]) -> bool:
    """Whether the station does what it was asked for."""
    return bool(status_of(answer) == "Accepted")
