"""The figures for Prometheus: what is counted, who may ask for it, and that nobody holds up the end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from simulator.fleet.cli.units import listening
from simulator.fleet.counting.interventions import Intervention
from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.states import States
from simulator.fleet.counting.tally import Tally
from simulator.fleet.counting.timeline import Timeline
from simulator.fleet.counting.violations import Violation
from simulator.fleet.plan import Plan
from simulator.fleet.processes.part import Part
from simulator.fleet.report import exporting as exporting_module
from simulator.fleet.report.exporting import LONGEST_HEAD, Exporter, exporting
from simulator.fleet.report.prometheus import exposition
from simulator.options.usage import UsageError

MS = 1_000_000
Ask = Callable[[bytes], Awaitable[bytes]]


def figures(part: Part) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, these in the order of their names."""
    families = text_string_to_metric_families(exposition(part).decode())
    samples = [one for family in families for one in family.samples]
    return {(one.name, *(value for _, value in sorted(one.labels.items()))): one.value for one in samples}


def test_what_is_counted_is_told() -> None:
    tally = Tally()
    counted = tally.action("Authorize")
    counted.sent, counted.refused, counted.unanswered = 5, 1, 2
    for milliseconds in (0.9, 1.1, 60_000.0):
        counted.samples.add(round(milliseconds * MS))
    tally.violations |= {
        ("RPC-19", "MUST", "csms", action): Violation("RPC-19", "MUST", "csms", action, "", "", count)
        for action, count in (("Authorize", 2), ("made up by a CSMS", 3))
    }
    tally.frames_sent, tally.frames_received, tally.lost, tally.sessions_over = 7, 6, 4, 3
    stations = Stations(switched_on=9, connected=8, accepted=7, online=6, refused=1, lost=2)
    counted.due.add(40 * MS)
    tally.asked["Reset"].sent, tally.asked["made up by a CSMS"].sent, tally.firmware["Installed"] = 2, 3, 1
    part = Part(Plan("ws://host", stations=10), tally, Timeline(), stations, late=0.25)
    assert ("fleet_resident_bytes",) not in figures(part), "the system may not tell"
    part.states, part.timeline.latest.resident = States(charging=2, outage=3), 4096
    part.interventions = [Intervention(1.0, "network lost", 3), Intervention(2.0, "network lost", 3)]
    told = figures(part)

    assert told["fleet_stations", "switched_on"] == 9
    assert told["fleet_stations", "online"] == 6
    assert told["fleet_stations", "lost"] == 2
    assert told["fleet_stations_planned",] == 10
    assert [told["fleet_stations_now", state] for state in ("charging", "outage", "lost")] == [2, 3, 0]
    assert [told["fleet_asked_total", action] for action in ("Reset", "other")] == [2, 3]
    assert told["fleet_firmware_total", "Installed"] == 1
    assert told["fleet_resident_bytes",] == 4096
    assert told["fleet_interventions_total", "network lost"] == 2
    assert [told["fleet_errors_total", kind] for kind in ("refused", "cut", "dropped", "violations")] == [1, 0, 4, 5]
    assert told["fleet_due_answer_seconds_count", "Authorize"] == 1
    assert told["fleet_due_answer_seconds_bucket", "Authorize", "0.05"] == 1
    assert told["fleet_timer_late_seconds",] == 0.25
    assert (told["fleet_messages_total", "sent"], told["fleet_messages_total", "received"]) == (7, 6)
    assert told["fleet_connections_total", "dropped"] == 4
    assert told["fleet_sessions_total", "over"] == 3
    assert told["fleet_calls_total", "Authorize"] == 5
    assert told["fleet_call_errors_total", "Authorize", "refused"] == 1
    assert told["fleet_call_errors_total", "Authorize", "unanswered"] == 2
    assert told["fleet_violations_total", "MUST", "csms", "RPC-19"] == 5
    assert "made up" not in str(told.keys())
    buckets = {key[2]: count for key, count in told.items() if key[0] == "fleet_answer_seconds_bucket"}
    assert (buckets["0.001"], buckets["0.0025"], buckets["30.0"], buckets["+Inf"]) == (1, 2, 2, 3)
    assert told["fleet_answer_seconds_sum", "Authorize"] == pytest.approx(60.002)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("9464", ("127.0.0.1", 9464)),
        (":9464", ("127.0.0.1", 9464)),
        ("0.0.0.0:1", ("0.0.0.0", 1)),
        ("[::1]:65535", ("::1", 65535)),
        ("load-1.example:80", ("load-1.example", 80)),
    ],
)
def test_without_a_host_it_is_this_machine_alone(text: str, place: tuple[str, int]) -> None:
    assert listening(text) == place


@pytest.mark.parametrize("text", ["", ":", "0", "65536", "host", "host:", "a b:80", "::1:80", "http://host:80"])
def test_what_is_no_place_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is no place to listen at; write it as 9464 or"):
        listening(text)


@pytest_asyncio.fixture
async def exporter() -> AsyncIterator[tuple[Exporter, str, int]]:
    exporter = Exporter(lambda: b"fleet_stations 3\n")
    host, port = await exporter.start("127.0.0.1", 0)
    yield exporter, host, port
    await exporter.close()


@pytest.fixture
def ask(exporter: tuple[Exporter, str, int]) -> Ask:
    async def asked(request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*exporter[1:])
        try:
            async with asyncio.timeout(20):
                writer.write(request)
                return await reader.read()
        finally:
            writer.close()

    return asked


@pytest.mark.asyncio
async def test_the_figures_are_at_metrics_and_nothing_is_elsewhere(ask: Ask) -> None:
    head, _, body = (await ask(b"GET /metrics?x=1 HTTP/1.1\r\nHost: h\r\n\r\n")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=")
    assert b"\r\nContent-Length: 17\r\n" in head
    assert body == b"fleet_stations 3\n"
    head, _, body = (await ask(b"HEAD /metrics HTTP/1.1\r\n\r\n")).partition(b"\r\n\r\n")
    assert (b"\r\nContent-Length: 17\r\n" in head, body) == (True, b"")
    assert (await ask(b"GET / HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 404 Not Found\r\n")
    refused = await ask(b"POST /metrics HTTP/1.1\r\n\r\n")
    assert refused.startswith(b"HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n")


@pytest.mark.asyncio
async def test_a_request_that_does_not_end_gets_no_answer(ask: Ask) -> None:
    try:
        answer = await ask(b"GET /metrics HTTP/1.1\r\nX: " + b"a" * 2 * LONGEST_HEAD)
    except ConnectionError:
        answer = b""
    assert answer == b""
    assert (await ask(b"GET /metrics HTTP/1.1\r\n\r\n")).endswith(b"fleet_stations 3\n")


@pytest.mark.asyncio
async def test_who_says_nothing_does_not_hold_up_the_end(
    exporter: tuple[Exporter, str, int], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting_module, "PATIENCE", 3600.0)
    reader, writer = await asyncio.open_connection(*exporter[1:])
    assert await ask(b"GET /metrics HTTP/1.1\r\n\r\n")  # by now the silent one has been taken, too
    async with asyncio.timeout(20):
        await exporter[0].close()
        with suppress(ConnectionError):
            assert await reader.read() == b""
    writer.close()


@pytest.mark.asyncio
async def test_a_port_that_is_taken_is_a_sentence(exporter: tuple[Exporter, str, int]) -> None:
    _, host, port = exporter
    with pytest.raises(UsageError, match=f"--prometheus {host}:{port}: cannot listen there .*; name another port"):
        async with exporting((host, port), bytes):
            pass
