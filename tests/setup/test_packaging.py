"""What is installed is what the repository holds: sdist and wheel, entry points, the dependencies and the lock files.

The wheel of these tests is built of the sdist, so that a file which the sdist lacks is missing here. Nothing uses the
network: both are built by the locked build back end of this environment, and what the wheel asks for is taken from it.
"""

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from email.message import Message
from email.parser import Parser
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from trove_classifiers import classifiers

from tests import ROOT
from tests.setup.locks import DOCS_LOCK, EXTRAS_LOCK, LOCKS, requirements, version_of, version_of_the_project
from tests.setup.reader import inherited

PACKAGES = ("commandline", "schemas", "ocppj", "csms_core", "simulator", "harness", "testcases", "reports")

VERSION = version_of_the_project()
BUILD = (sys.executable, "-m", "hatchling", "build")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")

# One worker builds the wheel once, see `--dist loadgroup` in the Makefile.
pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="module")
def project() -> Mapping[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(*command: str, cwd: Path, expects: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, unmeasured, for it runs copies of our files; what it printed is the failure text."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**inherited(), **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == expects, done.stdout
    return done


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    run(*BUILD, "--target", "sdist", "--directory", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.tar.gz")
    return built


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of the sdist in a folder that has nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    run(*BUILD, "--target", "wheel", "--directory", str(folder), cwd=folder / f"plugproof-{VERSION}")
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


def read_metadata(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (path for path in archive.namelist() if path.endswith(f".dist-info/{name}"))
        return archive.read(path).decode("utf-8")


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    return Parser().parsestr(read_metadata(wheel, "METADATA"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed into a folder that comes before the editable project on the path of whoever uses it."""
    target = tmp_path_factory.mktemp("installed")
    run(*PIP, "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), str(wheel), cwd=target)
    return target


# ---- the sdist


def test_sdist_holds_what_git_holds_and_nothing_else(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.removeprefix(f"plugproof-{VERSION}/") for name in archive.getnames()}
    tracked = {name for name in run("git", "ls-files", cwd=ROOT).stdout.splitlines() if (ROOT / name).is_file()}

    assert tracked - held == set()
    assert {name for name in held - tracked if (ROOT / name).is_file()} <= new_files()
    assert {name for name in held - tracked if not (ROOT / name).is_file()} == {"PKG-INFO"}


def new_files() -> set[str]:
    """What somebody is about to add."""
    return set(run("git", "ls-files", "--others", "--exclude-standard", cwd=ROOT).stdout.splitlines())


# ---- an empty environment


def wanted(requirements: Iterator[Requirement], found: dict[str, Path]) -> dict[str, Path]:
    """What these ask for and what that asks for in turn, by name, with the folder in which it is installed here."""
    for requirement in requirements:
        name = canonicalize_name(requirement.name)
        if name not in found and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            installed = distribution(name)
            found[name] = Path(str(installed.locate_file("")))
            wanted(map(Requirement, installed.requires or ()), found)
    return found


def test_precheck_runs_in_an_empty_environment(wheel: Path, metadata: Message, tmp_path: Path) -> None:
    """Nothing is in it but the wheel and what the wheel asks for, which is linked instead of downloaded."""
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = tmp_path.glob("venv/lib/python*/site-packages")
    for name, folder in wanted(map(Requirement, metadata.get_all("Requires-Dist", [])), {}).items():
        for top in {file.parts[0] for file in distribution(name).files or () if file.parts[0] != ".."}:
            if not (site / top).exists() and top != "__pycache__":
                (site / top).symlink_to(folder / top)
    run(*PIP, "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel), cwd=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    plugproof = str(python.with_name("plugproof"))

    assert run(*PIP, "--python", str(python), "check", cwd=elsewhere).stdout == "No broken requirements found.\n"
    assert run(plugproof, "--version", cwd=elsewhere).stdout == f"plugproof {VERSION}\n"
    where = run(str(python), "-c", "import harness, ruff", cwd=elsewhere, expects=1).stdout
    assert "No module named 'ruff'" in where  # what is only for development is not there
    said = run(plugproof, "precheck", "--case", "TC_001_CSMS", cwd=elsewhere).stdout
    assert "1 passed" in said, said
    assert (elsewhere / "plugproof-out" / "latest" / "report.html").is_file()


# ---- the wheel


@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_holds_every_file_of_the_package(package: str, names: frozenset[str]) -> None:
    """Code and data: a pattern in .gitignore that matches a source file would take it out of the wheel unnoticed."""
    files = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / package).rglob("*")
        if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in file.relative_to(ROOT).parts)
    }

    assert f"{package}/__init__.py" in files
    assert files - names == set()


def test_wheel_holds_the_data_that_is_read_at_run_time(names: frozenset[str]) -> None:
    own = {f"schemas/{folder}/{name}.toml" for folder in ("v16", "v201") for name in ("actions", "errata", "secrets")}
    assert own <= set(names)


def test_every_package_says_that_it_is_typed(names: frozenset[str]) -> None:
    assert {f"{package}/py.typed" for package in PACKAGES} <= names


def test_wheel_holds_nothing_else(names: frozenset[str]) -> None:
    tops = {name.partition("/")[0] for name in names}

    assert tops - set(PACKAGES) == {f"plugproof-{VERSION}.dist-info"}
    assert [name for name in names if name.endswith((".pyc", ".lock", ".sqlite3"))] == []


def test_entry_points_name_the_cli_and_the_plugin(wheel: Path) -> None:
    entry_points = ConfigParser(delimiters=("=",))
    entry_points.optionxform = str  # type: ignore[assignment, method-assign]
    entry_points.read_string(read_metadata(wheel, "entry_points.txt"))

    assert {section: dict(entry_points[section]) for section in entry_points.sections()} == {
        "console_scripts": {"plugproof": "harness.cli:main"},
        "pytest11": {"harness.plugin.hooks": "harness.plugin.hooks"},
    }


def test_metadata_says_who_may_use_it_and_with_which_python(metadata: Message, names: frozenset[str]) -> None:
    assert metadata["Name"] == "plugproof"
    assert metadata["Version"] == VERSION
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert {f"plugproof-{VERSION}.dist-info/licenses/{name}" for name in ("LICENSE", "NOTICE")} <= names
    assert set(metadata.get_all("Classifier", [])) <= classifiers


def test_heavy_dependencies_are_extras(metadata: Message) -> None:
    requirements = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    extras = {
        canonicalize_name(requirement.name): str(requirement.marker)
        for requirement in requirements
        if requirement.marker and "extra" in str(requirement.marker)
    }

    assert extras == {"locust": 'extra == "load"', "gevent": 'extra == "load"', "psycopg": 'extra == "postgres"'}


def test_installed_packages_are_found_outside_the_repository(installed: Path, tmp_path: Path) -> None:
    script = f"import {', '.join(PACKAGES)}\nfor module in ({', '.join(PACKAGES)}): print(module.__file__)"
    found = run(sys.executable, "-c", script, cwd=tmp_path, PYTHONPATH=str(installed)).stdout.split()

    assert found == [str(installed / package / "__init__.py") for package in PACKAGES]


def test_installed_cases_are_collected_from_any_folder(installed: Path, tmp_path: Path) -> None:
    """`pytest --pyargs testcases` is how a user without a clone runs the cases."""
    command = (
        sys.executable,
        "-m",
        "pytest",
        "--pyargs",
        "testcases",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
    )
    printed = run(*command, cwd=tmp_path, PYTHONPATH=str(installed)).stdout

    assert re.search(r"^\d+(/\d+)? tests? collected", printed, re.MULTILINE), printed


def test_installed_command_starts(installed: Path, tmp_path: Path) -> None:
    script = "import sys; from harness.cli import main; sys.argv = ['plugproof', '--help']; sys.exit(main())"
    printed = run(sys.executable, "-c", script, cwd=tmp_path, PYTHONPATH=str(installed)).stdout

    assert "precheck" in printed


# ---- the version


def test_changelog_has_the_version_below_what_is_not_released() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", text, re.MULTILINE)

    assert sections[0] == ("Unreleased", "")
    assert (sections[1][0], bool(sections[1][1])) == (VERSION, True)


# ---- dependencies and locks


NEWER_STDLIB = ("compression",)
"""Modules of the standard library that the oldest Python we support does not have yet (3.14)."""


def third_party_imports(package: str) -> Iterator[tuple[str, str]]:
    """Every absolute import of the package that is neither ours nor the standard library's: top module and where."""
    ours = {*PACKAGES, *sys.stdlib_module_names, *NEWER_STDLIB}
    for file in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            else:
                continue
            for top in {module.partition(".")[0] for module in modules} - ours:
                yield top, f"{file.relative_to(ROOT).as_posix()}:{node.lineno}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_import_is_a_declared_dependency(package: str, project: Mapping[str, Any]) -> None:
    """What is only there because something else needs it may be gone tomorrow."""
    extras = project["project"]["optional-dependencies"]
    lines = [*project["project"]["dependencies"], *(line for extra in extras.values() for line in extra)]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    provided_by = packages_distributions()

    undeclared = [
        f"{where} imports {top}"
        for top, where in third_party_imports(package)
        if declared.isdisjoint(canonicalize_name(name) for name in provided_by.get(top, [top]))
    ]

    assert undeclared == []


def locked(lock: str) -> dict[str, list[Version]]:
    """Name -> pinned versions (more than one if environments differ)."""
    pins: dict[str, list[Version]] = {}
    for pin in requirements(lock):
        pins.setdefault(canonicalize_name(pin.name), []).append(Version(version_of(pin)))
    return pins


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_every_declared_dependency(lock: str, project: Mapping[str, Any]) -> None:
    """`make lock` was run after the last change of pyproject.toml."""
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    if lock == EXTRAS_LOCK:
        lines += [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    pins = locked(lock)

    for requirement in map(Requirement, lines):
        versions = pins.get(canonicalize_name(requirement.name))
        assert versions, f"{lock} lacks {requirement.name}: run 'make lock'"
        assert all(version in requirement.specifier for version in versions), f"{lock}: {requirement}, has {versions}"


def test_extras_lock_changes_no_version() -> None:
    base, extras = (locked(lock) for lock in LOCKS)

    assert {name: versions for name, versions in base.items() if extras.get(name) != versions} == {}


def test_lock_of_the_documentation_holds_what_its_group_declares(project: Mapping[str, Any]) -> None:
    pins = locked(DOCS_LOCK)

    for requirement in map(Requirement, project["dependency-groups"]["docs"]):
        versions = pins.get(canonicalize_name(requirement.name))
        assert versions, f"{DOCS_LOCK} lacks {requirement.name}: run 'make lock'"
        assert all(version in requirement.specifier for version in versions), f"{requirement}, has {versions}"


@pytest.mark.parametrize("lock", [*LOCKS, DOCS_LOCK])
def test_lock_is_hashed_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", text) if not entry.startswith("#")]

    assert len(entries) == sum(map(len, locked(lock).values()))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text)
