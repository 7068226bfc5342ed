"""What a system under test says reaches a terminal and the log of a CI job as words, and as nothing that is obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocppj.errors import OcppError
from tests.harness.support.command import in_process
from tests.harness.support.scripted_sut import ScriptedSut

WORDS = "\x1b[2J\x9b1m said\r\n::error::owned ::warning file=x::y ##[group]z \u202egnp"


@pytest.mark.parametrize(
    "arguments",
    [("check", "--probe"), ("precheck", "--case", "TC_001_CSMS", "--out", "out")],
    ids=["check", "precheck"],
)
@pytest.mark.parametrize("action", ["BootNotification", "Heartbeat", "Authorize"])
def test_no_command_prints_what_a_terminal_or_a_ci_system_obeys(
    scripted: ScriptedSut,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    action: str,
) -> None:
    scripted.answers[action] = OcppError("InternalError", WORDS)
    command, *options = arguments
    file = str(scripted.sut_file(tmp_path))
    sut = [file] if command == "check" else ["--sut", file]

    done = in_process(tmp_path, monkeypatch, capfd)(command, *sut, *options)

    said = done.stdout + done.stderr
    assert not {"\x1b", "\x9b", "\r", "\u202e"} & {*said}
    assert "::error::" not in said
    assert "::warning" not in said
    assert "##[" not in said
    assert action != "BootNotification" or "said" in said
