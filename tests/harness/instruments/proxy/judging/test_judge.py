"""The judge of many connections, by records alone: no socket, and the time it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic_ns

import pytest

from harness.instruments.proxy.judging import remembered, watched
from harness.instruments.proxy.judging.judge import Judge
from harness.instruments.proxy.judging.remembered import Remembered
from harness.instruments.proxy.wire.framing import BINARY, CLOSE, PING, written
from harness.instruments.proxy.wire.records import Behind, Closed, Opened, Passed, Requested, Unseen
from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.v16 import PROTOCOL
from tests.harness.instruments.proxy.support import BOOT, BOOTED, MASK, agreed, request, says

SECOND = 1_000_000_000


class Scene:
    """A judge, and connections that are made of records."""

    def __init__(self, folder: Path, answer: bytes | None = None, head: bytes | None = None) -> None:
        self.judge = Judge(folder)
        self.folder = folder
        self.at = monotonic_ns()
        self.open(1, answer=answer, head=head)

    def open(self, number: int, *, answer: bytes | None = None, head: bytes | None = None) -> None:
        self.judge.take(Opened(number, self.at, "127.0.0.1:5", ""))
        self.judge.take(Requested(number, self.at, request() if head is None else head, []))
        self.judge.take(Passed(number, self.at, "csms", agreed() if answer is None else answer))

    def says(self, sender: Role, *texts: str, connection: int = 1) -> None:
        for text in texts:
            self.passes(sender, says(sender, text), connection)

    def passes(self, sender: Role, data: bytes, connection: int = 1) -> None:
        self.judge.take(Passed(connection, self.at, sender, data))

    @property
    def rules(self) -> list[tuple[str, str]]:
        return [(found.rule, found.party) for found in self.judge.tally.all]

    @property
    def told(self) -> str:
        return "\n".join(event.text for event in self.judge.feed.kept)


Making = Callable[..., Scene]


@pytest.fixture
def making(tmp_path: Path) -> Iterator[Making]:
    """`making(answer, request)` makes a scene whose first connection begins so."""
    made: list[Scene] = []

    def make(*options: bytes) -> Scene:
        made.append(Scene(tmp_path, *options))
        return made[-1]

    yield make
    for scene in made:
        scene.judge.close()


@pytest.fixture
def scene(making: Making) -> Scene:
    return making()


def test_both_parties_are_judged(scene: Scene) -> None:
    scene.says("station", '[2,"1","Heartbeat",{"odd":1}]')
    scene.says("csms", '[3,"1",{}]', '[3,"2",{}]')

    assert scene.rules == [("RPC-14", "csms"), ("RPC-19", "csms"), ("VAL-14", "station")]
    (first, *_) = scene.judge.tally.all
    assert (first.connection, first.identity, first.count) == (1, "CP-1", 1)
    assert scene.judge.figures.messages == {"station": 1, "csms": 2}


def test_a_call_without_an_answer_is_found_when_its_time_is_over(scene: Scene) -> None:
    scene.says("station", '[2,"1","Heartbeat",{}]')
    scene.judge.look(scene.at + 29 * SECOND)
    assert scene.rules == []

    scene.judge.look(scene.at + 31 * SECOND)
    scene.judge.look(scene.at + 99 * SECOND)
    assert [(found.rule, found.party, found.count) for found in scene.judge.tally.all] == [("RPC-13", "csms", 1)]


def test_an_id_is_remembered_over_the_connections_of_a_station(scene: Scene) -> None:
    scene.says("station", '[2,"1","Heartbeat",{}]')
    scene.judge.take(Closed(1, scene.at, "station", ""))
    scene.open(2)
    scene.open(3, head=request("/CP-2"))
    scene.says("station", '[2,"1","DataTransfer",{"vendorId":"x"}]', connection=3)
    assert scene.rules == []

    scene.says("station", '[2,"1","DataTransfer",{"vendorId":"x"}]', connection=2)
    assert scene.rules == [("RPC-06", "station")]


def test_the_version_is_the_one_that_was_agreed_on(making: Making) -> None:
    scene = making(agreed(subprotocol="ocpp2.0.1"), request(subprotocol="ocpp1.6,ocpp2.0.1"))
    scene.says(
        "station", '[2,"1","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"a","vendorName":"b"}}]'
    )

    assert scene.rules == []
    assert scene.judge.open[1].version == "2.0.1"


def test_without_an_agreement_the_first_offer_that_is_known_counts(making: Making) -> None:
    scene = making(agreed(subprotocol=""), request(subprotocol="ocpp9, ocpp1.6"))
    scene.says("station", BOOT)

    assert scene.judge.open[1].version == "1.6"


@pytest.mark.parametrize("name", ["ocpp9.9", ""])
def test_a_version_that_is_not_known_is_not_judged_and_told(making: Making, name: str) -> None:
    scene = making(agreed(subprotocol=name), request(subprotocol="ocpp9.9"))
    scene.says("station", "no JSON")

    assert scene.rules == []
    assert scene.judge.figures.unjudged == {"station": 1, "csms": 0}
    assert f"connected with {name or 'no subprotocol'}, not judged" in scene.told


def test_extensions_that_are_not_known_are_not_judged_and_told(making: Making) -> None:
    scene = making(agreed("Sec-WebSocket-Extensions: odd"))
    scene.says("station", "no JSON")

    assert scene.rules == []
    assert "the two have agreed on extensions that are not known here (odd)" in scene.told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "the CSMS has answered HTTP 404 Not Found"),
        (b"SSH-2.0\r\n\r\n", "the CSMS has answered no HTTP"),
    ],
)
def test_a_refusal_is_told(making: Making, answer: bytes, told: str) -> None:
    scene = making(answer)
    scene.says("csms", "no JSON")

    assert told in scene.told
    assert scene.judge.figures.refused == 1
    assert scene.rules == []


def test_an_answer_that_never_ends_is_given_up(making: Making) -> None:
    scene = making(b"x" * 70_000)
    scene.judge.take(Closed(1, scene.at, "csms", ""))

    assert "what the CSMS has answered is no HTTP" in (scene.folder / "00001-CP-1.jsonl").read_text("utf-8")


def test_frames_of_a_station_that_does_not_wait_for_the_answer_are_judged(making: Making) -> None:
    scene = making(b"")
    scene.says("station", "no JSON")
    scene.passes("csms", agreed() + says("csms", "{}"))

    assert scene.rules == [("RPC-01", "csms"), ("RPC-01", "station")]


def test_too_much_before_the_answer_is_not_judged_and_told(making: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "MOST_EARLY", 100)
    scene = making(b"")
    scene.says("station", *["no JSON"] * 20)
    scene.passes("csms", agreed())

    assert scene.rules == []
    assert "not judged: the station has sent too much before the CSMS has agreed" in scene.told


def test_what_was_missed_before_the_answer_is_no_part_of_what_follows(making: Making) -> None:
    scene = making(b"")
    scene.passes("station", says("station", "no JSON")[:5])
    scene.judge.take(Behind(1, scene.at, "station"))
    scene.judge.take(Unseen(1, scene.at, "station", 1, 8))
    scene.passes("csms", agreed())
    scene.says("station", "{}")

    assert scene.rules == [("RPC-01", "station")]
    assert scene.judge.figures.wrong == {"station": 0, "csms": 0}


def test_while_one_side_is_not_seen_nothing_is_said_of_the_other(scene: Scene) -> None:
    scene.says("station", BOOT)
    scene.judge.take(Behind(1, scene.at, "csms"))
    scene.says("station", '[2,"2","Heartbeat",{}]', '[2,"3","Heartbeat",{}]', "no JSON")
    scene.judge.look(scene.at + 99 * SECOND)
    scene.judge.take(Unseen(1, scene.at, "csms", 3, 99))
    assert scene.rules == []

    scene.says("station", "no JSON")
    assert scene.rules == [("RPC-01", "station")]
    assert scene.judge.figures.unjudged == {"station": 3, "csms": 0}


def test_what_is_no_message_of_ocpp_is_noted(scene: Scene) -> None:
    scene.passes(
        "station", written(PING, b"abc", MASK) + written(BINARY, b"[]", MASK) + written(CLOSE, b"\x03\xe9", MASK)
    )
    scene.passes("csms", written(PING, b"", MASK))
    scene.judge.take(Closed(1, scene.at, "csms", "reset"))

    text = (scene.folder / "00001-CP-1.jsonl").read_text("utf-8")
    assert "the station sends a ping of 3 bytes" in text
    assert "the station closes: 1001" in text
    assert "the csms breaks WebSocket: a frame came with a mask" in text
    assert "the connection was ended by the station (reset)" in text
    assert scene.rules == [("CON-16", "station")]
    assert scene.judge.figures.wrong == {"station": 0, "csms": 1}


def test_who_closes_is_who_said_so_first(scene: Scene) -> None:
    scene.says("station", BOOT)
    scene.says("csms", BOOTED.replace("Accepted", "Pending"))
    scene.passes("csms", written(CLOSE, b"\x03\xe8", None))
    scene.judge.take(Closed(1, scene.at, "station", ""))

    assert ("BOOT-05", "csms") in scene.rules


def test_the_end_of_the_proxy_is_nobodys_fault(scene: Scene) -> None:
    scene.says("station", BOOT)
    scene.says("csms", BOOTED.replace("Accepted", "Pending"))
    scene.judge.take(Closed(1, scene.at, "proxy", ""))

    assert ("BOOT-05", "csms") not in scene.rules
    assert "ended by the proxy" in scene.told


def test_words_of_a_party_are_made_harmless(scene: Scene) -> None:
    scene.says("station", '[2,"\x1b[2J","::error::x",{}]')

    assert "\x1b" not in scene.told
    assert "::error::" not in scene.told


def test_a_mistake_of_ours_costs_one_connection_its_judgement(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scene.open(2, head=request("/CP-2"))
    parse = frames.parse

    def fails(text: str) -> frames.Frame:
        if "broken" in text:
            raise ZeroDivisionError
        return parse(text)

    monkeypatch.setattr(frames, "parse", fails)
    scene.says("station", "broken", "no JSON")
    scene.says("station", "no JSON", connection=2)

    assert scene.rules == [("RPC-01", "station")]
    assert scene.judge.problem.startswith("a mistake of plugproof (ZeroDivisionError): connection 1 was not judged")
    assert "not judged any more, by a mistake of plugproof (ZeroDivisionError)" in scene.told
    assert "ZeroDivisionError" in caplog.text


def test_a_mistake_while_time_passes_costs_no_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scene.open(2, head=request("/CP-2"))
    monkeypatch.setattr(scene.judge.open[1], "look", lambda now: 1 // 0, raising=False)
    scene.judge.look()

    assert list(scene.judge.open) == [2]
    assert "ZeroDivisionError" in caplog.text


def test_no_more_stations_are_remembered_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 2)
    memory = Remembered()
    first = memory.of(PROTOCOL, "A")
    assert memory.of(PROTOCOL, "A") is first
    memory.of(PROTOCOL, "B")
    memory.of(PROTOCOL, "C")

    assert memory.of(PROTOCOL, "A") is not first
    assert memory.of(PROTOCOL, "") is not memory.of(PROTOCOL, "")


def test_the_figures_of_prometheus(scene: Scene) -> None:
    scene.says("station", '[2,"1","Heartbeat",{}]', '[2,"2","MadeUp",{}]')
    scene.says("csms", '[3,"1",{"currentTime":"2026-11-21T10:00:00Z"}]', '[3,"x",{}]')
    text = scene.judge.figures.exposition().decode()

    for line in (
        'ocpp_frames_total{action="Heartbeat",kind="call",sender="station"} 1.0',
        'ocpp_frames_total{action="unknown",kind="call",sender="station"} 1.0',
        'ocpp_findings_total{level="MUST",party="csms",rule="RPC-14"} 1.0',
        'ocpp_answer_seconds_count{action="Heartbeat",sender="csms"} 1.0',
        'proxy_messages_total{direction="csms->station"} 2.0',
        "proxy_connections_open 1.0",
        "proxy_connections_total 1.0",
    ):
        assert line in text
    assert "proxy_judge_lag_seconds" in text
    assert "process_cpu_seconds_total" in text


def test_the_summary_for_machines(scene: Scene) -> None:
    scene.says("station", "no JSON")
    summary = scene.judge.summary()

    assert summary["messages"] == {"station": 1, "csms": 0}
    assert [(each["rule"], each["party"], each["count"]) for each in summary["findings"]] == [("RPC-01", "station", 1)]
