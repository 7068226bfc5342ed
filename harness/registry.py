"""Which cases exist: found by looking into the case package, so that a case is listed because it is there."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from types import ModuleType

from harness.case import Case, cases_of

PACKAGE = "testcases"


@cache
def all_cases(package: str = PACKAGE) -> tuple[Case, ...]:
    """Every case of the package, in the order of modules and lines."""
    return tuple(case for module in _modules(package) for case in _cases(module))


def known_ids() -> frozenset[str]:
    """The ids of all cases."""
    return frozenset(case.id for case in all_cases())


def missing(role: str) -> str | None:
    """The sentence to be said where cases for ``role`` are asked for and there are none; None when there are."""
    if any(case.sut == role for case in all_cases()):
        return None
    peer = "charge point" if role == "charge_point" else "CSMS"
    return f"There are no cases for a {peer} yet, so a {peer} cannot be tested with plugproof now."


def modules_of(cases: Iterable[Case], package: str = PACKAGE) -> tuple[str, ...]:
    """What pytest has to look into for these cases: the modules they are in, or the package when that is all."""
    wanted = {case.id for case in cases}
    modules = {module.__name__: {case.id for case in _cases(module)} for module in _modules(package)}
    found = tuple(name for name, ids in modules.items() if ids & wanted)
    return (package,) if len(found) == len(modules) else found


def nearest(id: str) -> str:
    """A hint for an id that does not exist: the closest one, or where to look."""
    close = get_close_matches(id.upper(), known_ids(), n=1)
    return f"did you mean {close[0]}?" if close else "`plugproof list` shows the ids"


def _modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    for info in pkgutil.walk_packages(root.__path__, f"{package}."):
        if info.name.rpartition(".")[2].startswith("test_"):
            yield importlib.import_module(info.name)


def _cases(module: ModuleType) -> Iterator[Case]:
    for function in vars(module).values():
        if getattr(function, "__module__", None) == module.__name__:
            yield from cases_of(function)
