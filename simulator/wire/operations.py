"""What a CSMS can ask of a station, and what it can have it send: methods that are marked, found by their names.

A feature answers at once; what follows from it is done once the answer has left (`Answer.then`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from ocppj.errors import OcppError

Then = Callable[[], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """The payload of a CALLRESULT, and what to do once it has left."""

    payload: dict[str, Any]
    then: Then | None = None


def status(text: str, then: Then | None = None) -> Answer:
    """The answer that has a status and nothing else."""
    return Answer({"status": text}, then)


def unsupported(action: str) -> OcppError:
    """The refusal of a CALL that nothing at the station answers (rule ERR-03)."""
    return OcppError("NotSupported", f"{action} is not supported by this station")


Operation = Callable[[Any, dict[str, Any]], Answer]
Trigger = Callable[[Any, Any], "Callable[[], None] | None"]
_M = TypeVar("_M", bound=Callable[..., Any])


def operation(action: str) -> Callable[[_M], _M]:
    """Marks the method of a feature that answers this CALL of the CSMS: `(self, payload) -> Answer`."""
    return _marked("operation", action)


def trigger(message: str) -> Callable[[_M], _M]:
    """Marks the method of a feature that is triggered to send this message.

    `(self, place or None) -> what to do after the answer, or None to reject` (1.6 §5.17, 2.0.1 F06): the place is what
    the version has, a connectorId or an evse.
    """
    return _marked("trigger", message)


def _marked(kind: str, name: str) -> Callable[[_M], _M]:
    def mark(method: _M) -> _M:
        vars(method)[f"ocpp_{kind}"] = name
        return method

    return mark


class Offered:
    """What some kinds of features offer, worked out once for all stations that have them.

    A method is found by the place of its feature.
    """

    __slots__ = ("operations", "triggers")

    def __init__(self, kinds: tuple[type, ...]) -> None:
        self.operations: dict[str, tuple[int, Operation]] = {}
        self.triggers: dict[str, tuple[int, Trigger]] = {}
        for place, kind in enumerate(kinds):
            for method in _methods(kind):
                marks = getattr(method, "__dict__", {})
                if (action := marks.get("ocpp_operation")) is not None:
                    self.operations[action] = (place, method)
                if (message := marks.get("ocpp_trigger")) is not None:
                    self.triggers[message] = (place, method)


def _methods(kind: type) -> Iterator[Callable[..., Any]]:
    for base in reversed(kind.__mro__):
        yield from (member for member in vars(base).values() if callable(member))


class Operations:
    """What the features of one station offer; `_all` are they, in the order of their kinds."""

    __slots__ = ("_all", "_offered")

    def __init__(self, offered: Offered, features: tuple[Any, ...]) -> None:
        self._offered = offered
        self._all = features

    def operation(self, action: str) -> Callable[[dict[str, Any]], Answer] | None:
        """What answers this CALL, if anything does."""
        found = self._offered.operations.get(action)
        return None if found is None else found[1].__get__(self._all[found[0]])

    def trigger(self, message: str) -> Callable[[Any], Callable[[], None] | None] | None:
        """What is triggered by this name, if anything is."""
        found = self._offered.triggers.get(message)
        return None if found is None else found[1].__get__(self._all[found[0]])
