"""`plugproof check` and `plugproof init`, run as commands over real files."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.cli.commands.check import overview
from harness.cli.commands.check import run as run_check
from harness.cli.commands.init import content
from harness.sut.reading import load
from tests import ROOT

EXAMPLE = ROOT / "examples" / "sut-rest.toml"


@dataclasses.dataclass(frozen=True)
class Fact:
    id: str
    profile: str = "Core"
    needs: tuple[str, ...] = ()


def plugproof(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("role", ["csms", "charge_point"])
def test_what_init_writes_passes_check(tmp_path: Path, role: str) -> None:
    file = tmp_path / "sut.toml"

    assert plugproof("init", str(file), "--role", role) == (
        0,
        f"{file}: written; fill it in, then run: plugproof check {file}\n",
        "",
    )
    code, out, err = plugproof("check", str(file))
    assert " apply, " in out
    assert (code, err) == (0, "")
    assert out.startswith("sut.toml: usable\n")
    assert load(file, environ={}).role == role


def test_init_takes_the_address(tmp_path: Path) -> None:
    file = tmp_path / "sut.toml"
    code, _, _ = plugproof("init", str(file), "--url", "wss://csms.example/ocpp")

    assert code == 0
    assert load(file, environ={}).connection.url == "wss://csms.example/ocpp"


def test_init_refuses_a_bad_address_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "sut.toml"

    assert plugproof("init", str(file), "--url", "https://csms.example/ocpp") == (
        2,
        "",
        "--url starts with https://, but OCPP-J speaks WebSocket; write wss://csms.example/ocpp\n",
    )
    assert not file.exists()


def test_init_overwrites_only_with_force(tmp_path: Path) -> None:
    file = tmp_path / "sut.toml"
    file.write_text("mine")

    assert plugproof("init", str(file)) == (
        2,
        "",
        f"{file}: exists already; choose another name or overwrite it with --force\n",
    )
    assert file.read_text() == "mine"
    assert plugproof("init", str(file), "--force")[0] == 0
    assert file.read_text() == content("csms", "ws://127.0.0.1:9000/ocpp")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--role", "server"], "--role must be csms or charge-point, not server"),
        (
            ["--role", "charge_point", "--url", "ws://x/ocpp"],
            "--url is for a back office; a charge point connects to plugproof, so leave it out",
        ),
    ],
)
def test_init_refuses_what_does_not_fit(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    assert plugproof("init", str(tmp_path / "sut.toml"), *arguments) == (2, "", f"{sentence}\n")


def test_init_into_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "none" / "sut.toml"
    assert plugproof("init", str(file)) == (
        2,
        "",
        f"{file}: cannot be written (No such file or directory); choose another place\n",
    )


def test_check_prints_every_mistake_and_exits_2(tmp_path: Path) -> None:
    file = tmp_path / "sut.toml"
    file.write_text(content("csms", "ws://x/ocpp").replace("core = true", "core = false").replace("ws://", "http://"))

    assert plugproof("check", str(file)) == (
        2,
        "",
        f"{file}: profiles.core = false, but every OCPP 1.6 product has Core; write core = true\n"
        f"{file}: connection.url starts with http://, but OCPP-J speaks WebSocket; write ws://x/ocpp\n",
    )


def test_check_without_a_file_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert plugproof("check") == (2, "", "sut.toml: there is no such file; `plugproof init sut.toml` writes one\n")


def test_the_example_passes_and_its_overview_tells_what_a_run_would_do() -> None:
    cases = [
        Fact("TC_031_CSMS", needs=("unlock-unknown-connector",)),
        Fact("TC_061_CSMS", needs=("clear-cache",)),
        Fact("TC_023_2_CSMS", needs=("expired-tag",)),
        Fact("TC_044_1_CSMS", profile="FirmwareManagement"),
        Fact("TC_044_2_CSMS", profile="FirmwareManagement"),
    ]
    assert list(overview(load(EXAMPLE, environ={}), cases))[:-1] == [
        "sut-rest.toml: usable",
        "  product    Example CSMS back office at ws://127.0.0.1:9000/ocpp",
        "  profiles   Core, SmartCharging, Reservation, RemoteTrigger",
        "  security   profiles claimed: none; the run starts in profile 0",
        "  lanes      2: CP-0001, CP-0002",
        "  tags       1 to charge with; with several workers the cases that charge take turns",
        "  operator   rest, templates for CancelReservation, ChangeConfiguration, ClearCache, ClearChargingProfile, "
        "GetCompositeSchedule, GetConfiguration, GetDiagnostics, GetLocalListVersion, RemoteStartTransaction, "
        "RemoteStopTransaction, ReserveNow, Reset, SendLocalList, SetChargingProfile, TriggerMessage, UnlockConnector, "
        "UpdateFirmware",
        "  fixtures   rest, stations are made once per run, tags are made once per run",
        "  cases      2 of 5 apply, 1 expected to fail",
        "             1 not claimed: features.unlock_unknown_connector = false in sut-rest.toml",
        "             2 not claimed: profiles.firmware_management = false in sut-rest.toml",
    ]


def test_open_questions_end_the_overview(tmp_path: Path) -> None:
    file = tmp_path / "sut.toml"
    file.write_text(content("csms", "ws://x/ocpp"))
    last = list(overview(load(file, environ={})))[-1]

    assert last.startswith("  unanswered ")
    assert ", counted as claimed: features." in last
    assert last.endswith(" more")


def test_check_knows_the_cases_it_is_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sut.toml"
    file.write_text(content("csms", "ws://x/ocpp").replace("# TC_031_CSMS", "TC_013_CSMS"))

    assert run_check(file, cases=[Fact("TC_031_CSMS")]) == 2
    assert capsys.readouterr().err == (f"{file}: expected_failures.TC_013_CSMS is no case; did you mean TC_031_CSMS?\n")
    assert run_check(file, cases=[Fact("TC_031_CSMS")], known_cases=["TC_013_CSMS"]) == 0


def test_every_commented_line_of_the_template_is_valid_when_it_is_used() -> None:
    """Whoever removes the `# ` in front of a key must not be met by an error about the key itself."""
    import tomllib

    from jsonschema import Draft202012Validator

    from harness.sut.layout import schema

    for role, url in (("csms", "ws://x/ocpp"), ("charge_point", None)):
        text = content(role, url)
        head, _, rest = text.partition("[product]")
        assert head.startswith("#")
        used = []
        for line in rest.splitlines():
            if line.startswith("# [") or line.startswith("# ..."):
                # the alternatives: [[lanes]] instead of [identities], rest instead of none
                continue
            used.append(line)
        document = tomllib.loads("[product]" + "\n".join(_uncommented(used)))
        assert sum(one != other for one, other in zip(used, _uncommented(used), strict=True)) > 10
        assert not [error.message for error in Draft202012Validator(schema()).iter_errors(document)]


ALTERNATIVES = ("identity", "connectors", "kind", "base_url", "headers", "path", "body")


def _uncommented(lines: list[str]) -> list[str]:
    result = []
    for line in lines:
        key, equals, _ = line.removeprefix("# ").partition(" = ")
        keep = line.startswith("# ") and equals and key.isidentifier() and key not in ALTERNATIVES
        result.append(line.removeprefix("# ") if keep else line)
    return result
