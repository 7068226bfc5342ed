"""The `manual` operator: a person at the terminal, who is told what to do in the back office's user interface."""

from __future__ import annotations

from typing import Any, Final

from harness.adapters.base import NotOffered, OperatorError, Tell, tell_nobody
from harness.adapters.operators.words import instruction, sentences
from harness.adapters.person import NoTerminal, no_terminal, person
from harness.sut import Sut

NO: Final = ("n", "no")


class ManualOperator:
    """Prints an instruction and lets the case wait for the message; `n` and Enter says that it is not offered."""

    def __init__(self, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._tell = tell
        self._seconds = sut.request_s
        self._asked = sentences(sut.version)
        self._person = person(NO, buttons=("The back office does not offer this", None), seconds=self._seconds)

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Print what to do. Returns when the next instruction is given, raises NotOffered when the person says so."""
        lines = instruction(action, station, payload, self._asked)
        text = "\n".join(lines)
        hint = f"    (waiting {self._seconds:g} s for {action}; n and Enter: the back office does not offer this)"
        try:
            said_no = await self._person.says_no(
                text,
                f"\n{text}\n{hint}\n",
                lambda: self._tell("\n".join(("asked the person at the terminal", "", *lines))),
            )
        except NoTerminal:
            raise OperatorError(no_terminal("operator")) from None
        if said_no:
            self._tell(f"the person says that {action} is not offered")
            raise NotOffered(f"operator manual: the person at the terminal said that {action} is not offered")

    def shows(self, action: str, station: str, payload: dict[str, Any]) -> list[str]:
        """The instruction."""
        return ["\n".join(instruction(action, station, payload, self._asked))]

    async def close(self) -> None:
        """Give the terminal back."""
        self._person.close()
