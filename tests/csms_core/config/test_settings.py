"""`csms.toml` and the command line: what is set where, and what a mistake says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from csms_core import Config
from csms_core.cli import settings
from csms_core.cli.main import command, main
from csms_core.cli.options import COMMANDS, settings_of
from csms_core.config.contradictions import SettingsError, check, contradictions
from csms_core.store.database import sqlite_file
from tests import ROOT

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
    return settings_of(command.make_context("csms", list(arguments)).params)


EVERYTHING: dict[str, tuple[str, Any]] = {
    "host": ('"0.0.0.0"', "0.0.0.0"),
    "port": ("9100", 9100),
    "path": ('"/csms"', "/csms"),
    "any_station": ("true", True),
    "any_tag": ("true", True),
    "security_profile": ("1", 1),
    "operator": ('"acme"', "acme"),
    "api_hosts": ('["csms.example"]', ("csms.example",)),
    "registration": ('"Pending"', "Pending"),
    "concurrent_transactions": ("false", False),
    "data_transfer": ('{acme = ["hello"]}', {"acme": frozenset(("hello",))}),
    "call_timeout": ("5", 5.0),
    "ping_interval": ("0.5", 0.5),
    "ping_timeout": ('"none"', None),
    "files_port": ('"none"', None),
    "ftps_port": ("990", 990),
    "log_format": ('"json"', "json"),
    "log_level": ('"info"', "info"),
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
        wrongs: list[Any] = [{"a": {}}, [[]], 1j]
        for wrong in wrongs:
            problems = list(settings._problems({field.name: wrong}))
            assert problems == [problem for problem in problems if problem.startswith(f"{field.name}: ")]


WITHOUT_OPTION = {
    "path",
    "max_frame",
    "max_frames_waiting",
    "max_operations_waiting",
    "max_connections",
    "max_stations",
    "open_timeout",
    "close_timeout",
    "ping_interval",
    "ping_timeout",
}
"""Settings that are in the file alone."""


def test_every_option_is_a_key_of_the_file_and_every_key_but_some_is_an_option() -> None:
    options = {option.name for option in command.params}
    keys = {field.name for field in fields(Config)}

    assert options - keys == set(COMMANDS)
    assert keys - options == WITHOUT_OPTION


VALUES: dict[str, tuple[tuple[str, ...], str, Any]] = {
    "host": (("--host", "::1"), '"::1"', "::1"),
    "port": (("--port", "1"), "1", 1),
    "api_port": (("--api-port", "2"), "2", 2),
    "api_hosts": (("--api-host", "a"), '["a"]', ("a",)),
    "database": (("--database", ":temporary:"), '":temporary:"', ":temporary:"),
    "any_station": (("--any-station",), "true", True),
    "any_tag": (("--any-tag",), "true", True),
    "files_port": (("--files-port", "none"), '"none"', None),
    "files_tls_port": (("--files-tls-port", "3"), "3", 3),
    "ftp_port": (("--ftp-port", "4"), "4", 4),
    "ftps_port": (("--ftps-port", "5"), "5", 5),
    "files_url": (("--files-url", "http://a"), '"http://a"', "http://a"),
    "files": (("--files", "/f"), '"/f"', "/f"),
    "max_file": (("--max-file", "6"), "6", 6),
    "security_profile": (("--security-profile", "1"), "1", 1),
    "pki": (("--pki", "/p"), '"/p"', "/p"),
    "tls_port": (("--tls-port", "7"), "7", 7),
    "operator": (("--operator", "acme"), '"acme"', "acme"),
    "allow_origins": (("--allow-origin", "http://a"), '["http://a"]', ("http://a",)),
    "registration": (("--registration", "Pending"), '"Pending"', "Pending"),
    "heartbeat_interval": (("--heartbeat-interval", "8"), "8", 8),
    "boot_retry_interval": (("--boot-retry-interval", "9"), "9", 9),
    "concurrent_transactions": (("--refuse-concurrent",), "false", False),
    "data_transfer": (("--data-transfer", "v:m"), '{v = ["m"]}', {"v": frozenset("m")}),
    "call_timeout": (("--call-timeout", "2.5"), "2.5", 2.5),
    "lenient": (("--lenient",), "true", True),
    "faults": (("--fault", "boot-pending@CP-1"), '["boot-pending@CP-1"]', ("boot-pending@CP-1",)),
    "log_format": (("--log-format", "json"), '"json"', "json"),
    "log_level": (("--log-level", "debug"), '"debug"', "debug"),
}
"""Every option, the same in the file, and what it leads to."""


@pytest.mark.parametrize("name", VALUES)
def test_an_option_and_its_key_lead_to_the_same(writing: Writing, name: str) -> None:
    option, text, value = VALUES[name]
    expected = replace(configured(), **{name: value})

    assert configured(*option) == expected
    assert configured("--config", str(writing(f"{name} = {text}"))) == expected


def test_every_option_is_shown_to_be_a_key() -> None:
    assert set(VALUES) == {field.name for field in fields(Config)} - WITHOUT_OPTION


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prot = 9000", "prot is no setting; did you mean port?"),
        ("api-port = 9000", "api-port is no setting; did you mean api_port?"),
        ("quux = 1", "quux is no setting; the keys are host, port, "),
        ("port = true", "port: write a whole number such as 30, not true."),
        ('port = "9000"', 'port: write a whole number such as 30, not "9000".'),
        ("port = 70000", "port: write 0 to 65535, not 70000."),
        ("call_timeout = 0", "call_timeout: write at least 0.1, not 0."),
        ("close_timeout = -1", "close_timeout: write at least 0, not -1."),
        ('files_port = "no"', 'files_port: write a whole number such as 30, or "none", not "no".'),
        ('port = "none"', 'port: write a whole number such as 30, not "none".'),
        (f'log_level = "{"x" * 50}"', "not text."),
        ("logformat = 1", "logformat is no setting; did you mean log_format?"),
        ("max_connections = 0", "max_connections: write at least 1, not 0."),
        ("any_station = 1", "any_station: write true or false, not 1."),
        ("host = 1", "host: write text in quotes, not 1."),
        ('registration = "Maybe"', 'registration: write one of "Accepted", "Pending", "Rejected", not "Maybe".'),
        ('faults = "boot-pending"', 'faults: write a list such as ["text"], not "boot-pending".'),
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


def test_the_example_of_the_documentation_can_be_used(writing: Writing) -> None:
    page = (ROOT / "docs" / "csms.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)

    found = configured("--config", str(writing(example)))

    check(found)
    assert (found.files_port, found.tls_port, found.log_format) == (None, 9443, "json")
    for name in WITHOUT_OPTION | set(COMMANDS):
        assert name in page or f"--{name.replace('_', '-')}" in page


def test_a_database_file_is_relative_to_the_file(writing: Writing) -> None:
    for text, expected in [
        ("sqlite:///csms.db", "sqlite:///{folder}/csms.db"),
        ("sqlite:////var/csms.db", "sqlite:////var/csms.db"),
        (":temporary:", ":temporary:"),
        ("sqlite:///file:/var/csms.db?uri=true", "sqlite:///file:/var/csms.db?uri=true"),
        ("sqlite:///file::memory:?uri=true", "sqlite:///file::memory:?uri=true"),
        ("sqlite://", "sqlite://"),
        ("postgresql://user:secret@host/csms", "postgresql://user:secret@host/csms"),
    ]:
        file = writing(f'database = "{text}"')
        assert configured("--config", str(file)).database == expected.format(folder=file.parent)


def test_a_database_file_that_a_uri_names_is_relative_to_the_file_too(writing: Writing) -> None:
    file = writing('database = "sqlite:///file:a%2520b.db?uri=true"')
    url = make_url(configured("--config", str(file)).database)

    assert url.query == {"uri": "true"}
    assert sqlite_file.file_of(url) == file.parent / "a b.db"


CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"port": 9000, "api_port": 9000}, "port and api_port are both 9000; give each a port of its own."),
    ({"files_port": 9443, "tls_port": 9443, "pki": "keys"}, "tls_port and files_port are both 9443;"),
    ({"ftp_port": 21, "files_port": 21}, "files_port and ftp_port are both 21;"),
    ({"tls_port": 9443}, "tls_port is 9443, and there is no pki for TLS; make certificates with --init-pki DIR"),
    ({"files_tls_port": 8443}, "files_tls_port is 8443, and there is no pki for TLS;"),
    ({"ftps_port": 0}, "ftps_port is 0, and there is no pki for TLS;"),
    ({"security_profile": 3}, "Security profile 3 needs TLS; make certificates with --init-pki DIR"),
    ({"security_profile": 1, "any_station": True}, "any_station lets nobody in with security_profile 1,"),
    ({"path": "ocpp"}, "path: write a path such as /ocpp, not ocpp."),
    ({"allow_origins": ("lab.example",)}, "allow_origins: write an origin such as http://lab.example:8080"),
    ({"api_hosts": ("http://csms.example",)}, "api_hosts: write host names such as csms.example,"),
    ({"files_url": "csms.example"}, "files_url: write an address such as http://csms.example:8080, not csms.example."),
    ({"files_url": "http://csms.example:x"}, "files_url: write an address"),
    ({"files_url": "ftp://csms.example"}, "files_url: write an address"),
    ({"files": __file__}, f"files: {__file__} is no folder; give another, or leave it out."),
]


@pytest.mark.parametrize(("values", "sentence"), CONTRADICTIONS, ids=lambda given: "-".join(given)[:40])
def test_what_does_not_fit_together_is_one_sentence(values: dict[str, Any], sentence: str) -> None:
    config = replace(Config(), **values)

    (said,) = contradictions(config)
    assert said.startswith(sentence)
    assert "\n" not in said
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        check(config)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"tls_port": 9443, "files_tls_port": 8443, "ftps_port": 990, "security_profile": 3, "pki": "keys"},
        {"port": 0, "api_port": 0, "files_port": None, "files_tls_port": None},
        {"security_profile": 1, "any_station": True, "pki": "keys"},
        {"files_url": "https://csms.example/files", "api_hosts": ("csms.example",), "files": "no/such/folder/yet"},
    ],
    ids=str,
)
def test_what_fits_together_is_not_objected_to(values: dict[str, Any]) -> None:
    check(replace(Config(), **values))


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)  # the tests may run as root, who can write anywhere

    with pytest.raises(SettingsError, match="cannot be read and written; change its mode, or give another"):
        check(Config(files=str(tmp_path)))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("boot-pendng", "There is no fault 'boot-pendng'; did you mean boot-pending?"),
        ("quux", "There is no fault 'quux'; the list is at GET /api/v1/faults and behind --list-faults."),
        ("tls-old-version-only@CP-1", "acts before anybody knows which station connects; switch it on for all"),
    ],
)
def test_a_fault_that_cannot_be_switched_on_is_one_sentence(
    fault: str, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code = main(["--port", "0", "--api-port", "0", "--database", ":temporary:", "--fault", fault])

    err = capfd.readouterr().err
    assert code == 2
    assert sentence in err
    assert len(err.splitlines()) == 1


def test_create_token_prints_the_token_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--database", f"sqlite:///{tmp_path}/csms.db", "--create-token", "ci"]
    assert main(arguments) == 0
    token = capsys.readouterr().out.strip()
    assert token.startswith("pp_")
    assert len(token.split()) == 1

    assert main(arguments) == 2
    assert "There is a token 'ci' already" in capsys.readouterr().err
