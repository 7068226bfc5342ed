"""`make system` and `.ci/run`: what the tests want of the system, on machines that have it, get it, or cannot.

The machine is a folder of commands: the real ones the script needs, and stand-ins for `apt-get` and `id`.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import ROOT

NEEDED = ("bash", "cat", "dirname", "env", "mkdir", "touch")
INSTALLS = """\
#!/usr/bin/env bash
echo "$@" >> "$MACHINE/apt-get.log"
[ "$1" = update ] && exit 0
for word; do
  case $word in
    chromium) : > "$MACHINE/bin/chromium"; chmod +x "$MACHINE/bin/chromium" ;;
    postgresql) mkdir -p "$MACHINE/postgresql/17/bin"; touch "$MACHINE/postgresql/17/bin/postgres" ;;
  esac
done
"""
FAILS = """\
#!/usr/bin/env bash
echo "$@" >> "$MACHINE/apt-get.log"
echo "E: Could not resolve" >&2
exit 100
"""


class Machine:
    """A machine without Chromium and PostgreSQL, and a tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands = folder / "bin"
        self.tree = folder / "tree"
        self.commands.mkdir()
        for name in (*NEEDED, "chmod"):
            (self.commands / name).symlink_to(shutil.which(name) or pytest.fail(f"this machine has no {name}"))
        shutil.copytree(ROOT / ".ci", self.tree / ".ci")

    def has(self, name: str, script: str) -> None:
        (self.commands / name).write_text(script)
        (self.commands / name).chmod(0o755)

    def user(self, number: int) -> None:
        self.has("id", f"#!/usr/bin/env bash\necho {number}\n")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.commands), "MACHINE": str(self.folder)}
        return subprocess.run(command, cwd=self.tree, env=environment, text=True, capture_output=True)

    def system(self) -> subprocess.CompletedProcess[str]:
        return self.run(".ci/system", str(self.folder / "postgresql"))

    @property
    def asked(self) -> list[str]:
        """How apt-get was called."""
        log = self.folder / "apt-get.log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_root_on_debian_gets_what_is_missing_and_nothing_the_second_time(machine: Machine) -> None:
    machine.user(0)
    machine.has("apt-get", INSTALLS)

    done, again = machine.system(), machine.system()

    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    update, install = machine.asked
    assert update == "update -qq"
    assert install.split()[-2:] == ["chromium", "postgresql"]
    assert "the system has what the tests want" in again.stdout


def test_what_cannot_be_installed_is_told_with_the_tests_that_will_be_skipped(machine: Machine) -> None:
    machine.user(0)
    machine.has("apt-get", FAILS)

    done = machine.system()

    assert done.returncode == 1
    assert done.stderr == "E: Could not resolve\napt-get could not install chromium postgresql\n"
    assert done.stdout.splitlines() == [
        "installing chromium postgresql",
        "there is no Chromium: the tests of pages in a browser will be skipped",
        "there is no PostgreSQL server: the tests of the store on PostgreSQL will be skipped",
    ]


def test_who_is_not_root_is_told_what_to_type(machine: Machine) -> None:
    machine.user(1000)
    machine.has("apt-get", INSTALLS)
    machine.has("chromium", "")

    done = machine.system()

    assert (done.returncode, done.stderr, machine.asked) == (1, "", [])
    assert done.stdout.splitlines() == [
        "to install what is missing: sudo apt-get install postgresql",
        "there is no PostgreSQL server: the tests of the store on PostgreSQL will be skipped",
    ]


def test_without_apt_only_the_skips_are_told(machine: Machine) -> None:
    done = machine.system()

    assert (done.returncode, done.stderr) == (1, "")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "there is no Chromium",
        "there is no PostgreSQL server",
    ]


@pytest.mark.parametrize("outcome", [0, 2])
def test_ci_goes_on_without_a_browser_and_ends_as_the_tests_end(machine: Machine, outcome: int) -> None:
    machine.has("make", f'#!/usr/bin/env bash\necho "make $@"\nexit {outcome}\n')

    done = machine.run("bash", ".ci/run")

    assert done.returncode == outcome
    assert "there is no Chromium: the tests of pages in a browser will be skipped" in done.stdout
    assert done.stdout.splitlines()[-2:] == ["going on without it", "make --keep-going docs test"]
