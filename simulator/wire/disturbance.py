"""Answers of a station that are disturbed, as those of real boxes are (OCPP-J §4): late, twice, other ones, or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from ocppj import frames
from ocppj.frames import Call, Frame
from ocppj.payload import as_payload
from simulator.wire.dialing import Line

How = Literal["delay", "double", "drop", "right", "say"]
"""What becomes of an answer: it comes late, twice, not at all, as it should, or as another text."""

HOW: tuple[How, ...] = ("delay", "double", "drop", "right", "say")
ID = "{id}"
"""Stands for the message id of the CALL in the text of `say`."""


@dataclass(slots=True)
class Disturbance:
    """How the next answers are disturbed: `times` of them, each CALL with this `chance`, drawn by `seed`."""

    how: How
    text: str = ""
    seconds: float = 0.0
    times: int = 1
    chance: float = 1.0
    seed: int = 0
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def strikes(self) -> bool:
        """Whether the answer to the CALL that has just come is one of them."""
        if self.times <= 0 or self._random.random() >= self.chance:
            return False
        self.times -= 1
        return True


class DisturbedLine:
    """A line on which an answer goes out in another way; all the rest is the line itself."""

    def __init__(self, line: Line, disturbance: Disturbance) -> None:
        self._line = line
        self._disturbance = disturbance

    async def reply(self, call: Call, payload: Any) -> None:
        """Answer a CALL."""
        await self._send(frames.result(call.id, as_payload(payload)))

    async def refuse(self, id: str, code: str, description: str = "", details: dict[str, Any] | None = None) -> None:
        """Answer a CALL with a CALLERROR."""
        await self._send(frames.error(id, code, description, details))

    async def _send(self, answer: Frame) -> None:
        disturbance = self._disturbance
        if disturbance.how == "say":
            await self._line.send(frames.parse(disturbance.text.replace(ID, str(answer.id))))
        elif disturbance.how != "drop":
            for _ in range(2 if disturbance.how == "double" else 1):
                await self._line.send(answer)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)


def sendable(text: str) -> str:
    """The text, if a WebSocket can carry it. Raises `ValueError`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("the text has a lone surrogate, which no WebSocket carries; leave it out") from None
    return text
