"""What a template stands for, value by value, and what is said of one that cannot work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.sut import SutError
from harness.sut.tables.operation import RestAction
from harness.sut.templates import MissingMember, Unfilled, chosen, of_action, render, render_path
from tests.harness.support.suts import sut_of

LIST = [
    {"idTag": "A", "idTagInfo": {"status": "Accepted"}},
    {"idTag": "B"},
]
PAYLOAD = {
    "connectorId": 1,
    "idTag": "A",
    "key": ["x", "y"],
    "type": "TxDefaultProfile",
    "localAuthorizationList": LIST,
    "chargingProfile": {"stackLevel": 0, "chargingSchedule": {"chargingSchedulePeriod": [{"limit": 6.5}]}},
    "hex": "c3a4bc".replace("bc", "42"),
    "empty": [],
    "nothing": None,
}
SCOPE = of_action("CP1", PAYLOAD)


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{connectorId}", 1),
        ("on {connectorId}", "on 1"),
        ("{{idTag}}", "{idTag}"),
        ("{key[0]}", "x"),
        ("{key[-1]}", "y"),
        ("{key[]}", ["x", "y"]),
        ("{localAuthorizationList[1].idTag}", "B"),
        ("{localAuthorizationList[].idTag}", ["A", "B"]),
        ("{localAuthorizationList[].idTagInfo.status}", ["Accepted"]),
        ("{chargingProfile.chargingSchedule.chargingSchedulePeriod[0].limit}", 6.5),
        ("{key|join}", "x,y"),
        ("{key|join(; )}", "x; y"),
        ("{key|join()}", "xy"),
        ("{empty|join}", ""),
        ("{localAuthorizationList[].idTag|lower|join(+)}", "a+b"),
        ("{type|upper}", "TXDEFAULTPROFILE"),
        ("{type | snake | upper}", "TX_DEFAULT_PROFILE"),
        ("{type|kebab}", "tx-default-profile"),
        ("{connectorId|text}", "1"),
        ("{chargingProfile.stackLevel|upper}", 0),
        ("{hex|unhex}", "äB"),
        ("{absent|default(0)}", 0),
        ("{absent|default(none)|upper}", "NONE"),
        ("{absent|upper|default(none)}", "none"),
        ("{nothing|default(x)}", "x"),
        ("{connectorId|default(0)}", 1),
        ("{chargingProfile|without(chargingSchedule, x)}", {"stackLevel": 0}),
        (["{key[0]}", 7, "{absent}"], ["x", 7]),
        (["a", "b"], ["a", "b"]),
        ({"a": "{absent}", "b": {"c": "{absent}"}}, {"b": {}}),
        ({"...": "{chargingProfile|without(chargingSchedule)}", "id": 3}, {"stackLevel": 0, "id": 3}),
        ({"...": "{chargingProfile|without(chargingSchedule)}", "stackLevel": 9}, {"stackLevel": 9}),
        ({"stackLevel": "{absent}", "...": ["{absent}", "{localAuthorizationList[1]}"]}, {"idTag": "B"}),
        ({"a": {"?": "{chargingProfile}", "kind": "fixed"}}, {"a": {"kind": "fixed"}}),
        ({"a": {"?": ["{chargingProfile}", "{absent}"], "kind": "fixed"}, "b": 1}, {"b": 1}),
        ([{"?": "{absent}", "x": 1}, {"?": "{idTag}", "x": 2}], [{"x": 2}]),
        (
            {"*": "{localAuthorizationList}", "tag": "{item.idTag}", "state": "{item.idTagInfo.status|lower}", "n": 1},
            [{"tag": "A", "state": "accepted", "n": 1}, {"tag": "B", "n": 1}],
        ),
        ({"list": {"*": "{absent}", "tag": "{item}"}}, {}),
        ({"list": {"*": "{localAuthorizationList}", "?": "{item.idTagInfo}", "...": "{item}"}}, {"list": [LIST[0]]}),
    ],
)
def test_a_template_stands_for_a_value(template: Any, wanted: Any) -> None:
    value = render(template, SCOPE)
    assert (value, type(value)) == (wanted, type(wanted))


@pytest.mark.parametrize("template", ["{absent}", "a {absent} b", "{key[2]}", "{idTag.x}", "{idTag[0]}", "{nothing}"])
def test_what_is_not_there_is_named(template: str) -> None:
    with pytest.raises(MissingMember) as caught:
        render(template, SCOPE)
    assert "{" + caught.value.name + "}" in template


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{idTag|unhex}", "{idTag|unhex} is not in hexadecimal digits"),
        ("{key[]|unhex}", "{key[]|unhex} is not in hexadecimal digits"),
        ({"a": "{idTag|number}"}, "{idTag|number} is no number"),
        ({"...": "{idTag}"}, '{idTag} is no object, so that "..." has no members to take'),
        ({"a": {"*": "{idTag}"}}, '{idTag} is no list, so that "*" has no items to take'),
    ],
)
def test_a_value_that_does_not_fit_is_a_sentence(template: Any, why: str) -> None:
    with pytest.raises(Unfilled) as caught:
        render(template, SCOPE)
    assert str(caught.value) == why


def test_octets_that_are_no_text_and_numbers_written_as_texts() -> None:
    with pytest.raises(Unfilled, match=r"\{a\|unhex\} stands for octets that are no text in UTF-8"):
        render("{a|unhex}", {"a": "ff00"})
    assert render(["{a|number}", "{b|number}"], {"a": "12", "b": "1.5"}) == [12, 1.5]
    for text in ("true", "", "[1]", "1" * 401):
        with pytest.raises(Unfilled, match="is no number"):
            render("{a|number}", {"a": text})


def test_items_in_a_path_are_encoded() -> None:
    assert render_path("/{key[0]}/{key|join}/{a[0].b}", {**SCOPE, "a": [{"b": "x/y"}]}) == "/x/x%2Cy/x%2Fy"


# --- which template is for which request -----------------------------------------------------------------------------

KEYS = (
    "ClearChargingProfile",
    "ClearChargingProfile(id)",
    "ClearChargingProfile(!id, connectorId)",
    "ClearChargingProfile( connectorId , chargingProfilePurpose = TxProfile )",
    "SetChargingProfile(csChargingProfiles.transactionId)",
    "SetChargingProfile(csChargingProfiles.stackLevel=0)",
)


@pytest.mark.parametrize(
    ("action", "payload", "key"),
    [
        ("ClearChargingProfile", {}, 0),
        ("ClearChargingProfile", {"id": 0}, 1),
        ("ClearChargingProfile", {"id": 0, "connectorId": 1}, 1),
        ("ClearChargingProfile", {"connectorId": 1}, 2),
        ("ClearChargingProfile", {"connectorId": 0, "chargingProfilePurpose": "TxDefaultProfile"}, 2),
        ("ClearChargingProfile", {"connectorId": 1, "chargingProfilePurpose": "TxProfile", "id": 3}, 3),
        ("SetChargingProfile", {"csChargingProfiles": {"transactionId": 5}}, 4),
        ("SetChargingProfile", {"csChargingProfiles": {"stackLevel": 0}}, 5),
        ("SetChargingProfile", {"csChargingProfiles": {"stackLevel": 1}}, None),
        ("Reset", {"type": "Hard"}, None),
    ],
)
def test_the_template_with_the_most_conditions_is_chosen(action: str, payload: dict[str, Any], key: int | None) -> None:
    actions = {name: RestAction(path="/x") for name in KEYS}
    assert chosen(actions, action, payload) == (None if key is None else KEYS[key])


# --- mistakes --------------------------------------------------------------------------------------------------------

REST = "[operator]\nkind = 'rest'\nbase_url = 'http://x'\n"
RESET = "[operator.actions.Reset]\npath = '/x'\n"
MISTAKES = [
    (
        "[operator.actions.\"Reset(type=HARD)\"]\npath = '/x'",
        'Reset(type=HARD)" is for type = HARD, which Reset never has',
    ),
    (
        "[operator.actions.\"Reset(tipe=Hard)\"]\npath = '/x'",
        "is for requests with tipe, but Reset has no such member; did",
    ),
    ("[operator.actions.\"Reset(!type=Hard)\"]\npath = '/x'", 'is no action; write for example Reset, or "ClearCharg'),
    ("[operator.actions.\"Reset(type,)\"]\npath = '/x'", 'is no action; write for example Reset, or "ClearCharg'),
    (RESET + "body = { a = '{type|uper}' }", "holds {type|uper}, but there is no filter uper; did you mean upper?"),
    (RESET + "body = { a = '{type|default}' }", "but default needs an argument; write for example default(0)"),
    (RESET + "body = { a = '{type|upper(x)}' }", "but upper takes no argument; write upper"),
    (RESET + "body = { a = '{type|}' }", "holds {type|}, which is no placeholder; write for example {station}"),
    (RESET + "body = { a = '{answer.id}' }", "holds {answer.id}, but Reset has no such member; known are payload, st"),
    (RESET + "body = { a = '{item.id}' }", "holds {item.id}, but Reset has no such member"),
    (RESET + "body = { '...' = 'x' }", """must be a placeholder; write for example '...' = '{payload}'"""),
    (RESET + "body = { a = { '?' = ['{tipe}'] } }", "holds {tipe}, but Reset has no such member; did you mean {type}?"),
    (RESET + "body = { '?' = '{type}' }", 'would leave out all that is sent; write "Action(member)" for two templates'),
    (RESET + "query = { '*' = '{type}' }", 'makes a list, and query is a table; take "*" out'),
    ("[[operator.actions.Reset]]\npath = '/{answer.id}'", "path in item 1 of operator.actions.Reset holds {answer.id}"),
    ("[[operator.actions.Reset]]\npath = 'x'", "path in item 1 of operator.actions.Reset is not as wanted"),
    ("[operator.actions]\nReset = []", "operator.actions.Reset has too few items"),
    ("[operator.login]\npath = '/{station}'", "operator.login.path holds {station}, but nothing is there before the"),
    (
        "[operator.login]\npath = '/x'\ngives = { A = '{token}' }",
        "holds {token}, but only the answer to the login is t",
    ),
    ("[operator.login]\npath = '/x'\nform = {}\nbody = 1", "operator.login has both body and form; keep one of them"),
    ("[operator.login]\npth = '/x'", "operator.login.pth is not known; did you mean path?"),
    ("headers = { A = '{' }", "operator.headers.A holds a single {; write {{ for the character itself"),
    (
        "[fixtures]\nkind = 'rest'\n[fixtures.tags.create]\npath = '/{created.id}'",
        "fixtures.tags.create.path holds {created.id}, but a tag has no such value",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), MISTAKES, ids=[wanted for _, wanted in MISTAKES])
def test_a_mistake_is_a_sentence(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(SutError) as caught:
        sut_of(tmp_path, REST + text)
    assert any(wanted in sentence for sentence in caught.value.sentences), caught.value.sentences


def test_everything_together_is_usable(tmp_path: Path) -> None:
    sut_of(
        tmp_path,
        REST
        + """
