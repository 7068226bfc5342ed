"""`plugproof check`: what an operator would send is shown beforehand, and what only reads is tried by `--probe`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.adapters.web import login
from harness.cli.app import app
from harness.sut.reading import for_url
from harness.v16.csms.reach.samples import samples
from tests.harness.support.scripted_sut import ScriptedSut
from tests.harness.support.suts import HEAD, LANE

Checked = Callable[..., tuple[int, str, str]]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    """Run `plugproof check --show-requests` on a file with `more` at its end: exit code, both outputs."""

    def check(more: str, **environ: str) -> tuple[int, str, str]:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        file = tmp_path / "sut.toml"
        file.write_text(HEAD.format(url="ws://127.0.0.1:9/ocpp", stations=LANE, connection="") + more, "utf-8")
        result = CliRunner().invoke(app, ["check", str(file), "--show-requests"])
        return result.exit_code, result.stdout, result.stderr

    return check


def block(output: str, title: str) -> list[str]:
    """The lines below a title, without their indentation."""
    lines = output.split("\n")
    first = next(number for number, line in enumerate(lines) if line.startswith(title))
    rest = lines[first + 1 :]
    indented = next((number for number, line in enumerate(rest) if line and not line.startswith("    ")), len(rest))
    return "\n".join(line.removeprefix("    ") for line in rest[:indented]).strip().split("\n")


# --- what would be sent ----------------------------------------------------------------------------------------------

REST = """
[operator]
kind = "rest"
base_url = "http://127.0.0.1:9/api"
headers = { X-Api-Key = "key-4711", X-Tenant = "demo" }
[operator.login]
path = "/login"
body = { user = "jo", password = "${PASSWORD}" }
gives = { Authorization = "Bearer {answer.token}" }
[operator.actions.ReserveNow]
path = "/reservations"
body = { "..." = "{payload|without(expiryDate)}", secret = "${PASSWORD}" }
[[operator.actions.RemoteStopTransaction]]
method = "GET"
path = "/transactions"
query = { id = "{transactionId}", with = ["a", "b"] }
[[operator.actions.RemoteStopTransaction]]
path = "/sessions/{answer[0].id}/stop"
body = { by = "{answers[0].owner}", at = "{answer.place|upper}" }
[[operator.actions.UnlockConnector]]
path = "/sessions"
[[operator.actions.UnlockConnector]]
path = "/unlock"
body = { "..." = "{answer}" }
[operator.actions.ChangeConfiguration]
path = "/configuration"
body = { name = "{key}", to = "{value}" }
[operator.actions."ChangeConfiguration(key=AuthorizationKey)"]
path = "/password"
body = { password = "{value}" }
[fixtures]
kind = "rest"
[[fixtures.tags.blocked]]
path = "/tags"
body = { tag = "{idTag}" }
[[fixtures.tags.blocked]]
path = "/tags/{answer.id}/block"
[fixtures.tags.remove]
method = "DELETE"
path = "/tags/{created.id}/{created_by[1].ok}"
"""


def test_every_request_is_shown_and_no_secret(checked: Checked) -> None:
    code, out, err = checked(REST, PASSWORD="hunter2!")

    assert (code, err) == (0, "")
    assert not re.search("hunter2|key-4711", out)
    assert block(out, "login") == [
        "POST http://127.0.0.1:9/api/login",
        "Content-Type: application/json",
        "X-Api-Key: ***",
        "X-Tenant: demo",
        "",
        '{"user":"***","password":"***"}',
    ]
    common = ["X-Api-Key: ***", "X-Tenant: demo", "Authorization: ***"]
    assert block(out, "ReserveNow connectorId=0 idTag=VALID-1 ") == [
        "POST http://127.0.0.1:9/api/reservations",
        "Content-Type: application/json",
        *common,
        "",
        '{"connectorId":0,"idTag":"VALID-1","reservationId":1,"secret":"***"}',
    ]
    assert block(out, "RemoteStopTransaction transactionId=1") == [
        "GET http://127.0.0.1:9/api/transactions?id=1&with=a&with=b",
        *common,
        "",
        "POST http://127.0.0.1:9/api/sessions/{answer[0].id}/stop",
        "Content-Type: application/json",
        *common,
        "",
        '{"by":"{answers[0].owner}","at":"{answer.place|upper}"}',
    ]
    assert block(out, "UnlockConnector connectorId=1")[-1] == (
        "operator rest: [[operator.actions.UnlockConnector]] number 2 in sut.toml "
        "cannot be shown before the answers are there"
    )
    assert block(out, "ChangeConfiguration key=AuthorizationKey value=********")[-1] == '{"password":"********"}'
    assert block(out, "ChangeConfiguration key=SecurityProfile value=2")[-1] == '{"name":"SecurityProfile","to":"2"}'
    assert "create VALID-1" not in out
    assert "POST http://127.0.0.1:9/api/tags/{answer.id}/block" in block(out, "create BLOCKED-1 (blocked)")
    assert block(out, "remove BLOCKED-1 (blocked)")[0] == (
        "DELETE http://127.0.0.1:9/api/tags/{created.id}/{created_by[1].ok}"
    )
    (without,) = (line for line in out.splitlines() if line.startswith("not offered: "))
    assert without.startswith("not offered: RemoteStartTransaction, Reset, ChangeAvailability, GetConfiguration, ")
    assert without.endswith("; a case that needs one fails where it is claimed")


def test_what_cannot_be_filled_in_is_a_sentence_each_and_the_others_are_shown(checked: Checked) -> None:
    code, out, err = checked(
        """
