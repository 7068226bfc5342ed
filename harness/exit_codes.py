"""How every command ends: docs/exit-codes.md says what the codes mean, and why."""

from enum import IntEnum


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
