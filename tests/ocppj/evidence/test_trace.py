"""The trace: order, bounds, and what it looks like when it is written out."""

import json

from ocppj.evidence.trace import MASK, Trace


def test_entries_are_numbered_in_order_whatever_their_kind() -> None:
    trace = Trace()
    trace.phase = "case"
    assert trace.add_frame("station->csms", "[]", 5) == 1
    assert trace.add("operator", "remote start", 6) == 2
    assert trace.add("note", "now") == 3

    first, second, third = trace
    assert trace.entries == (first, second, third)
    assert len(trace) == 3
    assert (first.kind, first.direction, first.at, first.text, first.phase) == (
        "frame",
        "station->csms",
        5,
        "[]",
        "case",
    )
    assert (second.kind, second.direction, second.at) == ("operator", None, 6)
    assert third.at > 0
    assert first.wall <= third.wall


def test_a_message_of_a_handshake_has_a_direction_and_is_no_frame() -> None:
    trace = Trace(secrets=["s3cret"])
    assert trace.add_handshake("csms->station", "HTTP/1.1 401 Unauthorized\nX-Key: s3cret", 7) == 1

    (entry,) = trace
    assert (entry.kind, entry.direction, entry.at) == ("handshake", "csms->station", 7)
    assert json.loads(trace.to_jsonl())["text"] == f"HTTP/1.1 401 Unauthorized\nX-Key: {MASK}"


def test_the_oldest_entries_go_when_there_are_too_many() -> None:
    trace = Trace(max_entries=3)
    for number in range(5):
        trace.add("note", str(number), number)

    assert [entry.seq for entry in trace] == [3, 4, 5]
    assert trace.dropped == 2


def test_the_oldest_entries_go_when_there_is_too_much_text() -> None:
    trace = Trace(max_text=10)
    for _ in range(3):
        trace.add("note", "1234", 0)
    assert [entry.seq for entry in trace] == [2, 3]

    trace.add("note", "x" * 11, 0)
    assert (len(trace), trace.dropped) == (0, 4)


def test_what_is_drained_is_written_once_and_counts_as_dropped_by_nobody() -> None:
    trace = Trace(max_entries=2, max_text=10)
    for number in range(3):
        trace.add("note", str(number), number)
    first = [json.loads(line) for line in trace.drain().splitlines()]

    assert [(line["seq"], line["text"]) for line in first] == [(2, "1"), (3, "2")]
    assert (len(trace), trace.dropped, trace.drain()) == (0, 1, "")
    trace.add("note", "123456789", 4)  # there is room again
    assert [json.loads(line)["seq"] for line in trace.drain().splitlines()] == [4]
    assert trace.dropped == 1


def test_json_lines_are_masked_and_dated() -> None:
    trace = Trace(secrets=["hunter2", ""])
    trace.add_frame("csms->station", '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"abc"}]', 7)
    trace.add("operator", "log in with hunter2 ü", 8)

    lines = trace.to_jsonl().splitlines()
    first, second = map(json.loads, lines)
    assert list(first) == ["seq", "kind", "direction", "at_ns", "time", "phase", "text"]
    assert first["at_ns"] == 7
    assert first["time"].endswith("Z")
    assert first["text"] == f'[2,"1","ChangeConfiguration",{{"key":"AuthorizationKey","value":"{MASK}"}}]'
    assert second["text"] == f"log in with {MASK} ü"
    assert "ü" in lines[1]
    assert Trace().to_jsonl() == ""


def test_a_secret_that_becomes_known_on_the_way_is_masked_in_what_was_before() -> None:
    trace = Trace()
    trace.add("note", "hunter2 was set")
    trace.hide(["hunter2", ""])
    assert "hunter2" not in trace.to_jsonl()
    assert trace.mask("a hunter2") == f"a {MASK}"


def test_who_follows_is_given_each_line_as_it_is_written_out() -> None:
    trace, lines = Trace(secrets=["hunter2"]), list[str]()
    trace.add("note", "before")
    trace.follow(lines.append)
    trace.add("note", "hunter2 was set")

    assert "".join(lines) == trace.to_jsonl().partition("\n")[2]
    assert f"{MASK} was set" in lines[0]
