"""The set-up of the project does not depend on what was released after its locks were written.

Each test runs the Makefile in a small copy of the tree, against an index on loopback that has a newer version of
everything, see `tests/setup/local_index.py`. The modules of the copy are empty: none of them is run.
"""

import os
import re
import subprocess
import sysconfig
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import distribution, distributions
from io import BytesIO
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests import ROOT
from tests.setup.bare_tree import bare_tree
from tests.setup.interpreters import Interpreter, interpreter
from tests.setup.local_index import REAL, Index, NotInstalled, Wheel, hollow, offered, packed_again, served
from tests.setup.locks import EXTRAS_LOCK, LOCK, requirements, version_of, version_of_the_project

MINORS = ("11", "12", "13")
RESOLVING = "INSTALL=install --require-hashes -r"
"""What the set-up did before: pip resolves the lock again."""
HERE = Path(sysconfig.get_path("purelib"))


def python(minor: str) -> Interpreter:
    """A Python of this machine, or the test is skipped."""
    found = interpreter(minor)
    if found is None:
        pytest.skip(f"no Python 3.{minor} that can make an environment with pip, neither on the PATH nor of pyenv")
    return found


def python_with_pip(version: str) -> Interpreter:
    """A Python whose own pip is of this version, or the test is skipped."""
    found = next((one for one in map(interpreter, MINORS) if one and one.pip.startswith(f"{version}.")), None)
    if found is None:
        pytest.skip(f"no Python 3.11 to 3.13 of this machine comes with pip {version}")
    return found


def load_packages() -> Path:
    """Where the environment of locust has its packages, or the test is skipped."""
    named = os.environ.get("PLUGPROOF_LOAD_PYTHON", ROOT / ".venv-locust" / "bin" / "python")
    if not Path(named).exists():
        pytest.skip("what the extras require is not known here: their environment is made by 'make test'")
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.run([named, "-c", script], capture_output=True, text=True, check=True).stdout.strip())


def index_of(lock: str, *folders: Path) -> list[Wheel]:
    try:
        return offered(requirements(lock), [HERE, *folders])
    except NotInstalled as missing:
        pytest.fail(f"{missing}: this environment is older than {lock}, run 'make test'")


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with served(index_of(LOCK)) as serving:
        yield serving


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return bare_tree(tmp_path / "tree")


Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def make(tree: Path, tmp_path: Path) -> Make:
    """Run make in the copy, with an index and nothing else of pip's settings; the environment is `tmp_path/venv`."""

    def run(index: Index, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index.url,
            "PIP_NO_CACHE_DIR": "1",
            "PIP_NO_COMPILE": "1",
            "NO_PROXY": "*",
        }
        command = ("make", "--no-print-directory", f"VENV={tmp_path / 'venv'}", *arguments)
        return subprocess.run(command, cwd=tree, env=environment, text=True, capture_output=True)

    return run


def with_pip(python: Interpreter, which: str, folder: Path) -> None:
    """A virtual environment that is there when make begins, with Python's `own` pip, or the `newest`, that of the lock.

    The wheel is unpacked, because ensurepip takes as long as all the rest.
    """
    subprocess.run([python.path, "-m", "venv", "--without-pip", folder], check=True)
    content = python.pip_wheel.read_bytes() if which == "own" else packed_again(distribution("pip")).content
    zipfile.ZipFile(BytesIO(content)).extractall(packages_of(folder))


def packages_of(environment: Path) -> Path:
    (folder,) = environment.glob("lib/python3.*/site-packages")
    return folder


def installed_in(environment: Path) -> dict[str, str]:
    found = distributions(path=[str(packages_of(environment))])
    return {canonicalize_name(one.name): one.version for one in found}


def pinned_for(python: Interpreter, lock: str) -> dict[str, str]:
    """What a lock wants on this machine for that Python."""
    minor = ".".join(python.version.split(".")[:2])
    markers = {name: str(value) for name, value in default_environment().items()}
    markers |= {"python_version": minor, "python_full_version": python.version}
    return {
        canonicalize_name(pin.name): version_of(pin)
        for pin in requirements(lock)
        if pin.marker is None or pin.marker.evaluate(markers)
    }


def pinned_files(index: Index, lock: str) -> set[str]:
    pins = {(canonicalize_name(pin.name), version_of(pin)) for pin in requirements(lock)}
    return {wheel.file for wheel in index.wheels if (wheel.name, wheel.version) in pins}


# ---- the set-up


def test_something_newer_is_offered_for_every_pin(index: Index) -> None:
    pins = {canonicalize_name(pin.name): Version(version_of(pin)) for pin in requirements(LOCK)}
    newest = {name: max(Version(one.version) for one in index.wheels if one.name == name) for name in pins}

    assert [name for name, version in newest.items() if version <= pins[name]] == []


BY_DAY = (("11", "own"), ("12", "newest"), ("13", "newest"))
"""Each Python, the oldest pip and the newest."""
BY_NIGHT = (("11", "newest"), ("12", "own"), ("13", "own"))


