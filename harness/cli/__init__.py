"""The command ``plugproof``. Every subcommand imports what it needs when it is called, so that all start quickly."""

import os
import sys

__all__ = ["main"]

_OTHERWISE = ("--csms", "--sut", "--role", "--help")
"""Options of `precheck` with which the embedded reference CSMS is not tested."""


def main() -> None:
    """The entry point."""
    if _will_want_the_reference(sys.argv[1:]):
        from harness.processes.reference_process import begin

        begin()  # before all else: it starts on another core while this process imports what it needs

    from harness.cli.app import main as run

    run()


def _will_want_the_reference(arguments: list[str]) -> bool:
    """A guess, made before there is anything that could read the arguments: a wrong one costs time and nothing else."""
    completing = any(name.startswith("_PLUGPROOF") for name in os.environ)  # it is the shell that asks
    return (
        arguments[:1] == ["precheck"] and not completing and not any(each.startswith(_OTHERWISE) for each in arguments)
    )
