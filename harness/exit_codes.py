"""How every command ends: docs/exit-codes.md says what the codes mean, and why."""

import errno
from enum import IntEnum
from typing import Final

__all__ = ["ExitCode", "at_least_errors", "of_os_error"]


class ExitCode(IntEnum):
    """The exit codes of all commands."""

    OK = 0
    """Nothing failed."""
    FAILED = 1
    """A case or a limit failed, or one that was expected to fail passed, or what ``--fail-on`` names happened."""
    USAGE = 2
    """The user's input cannot be worked with: options, files, keys. Nothing else."""
    ERRORS = 3
    """Errors, a system that cannot be reached, nothing conclusive, a disk that is full."""
    NOTHING_RAN = 5
    """No case was selected, or none was applicable."""
    INTERRUPTED = 130
    """Ctrl-C or SIGTERM; wins over all others."""


_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})


def at_least_errors(code: int) -> int:
    """The code of a command in which something broke beside the verdicts."""
    return code if code == ExitCode.INTERRUPTED else ExitCode.ERRORS


def of_os_error(error: OSError) -> ExitCode:
    """For a file that the user named and that cannot be written: the disk's fault, else that of the name."""
    return ExitCode.ERRORS if error.errno in _FULL else ExitCode.USAGE
