"""The driver `manual`: a person at the station with one hand free, who is told one thing at a time.

What the person does is seen on the wire, and the case goes on by itself. The keyboard is for what cannot be seen there:
Enter says that it is done, `n` and Enter that it cannot be done.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from harness.adapters.base import Tell, tell_nobody
from harness.adapters.drivers.base import ACTS, Cannot, said
from harness.adapters.person import NoTerminal, no_terminal, person
from harness.sut import Sut

NO: Final = ("n", "no", "c", "cannot")
DONE: Final = ("", "y", "yes", "done")
_WIDTH: Final = 60
"""Characters of the lines around an instruction at the least: it is read from where the station is."""
_TICK: Final = 1.0


class ManualDriver:
    """Prints an instruction and lets the case look for its effect."""

    is_person = True

    def __init__(self, sut: Sut, tell: Tell = tell_nobody) -> None:
        self._tell = tell
        self._seconds = sut.request_s
        self._person = person(NO, DONE, buttons=("It cannot be done", "It is done"), seconds=self._seconds)

    async def perform(self, act: str, arguments: dict[str, Any]) -> None:
        """Print what to do. Returns when the person says that it is done, or when the next instruction is given.

        Raises `Cannot` when the person says so.
        """
        (instruction,) = self.shows(act, arguments)
        rule = "=" * max(len(instruction), _WIDTH)
        countdown = asyncio.get_running_loop().create_task(self._counts_down())
        try:
            cannot = await self._person.says_no(
                instruction,
                f"\n{rule}\n{instruction}\n{rule}\n",
                lambda: self._tell(f"asked the person at the station: {instruction}"),
            )
        except NoTerminal:
            raise Cannot(no_terminal("driver")) from None
        finally:
            countdown.cancel()
            self._person.write("\r\x1b[K")
        if cannot:
            self._tell(f"the person says that it cannot be done: {said(act, arguments)}")
            raise Cannot(f"the person at the station says that this cannot be done: {instruction}")

    def shows(self, act: str, arguments: dict[str, Any]) -> list[str]:
        """The instruction."""
        return [ACTS[act].format_map(arguments)]

    async def close(self) -> None:
        """Give the terminal back."""
        self._person.close()

    async def _counts_down(self) -> None:
        left = self._seconds
        while left > 0:
            await asyncio.sleep(0 if left == self._seconds else _TICK)
            self._person.write(f"\r\x1b[K    {left:.0f} s left; Enter: it is done; n and Enter: it cannot be done")
            left -= _TICK
