"""Which cases exist: found by looking into the case package, so that a case is listed because it is there."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from types import ModuleType
from typing import Final

from harness.case.facts import Case, cases_of

PACKAGE = "testcases"
CALLED: Final[Mapping[str, str]] = {"csms": "CSMS", "charge_point": "charge point"}
"""Role -> what it is called."""


@cache
def all_cases(version: str | None = None, package: str = PACKAGE) -> tuple[Case, ...]:
    """Every case of the package, or those of a version of OCPP, in the order of modules and lines."""
    every = (case for module in _modules(package) for case in _cases(module))
    return tuple(case for case in every if version in (None, case.version))


def catalogue(version: str | None = None, package: str = PACKAGE) -> tuple[Case, ...]:
    """The same without those that run only when somebody asks for them: what the test specification asks for."""
    return tuple(case for case in all_cases(version, package) if not case.optional)


def known_ids() -> frozenset[str]:
    """The ids of all cases."""
    return frozenset(case.id for case in all_cases())


def version_of(id: str) -> str | None:
    """The version of OCPP that a case is of; None for one that there is not."""
    return next((case.version for case in all_cases() if case.id == id.upper()), None)


def missing(role: str, version: str) -> str | None:
    """The sentence to be said where cases for ``role`` are asked for and there are none; None when there are."""
    if any(case.sut == role for case in all_cases(version)):
        return None
    peer = f"{CALLED[role]} of OCPP {version}"
    return f"There are no cases for a {peer} yet, so a {peer} cannot be tested with plugproof now."


def modules_of(cases: Iterable[Case], package: str = PACKAGE) -> tuple[str, ...]:
    """What pytest has to look into for these cases: the modules they are in, or a package where that is all of it.

    A package is the whole one, or that of a version.
    """
    wanted = {case.id for case in cases}
    modules = {module.__name__: {case.id for case in _cases(module)} for module in _modules(package)}
    found = tuple(name for name, ids in modules.items() if ids & wanted)
    if len(found) == len(modules):
        return (package,)
    folders = {name: _version_of(name, package) for name in modules}
    whole = {folder for folder in folders.values() if {name for name in modules if folders[name] == folder} <= {*found}}
    return tuple(dict.fromkeys(folders[name] if folders[name] in whole else name for name in found))


def _version_of(module: str, package: str) -> str:
    """The package of a version in which a module is."""
    return f"{package}.{module.removeprefix(f'{package}.').partition('.')[0]}"


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
