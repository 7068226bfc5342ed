"""How the commands of the simulator end, and the error for what a user has written and nobody can use.

A module of its own, because it is needed before all else. docs/exit-codes.md says what the codes mean.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes; those of all commands of plugproof."""

    OK = 0
    FAILED = 1
    USAGE = 2
    ERRORS = 3
    INTERRUPTED = 130


class UsageError(Exception):
    """An argument that cannot be used; the text is one sentence with the fix."""
