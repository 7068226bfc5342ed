"""Passwords never get into what is shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppj.evidence.masking import MASK, mask
from ocppj.v16 import PROTOCOL

SECRET = "s3cr-et"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"key":"AuthorizationKey","value": "s3cr-et"}', '{"key":"AuthorizationKey","value": "********"}'),
        ('{ "value":"s3cr-et" , "key":"basicAUTHpassword"}', '{ "value":"********", "key":"basicAUTHpassword"}'),
        ('{"key":"Authorization\\u004bey","value":"s3cr-et"}', '{"key":"Authorization\\u004bey","value":"********"}'),
        (
            '[3,"1",{"configurationKey":[{"key":"AuthorizationKey","value":"s3cr-et"},{"key":"x","value":"y"}]}]',
            '[3,"1",{"configurationKey":[{"key":"AuthorizationKey","value":"********"},{"key":"x","value":"y"}]}]',
        ),
        (
            '{"key":"AuthorizationKey","value":["s3cr-et",{"value":"s3cr-et"}]}',
            '{"key":"AuthorizationKey","value":"********"}',
        ),
        (
            '{"key":"AuthorizationKey","key":"x","value":"s3cr-et"}',
            '{"key":"AuthorizationKey","key":"x","value":"********"}',
        ),
        (
            '[{"attributeValue":"s3cr-et","variable":{"name":"BasicAuthPassword"},"x":1},{"attributeValue":"y"}]',
            '[{"attributeValue":"********","variable":{"name":"BasicAuthPassword"},"x":1},{"attributeValue":"y"}]',
        ),
        (
            '{"variable":{"name":"basicAuthPassword"},"variableAttribute":[{"type":"Actual","value":"s3cr-et"}]}',
            '{"variable":{"name":"basicAuthPassword"},"variableAttribute":[{"type":"Actual","value":"********"}]}',
        ),
        (
            '{"apn":{"apnPassword":"s3cr-et","simPin":77},"vpn":{"key":"s3cr-et","password":"s3cr-et","user":"u"}}',
            '{"apn":{"apnPassword":"********","simPin":"********"},'
            '"vpn":{"key":"********","password":"********","user":"u"}}',
        ),
        ("set variable name=BasicAuthPassword value='s3cr-et'", "set variable name=BasicAuthPassword value=********'"),
        ("ftp://joe:s3cr-et@host/x", "ftp://joe:********@host/x"),
        ("set key=AuthorizationKey value='s3cr-et'", "set key=AuthorizationKey value=********'"),
    ],
)
def test_only_the_secret_is_replaced(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        '{"key":"AuthorizationKey","value":"s3cr-et',
        '{"key":"AuthorizationKey","value":"s3cr-et\\',
        '{"key":"AuthorizationKey" "value":"s3cr-et"}',
        '{"value":"s3cr-et" "key":"AuthorizationKey"}',
        '{"key":"AuthorizationKey"],"value":"s3cr-et"}',
        '}]"key":"AuthorizationKey","value":"s3cr-et"',
        '{"key":"AuthorizationKey","value":[{"value":"s3cr-et"',
        'ChangeConfiguration {"key": "AuthorizationKey", "value": "s3cr-et"} was sent',
        '{"key":"Authorization\\u004bey\\x","key":"AuthorizationKey","value":"s3cr-et"}',
        '{"a":' * 2_000 + '{"key":"AuthorizationKey","value":"s3cr-et"}' + "}" * 2_000,
        '[[{"key":"AuthorizationKey"' + "[" * 2_000 + ',"value":"s3cr-et"',
        '[2,"1","SetVariables",{"setVariableData":[{"attributeValue":"s3cr-et","variable":{"name":"BasicAuthPassword"',
        '{"variable":{"name":"BasicAuthPassword" "attributeValue":"s3cr-et"',
        '{"vpn":{"user":"u","key":"s3cr-et',
        '}]"vpn":"password":"s3cr-et"',
        '{"apn" {"apnPassword":"s3cr-et"}}',
    ],
    ids=range(16),
)
def test_in_doubt_a_value_is_masked(text: str) -> None:
    assert SECRET not in mask(text)
    assert MASK in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"key":"WebSocketPingInterval","value":"7"}',
        '[{"attributeValue":"7","variable":{"name":"WebSocketPingInterval"}},{"vpn":{"user":"u"},"key":"k"}]',
        '{"name":"BasicAuthPassword","attributeValue":"no secret: nothing says what this name is of"}',
        '[2,"1","Authorize",{"idTag":"a\\"b"}]',
        "ws://host:80/ocpp",
        "",
        '"\\',
    ],
)
def test_what_holds_no_secret_stays(text: str) -> None:
    assert mask(text) == text


def test_given_secrets_are_masked_however_json_writes_them() -> None:
    secrets = ["pass", 'pass"wörd\n', ""]
    for text in ('pass"wörd\n', json.dumps(secrets[1]), json.dumps(secrets[1], ensure_ascii=False), "pass"):
        masked = mask(text, secrets)
        assert "pass" not in masked
        assert "rd" not in masked


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.text())
def test_masking_never_raises(text: str) -> None:
    assert isinstance(mask(text, [text[:3]]), str)


@given(JSON, st.sampled_from(sorted(PROTOCOL.secrets.names)), st.booleans(), st.integers(0, 40), st.integers(0, 3))
def test_no_secret_leaks_from_any_payload_whole_or_cut(
    around: object, key: str, ascii: bool, cut: int, indent: int
) -> None:
    entry = {"value": SECRET, "key": key.upper()}
    text = json.dumps([around, {"x": [entry], "y": around}], ensure_ascii=ascii, indent=indent or None)
    assert SECRET not in mask(text)

    end = text.index(key.upper()) + len(key) + 1
    assert SECRET not in mask(text[: end + cut])


@given(JSON)
def test_masked_json_stays_the_same_json_but_for_the_secret(around: object) -> None:
    def document(secret: str) -> object:
        return [around, {"key": "AuthorizationKey", "value": secret}]

    assert json.loads(mask(json.dumps(document(SECRET)))) == document(MASK)


@given(st.text(min_size=1), st.text())
def test_no_given_secret_is_left(secret: str, around: str) -> None:
    masked = mask(around + secret + around, [secret])
    assert secret not in masked or set(secret) <= set(MASK) or secret in MASK
