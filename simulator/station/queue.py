"""The queue of the messages about transactions: it survives reset and power loss, alike in every version.

Its messages leave one after the other, the oldest first; others may overtake.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from simulator.kernel.clock import Timer
from simulator.kernel.errors import Offline, Unanswered
from simulator.station.context import Context

log = logging.getLogger(__name__)

MAX_QUEUED = 10_000

_NONE_YET: deque[Any] = deque(maxlen=0)
"""The queue of every station that has had no transaction; never changed, only replaced."""


class Message(Protocol):
    """A message that waits; `place` orders it in the store, `attempts` have failed so far.

    `due` is when it should have left, in monotonic seconds.
    """

    attempts: int
    place: int
    due: float

    @property
    def action(self) -> str: ...


_M = TypeVar("_M", bound=Message)


class Queue(ABC, Generic[_M]):
    """Delivers messages in order, those of an outage after the connection is back."""

    __slots__ = ("_delivering", "_messages", "_next", "_on_answer", "_pause", "context", "dropped")

    _kind: str
    """The kind of its records."""

    context: Context

    def __init__(self, context: Any, *, on_answer: Callable[[_M, Mapping[str, Any]], None]) -> None:
        """`on_answer` is called with a message and what the CSMS has answered to it."""
        self.context = context
        self._on_answer = on_answer
        self.dropped = 0
        self._messages: deque[_M] = _NONE_YET
        self._delivering = False
        self._pause: Timer | None = None
        self._next = 1

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[_M]:
        """The messages that wait, the next one first."""
        return iter(self._messages)

    @property
    def stuck(self) -> bool:
        """Messages wait and none is on its way."""
        return bool(self._messages) and not self._delivering

    @abstractmethod
    def _payload(self, message: _M) -> dict[str, Any]:
        """What is sent of it now."""

    @abstractmethod
    def _can_go(self, message: _M) -> bool:
        """Whether it may be given up where the queue is full: a sample of the meter, never a start or an end."""

    @abstractmethod
    def _repetition(self) -> tuple[int, int]:
        """How often a message is sent that the CSMS does not take, and what a failure adds to the pause, seconds."""

    def number(self) -> int:
        """A number for the next message, or for what is kept beside them."""
        self._next += 1
        return self._next - 1

    def _mine(self) -> deque[_M]:
        if self._messages is _NONE_YET:
            self._messages = deque()
        return self._messages

    def _add(self, message: _M, record: Mapping[str, Any]) -> None:
        """Add a message, of which the store keeps `record`; where there is no room the oldest that can go does."""
        messages, store = self._mine(), self.context.store
        message.due = self.context.clock.monotonic()
        messages.append(message)
        if store.keeps:
            store.put(self._kind, _key(message), record)
        if len(messages) > MAX_QUEUED:
            victim = next((one for one in list(messages)[1:] if self._can_go(one)), None)
            if victim is not None:
                messages.remove(victim)
                store.drop(self._kind, _key(victim))
                self.dropped += 1

    def kick(self) -> None:
        """Deliver what waits, unless a pause before a repetition runs."""
        if self._messages and not self._delivering and self._pause is None and self.context.registration.online:
            self._delivering = True
            message = self._messages[0]
            self.context.registration.send(message.action, self._payload(message), self._answered, due=message.due)

    def hurry(self) -> None:
        """End a pause before a repetition: the connection is new."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self.kick()

    def _answered(self, answer: dict[str, Any] | Offline | Unanswered) -> None:
        self._delivering = False
        try:
            self._settle(self._messages[0], answer)
            if self.context.events.heard:
                self.context.events.publish("queue", f"{len(self)} transaction messages wait")
        finally:
            self.kick()

    def _settle(self, message: _M, answer: dict[str, Any] | Offline | Unanswered) -> None:
        """What becomes of the message that was answered, or was not."""
        if isinstance(answer, Unanswered):
            self._failed(message, answer)
        elif not isinstance(answer, Offline):
            with self.context.store.unit():
                self._learn(message, answer)
                self._remove(message)
                try:
                    self._on_answer(message, answer)  # a verdict of the CSMS is not told twice
                except Exception:  # the answer is there all the same, and the message is not sent again
                    log.exception("what follows from the answer to %s failed", message.action)
                    self.context.events.publish("problem", f"what follows from the answer to {message.action} failed")

    def _learn(self, message: _M, answer: Mapping[str, Any]) -> None:
        """What later messages have to know of an answer."""

    def _remove(self, message: _M) -> None:
        self._messages.popleft()
        if not self._messages:
            self._messages = _NONE_YET  # an empty one of its own takes more than half a KiB
        if self.context.store.keeps:
            self.context.store.drop(self._kind, _key(message))

    def _failed(self, message: _M, error: Unanswered) -> None:
        """Repeat after k times the interval, and skip only when the attempts are used up."""
        message.attempts += 1
        attempts, interval = self._repetition()
        if message.attempts >= attempts:
            with self.context.store.unit():
                self._remove(message)
            self.context.events.publish("problem", f"{error}; given up after {message.attempts} attempts")
            return
        wait = message.attempts * interval
        message.due = self.context.clock.monotonic() + wait
        self._pause = self.context.clock.call_later(wait, self._resume)
        self.context.events.publish("problem", f"{error}; repeated in {wait} s")

    def _resume(self) -> None:
        self._pause = None
        self.kick()


def _key(message: Message) -> str:
    return f"{message.place:010}"
