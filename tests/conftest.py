"""Which worker runs which test, when there are several.

A module that says `pytestmark = pytest.mark.xdist_group(...)` makes something expensive once; its tests stay together.
xdist 3.8 writes the name of the group into an attribute that pytest 9.2 no longer reads, so its own `--dist loadgroup`
spreads them; here the scheduler looks into the module instead.
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

os.environ.pop("GITHUB_STEP_SUMMARY", None)  # the runs of the tests are not for the summary of the job that runs them

ROOT = Path(__file__).resolve().parent.parent
_OF_MODULE = re.compile(r'^pytestmark = .*\bxdist_group\("([^"]+)"\)', re.MULTILINE)
_OF_PARAMETER = re.compile(r'\bxdist_group\("([^"]+)"\)')


@cache
def groups_in(file: str) -> tuple[str | None, frozenset[str]]:
    """The group of all tests in a file (relative to the root of the project), and all groups it names."""
    path = ROOT / file
    text = path.read_text("utf-8") if path.is_file() else ""
    whole = _OF_MODULE.search(text)
    return whole[1] if whole else None, frozenset(_OF_PARAMETER.findall(text))


def group_of(nodeid: str) -> str | None:
    """The group of a test: that of its module, or one that a parameter with its name belongs to."""
    file, _, test = nodeid.partition("::")
    whole, named = groups_in(file)
    parameters = re.split(r"[\[\]-]", test.partition("[")[2])
    return whole or next((name for name in sorted(named) if name in parameters), None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Instead of xdist's own scheduler for `--dist loadgroup`."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid) or nodeid

    return ByGroup(config, log)
