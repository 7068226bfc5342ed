"""What the harness knows of OCPP 2.0.1 beside its cases: answers of the responder, idTokens, leftovers, operators."""

from pathlib import Path
from typing import Any

import pytest

import schemas
from harness.adapters.operators import make
from harness.adapters.operators.words import instruction, sentences
from harness.case.left_open import LeftOpen
from harness.case.tags import CaseTags
from harness.sut import Keys, ReferenceSettings, Sut, SutError, Tags
from harness.sut.layout import schema
from harness.sut.reading import parse
from harness.v201.csms import left_open
from harness.v201.csms.asked import own
from harness.v201.csms.id_tokens import IdTokens
from harness.v201.csms.leftovers import LEFTOVERS
from harness.v201.csms.reach.samples import samples
from harness.v201.csms.reach.secret_keys import keys_in
from harness.v201.csms.responder import Responder

SET = schemas.load("2.0.1")
FROM_A_CSMS = sorted(name for name, info in SET.actions.items() if info.sender in ("csms", "both"))
OPERATIONS = {
    *("ChangeAvailability", "ClearCache", "GetBaseReport", "GetVariables", "RequestStartTransaction"),
    *("RequestStopTransaction", "Reset", "SetVariables", "TriggerMessage", "UnlockConnector"),
}

FILE = """
[product]
sut = "csms"
[connection]
url = "ws://127.0.0.1:9/ocpp"
ocpp = "2.0.1"
[[lanes]]
identity = "CS-1"
connectors = 2
[tags]
valid = "04A1B2C3D4E501"
{tags}
[profiles]
core = true
[run]
evse_id = 2
{run}
"""


def sut(tags: str = "", run: str = "", more: str = "") -> Sut:
    return parse(FILE.format(tags=tags, run=run) + more, "sut.toml", folder=Path(), environ={})


def named(name: str, component: str = "OCPPCommCtrlr", **members: Any) -> dict[str, Any]:
    return {"component": {"name": component}, "variable": {"name": name}, **members}


# --- the responder ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", FROM_A_CSMS)
def test_an_answer_of_the_responder_is_valid(action: str) -> None:
    payloads: dict[str, list[dict[str, Any]]] = {
        "GetVariables": [{"getVariableData": [named("OfflineThreshold"), named("X"), named("X", "Y")]}],
        "SetVariables": [{"setVariableData": [named("OfflineThreshold", attributeValue="9")]}],
        "TriggerMessage": [{"requestedMessage": name} for name in ("Heartbeat", "BootNotification")],
    }
    for payload in payloads.get(action, [{}]):
        answer = Responder(Keys()).answer(action, payload)
        if answer is not None:  # else it is refused as not supported
            assert SET.diagnose(action, "result", answer) == ()
            assert answer.get("status") not in {"Unlocked", "Scheduled"}


def test_a_variable_that_is_set_is_read_as_such() -> None:
    responder = Responder(Keys())
    asked = named("OfflineThreshold", attributeType="Actual")

    (before,) = responder.get_variables({"getVariableData": [asked]})["getVariableResult"]
    assert (before["attributeStatus"], before["attributeValue"]) == ("Accepted", "60")
    (done,) = responder.set_variables({"setVariableData": [{**asked, "attributeValue": "123"}]})["setVariableResult"]
    assert done["attributeStatus"] == "Accepted"
    (after,) = responder.get_variables({"getVariableData": [asked]})["getVariableResult"]
    assert after["attributeValue"] == "123"


def test_what_is_not_known_is_told_apart() -> None:
    data = [named("OfflineThreshold", attributeType="MinSet"), named("X"), named("X", "Y")]
    found = Responder(Keys()).get_variables({"getVariableData": data})["getVariableResult"]

    statuses = [one["attributeStatus"] for one in found]
    assert statuses == ["NotSupportedAttributeType", "UnknownVariable", "UnknownComponent"]


def test_a_status_that_is_triggered_is_that_of_the_connector() -> None:
    triggered = Responder(Keys()).triggered
    asked = {"requestedMessage": "StatusNotification", "evse": {"id": 2, "connectorId": 1}}

    told = {"evseId": 2, "connectorId": 1, "connectorStatus": "Occupied"}
    assert triggered(asked, {(2, 1): "Occupied"}) == ("StatusNotification", told)
    assert triggered({"requestedMessage": "Heartbeat"}, {}) == ("Heartbeat", {})


# --- idTokens --------------------------------------------------------------------------------------------------------


def tokens(file: Sut) -> IdTokens:
    return IdTokens(file, CaseTags(file.tags, file.source))


def test_a_tag_is_an_id_token_of_the_type_of_the_file() -> None:
    assert tokens(sut()).valid == {"idToken": "04A1B2C3D4E501", "type": "ISO14443"}
    assert tokens(sut(run='id_token_type = "Central"')).valid["type"] == "Central"


def test_an_unknown_card_has_the_digits_of_one_and_is_another_each_time() -> None:
    first, second = tokens(sut()).unknown, tokens(sut()).unknown
    assert len(bytes.fromhex(first["idToken"])) == 7
    assert first != second
    assert tokens(sut(tags='invalid = "NOBODY"')).unknown["idToken"] == "NOBODY"
    drawn = tokens(sut(run='id_token_type = "Central"')).unknown["idToken"]
    assert drawn.startswith(Tags().invalid.partition("{")[0])


