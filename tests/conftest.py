"""Which worker runs which tests when there are several, which tests come first, and what is left to the night.

Each test goes wherever there is room. Where a fixture makes something expensive for a whole module, its tests stay
together, and so do those of an `xdist_group`. The scheduler knows the names of tests only, and xdist 3.8 writes the
name of a group into an attribute that pytest 9.2 no longer reads, so groups are read from the source;
`test_grouping.py` compares them with what pytest knows.
"""

import ast
import gc
import os
import signal
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from tests import ROOT

os.environ.pop("GITHUB_STEP_SUMMARY", None)  # the runs of the tests are not for the summary of the job that runs them

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Whatever a shell starts in the background ignores SIGINT, and so would all that tests start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


FIRST = (
    "tests/testcases/rule_kills/test_station.py",
    "tests/csms_core/api/console/test_console_page.py",
    "tests/setup/test_readme.py",
    "tests/testcases/test_isolation.py",
    "tests/testcases/test_station_cases_can_fail.py",
    "tests/csms_core/api/test_api_properties.py",
    "tests/testcases/test_cases_can_fail.py",
    "tests/setup/test_setup.py",
    "tests/setup/test_packaging.py",
    "tests/interop/test_habits_cases.py",
    "tests/simulator/fleet/locust/test_load.py",
    "tests/simulator/fleet/locust/test_played.py",
    "tests/csms_core/store/test_durability_kill.py",
    "tests/testcases/",
    "tests/reports/html/test_browser.py",
)
"""What takes longest begins first, so that no worker is busy alone at the end: a group counts as one. What mostly waits
(the kills of stations) stands between what computes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="also what is too long for every day (make nightly)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "nightly: too long for every day; runs with --nightly")


@pytest.fixture(scope="session")
def nightly(pytestconfig: pytest.Config) -> bool:
    """Whether there is time: by night a test may do more of the same."""
    return bool(pytestconfig.getoption("nightly"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("nightly"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("nightly")])
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]
    items.sort(key=lambda item: _place(item.nodeid))


def pytest_collection_finish(session: pytest.Session) -> None:
    # Eight thousand tests are a million objects; whoever collects garbage looks at each of them every time.
    gc.collect()
    gc.freeze()


def _place(nodeid: str) -> int:
    return next((place for place, name in enumerate(FIRST) if nodeid.startswith(name)), len(FIRST))


# --- groups ----------------------------------------------------------------------------------------------------------


class Groups(NamedTuple):
    """The groups that a file names: of all its tests, by function, and by the value of a parameter."""

    whole: str | None
    functions: dict[str, str]
    parameters: dict[str, str]


@cache
def groups_in(file: str) -> Groups:
    """The groups in a file, whose name is relative to the root of the project."""
    path = ROOT / file
    tree = ast.parse(path.read_text("utf-8") if path.is_file() else "")
    whole: str | None = None
    functions: dict[str, str] = {}
    parameters: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="pytestmark")]):
                whole = next(_groups(node.value), whole)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for name in (name for one in node.decorator_list for name in _named(one)):
                    functions[node.name] = name
                if any(_is_for_the_module(one) for one in node.decorator_list):
                    whole = whole or file
            case ast.Call(func=ast.Attribute(attr="param"), args=[ast.Constant(value=value), *_]):
                parameters |= {str(value): name for name in _groups(node)}
    return Groups(whole, functions, parameters)


def _groups(node: ast.AST) -> Iterator[str]:
    """The names of the groups somewhere in an expression."""
    return (name for inner in ast.walk(node) for name in _named(inner))


def _named(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Attribute(attr="xdist_group"), args=[ast.Constant(value=str(name))]):
            yield name


def _is_for_the_module(decorator: ast.AST) -> bool:
    return isinstance(decorator, ast.Call) and any(
        word.arg == "scope" and isinstance(word.value, ast.Constant) and word.value.value == "module"
        for word in decorator.keywords
    )


def group_of(nodeid: str) -> str | None:
    """The group of a test: of its module, of its function, or of one of its parameters."""
    file, _, test = nodeid.partition("::")
    function, _, parameters = test.partition("[")
    groups = groups_in(file)
    of_parameters = (groups.parameters.get(one) for one in parameters.removesuffix("]").split("-"))
    return groups.whole or groups.functions.get(function) or next(filter(None, of_parameters), None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Instead of xdist's own scheduler for `--dist loadgroup`."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid) or nodeid

    config.option.loadscopereorder = False  # by the number of tests; here they come as collected, see `FIRST`
    return ByGroup(config, log)
