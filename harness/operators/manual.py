"""The `manual` operator: a person at the terminal, who is told what to do in the back office's user interface.

The terminal is `/dev/tty`, because pytest keeps the standard streams to itself. What the person does is seen on the
wire; the keyboard is only for saying that the back office does not offer something.
"""

from __future__ import annotations

import asyncio
import os
import termios
from typing import Any, Final

from harness.operators.base import NotOffered, OperatorError, Tell, tell_nobody
from harness.operators.words import instruction
from harness.sut import Sut

TERMINAL: Final = "/dev/tty"
NO: Final = ("n", "no")


class ManualOperator:
    """Prints an instruction and lets the case wait for the message; `n` and Enter says that it is not offered."""

    def __init__(self, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._tell = tell
        self._seconds = sut.request_s
        self._terminal: int | None = None
        self._told: asyncio.Future[bool] | None = None
        self._typed = ""

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Print what to do. Returns when the next instruction is given, raises NotOffered when the person says so."""
        terminal = self._open()
        self._over()
        told = self._told = asyncio.get_running_loop().create_future()
        termios.tcflush(terminal, termios.TCIFLUSH)
        hint = f"    (waiting {self._seconds:g} s for {action}; n and Enter: the back office does not offer this)"
        lines = instruction(action, station, payload)
        os.write(terminal, "".join(f"{line}\n" for line in ("", *lines, hint)).encode())
        self._tell("\n".join(("asked the person at the terminal", "", *lines)))
        if await told:
            self._tell(f"the person says that {action} is not offered")
            raise NotOffered(f"operator manual: the person at the terminal said that {action} is not offered")

    def shows(self, action: str, station: str, payload: dict[str, Any]) -> list[str]:
        """The instruction."""
        return ["\n".join(instruction(action, station, payload))]

    async def close(self) -> None:
        """Give the terminal back."""
        self._over()
        terminal, self._terminal = self._terminal, None
        if terminal is not None:
            asyncio.get_running_loop().remove_reader(terminal)
            os.close(terminal)

    def _open(self) -> int:
        if self._terminal is None:
            try:
                self._terminal = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)
            except OSError:
                raise OperatorError(NO_TERMINAL) from None
            asyncio.get_running_loop().add_reader(self._terminal, self._read, self._terminal)
        return self._terminal

    def _read(self, terminal: int) -> None:
        data = os.read(terminal, 1024)
        if not data:  # the terminal is gone; nothing more will be typed
            asyncio.get_running_loop().remove_reader(terminal)
            return
        self._typed += data.decode("utf-8", "replace")
        *lines, self._typed = self._typed.split("\n")
        if any(line.strip().lower() in NO for line in lines) and self._told is not None and not self._told.done():
            self._told.set_result(True)

    def _over(self) -> None:
        if self._told is not None and not self._told.done():
            self._told.set_result(False)


NO_TERMINAL: Final = (
    'operator.kind = "manual" needs a terminal to tell a person what to do, and there is none; '
    "run it in a terminal, or use another operator in CI"
)


def problem(workers: int) -> str | None:
    """Why nobody can be told what to do, None when somebody can."""
    if workers > 1:
        return f'operator.kind = "manual" is one person, who cannot serve {workers} workers at once; run with -n 1'
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return NO_TERMINAL
    return None
