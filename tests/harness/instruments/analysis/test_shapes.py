"""Every shape: the same conversation as each program would have written it is read, and judged, alike."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.instruments.analysis.reading import Unusable
from harness.instruments.analysis.shapes.known import SHAPES
from harness.instruments.analysis.shapes.model import Closed, Entry, Opened, told_by
from harness.instruments.analysis.shapes.times import moment, moment_in
from tests.harness.instruments.analysis.support import LOGS, STATION, analysed

KEYS = {"message": "ev.raw", "station": "ctx.cp", "direction": "ev.way"}

FILES: list[tuple[str, str, dict[str, Any]]] = [
    ("plain.log", "plain", {}),
    ("trace.jsonl", "trace", {}),
    ("steve.log", "steve", {}),
    ("ocpp.log", "ocpp", {}),
    ("ocpp-station.log", "ocpp", {}),
    ("ocpp-rpc.log", "ocpp-rpc", {}),
    ("sap-simulator.log", "sap-simulator", {}),
    ("microocpp.log", "microocpp", {}),
    ("evcc.log", "evcc", {}),
    ("citrineos.log", "citrineos", {}),
    ("citrineos-messages.jsonl", "jsonl", {}),
    ("gateway.jsonl", "jsonl", {"keys": KEYS}),
    ("frames.csv", "csv", {}),
    ("browser.har", "har", {}),
]
ZONELESS = {"steve.log", "ocpp.log", "sap-simulator.log", "evcc.log", "citrineos.log"}
TIMELESS = {"ocpp-station.log", "microocpp.log"}
WHOLE_SECONDS = {"sap-simulator.log", "evcc.log"}


def said(name: str, **how: Any) -> list[tuple[str, Any]]:
    """Who said what; a frame as the value it is, as one log prints it over several lines."""
    _, kept, _ = analysed(LOGS / name, **how)
    return [(str(sender), json.loads(part.text)) for part, _, sender in kept.taken if isinstance(part, Entry)]


@pytest.mark.parametrize(("name", "shape", "how"), FILES, ids=[file[0] for file in FILES])
def test_a_log_is_recognised_and_read_as_what_passed(name: str, shape: str, how: dict[str, Any]) -> None:
    found, kept, log = analysed(LOGS / name, **how)

    assert (log.shape, log.frames, log.unread) == (shape, 12, {})
    assert said(name, **how) == said("plain.log")
    station = "microocpp" if name == "microocpp.log" else STATION
    assert {of for _, of, _ in kept.taken} == {station}
    assert found["totals"]["findings"] == {"MUST": 0, "SHOULD": 0, "INFO": 0}
    (transaction,) = found["transactions"]["listed"]
    assert (transaction["id"], transaction["energy_wh"], transaction["remarks"]) == ("7712", 366.0, [])


@pytest.mark.parametrize("name", [file[0] for file in FILES if file[0] not in TIMELESS])
def test_times_are_those_of_the_log_in_utc(name: str) -> None:
    how = next(file[2] for file in FILES if file[0] == name)
    found, _, _ = analysed(LOGS / name, **how)
    (station,) = found["stations"]

    begin = datetime.fromisoformat(station["from"])
    assert abs(begin - datetime(2030, 3, 14, 8, 0, 0, 250_000, tzinfo=UTC)) < timedelta(seconds=1)
    utc = {"evcc.log", "citrineos.log"}
    assert found["zone"] == (None if name not in ZONELESS else "+00:00" if name in utc else "+01:00")
    boot = next(one for one in found["actions"] if one["action"] == "BootNotification")
    assert boot["milliseconds"]["max"] == pytest.approx(0 if name in WHOLE_SECONDS else 60, abs=0.1)


@pytest.mark.parametrize("name", sorted(TIMELESS))
def test_without_times_nothing_is_judged_by_them(name: str) -> None:
    found, _, _ = analysed(LOGS / name)

    assert found["from"] is None
    assert all(one["milliseconds"] is None for one in found["actions"])
    assert found["course"]["intervals"] == []


@pytest.mark.parametrize(
    ("name", "opens", "closes"),
    [
        ("plain.log", [("ocpp1.6")], ["station"]),
        ("steve.log", [None], [None]),
        ("citrineos.log", [None], [None]),
        ("trace.jsonl", ["ocpp1.6"], []),
        ("browser.har", ["ocpp1.6"], []),
    ],
)
def test_connections_are_told(name: str, opens: list[str | None], closes: list[str | None]) -> None:
    _, kept, _ = analysed(LOGS / name)
    parts = [part for part, _, _ in kept.taken]

    assert [part.subprotocol for part in parts if isinstance(part, Opened)] == opens
    assert [part.by for part in parts if isinstance(part, Closed)] == closes


@pytest.mark.parametrize(("name", "shape", "how"), FILES, ids=[file[0] for file in FILES])
def test_a_shape_that_is_told_is_not_doubted(name: str, shape: str, how: dict[str, Any]) -> None:
    _, _, log = analysed(LOGS / name, shape=shape, **how)

    assert (log.sure, log.frames) == (None, 12)


def test_every_shape_has_a_log_here() -> None:
    assert {shape for _, shape, _ in FILES} | {"pcap"} == set(SHAPES)


def write(folder: Path, *lines: str, name: str = "x.log") -> Path:
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("line", "station", "sender", "at"),
    [
        ('2030-01-01 00:00:00 CP-1 IN [2,"1","Heartbeat",{}]', "CP-1", "station", 1893456000.0),
        ('[2030-01-01T01:00:00+01:00] RX CP-1: [2,"1","Heartbeat",{}]', "CP-1", "station", 1893456000.0),
        ('1893456000.5 CP-1 <- [2,"1","Heartbeat",{}]', "CP-1", "station", 1893456000.5),
        ('1893456000123 | CP-1 | csms->station | [2,"1","Reset",{"type":"Soft"}]', "CP-1", "csms", 1893456000.123),
        ('CP-1 station [2,"1","Heartbeat",{}]', "CP-1", "station", None),
        ('2030-01-01T00:00:00Z CP-1 [2,"1","Heartbeat",{}]', "CP-1", "station", 1893456000.0),
        ('[2,"1","Heartbeat",{}]', "x", "station", None),
        ('\x1b[32m2030-01-01T00:00:00Z\x1b[0m CP-1 sent [2,"1","Reset",{"type":"Soft"}]', "CP-1", "csms", 1893456000.0),
    ],
)
def test_plain_lines_of_many_kinds(line: str, station: str, sender: str, at: float | None, tmp_path: Path) -> None:
    _, kept, log = analysed(write(tmp_path, line), shape="plain")

    assert [(of, who, part.at) for part, of, who in kept.taken] == [(station, sender, at)]  # type: ignore[union-attr]
    assert log.unread == {}


def test_a_log_in_no_shape_is_refused_with_its_beginning(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"x\.log: no format .* \(it begins with 'dear diary'\); name it with --format"):
        analysed(write(tmp_path, "", "dear diary", "today nothing happened"))


def test_what_cannot_be_read_is_told_with_its_first_lines(tmp_path: Path) -> None:
    steve = (LOGS / "steve.log").read_text().splitlines()
    odd = [f'{number} something [2,"{number}","Heartbeat",{{}}]' for number in range(5)]
    _, _, log = analysed(write(tmp_path, *steve, *odd))

    assert log.shape == "steve"
    assert log.document()["unread"] == [
        {
            "why": "no frame of this shape",
            "count": 5,
            "first": [{"line": 17 + number, "text": odd[number]} for number in range(3)],
        }
    ]
    assert log.passed_over.count == 2


def test_a_frame_that_the_logger_cut_is_held_against_nobody(tmp_path: Path) -> None:
    cut = '2030-01-01T00:00:00Z CP-1 in [2,"1","DataTransfer",{"vendorId":"x","data":"AAAA...'
    found, _, log = analysed(write(tmp_path, cut, '2030-01-01T00:00:01Z CP-1 in [2,"2","Heartbeat",{}]'))

    assert log.document()["unread"][0]["why"] == "a frame that the logger cut"
    assert (log.frames, found["totals"]["findings"]["MUST"]) == (1, 0)


def test_a_frame_that_is_cut_on_the_wire_is_a_finding(tmp_path: Path) -> None:
    lines = ['2030-01-01T00:00:00Z CP-1 in [2,"1","Boot', '2030-01-01T00:00:01Z CP-1 in [2,"2","Heartbeat",{}]']
    found, _, log = analysed(write(tmp_path, *lines))

    assert (log.frames, [rule["rule"] for rule in found["rules"]]) == (2, ["RPC-01"])


def test_a_line_behind_a_frame_that_is_cut_is_told_as_any_other(tmp_path: Path) -> None:
    _, _, log = analysed(
        write(
            tmp_path,
            '2030-01-01T00:00:00Z CP-1 in [2,"1","Heartbeat",{',
            "nothing of OCPP",
            '2030-01-01T00:00:01Z CP-1 sideways [2,"2","Heartbeat",{}]',
            '2030-01-01T00:00:02Z CP-1 in [2,"3","Heartbeat",{}]',
        )
    )

    assert log.frames == 2
    assert log.document()["unread"] == [
        {
            "why": "no frame of this shape",
            "count": 1,
            "first": [{"line": 3, "text": '2030-01-01T00:00:01Z CP-1 sideways [2,"2","Heartbeat",{}]'}],
        }
    ]
    assert log.document()["passed_over"]["first"] == [{"line": 2, "text": "nothing of OCPP"}]


def test_a_buffer_that_node_cut_is_not_read(tmp_path: Path) -> None:
    line = "CP-1 { message: <Buffer 5b 32 2c 22 31 22 ... 12 more bytes>, outbound: false }"
    _, _, log = analysed(write(tmp_path, line), shape="ocpp-rpc")

    assert log.document()["unread"][0]["why"].endswith("print message.toString()")


def test_rows_with_too_few_cells_are_told(tmp_path: Path) -> None:
    rows = [
        "time,station,direction,message",
        '2030-01-01T00:00:00Z,CP-1,in,"[2,""1"",""Heartbeat"",{}]"',
        "2030-01-01,CP",
    ]
    _, kept, log = analysed(write(tmp_path, *rows, name="x.csv"))

    assert [part.text for part, _, _ in kept.taken] == ['[2,"1","Heartbeat",{}]']  # type: ignore[union-attr]
    assert log.document()["unread"] == [
        {"why": "2 cells, the heading has 4", "count": 1, "first": [{"line": 3, "text": "2030-01-01,CP"}]}
    ]


def test_what_is_no_har_is_told(tmp_path: Path) -> None:
    _, _, log = analysed(write(tmp_path, '{"log": {"entries": 7}}', name="x.har"))

    assert [why.partition(":")[0] for why in log.unread] == ["no HAR"]


def test_a_binary_message_of_a_har_is_a_finding(tmp_path: Path) -> None:
    har = json.loads((LOGS / "browser.har").read_text())
    har["log"]["entries"][1]["_webSocketMessages"][0] |= {"opcode": 2, "data": "WzIsIjEiXQ=="}
    found, _, _ = analysed(write(tmp_path, json.dumps(har), name="x.har"))

    assert found["rules"][0]["rule"] == "CON-16"
    assert found["rules"][0]["first"]["frame"] == '[2,"1"]'


def test_the_member_with_the_frame_is_found_among_others(tmp_path: Path) -> None:
    record = {
        "message": "frame received",
        "time": 1893456000,
        "cpId": "CP-1",
        "direction": "IN",
        "payload": [2, "1", "Heartbeat", {}],
    }
    binary = record | {"payload": "[2]", "binary": True}
    _, kept, log = analysed(write(tmp_path, json.dumps(record), json.dumps(binary), "{broken", name="x.jsonl"))

    assert [(part.text, part.is_binary) for part, _, _ in kept.taken] == [  # type: ignore[union-attr]
        ('[2, "1", "Heartbeat", {}]', False),
        ("[2]", True),
    ]
    assert [reason["why"] for reason in log.document()["unread"]] == ["no JSON object"]


@pytest.mark.parametrize(
    ("value", "sender"), [(True, "csms"), ("false", "station"), ("cs", "station"), ("csms", "csms"), ("OUT", "csms")]
)
def test_what_a_member_says_of_the_sender(value: Any, sender: str, tmp_path: Path) -> None:
    action = "Heartbeat" if sender == "station" else "ClearCache"
    record = {"message": f'[2,"1","{action}",{{}}]', "origin": value}
    _, kept, _ = analysed(write(tmp_path, json.dumps(record), name="x.jsonl"))

    assert [of for _, _, of in kept.taken] == [sender]


def test_tslog_writes_json_too(tmp_path: Path) -> None:
    line = {"0": "Sending message to", "1": "1:CP-1", "2": '[3,"1",{}]', "_meta": {"date": "2030-01-01T00:00:00.500Z"}}
    _, kept, _ = analysed(write(tmp_path, json.dumps(line)), shape="citrineos")
    ((part, station, sender),) = kept.taken

    assert isinstance(part, Entry)
    assert (part.text, part.at, station, sender) == ('[3,"1",{}]', 1893456000.5, "CP-1", "csms")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2030-01-01T00:00:00Z", (1893456000.0, True)),
        ("2030-01-01 00:00:00,250", (1893456000.25, False)),
        ("2030/01/01 00:00:00", (1893456000.0, False)),
        ("2030-01-01T00:00:00.5-0130", (1893461400.5, True)),
        ("1893456000", (1893456000.0, True)),
        ("1893456000250", (1893456000.25, True)),
        ("1893456000250000000", (1893456000.25, True)),
        ("1/1/2030, 12:00:00 AM", (1893456000.0, False)),
        ("1/1/2030, 1:00:00 PM", (1893502800.0, False)),
        ("1/1/2030 13:00:00", (1893502800.0, False)),
        ("2030-13-01T00:00:00Z", None),
        ("13/41/2030, 1:00:00 PM", None),
        ("yesterday", None),
    ],
)
def test_times(text: str, expected: tuple[float, bool] | None) -> None:
    assert moment(text) == expected


def test_the_time_of_a_line_is_the_one_before_the_frame() -> None:
    assert moment_in("docker 2030-01-01T00:00:00Z app 2030-01-01 01:00:00 INFO") == (1893459600.0, False)
    assert moment_in("no time here") is None


@pytest.mark.parametrize(
    ("word", "means"), [("CP->CSMS", "station"), ("csms", "csms"), ("RX", "in"), (">>", "out"), ("maybe", None)]
)
def test_words_for_senders(word: str, means: str | None) -> None:
    assert told_by(word) == means
