"""The sequence of a case: the same steps from a trace as from the results, what is folded, and its picture."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from reports.evidence.labels import MAX_DETAIL, label
from reports.evidence.picture import MAX_ROWS, picture
from reports.evidence.sequence import Step, fold, of_failure, of_trace, shorten
from tests.reports import sample

SVG = "{http://www.w3.org/2000/svg}"
RESULTS = sample.results()
TRACES = sample.traces()
BROKEN = [case["id"] for case in RESULTS["cases"] if case["failure"] and case["trace"]]


class SvgFile(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "svg"


def case_of(id: str) -> dict[str, Any]:
    return next(case for case in RESULTS["cases"] if case["id"] == id)


def trace_of(id: str) -> list[dict[str, Any]]:
    return TRACES[case_of(id)["trace"]]


def entry(seq: int, text: str, **more: Any) -> dict[str, Any]:
    fields = {"kind": "frame", "direction": "station->csms", "phase": "case", "at_ns": seq * 1_000_000}
    return {"seq": seq, "text": text, "time": "2026-11-21T10:00:00Z"} | fields | more


# ---- steps


@pytest.mark.parametrize("id", BROKEN)
def test_a_trace_and_the_results_tell_the_same(id: str) -> None:
    """The results were labelled by the harness while the case ran, the trace is read by the reports afterwards."""
    failure = case_of(id)["failure"]
    told = [step for step in of_failure(failure) if step.kind != "silence"]
    read = [step for step in of_trace(trace_of(id), failure) if step.kind != "silence"]
    assert len(told) > 1
    assert [replace(step, text=None, ms=None) for step in read[: len(told)]] == [
        replace(step, ms=None) for step in told
    ]
    assert [step.ms for step in read[: len(told)]] == pytest.approx([step.ms for step in told], abs=0.001)


def test_what_an_operator_did_is_one_line_with_the_whole_behind_it() -> None:
    told = 'POST http://x/reset\nContent-Type: application/json\n\n{"type":"Hard",\n "more":"' + "x" * 600 + '"}'
    bare, said, long = of_trace(
        [
            entry(1, "Reset type=Hard", kind="operator", direction=None),
            entry(2, "204 No Content after 3 ms\nserver: x", kind="operator", direction=None),
            entry(3, told, kind="operator", direction=None),
        ]
    )
    assert (bare.label, bare.detail, bare.text) == ("Reset type=Hard", "", None)
    assert (said.label, said.detail, said.text) == (
        "204 No Content after 3 ms",
        "",
        "204 No Content after 3 ms\nserver: x",
    )
    assert (long.label, long.text) == ("POST http://x/reset", told)
    assert long.detail.startswith('{"type":"Hard", "more":"xxx')
    assert (len(long.detail), long.detail[-1]) == (MAX_DETAIL, "…")


def test_only_messages_have_a_text() -> None:
    steps = of_trace(trace_of("TC_010_CSMS"))
    assert {step.kind for step in steps if step.text is None} == {"operator", "note"}
    assert {step.kind for step in steps if step.text is not None} == {"frame", "handshake"}


def test_without_a_failure_nothing_offends() -> None:
    assert {step.offending for step in of_trace(trace_of("TC_010_CSMS"))} == {False}


def test_silence_is_a_step_at_the_end_of_what_the_case_did() -> None:
    steps = of_trace(trace_of("TC_061_CSMS"), case_of("TC_061_CSMS")["failure"])
    where = next(number for number, step in enumerate(steps) if step.kind == "silence")
    assert steps[where] == Step("silence", "nothing arrived in 5 s", offending=True)
    assert steps[where - 1].phase == "case"
    assert {step.phase for step in steps[where + 1 :]} == {"cleanup"}


def test_silence_is_not_what_offends_when_a_message_does(case_of: Callable[[str], dict[str, Any]]) -> None:
    failure = case_of("TC_010_CSMS")["failure"]
    failure["sequence"] = [row for row in failure["sequence"] if row["phase"] != "cleanup"]
    failure["sequence"][-1]["offending"] = True
    *_, last = of_failure(failure)
    assert (last.kind, last.offending) == ("silence", False)


def test_states_of_the_preamble_fold_and_the_case_does_not() -> None:
    groups = fold(of_trace(trace_of("TC_012_CSMS")))
    assert [(group.name, group.is_open) for group in groups] == [
        ("connected", False),
        ("booted", False),
        ("charging", False),
        ("cleanup", False),
    ]
    assert re.fullmatch(r"booted: 3 exchanges, \d+ ms", groups[1].summary)


def test_what_failed_is_not_folded() -> None:
    failure = case_of("TC_012_CSMS")["failure"]
    groups = fold(of_trace(trace_of("TC_012_CSMS"), failure), "preamble")
    assert [group.name for group in groups if group.is_open] == ["charging"]


def test_a_preamble_that_broke_without_a_message_opens_its_last_state() -> None:
    steps = [
        Step("frame", "a", phase="preamble", state="connected"),
        Step("frame", "b", phase="preamble", state="booted"),
    ]
    assert [group.is_open for group in fold(steps, "preamble")] == [False, True]
    assert [group.is_open for group in fold(steps)] == [False, False]
    assert fold([], "preamble") == []


def test_one_exchange_is_no_exchanges() -> None:
    (group,) = fold([Step("frame", "a", phase="cleanup", ms=1.0), Step("frame", "b", phase="cleanup", ms=3.6)])
    assert group.summary == "cleanup: 1 exchange, 3 ms"


@pytest.mark.parametrize(
    ("marked", "shown"),
    [
        (0, [0, 1, "8"]),
        (3, [0, 1, 2, 3, 4, "5"]),
        (6, [0, 1, "3", 5, 6, 7, "2"]),
        (9, [0, 1, "6", 8, 9]),
    ],
)
def test_a_long_sequence_keeps_its_head_and_what_surrounds_the_mark(marked: int, shown: list[object]) -> None:
    rows: list[Any] = list(range(10))
    assert shorten(rows, marked, str, head=2, before=1, after=2) == shown


# ---- labels


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[2,"1","Heartbeat",{}]', ("Heartbeat", "")),
        ('[3,"1",null]', ("CALLRESULT 1", "")),
        ('[3,"0",{"a":{"b":[1,2],"c":{}},"d":null}]', ("Boot.conf", "a.b=[1,2] d=null")),
        ('[3,"0",{"a":" x","b":"","c":"y z","d":"\\"","e":1.50}]', ("Boot.conf", 'a=" x" b="" c=y z d="\\"" e=1.5')),
        ('[2,"1","Reset",[1]]', ("Reset", "payload=[1]")),
        ('[2,"1","Reset","text"]', ("Reset", '"text"')),
        ('[4,"1","InternalError","it broke",{}]', ("CALLERROR InternalError", "description=it broke")),
        ('[4,"1","InternalError","",{}]', ("CALLERROR InternalError", "")),
        ('[4,"1","InternalError",5,{}]', ("CALLERROR InternalError", "description=5")),
        ('[2.0,"1","Reset",{}]', ("no OCPP-J message", '[2.0,"1","Reset",{}]')),
        ('[5,"1",{}]', ("no OCPP-J message", '[5,"1",{}]')),
        ("no json", ("no OCPP-J message", "no json")),
        ("[" * 5000, ("no OCPP-J message", "[" * MAX_DETAIL)),
    ],
)
def test_label_of_a_frame(text: str, expected: tuple[str, str]) -> None:
    assert label("frame", text, {"0": "Boot"}) == expected


def test_a_long_payload_is_cut() -> None:
    _, detail = label("frame", f'[2,"1","DataTransfer",{{"data":"{"x" * 500}"}}]', {})
    assert len(detail) == MAX_DETAIL
    assert detail.endswith("x…")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /CP HTTP/1.1\nHost: h\nAuthorization: Basic x", ("GET /CP", "Authorization: Basic x")),
        (
            "HTTP/1.1 401 Unauthorized (no password)\nwww-authenticate: Basic",
            ("HTTP 401 Unauthorized", "no password; www-authenticate: Basic"),
        ),
        ("TLS 1.3\na suite\na certificate", ("TLS 1.3", "a suite; a certificate")),
    ],
)
def test_label_of_a_handshake(text: str, expected: tuple[str, str]) -> None:
    assert label("handshake", text, {}) == expected


# ---- the picture


@pytest.mark.parametrize("id", ["TC_010_CSMS", "TC_061_CSMS", "TC_085_CSMS", "TC_056_CSMS"])
def test_picture(id: str, snapshot: SnapshotAssertion) -> None:
    assert picture(case_of(id), trace_of(id)) == snapshot(extension_class=SvgFile)


@pytest.mark.parametrize("case", RESULTS["cases"], ids=lambda case: case["id"])
def test_every_picture_stands_alone(case: dict[str, Any]) -> None:
    document = picture(case, TRACES.get(case["trace"]))
    root = ET.fromstring(document)
    assert root.findtext(f"{SVG}title", "").endswith(case["title"])
    assert not re.search(r"(href|src|url\(|@import)", document)
    told = {text for element in root.iter(f"{SVG}text") for text in element.itertext()}
    assert any(case["id"] in text for text in told)
    assert len(root.findall(f"{SVG}g[@class='middle marked']") + root.findall(f".//{SVG}g[@class='down marked']")) == (
        case["failure"] is not None and any(step.offending for step in of_trace(TRACES[case["trace"]], case["failure"]))
    )


def test_a_picture_without_a_trace_is_made_from_the_results() -> None:
    case = case_of("TC_010_CSMS")
    with_trace = ET.fromstring(picture(case, trace_of("TC_010_CSMS")))
    without = ET.fromstring(picture(case, None))
    assert len(with_trace.findall(f"{SVG}g")) == len(without.findall(f"{SVG}g")) + 1  # what came after the verdict
    assert len(without.findall(f"{SVG}g[@class='down marked']")) == 1


def test_a_long_sequence_says_what_is_left_out(case_of: Callable[[str], dict[str, Any]]) -> None:
    trace = [entry(seq, f'[2,"{seq}","Heartbeat",{{}}]') for seq in range(1, 1001)]
    for case, marked in ((case_of("TC_001_CSMS"), None), (case_of("TC_003_CSMS"), "Heartbeat")):
        root = ET.fromstring(picture(case, trace))
        assert len(root.findall(f"{SVG}g")) <= MAX_ROWS
        (gap, *_) = root.findall(f"{SVG}g[@class='gap']")
        assert re.fullmatch(r"\s*9\d\d more in the trace\s*", "".join(gap.itertext()))
        assert root.find(f"{SVG}g[@class='up marked']") is None or marked


def test_nothing_in_a_picture_runs_or_leaks(case_of: Callable[[str], dict[str, Any]], password: str) -> None:
    case = case_of("TC_085_CSMS")
    case["title"] = "<script>alert(1)</script>\x00\x1b"
    case["lane"] = "</text>"
    hostile = entry(7, f'[2,"1","</text><script>",{{"key":"AuthorizationKey","value":"{password}"}}]')
    for document in (picture(case, None), picture(case, [hostile])):
        root = ET.fromstring(document)
        assert root.find(f".//{SVG}script") is None
        assert password not in document
