"""A message as HTML: laid out and marked, and otherwise what came."""

import json
import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.html.frames import frame

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False).map(float)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=30), inner, max_size=4),
    max_leaves=20,
)


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def marked(html: str) -> str:
    (found,) = re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL)
    return plain(found)


def test_the_payload_has_one_member_a_line() -> None:
    text = '[2,"19223201","BootNotification",{"chargePointVendor":"a vendor with a name","chargePointModel":"a model"}]'
    assert plain(frame(text)) == (
        '[2, "19223201", "BootNotification", {\n'
        '  "chargePointVendor": "a vendor with a name",\n'
        '  "chargePointModel": "a model"\n'
        "}]"
    )


def test_what_fits_stays_on_one_line() -> None:
    assert (
        plain(frame('[3,"1",{"idTagInfo":{"status":"Accepted"}}]')) == '[3, "1", {"idTagInfo": {"status": "Accepted"}}]'
    )


def test_inner_objects_and_lists_are_indented() -> None:
    text = json.dumps([2, "1", "X", {"outer": {"list": [1, {"name": "x" * 60}], "empty": {}}}])
    assert plain(frame(text)).split("\n") == [
        '[2, "1", "X", {',
        '  "outer": {',
        '    "list": [',
        "      1,",
        "      {",
        f'        "name": "{"x" * 60}"',
        "      }",
        "    ],",
        '    "empty": {}',
        "  }",
        "}]",
    ]


def test_names_of_members_are_told_from_values() -> None:
    assert frame('{"a":"a"}') == '{<b>"a"</b>: "a"}'


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[2,"1","Reset",{"type":"Soft"}]', '"Soft"'),
        ('[2,"1","X",{"a":{"b":[1.50,2]}}]', "1.50"),
        ('[2,"1","X",{"a":{"b":[1.50,2]}}]', '{"b":[1.50,2]}'),
        ('[2,"1","X",{}]', '[2,"1","X",{}]'),
        ('[3,"1",{"a', '"a'),
    ],
)
def test_the_offending_part_is_marked(text: str, part: str) -> None:
    start = text.index(part)
    assert re.sub(r"\s", "", marked(frame(text, start, start + len(part)))) == part


@pytest.mark.parametrize(
    ("text", "at", "before"),
    [
        ('[3,"1",{"a":1}]', 13, '[3, "1", {"a": 1'),
        ("no json", 2, "no"),
        ("no json", 7, "no json"),
        ("[]", 2, "[]"),
    ],
)
def test_a_missing_member_is_marked_where_it_would_be(text: str, at: int, before: str) -> None:
    html = frame(text, at, at)
    assert marked(html) == "missing here"
    assert plain(html.partition("<mark")[0]) == before
    assert plain(re.sub(r"<mark.*?</mark>", "", html)).replace(" ", "") == text.replace(" ", "")


def test_nothing_is_repaired() -> None:
    assert plain(frame('{"a":1,"a":1.10,"b":1e2}')) == '{"a": 1, "a": 1.10, "b": 1e2}'
    assert frame('[3, "1" ,{}') == '[3, "1" ,{}'
    assert frame("") == ""
    assert frame("[" * 3000) == "[" * 3000


def test_a_long_message_is_cut_visibly() -> None:
    html = frame(json.dumps([2, "1", "DataTransfer", {"data": "x" * 1000}]), limit=100)
    assert plain(html).endswith("… 938 more characters in the trace")
    assert frame("[1]", limit=3) == "[1]"


def test_secrets_are_masked_and_the_mark_stays_where_it_was(password: str) -> None:
    text = f'[2,"1","ChangeConfiguration",{{"key":"AuthorizationKey","value":"{password}","reboot":true}}]'
    html = frame(text, text.index("true"), text.index("true") + 4)
    assert password not in html
    assert marked(html) == "true"


def test_nothing_in_a_message_is_markup() -> None:
    text = json.dumps([2, "<script>", "&amp;", {"</pre>": "<img src=x>\x1b\u202e"}], ensure_ascii=False)
    for html in (frame(text), frame(f"no json {text}"), frame(text, limit=len(text) - 1).partition("<span")[0]):
        assert not re.search(r"<(?!/?b>)", html)
        assert "\u202e" not in html


@settings(max_examples=60)
@given(JSON)
def test_laying_out_changes_blanks_only(value: object) -> None:
    text = json.dumps(value, ensure_ascii=True)
    shown = plain(frame(text))
    assert json.loads(shown) == json.loads(text)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)


@settings(max_examples=60)
@given(st.text(), st.integers(0, 20), st.integers(0, 20))
def test_any_text_and_any_mark_can_be_shown(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    html = frame(text, start, min(start + length, len(text)))
    assert html.count("<mark") == html.count("</mark>") == 1
