"""What the fixtures of the cases for a charge point have in common, whatever the version: the stand of a worker.

The station under test comes by itself. When the first case begins it is waited for, and whoever has to bring it in is
told the address to put into it.
"""

import sys
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from harness.bay.stand import Stand
from harness.plugin.aloud import aloud
from harness.plugin.session import session_of


class Shown:
    """A countdown on the standard error, past what pytest captures; on a terminal the seconds run."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._aloud = write
        self._said: int | None = None

    def begins(self, sentence: str) -> None:
        """What is waited for."""
        self._write(f"{sentence}\n")

    def left(self, seconds: float) -> None:
        """So long it will be waited."""
        if int(seconds) != self._said:
            self._said = int(seconds)
            self._write(f"\r\x1b[K{self._said} s left", only_terminal=True)

    def ends(self, sentence: str) -> None:
        """What came of it."""
        self._write("\r\x1b[K", only_terminal=True)
        self._write(f"{sentence}\n")

    def _write(self, text: str, *, only_terminal: bool = False) -> None:
        if not only_terminal or sys.stderr.isatty():
            self._aloud(text)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stand(request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    """The bay of this worker with its ports open; at the end the station is as it was found, and they are closed."""
    session = session_of(request.config)
    countdown = Shown(aloud(request.config))
    stand = session.stand = Stand(session.sut, session.lane, session.memory, session.out, session.number, countdown)
    try:
        yield stand
    finally:
        await stand.closes()
