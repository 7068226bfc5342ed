"""Logs: one record per line, as text or JSON, without secrets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from csms_core.cli import logs
from csms_core.cli.main import main
from csms_core.config.model import Format, Level

SECRET = 'ChangeConfiguration {"key":"AuthorizationKey","value":"5EC4E7"}'


@pytest.fixture
def logged() -> Iterator[Callable[[Format], io.StringIO]]:
    """`logged("json")` sends the records of the root logger to what it returns; all is undone at the end."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    levels = {library: logging.getLogger(library).level for library in logs.LIBRARIES}
    root.handlers.clear()

    def set_up(format: Format, shown: Level = "info") -> io.StringIO:
        stream = io.StringIO()
        logs.set_up(shown, format, stream)
        return stream

    yield set_up
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    root.handlers[:] = before
    root.setLevel(level)
    for library, usual in levels.items():
        logging.getLogger(library).setLevel(usual)


def test_json_lines_say_when_who_what_and_about_whom(logged: Callable[[Format], io.StringIO]) -> None:
    stream = logged("json")

    logging.getLogger("csms_core.hub.hub").info("%s is\nconnected", "CP1", extra={"station": "CP1", "tries": 2})

    (line,) = stream.getvalue().splitlines()
    record = json.loads(line)
    assert record.pop("time").endswith("Z")
    assert record == {
        "level": "info",
        "logger": "csms_core.hub.hub",
        "message": "CP1 is\nconnected",
        "station": "CP1",
        "tries": 2,
    }


def test_text_is_one_line_per_record(logged: Callable[[Format], io.StringIO]) -> None:
    stream = logged("text")

    logging.getLogger("csms_core.hub.hub").warning("first\nsecond")

    (line,) = stream.getvalue().splitlines()
    assert line.endswith("Z WARNING csms_core.hub.hub first\\nsecond")


@pytest.mark.parametrize("format", ["text", "json"])
def test_what_a_station_says_moves_no_terminal_and_commands_no_ci(
    logged: Callable[[Format], io.StringIO], format: Format
) -> None:
    stream = logged(format)
    words = "\x1b[2J\x9b1m\u202e ::error::owned"
    lines = f"no\n::warning::{words}"

    logging.getLogger("csms_core").info("it sent %s", words, extra={"frame": words})
    try:
        raise ValueError(lines)
    except ValueError:
        logging.getLogger("csms_core").exception("it failed")

    said = stream.getvalue()
    assert not {"\x1b", "\x9b", "\u202e"} & {*said}
    assert "\\u001b" not in said
    assert "::error::" not in said
    assert "::warning::" not in said


@pytest.mark.parametrize("format", ["text", "json"])
def test_secrets_are_masked_wherever_they_stand(logged: Callable[[Format], io.StringIO], format: Format) -> None:
    stream = logged(format)
    log = logging.getLogger("csms_core")

    log.info("%s", SECRET, extra={"frame": SECRET})
    log.info("upload to ftp://user:5EC4E7@127.0.0.1/logs")
    try:
        raise ValueError(SECRET)
    except ValueError:
        log.exception("it failed")

    assert "5EC4E7" not in stream.getvalue()
    assert stream.getvalue().count("********") >= 3
    assert "ValueError" in stream.getvalue()


def test_what_is_no_json_value_is_written_as_text(logged: Callable[[Format], io.StringIO]) -> None:
    stream = logged("json")

    logging.getLogger("csms_core").info("x", extra={"what": {1}})

    assert json.loads(stream.getvalue())["what"] == "{1}"


def test_the_level_counts(logged: Callable[[Format], io.StringIO]) -> None:
    stream = logged("json")

    logging.getLogger("csms_core").debug("too much")

    assert stream.getvalue() == ""


@pytest.mark.parametrize(("level", "shown"), [("info", ["mine", "trouble"]), ("debug", ["mine", "theirs", "trouble"])])
def test_libraries_tell_of_every_connection_at_debug_only(
    logged: Callable[..., io.StringIO], level: Level, shown: list[str]
) -> None:
    stream = logged("json", level)

    logging.getLogger("csms_core").info("mine")
    logging.getLogger("websockets.server").info("theirs")
    logging.getLogger("websockets.server").warning("trouble")

    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == shown


def test_a_client_that_hangs_up_is_no_error(logged: Callable[[Format], io.StringIO]) -> None:
    stream = logged("json")

    for name, error in [
        ("aioftp.server", ConnectionResetError()),
        ("aioftp.server", KeyError()),
        ("csms_core", OSError()),
    ]:
        logging.getLogger(name).error("failed", exc_info=error)

    assert [json.loads(line)["logger"] for line in stream.getvalue().splitlines()] == ["aioftp.server", "csms_core"]


def test_the_format_is_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--log-format", "yaml"]) == 2

    said = capsys.readouterr().err
    assert "--log-format" in said
    assert "'yaml' is not one of 'text', 'json'" in said