# --- what is left open -----------------------------------------------------------------------------------------------


def event(kind: str, number: int, **members: Any) -> dict[str, Any]:
    return {"eventType": kind, "seqNo": number, "transactionInfo": {"transactionId": "T-1"}, **members}


def test_a_transaction_is_open_until_it_has_ended() -> None:
    left = LeftOpen("TC_X")
    left_open.told(left, "CS-1", event("Started", 0))
    left_open.told(left, "CS-1", event("Updated", 1, idToken={"idToken": "A", "type": "Central"}))
    left_open.told(left, "CS-1", event("Updated", 2))

    (entry,) = left
    assert entry.facts == {"transactionId": "T-1", "idTag": "A", "seqNo": 2}
    assert left.who_charges_with("a") == entry
    left_open.told(left, "CS-1", event("Ended", 3))
    assert list(left) == []


def test_an_evse_out_of_service_is_open_until_it_is_back() -> None:
    left = LeftOpen("TC_X", is_met_again=True)
    for evse in ({"id": 2}, None):
        call = {"operationalStatus": "Inoperative"} | ({} if evse is None else {"evse": evse})
        left_open.answered(left, "CS-1", "ChangeAvailability", call, {"status": "Accepted"})
    undo = LEFTOVERS.undo["availability"]
    assert [undo.members(entry.facts) for entry in left] == [
        {"operationalStatus": "Operative", "evse": {"id": 2}},
        {"operationalStatus": "Operative"},
    ]
    back = undo.members({"evseId": 2})
    left_open.answered(left, "CS-1", "ChangeAvailability", back, {"status": "Rejected"})
    assert len(list(left)) == 2
    left_open.answered(left, "CS-1", "ChangeAvailability", back, {"status": "Accepted"})
    assert [entry.facts for entry in left] == [{"evseId": 0}]
    left_open.answered(left, "CS-1", "ChangeAvailability", undo.members({"evseId": 0}), {"status": "Accepted"})
    assert list(left) == []


# --- operators -------------------------------------------------------------------------------------------------------


def test_every_sample_is_a_valid_call() -> None:
    for action, payload in samples(sut()):
        assert SET.diagnose(action, "call", payload) == ()


def test_a_person_is_told_of_every_operation() -> None:
    assert set(sentences("2.0.1")) == OPERATIONS
    (first, *_) = instruction("Reset", "CS-1", {"type": "OnIdle"}, sentences("2.0.1"))
    assert first == "Restart CS-1.  [Reset]"


OPERATORS = [
    ('kind = "reference"\napi = "http://127.0.0.1:9"', "/api/v1/ocpp2.0.1/stations/CS-1/operations/Reset?wait=false"),
    ('kind = "trigger"\nbase_url = "http://127.0.0.1:9"', "/api/octt/2.0.1/CS-1/reset"),
    (
        'kind = "rest"\nbase_url = "http://127.0.0.1:9"\n'
        '[operator.actions.Reset]\npath = "/{station}/reset"\nbody = { how = "{type}" }',
        "/CS-1/reset",
    ),
    ('kind = "manual"', "Restart CS-1.  [Reset]"),
]


@pytest.mark.parametrize(("table", "expected"), OPERATORS)
def test_an_operator_knows_the_operations_by_name(table: str, expected: str) -> None:
    file = sut(more=f"[operator]\n{table}\n")

    (shown,) = make(file).shows("Reset", "CS-1", {"type": "OnIdle"})
    assert expected in shown
    assert isinstance(file.operator, ReferenceSettings) == ("operations" in expected)


def test_a_class_of_the_users_has_a_method_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_operator_201.py").write_text("class Mine:\n    def get_variables(self, station, payload): ...\n")
    text = FILE.format(tags="", run="") + '[operator]\nkind = "python"\nuse = "my_operator_201:Mine"\n'
    monkeypatch.syspath_prepend(str(tmp_path))
    file = parse(text, "sut.toml", folder=tmp_path, environ={})

    (shown,) = make(file).shows("GetVariables", "CS-1", {"getVariableData": []})
    assert shown.startswith("my_operator_201:Mine.get_variables(CS-1")


def test_a_password_is_the_csms_to_choose() -> None:
    password = named("BasicAuthPassword", "SecurityCtrlr", attributeValue="sixteen-octets-k")

    assert list(keys_in("SetVariables", {"setVariableData": [password]})) == ["sixteen-octets-k"]
    assert own("SetVariables", {"setVariableData": [password]}) == ("attributeValue",)
    assert own("SetVariables", {"setVariableData": [named("OfflineThreshold", attributeValue="1")]}) == ()
    assert list(keys_in("Reset", {"type": "OnIdle"})) == []


# --- the layout of a file --------------------------------------------------------------------------------------------


def test_a_version_asks_what_its_claims_say() -> None:
    asked = schema("2.0.1")["properties"]

    assert list(asked["profiles"]["properties"]) == ["core"]
    assert {"evse_id", "connector_id", "id_token_type"} <= set(asked["run"]["properties"])
    assert not {"hardware", "limits", "questions", "smart", "files"} & set(asked)
    assert schema("1.6") == schema()


def test_a_feature_that_the_version_does_not_ask_for_is_a_sentence() -> None:
    with pytest.raises(SutError) as error:
        sut(more="[features]\nboot_pending = true\n")
    assert str(error.value) == "sut.toml: features.boot_pending is not known; remove it"
