"""Where passwords stand in messages: each version by itself, all together, and never in a diagnosis."""

from typing import Any

import pytest

import schemas


def test_the_secrets_of_a_version_are_its_own() -> None:
    assert schemas.secrets_of("1.6").names == {"authorizationkey", "basicauthpassword"}
    assert schemas.secrets_of("2.0.1").names == {"basicauthpassword"}
    assert not schemas.secrets_of("1.6").members


def test_those_of_all_versions_are_those_of_each() -> None:
    every = schemas.secrets_of_all()
    for version in schemas.known_versions():
        assert every | schemas.secrets_of(version) == every


def test_an_unknown_version_has_none() -> None:
    with pytest.raises(schemas.UnknownVersion):
        schemas.secrets_of("1.5")


@pytest.mark.parametrize(
    ("holder", "is_named"),
    [
        ({"key": "AUTHORIZATIONkey"}, True),
        ({"variable": {"name": "BasicAuthPassword"}}, True),
        ({"name": "BasicAuthPassword"}, False),
        ({"variable": "BasicAuthPassword"}, False),
        ({"key": ["AuthorizationKey"]}, False),
        ({}, False),
    ],
)
def test_what_names_a_password(holder: dict[str, Any], is_named: bool) -> None:
    assert schemas.secrets_of_all().is_named(holder) is is_named


SECRET = 815_4711
SET_VARIABLE = {"attributeValue": SECRET, "component": {"name": "x"}, "variable": {"name": "BasicAuthPassword"}}


@pytest.mark.parametrize(
    ("version", "action", "payload"),
    [
        ("1.6", "ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET}),
        ("2.0.1", "SetVariables", {"setVariableData": [SET_VARIABLE]}),
        ("2.0.1", "SetNetworkProfile", {"connectionData": {"vpn": {"key": SECRET, "password": SECRET}}}),
        ("2.0.1", "SetNetworkProfile", {"connectionData": {"apn": {"apnPassword": SECRET, "simPin": "8154711"}}}),
    ],
)
def test_a_diagnosis_tells_no_password(version: str, action: str, payload: dict[str, Any]) -> None:
    found = schemas.load(version).diagnose(action, "call", payload)
    assert any(violation.actual == "***" for violation in found)
    assert str(SECRET) not in str(found)
