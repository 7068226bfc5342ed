"""The shape of the tree (ARCHITECTURE.md): no circles, folders that are read at a glance, versions at home.

Like `test_architecture.py` it reads source and imports nothing, and each rule is shown to find what breaks it.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import takewhile
from pathlib import Path

import pytest

from tests import ROOT
from tests.test_architecture import PACKAGES

MOST_ENTRIES = 15
"""Files and folders on one level: what a person takes in without searching; `__init__.py` and its like do not count."""

MOST_TESTS = 20
"""The same below `tests`, where a folder may hold what the tests of one package share beside the tests."""

SPELLINGS = {"1.6", "2.0.1", "ocpp1.6", "ocpp2.0.1"}
"""What a module that asks for the version would compare with."""

PICKS_A_VERSION = frozenset(
    {
        "csms_core/versions.py",
        "harness/edition.py",
        "harness/instruments/analysis/versions.py",
        "ocppj/versions.py",
        "schemas/versions.py",
        "simulator/__init__.py",
        "simulator/cli/versions.py",
        "simulator/fleet/fleet.py",
        "simulator/fleet/spoken.py",
        "simulator/models/model.py",
        "harness/cli/commands/report.py",
        "harness/sut/reading/loading.py",
    }
)
"""The tables that pick: they may name versions, and import what stands in the folder of one."""

ROLES = {"csms", "charge_point"}
"""What a module that asks for the role of the product would compare with; a party on the wire is csms or station."""
ROLE_NAMES = {"role", "sut"}
"""How the role of a product is called where it is kept: `sut.role`, `case.sut`, `results["run"]["sut"]["role"]`."""


def sources(root: Path, packages: Sequence[str]) -> dict[str, str]:
    """Path of every Python file of the packages, with forward slashes, and its text."""
    files = (file for package in packages for file in sorted((root / package).rglob("*.py")))
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in files}


def name_of(path: str) -> str:
    """The dotted name of a module, or of the package whose `__init__.py` it is."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(path: str, text: str) -> Iterator[tuple[str, int]]:
    """Each dotted name that is imported, wherever it stands; `from a import b` may mean `a.b`, or a name in `a`."""
    for node in ast.walk(ast.parse(text, filename=path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def packages_of(name: str) -> set[str]:
    """The packages that a module stands in."""
    parts = name.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts))}


def circle(files: Mapping[str, str]) -> list[str]:
    """Modules that import each other in a ring, the first again at the end; [] is none.

    Imports for types only count. Whoever imports a module runs the packages it stands in, except those in which it
    stands itself, as they are running already.
    """
    names = {name_of(path) for path in files}
    graph: dict[str, set[str]] = {}
    for path, text in files.items():
        name = name_of(path)
        told = {target if target in names else target.rpartition(".")[0] for target, _ in imports(path, text)}
        around = {package for target in told for package in packages_of(target)} - packages_of(name)
        graph[name] = ((told | around) & names) - {name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1]
        return ring
    return []


def is_there(path: Path) -> bool:
    """Whether it is a file, or a folder with one: where modules have moved away, what Python has compiled stays."""
    return path.is_file() or any(is_there(entry) for entry in path.iterdir() if entry.name != "__pycache__")


def entries(folder: Path) -> list[Path]:
    """What a reader finds in a folder, but `__init__.py` and its like."""
    return [entry for entry in folder.iterdir() if not entry.name.startswith("__") and is_there(entry)]


def crowded(root: Path, packages: Sequence[str], most: int = MOST_ENTRIES) -> list[str]:
    """Folders with more entries than a person takes in; one without any Python below it is data, and read by nobody."""
    folders = [folder for package in packages for folder in [root / package, *(root / package).rglob("*/")]]
    sizes = {
        folder: sum(1 for entry in entries(folder) if entry.name != "py.typed")
        for folder in folders
        if "__pycache__" not in folder.parts and any(folder.rglob("*.py"))
    }
    return [f"{folder.relative_to(root)}: {size} entries" for folder, size in sizes.items() if size > most]


