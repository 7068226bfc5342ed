"""Who may import whom (ARCHITECTURE.md, "The tree"), enforced on the source of every module.

The rules read the syntax tree and import nothing, so a module is judged by everything it names: imports in functions
and under `TYPE_CHECKING` count, as do `importlib.import_module` and `__import__` with a literal name. The second half
of this file shows for each rule that made-up source which breaks it is found.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests import ROOT

# Package -> which of the other packages it may import.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "commandline": frozenset(),
    "schemas": frozenset(),
    "ocppj": frozenset({"schemas"}),
    "csms_core": frozenset({"commandline", "schemas", "ocppj"}),
    "simulator": frozenset({"commandline", "schemas", "ocppj"}),
    "reports": frozenset({"schemas"}),
    "harness": frozenset({"commandline", "schemas", "ocppj", "csms_core", "simulator", "reports"}),
    "testcases": frozenset({"harness"}),
}
PACKAGES = tuple(MAY_IMPORT)

# Modules through which a package would reach a socket, a thread or an event loop.
IO_MODULES = (
    "_socket",
    "asyncio",
    "concurrent",
    "http.client",
    "http.server",
    "httpx",
    "multiprocessing",
    "picows",
    "select",
    "selectors",
    "socket",
    "socketserver",
    "ssl",
    "subprocess",
    "threading",
    "urllib.request",
    "uvloop",
    "websockets",
)


@dataclass(frozen=True)
class Reference:
    """One dotted name a module refers to, by import or by an attribute of something imported."""

    name: str
    line: int


@dataclass(frozen=True)
class Module:
    """A parsed source file; `path` is relative to the top of the tree, with forward slashes."""

    path: str
    references: tuple[Reference, ...]

    @property
    def package(self) -> str:
        return self.path.split("/", 1)[0]


class _References(ast.NodeVisitor):
    """Collects the absolute dotted names of all imports, and of attributes read through an imported name."""

    def __init__(self, path: str) -> None:
        parts = path.removesuffix(".py").split("/")
        self._package = parts[:-1]  # of a module, and just as well of `__init__`
        self._bound: dict[str, str] = {}  # local name -> what was imported under it
        self._attributes: list[tuple[list[str], int]] = []
        self.found: list[Reference] = []

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.found.append(Reference(alias.name, node.lineno))
            if alias.asname:
                self._bound[alias.asname] = alias.name
            else:
                top = alias.name.partition(".")[0]
                self._bound[top] = top

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = self._package[: len(self._package) - node.level + 1] if node.level else []
        origin = ".".join([*base, *([node.module] if node.module else [])])
        for alias in node.names:
            # `from x import y` may mean the module x.y or the name y in x; as a dotted name both look alike.
            self.found.append(Reference(f"{origin}.{alias.name}", node.lineno))
            self._bound[alias.asname or alias.name] = f"{origin}.{alias.name}"

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in {"import_module", "__import__"} and node.args:
            literal = node.args[0]
            if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                self.found.append(Reference(literal.value, node.lineno))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            chain.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self._attributes.append(([inner.id, *chain], node.lineno))
        else:
            self.visit(inner)

    def references(self) -> tuple[Reference, ...]:
        """Imports, then the attributes; resolved last, because a function may stand above the import it uses."""
        through = [
            Reference(".".join([self._bound[chain[0]], *chain[1:]]), line)
            for chain, line in self._attributes
            if chain[0] in self._bound
        ]
        return (*self.found, *through)


def read_modules(root: Path, folders: Sequence[str]) -> list[Module]:
    """Parse every Python file below the given folders of `root`, in a stable order."""
    modules = []
    for folder in folders:
        for file in sorted((root / folder).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            visitor = _References(path)
            visitor.visit(ast.parse(file.read_text(encoding="utf-8"), filename=path))
            modules.append(Module(path, visitor.references()))
    return modules


def is_or_is_in(name: str, module: str) -> bool:
    """Whether a dotted name is the module or something inside it."""
    return name == module or name.startswith(f"{module}.")


def import_order(module: Module) -> Iterator[str]:
    """Packages import only what lies below them; csms_core and simulator never each other."""
    allowed = MAY_IMPORT[module.package] | {module.package}
    for reference in module.references:
        target = reference.name.partition(".")[0]
        if target in MAY_IMPORT and target not in allowed:
            may = ", ".join(sorted(MAY_IMPORT[module.package])) or "none of ours"
            yield f"{module.path}:{reference.line}: {module.package} imports {reference.name}, it may import {may}"


def packages_stand_alone(module: Module) -> Iterator[str]:
    """What is installed never imports what only lies in the repository."""
    for reference in module.references:
        if reference.name.partition(".")[0] in {"tests", "benchmarks", "examples", "conftest"}:
            yield f"{module.path}:{reference.line}: imports {reference.name}, which is not installed"


def locust_is_an_extra(module: Module) -> Iterator[str]:
    """locust patches the whole process, so only simulator/fleet/locust may import it, and what locust is given."""
    given = ("simulator/fleet/locust/*", "examples/locustfile*.py", "benchmarks/beside/*_locustfile.py")
    if any(fnmatch(module.path, pattern) for pattern in given):
        return
    for reference in module.references:
        if is_or_is_in(reference.name, "locust"):
            yield f"{module.path}:{reference.line}: imports {reference.name}, only simulator/fleet/locust may"


def ocppj_does_no_io(module: Module) -> Iterator[str]:
    """ocppj is fed text and time; sockets and loops are the peers' business."""
    if module.package != "ocppj" or fnmatch(module.path, "ocppj/peers/*.py"):
        return
    yield from _io(module)


