"""The status of a job, as the CSMS is told it (1.6 §4.4, §4.5; white paper L01, N01; rules FW-02, TRG-02)."""

from __future__ import annotations

from functools import partial
from typing import Any

from simulator.kernel.errors import Offline, Unanswered
from simulator.v16.core.context import Context


class Progress:
    """Sends each status once; during an outage the last one waits, because the ones before it are history."""

    __slots__ = ("_action", "_unsent", "context", "current")

    def __init__(self, context: Context, action: str) -> None:
        self.context = context
        self.current: dict[str, Any] | None = None
        self._action = action
        self._unsent = False

    @property
    def status(self) -> str | None:
        """What was said last."""
        return None if self.current is None else str(self.current["status"])

    def say(self, status: str, **more: Any) -> None:
        """The job has come so far."""
        self.current = {"status": status, **more}
        self.context.events.publish("transfer", f"{self._action}: {status}", action=self._action, status=status)
        self._send()

    def online(self) -> None:
        """There is a connection again."""
        if self._unsent:
            self._send()

    def repeat(self, busy: bool) -> None:
        """The CSMS has asked: say how far the job is, or Idle when there is none (rule TRG-02)."""
        payload = self.current if busy and self.current is not None else {"status": "Idle"}
        self.context.registration.tell(self._action, payload, triggered=True)

    def _send(self) -> None:
        assert self.current is not None
        self._unsent = False
        self.context.registration.send(self._action, self.current, partial(self._answered, self.current))

    def _answered(self, payload: dict[str, Any], answer: dict[str, Any] | Offline | Unanswered) -> None:
        if isinstance(answer, Offline) and payload is self.current:
            self._unsent = True
        elif isinstance(answer, Unanswered):
            self.context.events.publish("problem", f"{self._action} was not taken: {answer}")