def version_of(dotted: str) -> str:
    """The folder of a version in which a module of ours stands; empty when there is none."""
    parts = dotted.split(".")
    return next((part for part in parts if part in {"v16", "v201"}), "") if parts[0] in PACKAGES else ""


def versions_away_from_home(files: Mapping[str, str]) -> list[str]:
    """Modules that name a version, or import what belongs to one, from outside its folder; those that pick may."""
    found = []
    for path, text in files.items():
        if path in PICKS_A_VERSION:
            continue
        if home := version_of(name_of(path)):
            there = ((target, line) for target, line in imports(path, text))
            found += [
                f"{path}:{line}: imports {target}" for target, line in there if version_of(target) not in {"", home}
            ]
            continue
        found += [f"{path}:{line}: imports {target}" for target, line in imports(path, text) if version_of(target)]
        found += [
            f"{path}:{node.lineno}: names {node.value}"
            for node in ast.walk(ast.parse(text, filename=path))
            if isinstance(node, ast.Constant) and node.value in SPELLINGS
        ]
    return found


def last_name(node: ast.expr) -> str:
    """The last name of a chain such as `a.b["c"]`; empty when there is none."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case _:
            return ""


def literals(node: ast.AST) -> set[object]:
    """All texts and numbers in an expression or a pattern."""
    return {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)}


def comparisons(text: str) -> Iterator[tuple[int, set[str], set[object]]]:
    """Each comparison: its line, the names that are compared, and the literals they are compared with."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            named = [side for side in sides if last_name(side)]
            yield node.lineno, {last_name(side) for side in named}, set().union(*map(literals, set(sides) - set(named)))
        elif isinstance(node, ast.Match):
            yield node.lineno, {last_name(node.subject)}, set().union(*(literals(case.pattern) for case in node.cases))


def asked_for_the_role(files: Mapping[str, str]) -> list[str]:
    """Where code branches by the role of the product instead of looking it up in a table."""
    return [
        f"{path}:{line}: asks for the role"
        for path, text in files.items()
        for line, names, values in comparisons(text)
        if values & (ROLES if names & ROLE_NAMES else ROLES - {"csms"})
    ]


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(sources(ROOT, PACKAGES)) == []


def test_every_folder_is_read_at_a_glance() -> None:
    assert crowded(ROOT, PACKAGES) == []


def test_every_folder_of_tests_is_read_at_a_glance() -> None:
    assert crowded(ROOT, ["tests"], MOST_TESTS) == []


def test_versions_are_at_home() -> None:
    assert versions_away_from_home(sources(ROOT, PACKAGES)) == []


def test_nobody_asks_for_the_role() -> None:
    assert asked_for_the_role(sources(ROOT, PACKAGES)) == []