headers = { X-Station = "{station}" }
[operator.login]
base_url = "http://login"
path = "/token?realm=x"
form = { user = "${USER}", password = "a{{b" }
gives = { Authorization = "Bearer {answer.data[0].access_token}" }
again_at = [401, 403]
[[operator.actions.RemoteStopTransaction]]
method = "GET"
path = "/transactions"
query = { id = "{transactionId}", with = ["a", "b"] }
[[operator.actions.RemoteStopTransaction]]
path = "/sessions/{answer[0].id}/{answers[0][0].x-y}"
body = { "..." = ["{payload|without(transactionId)}", "{answer[0]}"], by = "plugproof" }
[operator.actions."SendLocalList(updateType=Full)"]
path = "/list"
body.items = { "*" = "{localAuthorizationList}", tag = "{item.idTag}", state = "{item.idTagInfo.status|lower}" }
body.first = { "?" = "{localAuthorizationList[0]}", tag = "{localAuthorizationList[0].idTag|default()}" }
[fixtures]
kind = "rest"
[[fixtures.tags.blocked]]
path = "/tags"
body = { id = "{idTag}" }
[[fixtures.tags.blocked]]
path = "/tags/{answer.pk}/block"
[fixtures.tags.remove]
path = "/tags/{created.pk}/{created_by[1].ok}"
""",
        USER="me",
    )
