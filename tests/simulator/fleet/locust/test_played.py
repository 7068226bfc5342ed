"""Load profiles, shapes, tasks of users' own and the web interface, with locust itself."""

import asyncio
import json
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from ocppj.peers.aio import OcppError
from tests import ROOT
from tests.simulator.fleet.locust.support import agrees, free_port, listens, load, locust, outcome, with_locust
from tests.simulator.support.scripted_csms import ScriptedCsms

PROFILE = """
stations = 4
session_every = "300ms"
session_length = "1s"
meter_every = "1s"
tag = ["CARD"]
id_prefix = "DAY-"
back_off = false
limit = ["BootNotification p95 due < 30s"]

[[stage]]
name = "on"
length = "5s"
change = "at once"

[[stage]]
name = "cut"
length = "4s"
outage = { of = "power", length = "500ms" }
limit = ["recovery < 30s", "BootNotification errors <= 0"]

[[stage]]
name = "off"
length = "3s"
change = "at once"
stations = "50%"
limit = ["online >= 2"]
"""


@pytest.fixture
def profile(tmp_path: Path) -> str:
    path = tmp_path / "day.toml"
    path.write_text(PROFILE, "utf-8")
    return str(path)


def asked(port: str, path: str, form: dict[str, str] | None = None, read: Callable[[str], Any] = json.loads) -> Any:
    """What is answered there."""
    data = None if form is None else urlencode(form).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}{path}", data, timeout=30) as answer:
        return read(answer.read().decode())


@with_locust
@pytest.mark.asyncio
async def test_a_profile_is_played_by_all_processes_and_each_stage_is_judged(csms: ScriptedCsms, profile: str) -> None:
    file = Path(profile).with_name("fleet.json")
    arguments = ("--host", csms.url, "--headless", "--profile", profile, "--processes", "2", "--json")
    code, out, err = await outcome(await load(*arguments, "--fleet-json", str(file)))

    assert code == 0, err
    told = agrees(csms, out)
    identities = [f"/ocpp/DAY-{number:05d}" for number in (1, 2, 3, 4)]
    assert sorted(set(csms.paths)) == identities
    assert told["OCPP 1.6 BootNotification"] == (8, 0), "each boots, and again after the power cut"
    assert re.search(r"limit BootNotification p95 due < 30s: PASS, p95 due of BootNotification is [0-9.]+ ms", err)
    assert re.search(r"limit cut: recovery < 30s: PASS, 4 stations were online before cut, and again [0-9.]+ s", err)
    assert re.search(r"stage on, [0-9.]+ s: 4 online at the end", err), err
    assert "limit off: online >= 2: PASS, in off, online is 2 of 4 stations switched on" in err
    assert re.search(r"stage cut, [0-9.]+ s: 4 online at the end", err), err
    stages = json.loads(file.read_text("utf-8"))["stages"]
    assert [stage["name"] for stage in stages] == ["on", "cut", "off"]
    assert "2 processes: " in err
    assert "timers up to " in err
    assert "Traceback" not in err


@with_locust
@pytest.mark.asyncio
async def test_a_hopeless_run_ends_early_and_workers_elsewhere_play_the_same(csms: ScriptedCsms, profile: str) -> None:
    csms.answers["BootNotification"] = OcppError("InternalError")
    own = Path(profile).with_name("own.py")
    own.write_text(
        "from simulator.fleet.locust.users import ProfileShape, StationUser\n"
        "class Day(ProfileShape):\n"
        f"    profile = {profile!r}\n"
        "class Station(StationUser):\n"
        "    pass\n",
        "utf-8",
    )
    port = free_port()
    at_master = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--expect-workers", "1")
    elsewhere = Path(profile).with_name("worker.py")
    elsewhere.write_text(own.read_text("utf-8").replace("day.toml", "not-here.toml"), "utf-8")
    run = ("--host", csms.url, "--headless", "-u", "2", "-t", "5m", "--abort-on", "BootNotification errors <= 0")
    master = await locust(*at_master, *run, file=own)
    worker = await locust("--worker", "--master-host", "127.0.0.1", "--master-port", port, file=elsewhere)
    (code, _, err), (worker_code, _, worker_err) = await asyncio.gather(outcome(master), outcome(worker))

    assert (code, worker_code) == (1, 0), err + worker_err
    assert re.search(r"FAIL: ended early, after [0-9.]+ s of 300 s, by --abort-on BootNotification errors <= 0", err)
    assert sorted(set(csms.paths)) == ["/ocpp/DAY-00001", "/ocpp/DAY-00002"]
    assert "Traceback" not in err + worker_err


@with_locust
@pytest.mark.asyncio
async def test_tasks_and_a_shape_of_users_own(csms: ScriptedCsms) -> None:
    example = ROOT / "examples" / "locustfile_drivers.py"
    options = ("--session-every", "0", "--tag", "CARD", "--json", "--limit", "StartTransaction p95 < 30s")
    code, out, err = await outcome(await locust("--host", csms.url, "--headless", *options, file=example))

    assert code == 0, err
    told = agrees(csms, out)
    assert told["OCPP 1.6 BootNotification"] == (4, 0)
    assert told["OCPP 1.6 StartTransaction"][0] >= 4, "each of them does what the task says"
    assert "Traceback" not in err


def has_booted(csms: ScriptedCsms, stations: int) -> bool:
    """Whether so many have said all that they say when they boot."""
    return csms.actions.count("StatusNotification") >= 2 * stations


@with_locust
@pytest.mark.asyncio
async def test_the_web_interface_tells_each_action_and_each_kind_of_error(csms: ScriptedCsms) -> None:
    csms.answers["StatusNotification"] = OcppError("GenericError")
    port = free_port()
    figures = free_port()
    options = ("--session-every", "0", "--prometheus", figures)
    process = await load("--host", csms.url, "--web-port", port, *options)
    await listens(port)
    booted = 0
    for users in ("3", "2"):  # one run after the other, of other stations each time
        began = await asyncio.to_thread(
            asked, port, "/swarm", {"user_count": users, "spawn_rate": "3", "id_prefix": f"UI{users}-", "seed": ""}
        )
        assert began["success"], began
        booted += int(users)
        await csms.until(partial(has_booted, csms, booted), within=60)
        await asyncio.to_thread(asked, port, "/stop", {})
    told = await asyncio.to_thread(asked, port, "/stats/requests")
    metrics = await asyncio.to_thread(asked, figures, "/metrics", None, str)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        await asyncio.to_thread(asked, figures, "/", None, str)
    process.send_signal(signal.SIGTERM)
    code, _, err = await outcome(process)

    rows = {(row["method"], row["name"]): row["num_requests"] for row in told["stats"]}
    assert rows["OCPP 1.6", "BootNotification"] == rows["DUE", "BootNotification"] == 2
    assert 'fleet_calls_total{action="BootNotification"} 2.0' in metrics, "those of the run that was the last one"
    errors = {(row["method"], row["name"], row["error"]) for row in told["errors"]}
    assert errors == {("OCPP 1.6", "StatusNotification", "RequestFailed('CALLERROR GenericError')")}
    assert sorted(csms.paths) == [f"/ocpp/UI{prefix}-{at:05d}" for prefix in (2, 3) for at in range(1, prefix + 1)]
    assert err.count("PASS: the fleet ran, no limit was set; ") == 2
    assert code == 1, "requests have failed, and no limit was set"
    assert "Traceback" not in err