def reports_do_no_io(module: Module) -> Iterator[str]:
    """Reports turn results into documents and talk to nobody."""
    if module.package == "reports":
        yield from _io(module)


def _io(module: Module) -> Iterator[str]:
    for reference in module.references:
        if any(is_or_is_in(reference.name, banned) for banned in IO_MODULES):
            yield f"{module.path}:{reference.line}: {module.package} does no I/O, yet it uses {reference.name}"


def no_foreign_charge_point(module: Module) -> Iterator[str]:
    """ocpp's ChargePoint hides frames; it belongs to tests/interop and benchmarks alone."""
    if fnmatch(module.path, "tests/interop/*") or module.package == "benchmarks":
        return
    for reference in module.references:
        parts = reference.name.split(".")
        if parts[0] == "ocpp" and ("charge_point" in parts or "ChargePoint" in parts):
            yield f"{module.path}:{reference.line}: uses {reference.name}, only tests/interop and benchmarks may"
        elif len(parts) == 3 and parts[0] == "ocpp" and parts[2] == "*":
            yield f"{module.path}:{reference.line}: {reference.name} brings in ChargePoint, name what you need"


Rule = Callable[[Module], Iterator[str]]
OF_PACKAGES: tuple[Rule, ...] = (
    import_order,
    packages_stand_alone,
    locust_is_an_extra,
    ocppj_does_no_io,
    reports_do_no_io,
    no_foreign_charge_point,
)
OF_EVERYTHING_ELSE: tuple[Rule, ...] = (locust_is_an_extra, no_foreign_charge_point)


def broken(rules: Sequence[Rule], modules: Sequence[Module]) -> list[str]:
    """One sentence for each place where a rule is broken (a name both imported and used on a line counts once)."""
    return list(dict.fromkeys(sentence for module in modules for rule in rules for sentence in rule(module)))


# ---- the tree as it is


@pytest.mark.parametrize("package", PACKAGES)
def test_package_keeps_the_rules(package: str) -> None:
    modules = read_modules(ROOT, [package])

    assert modules, f"{package} has no Python file"
    assert broken(OF_PACKAGES, modules) == []


def test_the_rest_of_the_repository_keeps_the_rules() -> None:
    modules = read_modules(ROOT, ["tests", "benchmarks", "examples"])

    assert any(module.path == "tests/test_architecture.py" for module in modules)
    assert broken(OF_EVERYTHING_ELSE, modules) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_a_package_is_a_package(package: str) -> None:
    """A folder without `__init__.py` breaks `pytest --pyargs`: two case files of one name would be one module."""
    folders = {file.parent for file in (ROOT / package).rglob("*.py")}
    bare = sorted(str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").is_file())

    assert bare == []


def test_the_order_has_no_cycle() -> None:
    resolved: set[str] = set()
    while ready := {package for package, needs in MAY_IMPORT.items() if package not in resolved and needs <= resolved}:
        resolved |= ready

    assert resolved == set(PACKAGES)


# ---- the rules can fail


@dataclass(frozen=True)
class Planted:
    """Made-up source, where it would stand, and a part of the sentence about it (empty: there is none)."""

    rule: Rule
    path: str
    source: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.rule.__name__}-{self.path}-{self.source.splitlines()[-1].strip()}"


