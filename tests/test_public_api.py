"""What the packages offer says what it is: `python -m pydoc NAME` is a page that can be read.

`PUBLIC` is what the promise of a version is about (docs/versions.md). Other modules may change whenever they have to.
"""

import ast
import dataclasses
import inspect
import pydoc
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest
from _pytest.fixtures import FixtureFunctionDefinition

from tests import ROOT

PACKAGES = ("commandline", "schemas", "ocppj", "csms_core", "simulator", "harness", "testcases", "reports")
PUBLIC = (
    "csms_core",
    "csms_core.fixtures",
    "harness",
    "harness.adapters.drivers",
    "harness.adapters.operators",
    "harness.exit_codes",
    "harness.v16.charge_point.vocabulary",
    "harness.v16.csms.vocabulary",
    "harness.v201.csms.vocabulary",
    "ocppj",
    "ocppj.errors",
    "ocppj.evidence.trace",
    "ocppj.frames",
    "ocppj.matchers",
    "ocppj.peers.aio",
    "ocppj.peers.sync",
    "ocppj.protocol",
    "ocppj.session.session",
    "ocppj.versions",
    "reports",
    "reports.ci.junit",
    "reports.html",
    "reports.v16.abstract",
    "reports.v16.pics",
    "schemas",
    "simulator",
    "simulator.faults.catalogue",
    "simulator.fixtures",
    "simulator.fleet",
    "simulator.models",
    "simulator.v16.faults",
    "simulator.v16.profiles.firmware",
    "simulator.v201.faults",
    "simulator.v201.station",
    "testcases",
)
LOCUST = "simulator.fleet.locust.users"
"""Public too, but it can only be imported where locust is installed."""
NOISE = re.compile(r"Alias for field number|partial\(func|<[^<>\n]+ object at 0x[0-9a-f]+>")
"""What pydoc shows where nobody has said anything, or where a default is a thing without a name."""
LONGEST = 7_000
"""Characters of a line: a signature is one, however many parameters it has."""


def offered(module: ModuleType) -> list[tuple[str, object]]:
    """What a module offers: what `__all__` names, else what it defines."""
    own = (name for name, thing in vars(module).items() if getattr(thing, "__module__", None) == module.__name__)
    names = getattr(module, "__all__", None) or [name for name in own if not name.startswith("_")]
    return [(name, getattr(module, name)) for name in names]


def routines(kind: type) -> Iterator[tuple[str, object]]:
    """The public methods and properties of a class that are written here, whichever base they stand in."""
    for name in dir(kind):
        part = inspect.getattr_static(kind, name)
        if isinstance(part, staticmethod | classmethod):
            part = part.__func__
        where = part.fget if isinstance(part, property) else part
        is_public = name == "__init__" or not name.startswith("_")
        if is_public and inspect.isfunction(where) and where.__module__.partition(".")[0] in PACKAGES:
            yield name, part


def told(module: ModuleType) -> Iterator[tuple[str, object, str]]:
    """Label, thing and what is said of it, for all classes, functions and methods that a module offers."""
    for name, thing in offered(module):
        if inspect.isclass(thing):
            yield name, thing, inspect.getdoc(thing) or ""
            for each, part in routines(thing):
                of_class = thing.__doc__ or "" if each == "__init__" else ""
                yield f"{name}.{each}", part, f"{inspect.getdoc(part) or ''} {of_class}".strip()
        elif inspect.isroutine(thing):
            yield name, thing, inspect.getdoc(thing) or ""


def raised(thing: object) -> set[str]:
    """The names of the errors that stand in a `raise` of a function itself."""
    function = inspect.unwrap(thing.fget if isinstance(thing, property) else thing)  # type: ignore[arg-type]
    if isinstance(function, FixtureFunctionDefinition):
        function = function._get_wrapped_function()
    assert inspect.isfunction(function)
    if function.__code__.co_filename.startswith("<"):
        return set()  # a dataclass has written it
    return raised_in(textwrap.dedent(inspect.getsource(function)))


