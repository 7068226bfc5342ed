"""Templates are compiled once and kept as Python keeps its own code."""

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from reports.text import templating
from reports.text.templating import Compiled

TEMPLATE = "Hello {{ name }}!"


@pytest.fixture(autouse=True)
def writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment of the tests says."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def rendered(folder: Path, text: str = TEMPLATE) -> str:
    """A template filled in by an environment that has compiled nothing yet."""
    environment = Environment(loader=DictLoader({"hello": text}), bytecode_cache=Compiled(folder))
    return environment.get_template("hello").render(name="you")


def forbid_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    def compile(*given: object) -> None:
        raise AssertionError("it is compiled again")

    monkeypatch.setattr(Environment, "_generate", compile)


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "__pycache__"
    assert rendered(folder) == "Hello you!"
    forbid_compiling(monkeypatch)

    assert rendered(folder) == "Hello you!"


def test_another_text_is_compiled_anew(tmp_path: Path) -> None:
    folder = tmp_path / "__pycache__"
    rendered(folder)

    assert rendered(folder, "Bye {{ name }}!") == "Bye you!"


def test_the_code_of_other_settings_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered(tmp_path)
    monkeypatch.setattr(templating, "_HOW", {"autoescape": False})

    rendered(tmp_path)

    assert len(list(tmp_path.iterdir())) == 2


def test_nothing_is_kept_where_python_may_keep_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert rendered(tmp_path / "__pycache__") == "Hello you!"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_no_mistake(tmp_path: Path) -> None:
    assert rendered(tmp_path / "gone" / "__pycache__") == "Hello you!"
    assert list(tmp_path.iterdir()) == []
