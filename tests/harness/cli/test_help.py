"""What `plugproof` says of itself: the help of every command, its examples, its version, what the shell completes."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from commandline import Command, Group, run
from harness.cli.app import app


def whole() -> TyperGroup:
    """The command itself, with all others below it."""
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    return command


ROOT = whole()
CONTEXT = typer.Context(ROOT, info_name="plugproof")
EVERY = ROOT.list_commands(CONTEXT)
PLUGPROOF = str(Path(sys.executable).with_name("plugproof"))


def made(name: str) -> TyperCommand | TyperGroup:
    found = ROOT if name == "plugproof" else ROOT.get_command(CONTEXT, name)
    assert isinstance(found, TyperCommand | TyperGroup)
    return found


# Until fleet, load, station and the CSMS bring a command, what they say is argparse's and not in this look.
CONVERTED = ["plugproof", *(name for name in EVERY if isinstance(made(name), Command))]


def examples_of(name: str) -> Iterator[list[str]]:
    """The lines of the examples, as a shell would split them."""
    for line in (made(name).epilog or "").replace("\\\n", " ").splitlines():
        if line.strip().startswith("plugproof"):
            yield shlex.split(line)


EXAMPLES = [shlex.join(line) for name in CONVERTED for line in examples_of(name)]


class Text(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "txt"


def shown(name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(app, ["--help"] if name == "plugproof" else [name, "--help"], "plugproof") == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.mark.parametrize("name", CONVERTED)
def test_help(
    name: str, snapshot: SnapshotAssertion, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = shown(name, capsys, monkeypatch)
    assert max(map(len, out.splitlines())) <= 80
    assert out == snapshot(extension_class=Text)


@pytest.mark.parametrize("name", CONVERTED)
def test_every_option_has_a_sentence_and_a_word_for_its_value(name: str) -> None:
    for each in made(name).get_params(typer.Context(made(name))):
        assert isinstance(each, TyperOption | TyperArgument)
        assert each.help, f"{name} {each.name} has no sentence"
        assert each.help.partition(" [default: ")[0].endswith("."), f"{name} {each.name}: {each.help}"
        is_flag = isinstance(each, TyperOption) and each.is_flag
        assert is_flag or each.metavar, f"{name} {each.name} has no metavar"


@pytest.mark.parametrize("name", CONVERTED[1:])
def test_sentence_in_the_list_of_commands_is_the_first_of_the_help(name: str) -> None:
    """Those of other packages are listed without being imported, so their sentence is written twice."""
    assert isinstance(ROOT, Group)
    assert (made(name).help or "").partition("\n")[0] == ROOT.sentence(name)


@pytest.mark.parametrize("name", CONVERTED)
def test_every_help_has_examples(name: str) -> None:
    lines = list(examples_of(name))
    assert lines
    assert name == "plugproof" or all(line[1] == name for line in lines)


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_is_taken(line: str) -> None:
    """Its command exists, takes its options and arguments, and knows the names among their values."""
    _, name, *arguments = shlex.split(line)
    with made(name).make_context(name, arguments, parent=CONTEXT) as context:
        for each in made(name).params:
            known = {item.value for item in each.shell_complete(context, "")} - {""}
            value = context.params[each.name]
            for text in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
                assert not known or "." in text or text in known, f"{each.name}: {text}"


def test_examples_that_need_nobody_else_work(tmp_path: Path) -> None:
    """Those of `list`, `init`, `check` and `pki`, in the order of the help and in an empty folder."""
    for name in ("list", "init", "check", "pki"):
        for line in examples_of(name):
            if "--probe" not in line:  # the CSMS that it would connect to is not there
                done = subprocess.run([PLUGPROOF, *line[1:]], cwd=tmp_path, capture_output=True, text=True)
                assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    assert {"sut.toml", "lab.toml", "pki", "keys"} == {file.name for file in tmp_path.iterdir()}


def test_example_of_a_case_that_fails_shows_one(tmp_path: Path) -> None:
    (line,) = (line for line in examples_of("precheck") if "--fault" in line)
    done = subprocess.run([PLUGPROOF, *line[1:]], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "TC_001_CSMS" in done.stdout


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, ["--version"], "plugproof") == 0
    assert capsys.readouterr().out == f"plugproof {version('plugproof')}\n"


def test_help_and_a_usage_error_import_nothing_that_takes_long() -> None:
    heavy = ("pytest", "fastapi", "sqlalchemy", "websockets", "rich", "csms_core", "simulator", "testcases")
    code = (
        "import sys; from harness.cli.app import app; from commandline import run\n"
        "print(run(app, sys.argv[1:], 'plugproof'), file=sys.stderr)\n"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    for arguments, exit_code in ((["--help"], 0), (["precheck", "--help"], 0), (["prechek"], 2), (["list", "-z"], 2)):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
        assert done.stderr.splitlines()[-2:] == [str(exit_code), "[]"], arguments


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("plugproof prec", ["precheck"]),
        ("plugproof precheck --case TC_010", ["TC_010_CS", "TC_010_CSMS"]),
        ("plugproof precheck --profile smart", ["smart_charging"]),
        ("plugproof precheck --fault boot-rej", ["boot-rejected"]),
        ("plugproof precheck --role cs", ["csms"]),
        ("plugproof list --profile reserv", ["reservation"]),
        ("plugproof list --format j", ["json"]),
        ("plugproof report --lay", ["--layout"]),
        ("plugproof diff --fail-on la", ["latency"]),
    ],
)
def test_bash_completes(line: str, expected: list[str]) -> None:
    """As bash does it: the script it is given is read, and the function in it is called."""
    environment = {"PATH": f"{Path(PLUGPROOF).parent}:{os.environ['PATH']}", "HOME": "/nonexistent"}
    script = subprocess.run(
        [PLUGPROOF], env=environment | {"_PLUGPROOF_COMPLETE": "source_bash"}, capture_output=True, text=True
    ).stdout
    words = line.split()
    press_tab = (
        f"{script}\nCOMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}\n"
        "_plugproof_completion plugproof; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(["bash", "--norc", "-c", press_tab], env=environment, capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == (expected, "")


def test_completion_is_installed_for_the_shell_that_asks(tmp_path: Path) -> None:
    environment = {"PATH": f"{Path(PLUGPROOF).parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    install = "plugproof --install-completion; exit $?"  # two commands, so that bash stays the one who asks
    done = subprocess.run(["bash", "--norc", "-c", install], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert ".bash_completions/plugproof.sh" in (tmp_path / ".bashrc").read_text()
    assert "_PLUGPROOF_COMPLETE=complete_bash" in (tmp_path / ".bash_completions" / "plugproof.sh").read_text()


@pytest.mark.parametrize(
    "line",
    [
        "precheck --tag",
        "precheck --csms",
        "precheck --case",
        "precheck --profile",
        "precheck --fault",
        "list --profile",
        "init --url",
        "pki --host",
        "pki --organization",
    ],
)
def test_an_empty_text_is_not_taken_for_none(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It comes from a variable that is not set; the command would do something else than what was asked."""
    name, option = line.split()
    assert run(app, [name, option, " "], "plugproof") == 2
    out, err = capsys.readouterr()
    assert out == ""
    told = f"plugproof {name}: invalid value for '{option}': it is empty; give it a value or leave the option out"
    assert err.splitlines()[0] == told
