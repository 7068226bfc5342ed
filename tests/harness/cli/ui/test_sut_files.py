"""The SUT file as a form: what it shows, what it changes, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.cli.ui.answers import Refused
from harness.cli.ui.bench.sut_files import SutFiles
from harness.sut.reading import load

TEXT = """\
# Ours, by hand.
[product]
sut = "csms"
vendor = "Acme"  # until the merger

[connection]
url = "ws://127.0.0.1:9000/ocpp"
security_profile = 1
auth_key = "a-key-of-20-octets!!"

[[lanes]]
identity = "CP-1"
connectors = 2
auth_key = "another-key-20-octs!"

[tags]
valid = "VALID-1"

[profiles]
core = true
firmware_management = false
smart_charging = true
reservation = false
local_auth_list = false
remote_trigger = true

[operator]
kind = "rest"
base_url = "https://csms.example/api"

[operator.actions.Reset]
path = "/stations/{station}/reset"  # the old one
"""


@pytest.fixture
def files(tmp_path: Path) -> SutFiles:
    (tmp_path / "sut.toml").write_text(TEXT)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return SutFiles(tmp_path)


def fields(form: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["key"]: field for section in form["sections"] for field in section["fields"]}


def saved(files: SutFiles, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return files.saved("sut.toml", {"values": values, **more}, check_only=False)


def test_a_form_has_the_values_and_what_they_may_be(files: SutFiles) -> None:
    form = files.opened("sut.toml")

    assert files.listed() == ["sut.toml"]
    assert (form["role"], form["ocpp"], form["exists"], form["problems"]) == ("csms", "1.6", True, [])
    known = fields(form)
    assert known["product.vendor"]["value"] == "Acme"
    assert known["connection.security_profile"]["kind"] == "choice"
    assert known["profiles.smart_charging"] | {"description": ""} == known["profiles.smart_charging"] | {
        "kind": "yes",
        "value": True,
        "description": "",
    }
    assert known["operator.kind"]["choices"] == ["none", "rest", "trigger", "python", "manual", "reference"]
    assert known["operator.base_url"]["value"] == "https://csms.example/api"
    assert "operator.actions.Reset.path" in form["unseen"]
    assert {"connection.listen", "driver.kind", "hardware.connectors"}.isdisjoint(known)  # asked of a charge point


def test_a_key_that_stands_in_the_file_goes_to_no_page(files: SutFiles) -> None:
    form = files.opened("sut.toml")
    key = fields(form)["connection.auth_key"]
    (lanes,) = (section for section in form["sections"] if section["name"] == "lanes")

    assert (key["secret"], key["kept"], key["value"]) == (True, True, None)
    assert lanes["rows"] == [{"identity": "CP-1", "connectors": 2, "kept": ["auth_key"]}]
    assert "octets" not in repr([section["rows"] for section in form["sections"]])


def test_what_is_saved_changes_what_was_changed_and_nothing_else(files: SutFiles) -> None:
    done = saved(
        files,
        {"product.vendor": "Acme & Co", "timeouts.message_s": 12, "profiles.reservation": True, "tags.valid": "V-2"},
        stations={"lanes": [{}, {"identity": "CP-2"}]},
    )

    assert done == {"saved": True, "problems": []}
    text = files.path("sut.toml").read_text()
    assert text.startswith("# Ours, by hand.\n")
    assert 'vendor = "Acme & Co"  # until the merger' in text
    assert 'path = "/stations/{station}/reset"  # the old one' in text
    sut = load(files.path("sut.toml"))
    assert [lane.identity for lane in sut.lanes] == ["CP-1", "CP-2"]
    assert str(sut.lanes[0].auth_key) != "None"
    assert sut.timeouts.message_s == 12
    assert sut.answer("profiles.reservation") is True
    assert saved(files, {"timeouts.message_s": None}, stations={"lanes": [{}]}) == {"saved": True, "problems": []}
    assert [lane.identity for lane in load(files.path("sut.toml")).lanes] == ["CP-1"]
    assert "[timeouts]" not in files.path("sut.toml").read_text()


def test_a_mistake_is_told_at_its_field_and_nothing_is_written(files: SutFiles) -> None:
    done = saved(files, {"connection.url": "http://x", "connection.security_profile": 7, "timeouts.message_s": "soon"})

    assert not done["saved"]
    assert {problem["key"] for problem in done["problems"]} >= {"connection.security_profile", "timeouts.message_s"}
    assert any("timeouts.message_s must be a number" in problem["sentence"] for problem in done["problems"])
    assert files.path("sut.toml").read_text() == TEXT


@pytest.mark.parametrize("role", ["csms", "charge_point"])
def test_a_new_file_is_that_of_init(files: SutFiles, role: str) -> None:
    form = files.begun("new.toml", role)
    assert (form["role"], form["exists"], form["problems"]) == (role, False, [])
    assert not files.path("new.toml").exists()
    files.saved("new.toml", {"role": role, "values": {"product.vendor": "Acme"}}, check_only=True)
    assert not files.path("new.toml").exists()

    files.saved("new.toml", {"role": role, "values": {"product.vendor": "Acme"}}, check_only=False)
    assert load(files.path("new.toml")).product.vendor == "Acme"
    assert files.listed() == ["new.toml", "sut.toml"]


@pytest.mark.parametrize("name", ["../x.toml", "/etc/x.toml", "a/b.toml", "sut.txt", ".x.toml", ""])
def test_a_name_from_a_page_is_no_path(files: SutFiles, name: str) -> None:
    with pytest.raises(Refused, match="a plain name"):
        files.opened(name)


def test_what_cannot_be_a_form_is_a_sentence(files: SutFiles) -> None:
    files.path("bad.toml").write_text("[product\n")
    files.path("none.toml").write_text('[product]\nsut = "toaster"\n')
    for name, said in (
        ("bad.toml", "is not TOML"),
        ("none.toml", "product.sut is missing or wrong"),
        ("no.toml", "no such file"),
    ):
        with pytest.raises(Refused, match=said):
            files.opened(name)
    refused: list[dict[str, Any]] = [{"values": []}, {"values": {"lanes.identity": "x"}}, {"stations": {"tags": []}}]
    for given in refused:
        with pytest.raises(Refused):
            files.saved("sut.toml", given, check_only=False)
    files.path("sut.toml").write_text(TEXT + '[timeouts]\nmessage_s = "x"\n')
    with pytest.raises(Refused, match="message_s must be"):
        files.loaded("sut.toml")