@pytest.mark.parametrize(
    ("minor", "pip"), [*BY_DAY, *(pytest.param(*one, marks=pytest.mark.nightly) for one in BY_NIGHT)]
)
def test_set_up_installs_exactly_the_pins(
    minor: str, pip: str, index: Index, make: Make, tree: Path, tmp_path: Path
) -> None:
    """`make setup` with the pip that Python brings (23.2 with Python 3.11 and 3.12), and with the newest."""
    base = python(minor)
    (tree / LOCK).write_text(index.locking(LOCK))
    with_pip(base, pip, tmp_path / "venv")
    index.fetched.clear()

    done = make(index, "setup", f"PYTHON={base.path}")

    assert done.returncode == 0, done.stderr
    assert installed_in(tmp_path / "venv") == {**pinned_for(base, LOCK), "plugproof": version_of_the_project()}
    assert set(index.fetched) <= pinned_files(index, LOCK)  # the build back end is a pin, too
    assert done.stderr == ""


@pytest.mark.nightly
def test_set_up_of_a_fresh_clone_needs_nothing_but_python(index: Index, make: Make, tree: Path, tmp_path: Path) -> None:
    """Without an environment, make creates one; of what ensurepip brings, setuptools is in no lock.

    By day README's own commands show that the first half works (`test_readme.py`).
    """
    base = python("11")
    (tree / LOCK).write_text(index.locking(LOCK))

    done = make(index, "setup", f"PYTHON={base.path}")
    again = make(index, "setup", f"PYTHON={base.path}")

    assert done.returncode == 0, done.stderr
    installed = installed_in(tmp_path / "venv")
    installed.pop("setuptools", None)
    assert installed == {**pinned_for(base, LOCK), "plugproof": version_of_the_project()}
    assert (tmp_path / "venv" / "bin" / "plugproof").is_file()
    assert (again.returncode, again.stdout) == (0, "make: Nothing to be done for 'setup'.\n")


@pytest.mark.parametrize("pins", ["all", "coverage and pytest-cov"])
def test_set_up_that_resolves_again_fails_these_tests(
    pins: str, index: Index, make: Make, tree: Path, tmp_path: Path
) -> None:
    """For the coverage[toml] of pytest-cov, pip 23.2 takes the newest coverage, and refuses it as not pinned."""
    base = python_with_pip("23.2")
    chosen = [pin for pin in requirements(LOCK) if pins == "all" or canonicalize_name(pin.name) in pins.split()]
    (tree / LOCK).write_text(index.locking_these(chosen))
    with_pip(base, "own", tmp_path / "venv")

    done = make(index, "setup", f"PYTHON={base.path}", RESOLVING)

    assert done.returncode == 2
    assert "In --require-hashes mode, all requirements must have their versions pinned with ==" in done.stderr
    refused = re.search(r"^    (\S+)\[\w+\]\S* from http", done.stderr, re.MULTILINE)
    assert refused, done.stderr
    assert pins == "all" or refused[1] == "coverage"
    assert set(installed_in(tmp_path / "venv")) == {"pip"}


def test_set_up_of_the_extras_installs_exactly_the_pins(make: Make, tree: Path, tmp_path: Path) -> None:
    """The environment of locust, which `make test` makes beside the first one, and `make extras`, which adds to it."""
    load = load_packages()
    base = python("11")
    with_pip(base, "newest", tmp_path / "venv")
    with served(index_of(EXTRAS_LOCK, load)) as index:
        for lock in (LOCK, EXTRAS_LOCK):
            (tree / lock).write_text(index.locking(lock))
        done = make(index, f"{tmp_path / 'venv'}-locust/.installed", "extras", f"PYTHON={base.path}")

    pins, extras = pinned_for(base, LOCK), pinned_for(base, EXTRAS_LOCK)
    assert done.returncode == 0, done.stderr
    assert installed_in(tmp_path / "venv-locust") == {name: extras[name] for name in extras.keys() - pins.keys()}
    assert installed_in(tmp_path / "venv") == {**extras, "plugproof": version_of_the_project()}
    assert set(index.fetched) <= pinned_files(index, EXTRAS_LOCK)
    assert done.stderr == ""


def test_lock_that_does_not_fit_together_is_told(make: Make, tree: Path, tmp_path: Path) -> None:
    """Nothing is resolved, so `pip check` finds it; what it says is shown, and what to do."""
    base = python("11")
    with_pip(base, "newest", tmp_path / "venv")
    build = [pin for pin in requirements(LOCK) if canonicalize_name(pin.name) in REAL]
    wheels = [*index_of(LOCK), hollow("sound", "1.0", "other>=2"), hollow("other", "1.0")]
    with served(wheels) as index:
        pins = [*build, Requirement("sound==1.0"), Requirement("other==1.0")]
        (tree / LOCK).write_text(index.locking_these(pins))
        done = make(index, "setup", f"PYTHON={base.path}")

    assert done.returncode == 2
    assert "sound 1.0 has requirement other>=2, but you have other 1.0." in done.stderr
    assert f"What is installed in {tmp_path / 'venv'} does not fit together: remove that folder" in done.stderr
    assert "requirements.lock is wrong: 'make lock' resolves it anew" in done.stderr
    assert not (tmp_path / "venv" / ".installed").exists()  # so that the next make does not take it for done


def test_nothing_is_installed_but_by_these_commands() -> None:
    """Every command of the Makefile that installs takes a lock, or the project without its dependencies."""
    lines = re.findall(r"^\t.*\$\(PIP\).*$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    rest = [line for line in lines if not re.search(r" \$\(INSTALL\) requirements(-extras|-docs)?\.lock$", line)]

    assert len(lines) == 5
    assert rest == ["\t$(PIP) install --no-deps --no-build-isolation --editable ."]