@pytest.mark.parametrize("path", sorted(PICKS_A_VERSION))
def test_what_picks_a_version_is_there_and_does(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")

    assert any(version_of(target) for target, _ in imports(path, text)) or any(one in text for one in SPELLINGS)


# ---- the rules can fail


@pytest.mark.parametrize(
    "files",
    [
        {"a/one.py": "from a import two\n", "a/two.py": "from a.one import f\n"},
        {"a/one.py": "import a.two\n", "a/two.py": "def f():\n    import a.one\n"},
        {
            "a/one.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a.two import T\n",
            "a/two.py": "from a.three import x\n",
            "a/three.py": "from a.one import y\n",
        },
        {"a/__init__.py": "from a.one import f\n", "a/one.py": "from a import g\n"},
        {"a/__init__.py": "import b\n", "b.py": "from a.one import f\n", "a/one.py": ""},
    ],
    ids=["two", "late", "types only", "with the package", "by way of the package"],
)
def test_a_planted_circle_is_found(files: dict[str, str]) -> None:
    ring = circle(files)

    assert ring[0] == ring[-1]
    assert set(ring) <= {name_of(path) for path in files}


def test_a_module_that_two_others_import_is_no_circle() -> None:
    files = {
        "a/__init__.py": "from a.one import x\n",
        "a/one.py": "from a.two import b\n",
        "a/two.py": "import b\n",
        "b.py": "",
    }

    assert circle(files) == []


def test_a_planted_crowd_is_found(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for number in range(MOST_ENTRIES):
        (tmp_path / "a" / "b" / f"m{number}.py").touch()

    assert crowded(tmp_path, ["a"]) == []
    (tmp_path / "a" / "b" / "one_more.py").touch()
    assert crowded(tmp_path, ["a"]) == [f"a/b: {MOST_ENTRIES + 1} entries"]
    assert crowded(tmp_path, ["a"], MOST_ENTRIES + 1) == []


def test_what_is_left_in_caches_is_no_entry(tmp_path: Path) -> None:
    (tmp_path / "gone" / "deep" / "__pycache__").mkdir(parents=True)
    (tmp_path / "gone" / "deep" / "__pycache__" / "m.pyc").touch()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "__init__.py").touch()

    assert [entry.name for entry in entries(tmp_path)] == ["there"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("from ocppj.v16 import PROTOCOL\n", "harness/a.py:1: imports ocppj.v16.PROTOCOL"),
        ("def f(version):\n    return version == '1.6'\n", "harness/a.py:2: names 1.6"),
        ("def f(subprotocol='ocpp1.6'): ...\n", "harness/a.py:1: names ocpp1.6"),
    ],
)
def test_a_version_away_from_home_is_found(source: str, said: str) -> None:
    assert versions_away_from_home({"harness/a.py": source}) == [said]
    assert versions_away_from_home({"harness/v16/a.py": source}) == []


def test_a_version_that_knows_another_one_is_found() -> None:
    source = "from ocppj.v16 import PROTOCOL\n"

    assert versions_away_from_home({"harness/v201/a.py": source}) == ["harness/v201/a.py:1: imports ocppj.v16.PROTOCOL"]
    assert versions_away_from_home({"harness/v201/a.py": "from ocpp.v16 import call\n"}) == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 1 if sut.role == 'csms' else 2\n",
        "if 'csms' != role: ...\n",
        "if run['sut']['role'] in ('csms', 'charge_point'): ...\n",
        "found = [case for case in cases if case.sut == 'charge_point']\n",
        "if which(x) == 'charge_point': ...\n",
        "match sut.role:\n    case 'csms': ...\n",
    ],
)
def test_a_question_for_the_role_is_found(source: str) -> None:
    assert asked_for_the_role({"harness/a.py": source}) == ["harness/a.py:1: asks for the role"]


def test_what_is_no_question_for_the_role_is_left_alone() -> None:
    source = (
        "BY_ROLE = {'csms': 1, 'charge_point': 2}\nx = BY_ROLE[sut.role]\ny = sut.role in BY_ROLE\n"
        "z = frame.sender == 'csms' or party != 'station'\n"
    )

    assert asked_for_the_role({"harness/a.py": source}) == []


# ---- and it is written down


def test_the_tree_of_the_architecture_names_every_folder() -> None:
    tree = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## The tree")[2].split("```")[1]
    told: set[str] = set()
    package = ""
    for line in tree.splitlines():
        names = [word.rstrip("/") for word in takewhile(lambda word: word.endswith("/"), line.split())]
        if not line.startswith(" "):
            package = names[0] if names else package
        elif line.startswith("  "):
            told |= {f"{package}/{name}" for name in names if name.isidentifier()}
    found = {
        folder.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for folder in entries(ROOT / package)
        if folder.is_dir()
    }

    assert found - {f"testcases/{name}" for name in ("v16", "v201")} <= told
