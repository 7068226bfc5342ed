"""What has to be read while a run goes on: written to the standard error, past what pytest captures."""

import sys
from collections.abc import Callable
from contextlib import nullcontext

import pytest


def aloud(config: pytest.Config) -> Callable[[str], None]:
    """What writes a text there, as it is and at once."""

    def write(text: str) -> None:
        capturing = config.pluginmanager.getplugin("capturemanager")
        with nullcontext() if capturing is None else capturing.global_and_fixture_disabled():
            print(text, end="", file=sys.stderr, flush=True)

    return write
