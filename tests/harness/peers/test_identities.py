"""As which stations a run comes: a fresh one per case or the lane's, one socket at a time."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.plugin.session import new_run_id
from harness.sut.tables.link import RUN_LENGTH
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import ScriptedSut
from tests.harness.support.suts import sut_of

CASES = """
@made_up("TC_011_1_CSMS")
@made_up("TC_012_CSMS")
@made_up("TC_013_CSMS")
@made_up("TC_073_CSMS", profile="security")
async def test_it(station):
    await station.sends("Heartbeat", rule="R1")
"""
FRESH = {"pattern": "PP-{run}-{case}"}


def lanes(outcome: Any) -> dict[str, str]:
    return {id: record["lane"] for id, record in outcome.cases.items()}


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_every_case_comes_as_a_station_of_its_own(running: Running, workers: list[str]) -> None:
    outcome = running(CASES, *workers, sut=FRESH, process=True)

    assert outcome.code == 0
    found = lanes(outcome)
    (run,) = {re.fullmatch(r"PP-(\w{8})-.*", identity)[1] for identity in found.values()}  # type: ignore[index]
    security = found.pop("TC_073_CSMS")
    assert security in (f"PP-{run}-0001", f"PP-{run}-0002")  # its stations are known by name
    assert found == {
        "TC_011_1_CSMS": f"PP-{run}-TC_011_1",
        "TC_012_CSMS": f"PP-{run}-TC_012",
        "TC_013_CSMS": f"PP-{run}-TC_013",
    }


def test_a_lane_keeps_its_identity(running: Running) -> None:
    assert set(lanes(running(CASES, "-p", "no:xdist")).values()) == {"LANE-1"}


def test_a_csms_that_knows_no_such_station_is_told_apart(running: Running, scripted: ScriptedSut) -> None:
    scripted.refuses = 404
    outcome = running(CASES, sut=FRESH)

    assert outcome.code == 3
    assert set(outcome.verdicts.values()) == {"ERROR"}
    assert re.sub(r"PP-\w{8}", "PP-RUN", outcome.stderr.strip()) == (
        f"before the first case: {scripted.url} does not let PP-RUN-LOOK in: HTTP 404 (no); plugproof comes under a "
        "new identity for every case: let unknown stations in, name known ones in [[lanes]] of a SUT file, or have "
        "them made by [fixtures]"
    )


def test_the_name_of_a_run_is_short_and_its_own() -> None:
    names = {new_run_id() for _ in range(40)}
    assert {len(name) for name in names} == {RUN_LENGTH}
    assert len(names) > 30


@pytest.mark.parametrize(
    ("identities", "sentence"),
    [
        (
            "pattern = 'CP-{run}'",
            "identities.pattern gives every worker the same identity; "
            'put {case} or {lane} into it, for example pattern = "PP-{run}-{case}"',
        ),
        (
            "max_length = 20",
            "identities.pattern leaves 8 of identities.max_length = 20 characters for the case, "
            "12 are needed; shorten the pattern",
        ),
        (
            "pattern = 'A-RATHER-LONG-PREFIX-{lane}'\nmax_length = 16",
            "identities.pattern gives identities that are longer than identities.max_length = 16; shorten the pattern",
        ),
    ],
)
def test_a_pattern_that_cannot_work_is_a_sentence(tmp_path: Path, identities: str, sentence: str) -> None:
    from harness.sut import SutError

    with pytest.raises(SutError) as caught:
        sut_of(tmp_path, "", stations=f"[identities]\n{identities}\n")
    assert [text.removeprefix(f"{tmp_path}/") for text in caught.value.sentences] == [f"sut.toml: {sentence}"]


# --- one socket at a time --------------------------------------------------------------------------------------------


class SlowLine:
    """A TCP line to a server on which what the server says, its end of the connection too, takes a moment to arrive.

    `overlaps` counts the connections that were opened while an older one had not been let go of by the server.
    """

    LATENCY = 0.15

    def __init__(self, port: int) -> None:
        self.port = 0
        self.overlaps = 0
        self.connections = 0
        self._server = port
        self._open = 0
        self._carrying: set[asyncio.Task[None]] = set()

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        for carrying in self._carrying:
            carrying.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carrying = asyncio.current_task()
        assert carrying is not None
        self._carrying.add(carrying)
        self.connections += 1
        self.overlaps += self._open > 0
        self._open += 1
        async with _closing(writer):
            to, back = await asyncio.open_connection("127.0.0.1", self._server)
            async with _closing(back):
                onward = asyncio.create_task(self._pump(reader, back, 0))
                onward.add_done_callback(lambda _: back.close())
                try:
                    await self._pump(to, writer, self.LATENCY)
                finally:
                    self._open -= 1
                    onward.cancel()
                    await asyncio.gather(onward, return_exceptions=True)
        self._carrying.discard(carrying)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, latency: float) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65_536):
                await asyncio.sleep(latency)
                sink.write(data)
                await sink.drain()
            await asyncio.sleep(latency)


@contextlib.asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Closes at the end, and waits until it is: a loop that ends before leaves an open socket behind."""
    try:
        yield
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
def slow_line(scripted: ScriptedSut) -> Iterator[SlowLine]:
    line = SlowLine(int(scripted.url.rpartition(":")[2].partition("/")[0]))
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(line.serve(ready, stop)))
    thread.start()
    assert ready.wait(20)
    scripted.url = f"ws://127.0.0.1:{line.port}/ocpp"
    yield line
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)
    loop.close()


def test_the_next_case_of_a_lane_waits_for_the_old_socket(running: Running, slow_line: SlowLine) -> None:
    assert running(CASES, "-p", "no:xdist").code == 0
    assert (slow_line.connections, slow_line.overlaps) == (5, 0)  # the look before the run, and four cases


RECONNECTING = """
@made_up()
async def test_it(station):
    {first}
    await station.connects()
    await states.boot(station)
    await station.sends("Heartbeat", rule="R1")
"""


@pytest.mark.parametrize("first", ["await station.disconnects()", "pass"])
def test_a_station_that_reconnects_waits_for_the_old_socket(running: Running, slow_line: SlowLine, first: str) -> None:
    assert running(RECONNECTING.format(first=first)).code == 0
    assert (slow_line.connections, slow_line.overlaps) == (3, 0)


def test_after_a_power_loss_nobody_waits(running: Running, slow_line: SlowLine) -> None:
    assert running(RECONNECTING.format(first="await station.loses_power()")).code == 0
    assert (slow_line.connections, slow_line.overlaps) == (3, 1)
