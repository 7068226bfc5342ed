"""What other plugins say at their start, and does not concern a run of the cases.

A part of `harness.plugin.hooks`, because that has a `pytest_configure` which has to be the last.
"""

import warnings

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """In a run of the cases, pytest-asyncio need not warn of a missing setting: all of them name their loop."""
    if config.getoption("sut") or config.getoption("csms"):
        warnings.filterwarnings("ignore", r'The configuration option "asyncio_default_fixture_loop_scope" is unset')