def raised_in(source: str) -> set[str]:
    """The same of a text."""
    found = set()
    rest = list(ast.iter_child_nodes(ast.parse(source).body[0]))
    while rest:
        node = rest.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue  # what an inner function raises, it raises later
        if isinstance(node, ast.Raise) and node.exc is not None:
            kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            found.add(ast.unparse(kind).rpartition(".")[2])
        rest += ast.iter_child_nodes(node)
    return {name for name in found if name[:1].isupper()}  # the others are variables: it is raised again


def page(name: str) -> str:
    """What `python -m pydoc` prints."""
    return pydoc.plain(pydoc.render_doc(import_module(name)))


@pytest.mark.parametrize("package", PACKAGES)
def test_package_says_what_it_is_for(package: str) -> None:
    assert inspect.getdoc(import_module(package))


@pytest.mark.parametrize("name", [*PUBLIC, "commandline"])
def test_public_names_say_what_they_are(name: str) -> None:
    assert inspect.getdoc(import_module(name))
    assert [label for label, _, text in told(import_module(name)) if not text] == []


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_raised_is_said(name: str) -> None:
    silent = [
        f"{label}: {error}"
        for label, thing, text in told(import_module(name))
        if not inspect.isclass(thing)
        for error in sorted(raised(thing))
        if error not in text
    ]

    assert silent == []


@pytest.mark.parametrize("name", PUBLIC)
def test_page_can_be_read(name: str) -> None:
    shown = page(name)

    assert NOISE.findall(shown) == []
    assert [line[:80] for line in shown.splitlines() if len(line) > LONGEST] == []
    assert [offer for offer, _ in offered(import_module(name)) if not re.search(rf"\b{offer}\b", shown)] == []
    assert not re.search(r"^    __getattr__\(", shown, re.MULTILINE)


@pytest.mark.parametrize("name", ["csms_core.Config", "simulator.fleet.Plan"])
def test_settings_are_explained_one_by_one(name: str) -> None:
    module, _, kind = name.rpartition(".")
    settings = getattr(import_module(module), kind)
    explained = set(re.findall(r"\w+", inspect.getdoc(settings) or ""))

    assert {field.name for field in dataclasses.fields(settings) if field.init} - explained == set()


def test_the_doors_are_among_them() -> None:
    assert {"Station", "VirtualClock"} <= {name for name, _ in offered(import_module("simulator"))}
    assert {name for name, _ in offered(import_module("csms_core"))} == {"Config", "Csms"}


def test_the_promise_names_these_modules() -> None:
    text = (ROOT / "docs" / "versions.md").read_text("utf-8")

    assert set(re.findall(r"^- `([\w.]+)`", text, re.MULTILINE)) == {*PUBLIC, LOCUST, "commandline"} - {"commandline"}


def test_what_documents_and_examples_import_is_public() -> None:
    """A page that shows an import promises it."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("tutorials/*.md")]
    pages += [*(ROOT / "docs").glob("howto/*.md"), *(ROOT / "examples").rglob("*.py")]
    texts = [file.read_text("utf-8") for file in pages]
    ours = rf"^\s*from ((?:{'|'.join(PACKAGES)})[\w.]*) import"
    shown = {name for text in texts for name in re.findall(ours, text, re.MULTILINE)}

    assert shown - {*PUBLIC, LOCUST} == set()


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f():\n    raise ValueError('x')", {"ValueError"}),
        ("def f():\n    raise errors.NotPossible('x') from None", {"NotPossible"}),
        ("def f():\n    try: pass\n    except OSError as error: raise error", set()),
        ("def f():\n    def inner(): raise ValueError\n    return inner", set()),
    ],
)
def test_what_counts_as_raised(source: str, names: set[str]) -> None:
    assert raised_in(source) == names
