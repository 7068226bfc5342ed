"""When a station is shown how, without the weight of what shows it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from commandline import option


@dataclass(frozen=True)
class TerminalOptions:
    """The options of this view."""

    plain: Annotated[bool, option(None, "Lines of text, also where a live view is possible.", "--plain")] = False


class Shown(Protocol):
    """What decides how a station is shown."""

    @property
    def plain(self) -> bool: ...
    @property
    def session(self) -> bool: ...
    @property
    def script(self) -> str | None: ...


def way(options: Shown) -> Literal["live", "commands", "lines"]:
    """How the station is shown: the live view, lines and commands from stdin, or lines alone.

    While a session or a script is in charge nobody else gives commands.
    """
    if options.session or options.script or sys.stdin is None:
        return "lines"
    return "live" if not options.plain and _has_terminal() else "commands"


def _has_terminal() -> bool:
    if os.name != "posix" or os.environ.get("TERM", "dumb") in ("dumb", "unknown"):
        return False
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    with suppress(OSError):
        return os.tcgetpgrp(sys.stdout.fileno()) == os.getpgrp()
    return False  # a terminal that is not ours, for example
