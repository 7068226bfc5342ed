"""What an operator is: whoever makes a back office under test send a message.

An operator only acts. Whether the right message came is judged on the wire, never on what the operator answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

Tell = Callable[[str], None]
"""Takes what an operator did and what came back, as text without secrets; a case writes it into its trace."""


def tell_nobody(text: str) -> None:
    """Where there is no trace."""


class OperatorError(Exception):
    """The action could not be carried out; `sentence` says what was tried and what came back.

    `status` is the HTTP status that was the reason, None when it was something else. `evidence` is what was sent and
    what came back as a whole, over several lines; empty when nothing was sent.
    """

    def __init__(self, sentence: str, status: int | None = None, evidence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
        self.evidence = evidence


class NotOffered(Exception):
    """The operator has no way of carrying out this action; `reason` says how to give it one."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Operator(Protocol):
    """The port every kind of operator implements."""

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Make the back office send `action` with `payload` to `station` (its identity).

        Returns once the request was taken. Raises OperatorError and NotOffered.
        """

    def shows(self, action: str, station: str, payload: dict[str, Any]) -> list[str]:
        """What `perform` would do, as texts without secrets. Raises OperatorError and NotOffered."""

    async def close(self) -> None:
        """Give back connections. Safe to call twice."""