[operator]
kind = "rest"
base_url = "http://127.0.0.1:9/api"
[operator.actions.GetConfiguration]
path = "/configuration/{key[0]}"
[operator.actions.ReserveNow]
path = "/reservations/{parentIdTag}"
[operator.actions.Reset]
path = "/reset"
body = { kind = "{type|number}" }
"""
    )
    assert code == 2
    assert err.splitlines() == [
        "operator rest: [operator.actions.Reset] in sut.toml needs {type|number}, which is no number",
        "operator rest: [operator.actions.GetConfiguration] in sut.toml needs {key[0]}, "
        "which this request does not have; take it out of path and headers, or give it a |default(...)",
        "operator rest: [operator.actions.ReserveNow] in sut.toml needs {parentIdTag}, "
        "which this request does not have; take it out of path and headers, or give it a |default(...)",
    ]
    assert block(out, 'GetConfiguration key=["SupportedFeatureProfiles"]') == [
        "POST http://127.0.0.1:9/api/configuration/SupportedFeatureProfiles"
    ]


def test_the_other_kinds_show_what_they_would_do(checked: Checked, tmp_path: Path) -> None:
    trigger = '[operator]\nkind = "trigger"\nbase_url = "http://127.0.0.1:9"\n'
    code, out, _ = checked(trigger + 'headers = { X-Key = "{station}" }')
    assert (code, block(out, "Reset type=Soft")) == (
        0,
        [
            "POST http://127.0.0.1:9/api/octt/1.6/CP%201%2F%C3%A9/reset",
            "Content-Type: application/json",
            "X-Key: ***",
            "",
            '{"type":"Soft"}',
        ],
    )
    code, out, _ = checked('[operator]\nkind = "reference"\napi = "http://127.0.0.1:9"\n')
    assert (code, block(out, "ClearCache")[0]) == (
        0,
        "POST http://127.0.0.1:9/api/v1/stations/CP%201%2F%C3%A9/operations/ClearCache?wait=false",
    )
    code, out, _ = checked('[operator]\nkind = "manual"\n')
    assert (code, block(out, "Reset type=Hard")) == (0, ["Restart CP 1/é.  [Reset]", "    type  Hard"])
    (tmp_path / "my_shown.py").write_text("class Operator:\n    def reset(self, station, payload):\n        1/0\n")
    code, out, _ = checked('[operator]\nkind = "python"\nuse = "my_shown:Operator"\n')
    assert (code, block(out, "Reset type=Hard")) == (0, ['my_shown:Operator.reset(CP 1/é, {"type":"Hard"})'])
    code, out, err = checked("")
    assert (code, err, "what the" in out) == (0, "", False)


def test_a_charge_point_is_sent_no_requests(tmp_path: Path) -> None:
    from harness.cli.commands.init import content

    (tmp_path / "sut.toml").write_text(content("charge_point", None))
    result = CliRunner().invoke(app, ["check", "--show-requests", str(tmp_path / "sut.toml")])
    assert (result.exit_code, result.stderr) == (
        2,
        "--show-requests is for a back office; nobody sends requests to a charge point\n",
    )


def test_the_samples_fit_the_schemas_of_their_actions() -> None:
    import schemas

    known = schemas.load("1.6")
    for action, payload in samples(for_url("ws://127.0.0.1:9/ocpp")):
        named = {name: value for name, value in payload.items() if value is not None}
        assert known.diagnose(action, "call", named) == (), action


# --- what only reads is tried ----------------------------------------------------------------------------------------

LISTS = ("local_auth_list = false", "local_auth_list = true")


def probed(scripted: ScriptedSut, folder: Path, **more: object) -> tuple[int, list[str], str]:
    login._KEPT.clear()
    file = scripted.sut_file(folder, operator=True, message_s=1, **more)  # type: ignore[arg-type]
    file.write_text(file.read_text("utf-8").replace(*LISTS), "utf-8")
    result = CliRunner().invoke(app, ["check", "--probe", str(file)])
    return result.exit_code, result.stdout.splitlines(), result.stderr


def test_what_comes_is_told_with_its_time(scripted: ScriptedSut, tmp_path: Path) -> None:
    code, out, err = probed(scripted, tmp_path)
    assert (code, err) == (0, "")
    assert re.fullmatch(r"  operator   GetConfiguration came in \d+ ms", out[-2])
    assert re.fullmatch(r"  operator   GetLocalListVersion came in \d+ ms", out[-1])
    assert {action for action, _ in scripted.replies} == {"GetConfiguration", "GetLocalListVersion"}


def test_what_does_not_come_is_told_with_all_that_the_api_said(scripted: ScriptedSut, tmp_path: Path) -> None:
    scripted.operations["GetConfiguration"] = lambda _: []
    code, out, err = probed(scripted, tmp_path)
    assert (code, out[-2]) == (3, "  operator   GetConfiguration did not work")
    assert out[-1].startswith("  operator   GetLocalListVersion came in ")
    lines = err.splitlines()
    assert lines[:5] == [
        "GetConfiguration: nothing arrived in 1 s",
        f"    POST {scripted.api}/api/v1/stations/LANE-2/operations/GetConfiguration?wait=false",
        "    Content-Type: application/json",
        "",
        '    {"key":["SupportedFeatureProfiles"]}',
    ]
    assert lines[6].startswith("    202 Text after ")
    assert lines[-1] == "    {}"


def test_what_the_api_refuses_is_told(scripted: ScriptedSut, tmp_path: Path) -> None:
    scripted.api_status, scripted.api_body = 403, b'{"why": "no rights"}'
    code, out, err = probed(scripted, tmp_path)
    assert (code, out[-2:]) == (
        3,
        ["  operator   GetConfiguration did not work", "  operator   GetLocalListVersion did not work"],
    )
    assert err.startswith("GetConfiguration: operator reference: POST ")
    assert 'was answered 403 (wanted 200, 201, 202, 204): {"why": "no rights"}\n    POST ' in err
