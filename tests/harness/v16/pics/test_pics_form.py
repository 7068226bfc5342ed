"""`plugproof pics`: which questions are asked, what is missing, which answers switch which cases."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.case.facts import Case
from harness.case.registry import catalogue
from harness.cli.app import app
from harness.cli.commands.init import content
from harness.sut import Sut
from harness.sut.reading import parse
from harness.v16.needs import NEEDS
from harness.v16.pics.form import form
from harness.v16.pics.questions import asked, tags
from harness.v16.pics.switches import switches
from reports.v16.pics import Form, Question
from tests.harness.support.suts import sut_of
from tests.reports.support.pdf_reading import read

MADE = "2026-11-21T10:00:00Z"
STATION = """
[product]
sut = "charge_point"
[connection]
listen = "127.0.0.1:0"
[[lanes]]
identity = "CP"
[tags]
valid = "V"
[profiles]
core = true
firmware_management = true
smart_charging = true
reservation = true
local_auth_list = true
remote_trigger = true
"""


def plugproof(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["pics", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def questions(made: Form) -> dict[str, Question]:
    return {question.key: question for section in made.sections for question in section.questions}


def of(tmp_path: Path, more: str) -> dict[str, Question]:
    return questions(form(sut_of(tmp_path, more), MADE, catalogue("1.6")))


def of_station(more: str) -> dict[str, Question]:
    return questions(form(parse(STATION + more, "sut.toml", folder=Path(), environ={}), MADE, catalogue("1.6")))


def uncommented(text: str) -> str:
    """The file that ``init`` writes with every question answered by its example."""
    statement, _, rest = text.partition("[timeouts]")
    product = re.sub(r"^# ((?:[\w.]+|\"[\w-]+\") = )", r"\1", statement[: statement.index("[connection]")], flags=re.M)
    middle = statement[statement.index("[connection]") : statement.index("[profiles]")]
    tables = re.sub(r"^# ((?:[\w.]+|\"[\w-]+\") = )", r"\1", statement[statement.index("[profiles]") :], flags=re.M)
    tables = re.sub(r'^"AQ-[16]" = .*\n', "", tables, flags=re.MULTILINE)  # the same questions as two features
    tables = re.sub(r"^(profiles|start_profile) = .*", r"# \1", tables, flags=re.M)
    return f"{product}{middle}{tables}[timeouts]{rest}"


@pytest.mark.parametrize("role", ["csms", "charge_point"])
def test_init_offers_every_question_and_its_examples_answer_them(role: Any) -> None:
    text = content(role, "ws://127.0.0.1:9/ocpp" if role == "csms" else None)
    filled = uncommented(text)
    made = form(parse(filled, "sut.toml", folder=Path(), environ={}), MADE, catalogue("1.6"))
    assert [question.key for question in made.open] == ["security.profiles"]
    empty = form(parse(text, "sut.toml", folder=Path(), environ={}), MADE, catalogue("1.6"))
    assert len(empty.open) > 30
    assert set(questions(made)) == {*asked(role), *tags()}
    for key in asked(role):
        assert re.search(rf'^(# )?"?{re.escape(key.partition(".")[2])}"? = ', text, re.MULTILINE), key


def test_each_role_is_asked_its_own_questions() -> None:
    csms, station = set(asked("csms")), set(asked("charge_point"))
    assert {"features.clear_cache", "performance.authorize_response", "features.boot_pending"} <= csms - station
    assert {"features.auth_cache", "hardware.cable.fixed", "limits.measurands", "questions.CP-8"} <= station - csms
    assert {"performance.triggered_function", "product.firmware_version", "security.cpo_name"} <= station - csms
    assert {"product.holder", "profiles.core", "security.profiles", "settings.rows"} <= station & csms


def test_tags_are_told_without_their_names(tmp_path: Path) -> None:
    made = form(sut_of(tmp_path, ""), MADE, catalogue("1.6"))
    given = questions(made)
    assert (given["tags.expired"].answer, given["tags.expired"].switches) == (True, ("TC_023_2_CSMS",))
    assert (given["tags.concurrent"].answer, given["tags.concurrent"].state) == (False, "answered")
    assert "EXPIRED-1" not in str(made)


def test_what_another_answer_rules_out_is_not_asked(tmp_path: Path) -> None:
    denied = of(tmp_path, "[features]\nunlock_connector = false\n[security]\nprofiles = []\n")
    assert denied["features.unlock_unknown_connector"].because == "features.unlock_connector = false"
    assert denied["features.security_log"].because == "security.profiles = []"
    assert denied["security.profiles"].state == "answered"
    open_ = of(tmp_path, "")
    assert open_["features.unlock_unknown_connector"].state == "open"
    assert open_["features.security_log"].because == "no security profile is claimed"
    assert open_["security.profiles"].state == "open"


def test_a_profile_that_is_denied_takes_its_questions_along() -> None:
    station = of_station("[hardware]\nconnector_lock = false\n").values()
    assert {question.state for question in station} == {"answered", "open", "optional", "not asked"}
    denied = questions(
        form(
            parse(STATION.replace("smart_charging = true", "smart_charging = false"), "s", folder=Path(), environ={}),
            MADE,
            catalogue("1.6"),
        )
    )
    for key in ("limits.charge_profile_max_stack_level", "features.charging_rate_units", "features.relative"):
        assert (denied[key].state, denied[key].because) == ("not asked", "profiles.smart_charging = false")
    assert denied["limits.reserve_connector_zero"].state == "open"


def test_an_answer_counts_even_where_nobody_asks(tmp_path: Path) -> None:
    made = of(tmp_path, "[features]\nunlock_connector = false\nunlock_unknown_connector = true\n")
    assert (made["features.unlock_unknown_connector"].answer, made["features.unlock_unknown_connector"].state) == (
        True,
        "answered",
    )


def test_answers_units_and_labels(tmp_path: Path) -> None:
    made = of(
        tmp_path,
        """
