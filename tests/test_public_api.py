"""What the packages offer says what it is: `python -m pydoc NAME` is a page that can be read."""

import inspect
from importlib import import_module

import pytest

PACKAGES = ("commandline", "schemas", "ocppj", "csms_core", "simulator", "harness", "testcases", "reports")


def offered(package: str) -> list[tuple[str, object]]:
    module = import_module(package)
    return [(name, getattr(module, name)) for name in getattr(module, "__all__", ())]


def silent(package: str) -> list[str]:
    """Names of the public classes and functions, and of the methods of such classes, that say nothing of themselves."""
    found = []
    for name, thing in offered(package):
        if not (inspect.isclass(thing) or inspect.isroutine(thing)):
            continue
        inner = vars(thing).items() if inspect.isclass(thing) else ()
        parts = [(f"{name}.{each}", part) for each, part in inner if not each.startswith("_")]
        told = [(label, part) for label, part in parts if inspect.isfunction(part) or isinstance(part, property)]
        found += [f"{package}.{label}" for label, one in [(name, thing), *told] if not inspect.getdoc(one)]
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_package_says_what_it_is_for(package: str) -> None:
    assert inspect.getdoc(import_module(package))


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_say_what_they_are(package: str) -> None:
    assert silent(package) == []


def test_the_doors_are_among_them() -> None:
    assert {"Station", "VirtualClock"} <= {name for name, _ in offered("simulator")}
    assert {"Config", "Csms"} == {name for name, _ in offered("csms_core")}