VIOLATIONS = [
    Planted(import_order, "schemas/a.py", "import ocppj\n", "schemas/a.py:1: schemas imports ocppj"),
    Planted(import_order, "ocppj/a.py", "from harness import cli\n", "harness.cli"),
    Planted(
        import_order, "csms_core/a.py", "from simulator.v16.station import Station\n", "simulator.v16.station.Station"
    ),
    Planted(import_order, "simulator/a.py", "import json\nimport csms_core.app as app\n", "simulator/a.py:2"),
    Planted(import_order, "simulator/a/b.py", "def f():\n    from csms_core import app\n", "csms_core.app"),
    Planted(import_order, "reports/a.py", "from ocppj.frames import Call\n", "it may import schemas"),
    Planted(import_order, "testcases/v16/a.py", "from ocppj import frames\n", "it may import harness"),
    Planted(import_order, "harness/a.py", "import testcases.v16\n", "testcases.v16"),
    Planted(
        import_order,
        "ocppj/a.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from simulator import Station\n",
        "simulator.Station",
    ),
    Planted(
        import_order, "ocppj/a.py", "import importlib\nimportlib.import_module('csms_core.app')\n", "csms_core.app"
    ),
    Planted(import_order, "ocppj/a.py", "x = __import__('simulator')\n", "simulator"),
    Planted(packages_stand_alone, "harness/a.py", "from tests.helpers import proxy\n", "tests.helpers.proxy"),
    Planted(locust_is_an_extra, "simulator/fleet.py", "from locust import User\n", "locust.User"),
    Planted(locust_is_an_extra, "harness/load.py", "import locust.env\n", "locust.env"),
    Planted(locust_is_an_extra, "examples/station_more.py", "import locust\n", "imports locust"),
    Planted(locust_is_an_extra, "benchmarks/beside/more.py", "import locust\n", "imports locust"),
    Planted(ocppj_does_no_io, "ocppj/session/session.py", "import asyncio\n", "asyncio"),
    Planted(ocppj_does_no_io, "ocppj/frames.py", "from websockets.sync.client import connect\n", "websockets"),
    Planted(ocppj_does_no_io, "ocppj/rules/core.py", "import threading as t\n", "threading"),
    Planted(ocppj_does_no_io, "ocppj/evidence/trace.py", "from urllib import request\n", "urllib.request"),
    Planted(ocppj_does_no_io, "ocppj/deep/peers.py", "import socket\n", "socket"),
    Planted(reports_do_no_io, "reports/html.py", "import httpx\n", "httpx"),
    Planted(no_foreign_charge_point, "simulator/a.py", "from ocpp.v16 import ChargePoint\n", "ocpp.v16.ChargePoint"),
    Planted(no_foreign_charge_point, "simulator/a.py", "from ocpp.charge_point import ChargePoint\n", "charge_point"),
    Planted(no_foreign_charge_point, "csms_core/a.py", "from ocpp import charge_point as cp\n", "ocpp.charge_point"),
    Planted(no_foreign_charge_point, "harness/a.py", "import ocpp.v16\nclass A(ocpp.v16.ChargePoint): ...\n", ":2"),
    Planted(no_foreign_charge_point, "harness/a.py", "from ocpp import v16\nx = v16.ChargePoint('CP', None)\n", ":2"),
    Planted(no_foreign_charge_point, "harness/a.py", "from ocpp.v16 import *\n", "name what you need"),
    Planted(
        no_foreign_charge_point, "tests/csms_core/test_a.py", "from ocpp.v16 import ChargePoint\n", "tests/interop"
    ),
]

ALLOWED = [
    Planted(import_order, "ocppj/a.py", "import schemas\nfrom . import frames\nfrom .frames import Call\n", ""),
    Planted(import_order, "csms_core/api/a.py", "from ..store import Store\nfrom ocppj.peers.aio import Peer\n", ""),
    Planted(import_order, "harness/a.py", "import csms_core, ocppj, reports, schemas, simulator\n", ""),
    Planted(import_order, "testcases/a.py", "from harness import case\n", ""),
    Planted(import_order, "schemas/a.py", "import ocppj_tools\nlocal = object()\nlocal.simulator\n", ""),
    Planted(locust_is_an_extra, "simulator/fleet/locust/users.py", "import locust\n", ""),
    Planted(locust_is_an_extra, "examples/locustfile_more.py", "import locust\n", ""),
    Planted(locust_is_an_extra, "benchmarks/beside/more_locustfile.py", "import locust\n", ""),
    Planted(locust_is_an_extra, "simulator/fleet/locust/more.py", "from locust import User\n", ""),
    Planted(ocppj_does_no_io, "ocppj/peers/sync.py", "import threading\nimport websockets.sync.client\n", ""),
    Planted(ocppj_does_no_io, "simulator/fleet.py", "import asyncio\n", ""),
    Planted(ocppj_does_no_io, "ocppj/a.py", "from urllib.parse import quote\nfrom collections import deque\n", ""),
    Planted(no_foreign_charge_point, "simulator/a.py", "from ocpp.v16 import call, enums\ncall.Authorize('x')\n", ""),
    Planted(no_foreign_charge_point, "tests/interop/test_a.py", "from ocpp.v16 import ChargePoint\n", ""),
    Planted(no_foreign_charge_point, "benchmarks/a.py", "from ocpp.charge_point import ChargePoint\n", ""),
]


def sentences_about(planted: Planted, root: Path) -> list[str]:
    """Write the made-up source into an empty tree and apply its rule the way the real tree is read."""
    file = root / planted.path
    file.parent.mkdir(parents=True)
    file.write_text(planted.source, encoding="utf-8")
    return broken([planted.rule], read_modules(root, [planted.path.partition("/")[0]]))


@pytest.mark.parametrize("planted", VIOLATIONS, ids=str)
def test_a_planted_violation_is_found(planted: Planted, tmp_path: Path) -> None:
    sentences = sentences_about(planted, tmp_path)

    assert len(sentences) == 1
    assert planted.path in sentences[0]
    assert planted.sentence in sentences[0]


@pytest.mark.parametrize("planted", ALLOWED, ids=str)
def test_what_the_rules_allow_is_left_alone(planted: Planted, tmp_path: Path) -> None:
    assert sentences_about(planted, tmp_path) == []


def test_every_rule_has_a_planted_violation() -> None:
    assert {planted.rule for planted in VIOLATIONS} == {*OF_PACKAGES, *OF_EVERYTHING_ELSE}
