"""Words for faults that know the messages and the keys of OCPP 1.6."""

from __future__ import annotations

import copy
from collections.abc import Callable

from simulator.faults.model import Calling, Came, Message, Payload, Send
from simulator.faults.words import Condition, always
from simulator.v16.core.configuration import Configuration

_PLAUSIBLE: dict[str, Payload] = {
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "StartTransaction": {"transactionId": 1, "idTagInfo": {"status": "Accepted"}},
    "SignCertificate": {"status": "Accepted"},
}


def unsent(when: Condition = always) -> Calling:
    """The CALL never leaves, and the station believes it was answered."""

    async def hook(message: Message, send: Send) -> Came:
        return copy.deepcopy(_PLAUSIBLE.get(message.action, {})) if when(message) else await send(message.payload)

    return hook


def key_read_as(key: str, change: Callable[[int], int]) -> type[Configuration]:
    """A station that acts by another value of an integer key than it shows."""

    class Misreads(Configuration):
        __slots__ = ()

        def number(self, name: str) -> int:
            value = super().number(name)
            return change(value) if name == key else value

    return Misreads


def flag_read_as(key: str, value: bool) -> type[Configuration]:
    """A station that acts by one value of a switch, whatever it shows."""

    class Misreads(Configuration):
        __slots__ = ()

        def flag(self, name: str) -> bool:
            return value if name == key else super().flag(name)

    return Misreads
