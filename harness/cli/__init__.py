"""The command ``plugproof``. Every subcommand imports what it needs when it is called, so that all start quickly."""

from harness.cli.app import main

__all__ = ["main"]
