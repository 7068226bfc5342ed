"""`csms.toml` and the command line: what is set where, and what a mistake says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from csms_core import Config, settings
from csms_core.cli import _config, _from_file, _parser, main
from csms_core.settings import SettingsError

Writing = Callable[[str], Path]


@pytest.fixture
def writing(tmp_path: Path) -> Writing:
    """Write a csms.toml."""

    def write(text: str) -> Path:
        file = tmp_path / "csms.toml"
        file.write_text(text, "utf-8")
        return file

    return write


def configured(*arguments: str) -> Config:
    """The settings the command line leads to."""
    return _config(_parser(_from_file(arguments)).parse_args(arguments))


EVERYTHING: dict[str, tuple[str, Any]] = {
    "host": ('"0.0.0.0"', "0.0.0.0"),
    "port": ("9100", 9100),
    "path": ('"/csms"', "/csms"),
    "any_station": ("true", True),
    "security_profile": ("1", 1),
    "operator": ('"acme"', "acme"),
    "api_hosts": ('["csms.example"]', ("csms.example",)),
    "registration": ('"Pending"', "Pending"),
    "concurrent_transactions": ("false", False),
    "data_transfer": ('{acme = ["hello"]}', {"acme": frozenset(("hello",))}),
    "call_timeout": ("5", 5.0),
    "ping_interval": ("0.5", 0.5),
    "max_frame": ("1024", 1024),
    "faults": ('["boot-pending"]', ("boot-pending",)),
}


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_key_of_the_file_is_a_setting(writing: Writing, name: str) -> None:
    text, value = EVERYTHING[name]

    loaded = settings.load(writing(f"{name} = {text}"), Config())

    assert loaded == replace(Config(), **{name: value})


def test_every_setting_can_be_written_in_the_file() -> None:
    for field in fields(Config):
        for wrong in ({"a": {}}, [[]], 1j):
            problems = list(settings._problems({field.name: wrong}))
            assert problems == [problem for problem in problems if problem.startswith(f"{field.name}: ")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prot = 9000", "prot is no setting; did you mean port?"),
        ("api-port = 9000", "api-port is no setting; did you mean api_port?"),
        ("quux = 1", "quux is no setting; the keys are host, port, "),
        ("port = true", "port: write a whole number such as 30, not true."),
        ('port = "9000"', "port: write a whole number such as 30, not text."),
        ("port = 70000", "port: write 0 to 65535, not 70000."),
        ("call_timeout = -1", "call_timeout: write at least 0, not -1."),
        ("max_connections = 0", "max_connections: write at least 1, not 0."),
        ("any_station = 1", "any_station: write true or false, not 1."),
        ("host = 1", "host: write text in quotes, not 1."),
        ('registration = "Maybe"', "registration: write one of 'Accepted', 'Pending', 'Rejected', not text."),
        ('faults = "boot-pending"', 'faults: write a list such as ["text"], not text.'),
        ("faults = [1]", "faults: write text in quotes, not 1."),
        ('data_transfer = ["acme"]', "data_transfer: write a table, not a list."),
        ("data_transfer = {acme = true}", 'data_transfer: acme: write a list such as ["text"], not true.'),
        ("security_profile = 4", "security_profile: write 0 to 3, not 4."),
        ("port = ", "is no TOML: "),
        ("port = 1\nport = 2", "is no TOML: "),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_key(writing: Writing, text: str, sentence: str) -> None:
    file = writing(text)

    with pytest.raises(SettingsError) as mistake:
        settings.load(file, Config())

    assert str(mistake.value).startswith(str(file))
    assert sentence in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_what_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "csms.toml"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(SettingsError, match="is no TOML"):
        settings.load(file, Config())


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(tmp_path / "nothing.toml")]) == 2

    assert capfd.readouterr().err == (
        f"plugproof csms: {tmp_path}/nothing.toml cannot be read (No such file or directory); check --config.\n"
    )


def test_options_override_the_file_and_the_file_overrides_the_defaults(writing: Writing) -> None:
    file = str(writing('port = 9100\nheartbeat_interval = 17\nany_station = true\nmax_frame = 2048\npki = "keys"'))

    from_file = configured("--config", file)
    overridden = configured("--config", file, "--port", "9200", "--known-stations-only", "--pki", "elsewhere")

    assert (from_file.port, from_file.heartbeat_interval, from_file.any_station) == (9100, 17, True)
    assert (from_file.api_port, from_file.max_frame) == (9001, 2048)
    assert from_file.pki == str(Path(file).parent / "keys"), "a path is relative to the file"
    assert (overridden.port, overridden.heartbeat_interval, overridden.any_station) == (9200, 17, False)
    assert overridden.pki == "elsewhere"


def test_options_that_may_be_repeated_add_to_the_file(writing: Writing) -> None:
    file = str(writing('faults = ["boot-pending"]\ndata_transfer = {acme = ["hello"]}'))

    found = configured("--config", file, "--fault", "boot-rejected", "--data-transfer", "acme:bye")

    assert found.faults == ("boot-pending", "boot-rejected")
    assert found.data_transfer == {"acme": frozenset(("hello", "bye"))}
    assert configured("--config", file).faults == ("boot-pending",), "nothing is left behind of the run before"


def test_a_file_that_says_nothing_changes_nothing(writing: Writing) -> None:
    assert configured("--config", str(writing(""))) == configured()


def test_a_choice_of_the_file_can_be_taken_back(writing: Writing) -> None:
    file = str(writing("concurrent_transactions = false"))

    assert configured("--config", file).concurrent_transactions is False
    assert configured("--config", file, "--allow-concurrent").concurrent_transactions is True


def test_profiles_2_and_3_need_a_pki(capfd: pytest.CaptureFixture[str]) -> None:
    code = main(["--port", "0", "--api-port", "0", "--database", ":temporary:", "--security-profile", "2"])

    assert code == 2
    assert "needs TLS; make certificates with --init-pki DIR and give them with --pki DIR" in capfd.readouterr().err


def test_a_folder_that_is_no_pki_is_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = main(["--port", "0", "--api-port", "0", "--database", ":temporary:", "--pki", str(tmp_path)])

    err = capfd.readouterr().err
    assert code == 2
    assert "make one with --init-pki" in err
    assert len(err.splitlines()) == 1


def test_create_token_prints_the_token_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--database", f"sqlite:///{tmp_path}/csms.db", "--create-token", "ci"]
    assert main(arguments) == 0
    token = capsys.readouterr().out.strip()
    assert token.startswith("pp_")
    assert len(token.split()) == 1

    assert main(arguments) == 2
    assert "There is a token 'ci' already" in capsys.readouterr().err