[features]
boot_pending = true
heartbeat_interval_s = 300
data_transfer_vendor_ids = ["com.example"]
[questions]
"AQ-77" = true
[performance]
ocpp_response = 2.5
[settings]
rows = [{ limit = "Stations", value = "10 000" }]
[oca_ref]
"features.boot_pending" = "C-44"
""",
    )
    assert (made["features.boot_pending"].answer, made["features.boot_pending"].oca_ref) == (True, "C-44")
    assert made["features.boot_pending"].text.endswith(" Additional question AQ-1.")
    assert [key for key in made if "AQ-1" in key or "AQ-6" in key] == []  # one question, one key
    assert (made["questions.AQ-77"].answer, made["questions.AQ-77"].text) == (True, "asked by a form of your own")
    assert (made["features.heartbeat_interval_s"].unit, made["performance.ocpp_response"].unit) == ("seconds",) * 2
    assert made["features.data_transfer_vendor_ids"].answer == ["com.example"]
    assert made["settings.rows"].answer == ["Stations: 10 000"]
    assert made["features.boot_pending"].unit is None


def test_secrets_of_the_environment_are_masked(tmp_path: Path) -> None:
    more = """
[performance]
communication_technology = "${KEY}"
[features]
data_transfer_vendor_ids = ["${KEY}"]
[settings]
rows = [{ limit = "a", value = "${KEY}" }]
[people.vendor]
name = "${KEY}"
[operator]
kind = "trigger"
base_url = "http://127.0.0.1:9"
headers = { Authorization = "${KEY}" }
"""
    made = form(sut_of(tmp_path, more, KEY="hush-hush-hush"), MADE, ())
    answers = questions(made)
    assert answers["performance.communication_technology"].answer == "***"
    assert answers["features.data_transfer_vendor_ids"].answer == ["***"]
    assert answers["settings.rows"].answer == ["a: ***"]
    assert made.vendor.name == "***"


def test_the_kind_follows_from_the_answers(tmp_path: Path) -> None:
    assert form(sut_of(tmp_path, ""), MADE, ()).kind == "Full"
    assert (
        form(
            parse(STATION.replace("reservation = true", "reservation = false"), "s", folder=Path(), environ={}),
            MADE,
            (),
        ).kind
        == "Subset"
    )
    secured = 'auth_key = "0123456789abcdef"'
    assert form(sut_of(tmp_path, "", connection=f"security_profile = 1\n{secured}"), MADE, ()).kind == "Full, Security"


def test_cases_that_the_answers_leave_out(tmp_path: Path) -> None:
    made = form(sut_of(tmp_path, "[features]\nclear_cache = false\n"), MADE, catalogue("1.6"))
    left = {case.id: case.reason for case in made.left_out}
    assert left["TC_061_CSMS"] == "not claimed: features.clear_cache = false in sut.toml"
    assert made.applies + len(left) == sum(case.sut == "csms" for case in catalogue("1.6"))


def test_switches_name_the_cases_of_each_answer() -> None:
    found = switches(
        "csms", {key: shape for key, shape in asked("csms").items() if "questions." not in key}, catalogue("1.6")
    )
    assert found["features.clear_cache"] == ("TC_061_CSMS",)
    assert "TC_061_CSMS" in found["profiles.core"]
    assert "TC_061_CSMS" not in found["profiles.reservation"]
    assert found["product.holder"] == ()
    assert set(found["security.profiles"]) >= {"TC_073_CSMS", "TC_087_CSMS"}


def test_every_need_that_asks_a_question_is_switched_by_one() -> None:
    """A need that no answer can turn is one that is always met, asks how the run connects, or what makes stations."""
    unasked = {"remote-start", "remote-stop", "connected-with-profile-1-or-2", "connected-with-profile-2-or-3"}
    unasked |= {"encoded-identity", "held-at-pending"}
    cases = [
        Case(name, "", "csms", "Performance", "", {}, needs=(name,)) for name in NEEDS.table if name not in unasked
    ]
    turned = set()
    for role in ("csms", "charge_point"):
        shapes = {key: shape for key, shape in (asked(role) | tags()).items() if not key.startswith("questions.")}
        turned |= {id for ids in switches(role, shapes, cases).values() for id in ids}
    assert {case.id for case in cases} - turned == set()


def test_an_answer_of_the_form_that_is_tried_is_what_a_run_goes_by(tmp_path: Path) -> None:
    """The promise of a switch is kept by `applicability` over a real file."""
    case = next(case for case in catalogue("1.6") if case.id == "TC_061_CSMS")
    made = of(tmp_path, "")["features.clear_cache"]
    assert made.switches == (case.id,)
    answers: dict[bool, Sut] = {
        answer: sut_of(tmp_path, f"[features]\nclear_cache = {str(answer).lower()}\n") for answer in (True, False)
    }
    assert [NEEDS.applicability(case.profile, case.needs, answers[answer]) is None for answer in (True, False)] == [
        True,
        False,
    ]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sut.toml"
    path.write_text(content("csms", "ws://127.0.0.1:9/ocpp"), encoding="utf-8")
    os.utime(path, (1_795_255_200, 1_795_255_200))
    return path


def test_the_command_writes_all_formats(file: Path, tmp_path: Path) -> None:
    code, out, err = plugproof(file)
    assert (code, err) == (0, "")
    assert out.splitlines()[2] == "# Statement of what is implemented (PICS): OCPP 1.6"
    assert "| Last change of the file | 2026-11-21T" in out
    for name, start in (
        ("p.html", b"<!doctype html>"),
        ("p.pdf", b"%PDF"),
        ("p.json", b"{"),
        ("p.md", b">"),
        ("p", b">"),
    ):
        place = tmp_path / name
        assert plugproof(file, "--out", place) == (0, f"{place}: written\n", "")
        assert place.read_bytes().startswith(start)
    assert json.loads((tmp_path / "p.json").read_text("utf-8"))["role"] == "csms"
    first = (tmp_path / "p.pdf").read_bytes()
    plugproof(file, "--out", tmp_path / "p.pdf")
    assert (tmp_path / "p.pdf").read_bytes() == first
    assert "Notanswered" in read(first).text


def test_complete_is_an_exit_code(file: Path, tmp_path: Path) -> None:
    code, out, err = plugproof(file, "--complete", "--out", tmp_path / "p.md")
    assert (code, out) == (1, f"{tmp_path / 'p.md'}: written\n")
    assert re.fullmatch(rf"{re.escape(str(file))}: \d+ questions without an answer: product\.holder, .*\n", err)
    file.write_text(uncommented(file.read_text("utf-8")).replace("# profiles\n", "profiles = []\n"), encoding="utf-8")
    assert plugproof(file, "--complete", "--out", tmp_path / "p.md")[::2] == (0, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--format", "docx"], "--format is html, md, pdf or json, not docx"),
        (["--format", "pdf"], "--format pdf is nothing for a terminal; add --out FILE"),
    ],
)
def test_wrong_options_are_one_sentence(file: Path, arguments: list[str], sentence: str) -> None:
    assert plugproof(file, *arguments) == (2, "", f"{sentence}\n")


def test_a_wrong_file_or_place_is_one_sentence(file: Path, tmp_path: Path) -> None:
    none = tmp_path / "none.toml"
    assert plugproof(none) == (2, "", f"{none}: there is no such file; `plugproof init {none}` writes one\n")
    place = tmp_path / "missing" / "p.md"
    assert plugproof(file, "--out", place) == (
        2,
        "",
        f"{place}: cannot be written, No such file or directory; choose another --out\n",
    )
