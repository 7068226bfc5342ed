"""How the process of the CSMS ends: its exit codes, and what ends it with a sentence (docs/csms.md).

A server is ended by Ctrl-C or SIGTERM, so that is no interruption once it serves: 0.
"""

from __future__ import annotations

import os
import sys
from typing import Final

STOPPED: Final = 0
"""It served, and was asked to end; or it has done what was asked of it."""

USAGE: Final = 2
"""An option, a key of the file or what they name says something wrong."""

REFUSED: Final = 3
"""The settings are right and the world does not go along: a port, a host, a database, a folder, the disk."""

INTERRUPTED: Final = 130
"""It was asked to end before it served."""


class Ending(Exception):
    """The process ends with a sentence for the user, and this exit code."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def leave_now(code: int) -> None:
    """End the process as it is, without waiting for its threads, which may be in a system call that nobody can stop."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
