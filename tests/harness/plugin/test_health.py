"""A system under test that goes away in the middle of a run: one ERROR, and nothing is blamed that was not run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from harness.case.judgement import Judgement
from harness.plugin.trouble import health
from harness.plugin.trouble.health import AWAY, GONE, Health
from harness.plugin.trouble.outages import Outage, Outages
from harness.sut.reading import load
from tests.harness.conftest import Outcome, Running
from tests.harness.support.scripted_sut import Never, ScriptedSut


class Product:
    """A CSMS in a process of its own, on a port that stays the same when it is started again."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/ocpp"
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "csms_core", "--port", str(self.port), "--api-port", "0", "--any-station"]
        process = subprocess.Popen([*command, "--database", ":temporary:"], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["url"]
        return process

    def restart_when_it_dies(self) -> threading.Thread:
        """What a supervisor does: once."""

        def supervise() -> None:
            self.process.wait()
            self.end()
            self.process = self.start()

        thread = threading.Thread(target=supervise)
        thread.start()
        return thread

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def product() -> Iterator[Product]:
    started = Product()
    yield started
    started.end()


CASES = """
import asyncio, os, signal
from pathlib import Path

KILLED = Path("killed")

@made_up("TC_A_CSMS")
async def test_a(station):
    await station.sends("Heartbeat", rule="R1")

@made_up("TC_B_CSMS")
async def test_b(station):
    KILLED.touch()
    os.kill({pid}, signal.SIGKILL)
    await station.sends("Heartbeat", rule="R1")

@made_up("TC_C_CSMS")
@made_up("TC_D_CSMS")
@made_up("TC_E_CSMS")
@made_up("TC_F_CSMS")
@made_up("TC_G_CSMS")
@made_up("TC_H_CSMS")
async def test_others(station):
    while not KILLED.exists():  # so that another worker is in the middle of a case, too
        await asyncio.sleep(0.01)
    await station.sends("Heartbeat", rule="R1")

@made_up("TC_N_CSMS", profile="reservation")
async def test_not_claimed(station):
    raise AssertionError("not to be run")
"""


def run(running: Running, scripted: ScriptedSut, product: Product, *arguments: str, recover_s: float) -> Outcome:
    file = scripted.sut_file(Path.cwd(), recover_s=recover_s)
    away = file.with_name("away.toml")
    away.write_text(file.read_text().replace(scripted.url, product.url))
    source = CASES.format(pid=product.process.pid)
    return running(source, "--sut", str(away), *arguments, named=False, process=True)


def test_a_crash_for_good_is_one_error_and_the_rest_is_not_run(
    running: Running, scripted: ScriptedSut, product: Product
) -> None:
    outcome = run(running, scripted, product, "-p", "no:xdist", recover_s=0.5)

    verdicts = outcome.verdicts
    assert outcome.code == 3
    assert (verdicts["TC_A_CSMS"], verdicts["TC_B_CSMS"], verdicts["TC_N_CSMS"]) == ("PASS", "ERROR", "NOT_APPLICABLE")
    left = [f"TC_{letter}_CSMS" for letter in "CDEFGH"]
    assert {verdicts[id] for id in left} == {"INCONCLUSIVE"}
    refused = f"{product.url}/LANE-1: the connection was refused; is the CSMS running, and is this its port?"
    crash = outcome.cases["TC_B_CSMS"]
    assert crash["reason"].startswith(f"the system under test went away during this case: {refused}; what the case saw")
    assert "the connection was closed by" in crash["reason"]
    assert (crash["failure"]["kind"], crash["failure"]["rule"]) == ("harness", None)
    assert {outcome.cases[id]["reason"] for id in left} == {
        f"not run: the system under test is gone since TC_B_CSMS ({refused}) and did not come back in 0.5 s"
    }
    assert {outcome.cases[id].get("not_run") for id in left} == {True}
    assert {outcome.cases[id]["trace"] for id in left} == {None}

    suite = ET.parse(outcome.out / "junit.xml").getroot()
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
    assert sum(int(part.get("skipped", 0)) for part in suite) == 7
    assert not list(outcome.out.glob(".sut-*"))


def test_all_workers_learn_of_it(running: Running, scripted: ScriptedSut, product: Product) -> None:
    outcome = run(running, scripted, product, "-n", "2", recover_s=0.5)

    assert outcome.code == 3
    verdicts = list(outcome.verdicts.values())
    assert len(verdicts) == 9
    assert 1 <= verdicts.count("ERROR") <= 2  # at most the cases that were under way
    assert verdicts.count("INCONCLUSIVE") >= 5


def test_a_crash_and_a_restart_is_one_error_and_the_run_goes_on(
    running: Running, scripted: ScriptedSut, product: Product
) -> None:
    supervisor = product.restart_when_it_dies()
    outcome = run(running, scripted, product, "-p", "no:xdist", recover_s=60)
    supervisor.join()

    assert outcome.code == 3
    assert outcome.verdicts.pop("TC_B_CSMS") == "ERROR"
    assert outcome.verdicts.pop("TC_N_CSMS") == "NOT_APPLICABLE"
    verdicts = {id: verdict for id, verdict in outcome.verdicts.items() if id not in ("TC_B_CSMS", "TC_N_CSMS")}
    assert set(verdicts.values()) == {"PASS"}
    assert len(verdicts) == 7
    notes = (outcome.out / outcome.cases["TC_C_CSMS"]["trace"]).read_text()
    assert "the system under test was away; it came back after" in notes


HEARTBEATS = """
@made_up("TC_A_CSMS")
@made_up("TC_B_CSMS")
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""


def test_a_bad_answer_alone_is_no_crash(running: Running, scripted: ScriptedSut) -> None:
    scripted.answers["Heartbeat"] = Never
    outcome = running(HEARTBEATS, sut={"message_s": 1.5})

    assert outcome.verdicts == {"TC_A_CSMS": "FAIL", "TC_B_CSMS": "FAIL"}
    assert outcome.code == 1


class Status(BaseHTTPRequestHandler):
    """Answers every GET with the status of its server."""

    def do_GET(self) -> None:
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def health_page(status: int) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Status)
    server.status = status  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/health"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(("status", "verdicts"), [(200, ("FAIL", "FAIL")), (503, ("ERROR", "INCONCLUSIVE"))])
def test_a_health_page_is_asked_where_there_is_one(
    running: Running, scripted: ScriptedSut, monkeypatch: pytest.MonkeyPatch, status: int, verdicts: tuple[str, str]
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    scripted.answers["Heartbeat"] = Never
    with health_page(status) as url:
        sut = {"message_s": 1.5, "connection": f'health = "{url}"', "recover_s": 0.2}
        outcome = running(HEARTBEATS, sut=sut)

    assert tuple(outcome.verdicts[id] for id in ("TC_A_CSMS", "TC_B_CSMS")) == verdicts
    if status == 503:
        reason = outcome.cases["TC_A_CSMS"]["reason"]
        assert f"{url} (connection.health) was answered 503" in reason


@pytest.mark.asyncio
async def test_the_body_of_a_health_page_is_not_read() -> None:
    """It may be long, or packed so that it would be; the status says it all."""

    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 1000000000000\r\n\r\nx")
        with contextlib.suppress(ConnectionError):
            await reader.read()  # until the other side hangs up
            writer.close()
            await writer.wait_closed()
        over.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await health.ask(f"http://127.0.0.1:{port}/health", 20) is None
        await asyncio.wait_for(over.wait(), 20)


def test_marks_of_an_earlier_run_mean_nothing(running: Running, scripted: ScriptedSut) -> None:
    for name in (AWAY, GONE):
        (Path.cwd() / "out").mkdir(exist_ok=True)
        (Path.cwd() / "out" / name).write_text("since long ago")

    assert set(running(HEARTBEATS).verdicts.values()) == {"PASS"}


TWO_ON_THE_WIRE = """
import asyncio, os, signal
from pathlib import Path

READY, KILLED = Path("ready"), Path("killed")

async def wait_for(file):
    while not file.exists():
        await asyncio.sleep(0.01)

@made_up("TC_A_CSMS")
async def test_a(station):
    await station.sends("Heartbeat", rule="R1")

@made_up("TC_B_CSMS")
async def test_b(station):
    await wait_for(READY)
    await station.sends("Heartbeat", rule="R1")
    KILLED.touch()
    os.kill({pid}, signal.SIGKILL)
    await station.sends("Heartbeat")

@made_up("TC_C_CSMS")
@made_up("TC_D_CSMS")
@made_up("TC_E_CSMS")
@made_up("TC_F_CSMS")
async def test_others(station):
    READY.touch()
    await wait_for(KILLED)
    await station.sends("Heartbeat", rule="R1")
"""


def test_who_was_interrupted_is_run_again_and_one_case_is_named(
    running: Running, scripted: ScriptedSut, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.harness.plugin.test_health.CASES", TWO_ON_THE_WIRE)
    supervisor = product.restart_when_it_dies()
    outcome = run(running, scripted, product, "-n", "2", recover_s=60)
    supervisor.join()

    assert outcome.code == 3
    verdicts = outcome.verdicts
    assert verdicts.pop("TC_B_CSMS") == "ERROR"
    assert set(verdicts.values()) == {"PASS"}
    named = outcome.cases["TC_B_CSMS"]
    assert named["reason"].startswith("the system under test went away during this case: ")
    assert "(last answered: TC_B_CSMS; on the wire: TC_B_CSMS, TC_C_CSMS)" in named["reason"]
    assert "attempts" not in named
    (attempt,) = outcome.cases["TC_C_CSMS"]["attempts"]
    assert attempt["verdict"] == "ERROR"
    assert attempt["reason"].startswith("interrupted by TC_B_CSMS: the system under test went away: ")
    assert [id for id, record in outcome.cases.items() if "attempts" in record] == ["TC_C_CSMS"]
    assert not list(outcome.out.glob(".sut-*"))


def test_the_last_one_answered_on_the_wire_is_named_whoever_finds_out(tmp_path: Path) -> None:
    lanes = [Outages(tmp_path, number, patience=60) for number in range(4)]
    found: dict[int, Outage] = {}

    def cut(number: int, case: str, answered: int) -> None:
        found[number] = lanes[number].cut(case, answered, "it was refused", lambda: False)

    for number, case in enumerate(("A", "B", "C", "D")):
        lanes[number].begins(case)
    lanes[3].ends("D", 400)  # had passed, so its verdict is its own
    threads = [threading.Thread(target=cut, args=one) for one in ((0, "A", 100), (1, "B", 300), (2, "C", 200))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {(one.named, one.last, one.wire) for one in found.values()} == {("B", "D", ("A", "B", "C"))}
    assert found[0].told == "last answered: D; on the wire: A, B, C"

    lanes[0].begins("E")
    assert lanes[0].current() is None
    again = lanes[0].cut("E", 500, "it was refused again", lambda: False)
    assert (again.named, again.wire, again.problem) == ("E", ("E",), "it was refused again")


def test_nobody_waits_for_ever_for_a_lane_whose_process_is_dead(tmp_path: Path) -> None:
    dead, alive = (Outages(tmp_path, number, patience=0) for number in range(2))
    dead.begins("A")
    alive.begins("B")
    assert alive.cut("B", 1, "gone", lambda: False).wire == ("B",)


FAILING = {"kind": "closed", "rule": "TC_A_CSMS.R1", "sentence": "", "expected": "", "actual": "", "frame": None}


def test_who_was_in_an_outage_is_interrupted_though_it_is_over_when_he_looks(
    scripted: ScriptedSut, tmp_path: Path
) -> None:
    sut = load(scripted.sut_file(tmp_path))
    mine, other = (Health(sut, sut.lane(number), tmp_path, number) for number in range(2))
    mine.begins("TC_A_CSMS")
    other.begins("TC_B_CSMS")
    Outages(tmp_path, 1, 0).cut("TC_B_CSMS", 5, "it was refused", lambda: True)

    judged = mine.after("TC_A_CSMS", Judgement("FAIL", "closed", FAILING), 1)

    assert (judged.verdict, judged.interrupted) == ("ERROR", True)
    assert str(judged.reason).startswith("interrupted by TC_B_CSMS: ")


def test_what_a_case_found_itself_is_never_taken_for_an_interruption(scripted: ScriptedSut, tmp_path: Path) -> None:
    sut = load(scripted.sut_file(tmp_path))
    mine = Health(sut, sut.lane(0), tmp_path)
    mine.begins("TC_A_CSMS")
    Outages(tmp_path, 1, 0).cut("TC_B_CSMS", 5, "it was refused", lambda: True)
    own = Judgement("FAIL", "another status", {**FAILING, "kind": "mismatch"})

    assert mine.after("TC_A_CSMS", own, 1) is own


@pytest.mark.parametrize("beats", [True, False])
def test_back_is_a_boot_and_a_call_that_are_answered_twice(scripted: ScriptedSut, tmp_path: Path, beats: bool) -> None:
    if not beats:
        scripted.answers["Heartbeat"] = Never
    sut = load(scripted.sut_file(tmp_path, message_s=5 if beats else 0.3, recover_s=60 if beats else 0.1))
    (tmp_path / AWAY).write_text("since TC_A_CSMS (it was refused)")
    judged, _ = Health(sut, sut.lane(0), tmp_path).before()

    assert (judged is None) == beats
    heard = [action for action, _ in scripted.received]
    if beats:
        assert heard == ["BootNotification", "Heartbeat"] * 2
    else:
        assert str(judged and judged.reason).startswith("not run: the system under test is gone since TC_A_CSMS")


def test_what_the_run_waits_for_is_said_once(
    scripted: ScriptedSut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sut = load(scripted.sut_file(tmp_path, recover_s=7))
    monkeypatch.setattr(Health, "look", lambda self: "it was refused")
    said: list[str] = []
    mine = Health(sut, sut.lane(0), tmp_path, tell=said.append)
    mine.begins("TC_A_CSMS")
    mine.after("TC_A_CSMS", Judgement("FAIL", "closed", FAILING), 1)

    assert said == [
        "the system under test went away in TC_A_CSMS (it was refused): waiting for it, for 7 s at the most "
        "(timeouts.recover_s)"
    ]
