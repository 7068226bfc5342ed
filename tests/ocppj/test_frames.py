"""Reading and writing messages (J §4.1.3, §4.2)."""

from typing import Any

import pytest
from msgspec.structs import replace

from ocppj import frames
from ocppj.frames import Call, CallError, CallResult, Malformed


def test_what_is_written_is_read_back_with_its_text() -> None:
    written: list[Call | CallResult | CallError] = [
        frames.call("1", "Authorize", {"idTag": "Ä"}),
        frames.result("1", {}),
        frames.error("1", "GenericError", "no", {"a": 1}),
        frames.error("1", "GenericError"),
    ]

    read = [frame if isinstance(frame, CallError) else replace(frame, is_ours=False) for frame in written]
    assert [frames.parse(frame.raw) for frame in written] == read
    assert written[0].raw == '[2,"1","Authorize",{"idTag":"Ä"}]'
    assert written[3].raw == '[4,"1","GenericError","",{}]'
    assert frames.encode([1, "a"]) == '[1,"a"]'


def test_the_text_is_kept_as_it_was() -> None:
    text = ' [ 2 , "1" , "Heartbeat" , { } ] '
    assert frames.parse(text) == Call("1", "Heartbeat", {}, text)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('[2,"","X",null]', Call("", "X", None, '[2,"","X",null]')),
        ('[3,"1",null]', CallResult("1", None, '[3,"1",null]')),
        ('[4,"1","",null,5]', CallError("1", "", None, 5, '[4,"1","",null,5]')),
    ],
)
def test_what_has_the_shape_of_a_message_is_one(text: str, frame: frames.Frame) -> None:
    assert frames.parse(text) == frame


@pytest.mark.parametrize(
    ("text", "problem", "words", "id", "id_is_text", "type"),
    [
        ("", "not-json", "no JSON", None, True, None),
        ("[" * 100_000, "not-json", "no JSON: it is nested too deeply", None, True, None),
        ("\ud800", "not-json", "no JSON", None, True, None),
        ('[2,"7","Heartbeat",{"a":1e400}]', "unreadable", "too large", "7", True, 2),
        ('[2,"7","DataTransfer",{"vendorId":"\\ud800"}]', "unreadable", "surrogate", "7", True, 2),
        ('[2,"7","DataTransfer",{"vendorId":"\\udc00"]', "not-json", "no JSON", "7", True, 2),
        ('[2,"7","Heartbeat",' + "[" * 2000 + "]" * 2001, "unreadable", "nested too deeply", "7", True, 2),
        ('[2,"7","Heartbeat",' + "[" * 2000 + "]" * 2000, "not-json", "nested too deeply", "7", True, 2),
        (' [ 2 , "a\\"\\u0062" , "Heartbeat" ,\n{no', "not-json", "no JSON", 'a"b', True, 2),
        ('[3,"7",{"a":1e400}]', "unreadable", "too large", "7", True, 3),
        ('[4,"7","GenericError","\\ud800",{}]', "unreadable", "surrogate", "7", True, 4),
        ('[2,"\\ud800","Heartbeat",{}]', "unreadable", "surrogate", None, True, None),
        ('[2,"7","\\ud800",{}]', "unreadable", "surrogate", None, True, None),
        ('[2,"7","Heartbeat"', "not-json", "no JSON", None, True, None),
        ('{"a":1e400}', "not-array", "this is none", None, True, None),
        ("[9,1e400]", "no-type", "first element", None, True, None),
        ("{}", "not-array", "this is an object", None, True, None),
        ('"x"', "not-array", "this is a string", None, True, None),
        ("true", "not-array", "this is a boolean", None, True, None),
        ("1", "not-array", "this is a number", None, True, None),
        ("1.5", "not-array", "this is a number", None, True, None),
        ("null", "not-array", "this is null", None, True, None),
        ("[]", "no-type", "first element", None, True, None),
        ('["2","a"]', "no-type", "first element", "a", True, None),
        ("[2.0,7]", "no-type", "first element", "7", False, None),
        ('[5,"a"]', "unknown-type", "5 is no message type", "a", True, 5),
        ("[5,[]]", "unknown-type", "5 is no message type", None, True, 5),
        ("[2]", "call-shape", "this has 1 element", None, True, 2),
        ('[2,"a"]', "call-shape", "this has 2 elements", "a", True, 2),
        ('[2,"a",[],{}]', "call-shape", "the action is an array", "a", True, 2),
        ('[3,"a"]', "result-shape", "this has 2 elements", "a", True, 3),
        ('[4,"a",null,"",{}]', "error-shape", "the code is null", "a", True, 4),
        ('[2,7,"X",{}]', "id-type", "the id is a number", "7", False, 2),
        ("[3,true,{}]", "id-type", "the id is a boolean", None, True, 3),
    ],
)
def test_what_is_no_message_is_malformed(
    text: str, problem: str, words: str, id: Any, id_is_text: bool, type: Any
) -> None:
    frame = frames.parse(text)

    assert isinstance(frame, Malformed)
    assert (frame.problem, frame.id, frame.id_is_text, frame.type) == (problem, id, id_is_text, type)
    assert words in frame.message
    assert frame.raw == text


def test_a_binary_message_keeps_its_bytes_as_text() -> None:
    frame = frames.binary(b"[2,\xff]")
    assert (frame.problem, frame.raw, frame.id) == ("binary", "[2,\ufffd]", None)
