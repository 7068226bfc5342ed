"""The look of the commands, shown with made-up ones.

What `plugproof` itself shows is in `tests/harness/cli/test_help.py`.
"""

import shlex
import subprocess
import sys
from typing import Annotated, ClassVar

import pytest
import typer

from commandline import Command, Elsewhere, Group, Heading, Shared, command, examples, nearest, option, run

EXAMPLES = examples(("Two steps", "brew tea --minutes 3"), ("", "brew tea --minutes 4"), ("One", "brew tea"))


@command("tea", epilog=EXAMPLES)
def tea(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Which one.")] = "green",
    minutes: Annotated[int, typer.Option(metavar="N", min=1, help="How long. " + "So it is. " * 8)] = 3,
    strong_and_with_a_very_long_name: Annotated[bool, typer.Option("--strong-and-with-a-very-long-name")] = False,
    pot: Annotated[str | None, typer.Option(rich_help_panel="Vessel", metavar="NAME", help="A well-known pot.")] = None,
) -> int:
    """Make tea.

    A second paragraph, which is long enough that it has to be broken somewhere, and not within a hyphen-joined word.
    """
    return minutes


class Kitchen(Group):
    elsewhere: ClassVar = {"far": Elsewhere("tests.commandline.far:command", "Somewhere else.")}


kitchen = typer.Typer(name="brew", cls=Kitchen, rich_markup_mode=None, pretty_exceptions_enable=False)


@kitchen.command("water", cls=Command, epilog=examples(("Boil", "brew water")))
def water() -> None:
    """Boil water."""


@kitchen.callback(epilog=examples(("All", "brew water")))
def brew() -> None:
    """A kitchen."""


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_help_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tea, ["--help"], "brew tea") == 0
    assert capsys.readouterr().out == (
        """\
Usage: brew tea [OPTIONS] [KIND]

  Make tea.

  A second paragraph, which is long enough that it has to be broken somewhere,
  and not within a hyphen-joined word.

Arguments:
  KIND  Which one. [default: green]

Options:
  --minutes N  How long. So it is. So it is. So it is. So it is. So it is. So it
               is. So it is. So it is. [default: 3; x>=1]
  --strong-and-with-a-very-long-name
  --help       Show this message and exit.

Vessel:
  --pot NAME  A well-known pot.

Examples:
  # Two steps
  brew tea --minutes 3
  brew tea --minutes 4

  # One
  brew tea
"""
    )


def test_help_of_a_group_imports_no_command_of_another_package() -> None:
    code = (
        "import sys; from tests.commandline.test_look import kitchen, run\n"
        "run(kitchen, ['--help'], 'brew'); print('tests.commandline.far' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == "False\n"
    shown = done.stdout
    assert "Usage: brew [OPTIONS] COMMAND [ARGUMENTS]...\n" in shown
    assert "Commands:\n  water  Boil water.\n  far    Somewhere else.\n" in shown
    assert shown.endswith("Examples:\n  # All\n  brew water\n")


def test_command_of_another_package_is_imported_when_it_is_called() -> None:
    code = (
        "import sys; from tests.commandline.test_look import kitchen, run\n"
        "print(run(kitchen, ['far', '--deep'], 'brew'), 'tests.commandline.far' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "7 True\n", done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["watr"], 2, "brew: no such command: watr; did you mean water?\nTry 'brew --help'.\n"),
        (["FAR"], 2, "brew: no such command: FAR; did you mean far?\nTry 'brew --help'.\n"),
        (["zzz"], 2, "brew: no such command: zzz\nTry 'brew --help'.\n"),
        (["--hepl"], 2, "brew: no such option: --hepl; did you mean --help?\nTry 'brew --help'.\n"),
        (["far", "--place"], 2, "brew far: option '--place' requires an argument.\nTry 'brew far --help'.\n"),
        (
            ["far", "--place", " "],
            2,
            "brew far: invalid value for '--place': it is empty; give it a value or leave the option out\n"
            "Try 'brew far --help'.\n",
        ),
        (["water", "cold"], 2, "brew water: got unexpected extra argument(s) (cold)\nTry 'brew water --help'.\n"),
    ],
)
def test_wrong_arguments_are_one_sentence(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kitchen, arguments, "brew") == code
    assert capsys.readouterr() == ("", said)


def test_no_arguments_are_a_mistake_that_the_help_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(kitchen, [], "brew") == 2
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[0]) == ("", "Usage: brew [OPTIONS] COMMAND [ARGUMENTS]...")


def test_exit_code_is_what_the_command_returns() -> None:
    assert run(tea, ["--minutes", "5"]) == 5
    assert run(kitchen, ["water"]) == 0


def test_ctrl_c_that_nobody_took_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    @command("wait", epilog=EXAMPLES)
    def wait() -> None:
        """Wait for ever."""
        raise KeyboardInterrupt

    assert run(wait, []) == 130
    assert capsys.readouterr() == ("", "interrupted\n")


def test_an_example_that_is_too_long_goes_on_as_a_shell_takes_it() -> None:
    line = "brew tea --minutes 3 --pot 'a name with blanks' --strong-and-with-a-very-long-name --more 1"
    shown = examples(("Long", line))
    assert shown == (
        "Examples:\n  # Long\n"
        "  brew tea --minutes 3 --pot 'a name with blanks' \\\n"
        "    --strong-and-with-a-very-long-name --more 1"
    )
    typed = shown.partition("# Long\n")[2]
    taken = subprocess.run(
        ["bash", "-c", f"brew() {{ printf '%s\\n' \"$@\"; }}\n{typed}"], capture_output=True, text=True
    )
    assert taken.stdout.splitlines() == shlex.split(line)[1:]


@pytest.mark.parametrize(
    "line", ["brew tea " + "-x " * 22 + "-yy", "brew tea \\\n    --minutes 3" + " --minutes 4" * 9]
)
def test_an_example_that_fits_or_is_broken_already_stays_as_it_is(line: str) -> None:
    assert examples(("Short", line)) == f"Examples:\n  # Short\n  {line}"


def test_nearest_knows_no_case_and_says_nothing_of_what_is_far() -> None:
    assert nearest("SMART_chargin", ["smart_charging", "core"]) == "; did you mean smart_charging?"
    assert nearest("xyz", ["smart_charging", "core"]) == ""


def test_an_option_is_a_word_and_a_sentence_under_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    vessel, sugar = Heading("Vessel"), Shared("N", "Lumps of sugar.", 2)

    @command("cocoa", epilog=examples(("Hot", "brew cocoa")))
    def cocoa(
        cup: Annotated[str, vessel("NAME", "Which cup.", "--cup", "-c")] = "blue",
        lid: Annotated[bool, option(None, "With a lid.", "--lid")] = False,
        sugar: Annotated[int, vessel.of(sugar)] = sugar.default,
    ) -> int:
        """Make cocoa."""
        print(cup, lid, sugar)
        return 0

    assert run(cocoa, ["-c", "red", "--lid"], "brew cocoa") == 0
    assert run(cocoa, ["--help"], "brew cocoa") == 0
    made, _, shown = capsys.readouterr().out.partition("\n")
    assert made == "red True 2"
    within, without = shown.partition("Vessel")[2].split("Options")
    assert "With a lid." in without
    assert all(text in " ".join(within.split()) for text in ("NAME", "Which cup.", "Lumps of sugar. [default: 2]"))
