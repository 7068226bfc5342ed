"""The hook this plugin adds to pytest."""

from typing import Any

import pytest


@pytest.hookspec
def pytest_plugproof_results(results: dict[str, Any]) -> None:
    """The run is over and ``results`` (the content of ``results.json``) has been written; on the controller only."""
