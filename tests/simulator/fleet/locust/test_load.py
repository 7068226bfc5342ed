"""The fleet under locust, as a user runs it: headless, in several processes, over several machines, interrupted."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from csv import DictReader
from pathlib import Path

import pytest

from simulator.fleet.locust.main import main
from simulator.fleet.locust.options import OPTIONS
from tests import ROOT
from tests.simulator.fleet.locust.support import (
    CALL,
    agrees,
    free_port,
    has_said,
    load,
    locust,
    outcome,
    run,
    with_locust,
)
from tests.simulator.support.scripted_csms import ScriptedCsms


@with_locust
@pytest.mark.asyncio
async def test_headless_every_user_is_a_station_and_every_call_a_request(csms: ScriptedCsms) -> None:
    process = await locust(*run(csms, "--limit", "all p95 < 60 s", "--limit", "all violations <= 0"))
    code, out, err = await outcome(process)

    assert code == 0, err
    told = agrees(csms, out)
    assert told["OCPP 1.6 BootNotification"] == told["DUE BootNotification"] == (4, 0)
    assert csms.paths == [f"/ocpp/LOAD-{number:05d}" for number in (1, 2, 3, 4)]
    assert "Traceback" not in err


@with_locust
@pytest.mark.asyncio
async def test_processes_share_the_stations_and_a_broken_limit_is_the_exit_code(
    csms: ScriptedCsms, tmp_path: Path
) -> None:
    port = free_port()
    here = ("--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--master-port", port)
    clocks = ("--csms-clock", "take", "--clock-skew", "10h", "--csv", str(tmp_path / "of"))
    process = await locust(*run(csms, "--processes", "2", *here, *clocks, "--limit", "accepted >= 5"))
    code, out, err = await outcome(process)

    assert code == 1, err
    assert re.search(r"clocks: 4 compared, off by [0-9.]+ s on average and [0-9.]+ s at most; 4 corrected, then", err)
    assert "limit accepted >= 5: FAIL" in err
    told = agrees(csms, out)
    assert told["OCPP 1.6 BootNotification"] == told["DUE BootNotification"] == (4, 0)
    table = DictReader((tmp_path / "of_stats.csv").read_text("utf-8").splitlines())
    rows = {(row["Type"], row["Name"]): int(row["Request Count"]) for row in table}
    calls = sum(count for (kind, _), count in rows.items() if kind == CALL)
    assert calls == sum(count for (kind, _), count in rows.items() if kind == "DUE") == rows["", "Aggregated"]
    assert sorted(csms.paths) == [f"/ocpp/LOAD-{number:05d}" for number in (1, 2, 3, 4)], "dealt out like cards"


@with_locust
@pytest.mark.asyncio
async def test_a_master_with_two_workers_sees_errors_and_broken_rules_of_both(csms: ScriptedCsms) -> None:
    csms.answers["StatusNotification"] = {"surplus": True}
    port = free_port()
    # What a master and its workers have in common; the master hands the options of the run to the workers.
    at_master = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--expect-workers", "2")
    master = await locust(*run(csms, *at_master, "--limit", "all violations <= 0"))
    workers = [await locust("--worker", "--master-host", "127.0.0.1", "--master-port", port) for _ in range(2)]
    (code, out, err), *rest = await asyncio.gather(*map(outcome, (master, *workers)))

    assert code == 1, err
    assert [worker_code for worker_code, _, _ in rest] == [0, 0], rest
    told = agrees(csms, out)
    sent, failed = told["OCPP 1.6 StatusNotification"]
    assert sent == failed > 0
    assert [count for name, count in told.items() if name.startswith("RULE")] == [(sent, sent)]


@with_locust
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--host", "http://127.0.0.1:1"), "--host http://127.0.0.1:1 is no address of a CSMS; it looks like ws://"),
        ((), "--host is missing: give the endpoint of the CSMS"),
        (
            ("--host", "ws://127.0.0.1:1", "--limit", "acepted > 1"),
            "'acepted' at character 1 on: did you mean accepted?",
        ),
    ],
)
async def test_a_mistake_is_one_sentence_and_exit_code_2(arguments: tuple[str, ...], sentence: str) -> None:
    code, _, err = await outcome(await locust("--headless", "-u", "1", "-t", "2s", *arguments))

    assert code == 2, err
    assert sentence in err
    assert "Traceback" not in err


def test_without_locust_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("simulator.fleet.locust.main.find_spec", lambda name: None)

    assert main(["--headless"]) == 3
    assert capsys.readouterr().err.startswith("plugproof load: locust is not installed here; install plugproof[load]")


def test_a_mistake_is_told_before_locust_is_looked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--host", "ws://127.0.0.1:1", "--tag", ""]) == 2
    assert capsys.readouterr().err == "plugproof load: --tag '': it is empty; give a text, or leave it out\n"


def test_the_help_knows_all_options_of_ours_and_takes_no_time_for_locust() -> None:
    program = (
        "import sys; from simulator.fleet.locust.main import main; main(['--help']); print('locust' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.stdout.splitlines()[-1] == "False"
    options = [f"--{name.replace('_', '-').removeprefix('load-')}" for name in OPTIONS]
    assert [option for option in options if option not in done.stdout] == []


def test_locust_listens_on_this_machine_only_unless_it_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr("simulator.fleet.locust.main.find_spec", lambda name: object())

    def become(arguments: list[str]) -> int:
        became.append(arguments)
        return 0

    monkeypatch.setattr("simulator.fleet.locust.main._become", become)
    common = ("--host", "ws://127.0.0.1:1")

    assert main([*common]) == 0
    assert became[-1][-2:] == ["--web-host", "127.0.0.1"]
    assert main([*common, "--web-host", "192.0.2.1"]) == 0
    assert became[-1][-2:] == ["--web-host", "192.0.2.1"]
    assert main([*common, "--headless", "--master"]) == 0
    assert became[-1][-2:] == ["--headless", "--master"]
    assert main([*common, "--headless", "--processes", "2"]) == 0
    assert main([*common, "--headless", "--processes=2"]) == 0
    options = [dict(zip(one[-6::2], one[-5::2], strict=True)) for one in became[-2:]]
    assert [one["--master-bind-host"] for one in options] == ["127.0.0.1", "127.0.0.1"]
    assert all(one["--master-bind-port"] == one["--master-port"] != "5557" for one in options)


@with_locust
@pytest.mark.asyncio
async def test_a_port_at_which_nobody_listens_is_nothing_conclusive(csms: ScriptedCsms) -> None:
    await csms.stop()
    code, _, err = await outcome(await load(*run(csms, "--limit", "all errors < 1%")))

    assert code == 3, err
    assert "INCONCLUSIVE: no station was ever connected; " in err
    assert "most often: the connection was refused; is the CSMS running, and is this its port?" in err
    assert "NotConnected" in err
    assert "Traceback" not in err


@with_locust
@pytest.mark.asyncio
@pytest.mark.parametrize("processes", ["1", "2"])
async def test_stations_that_are_lost_make_a_run_fail_without_any_limit(csms: ScriptedCsms, processes: str) -> None:
    several = () if processes == "1" else ("--processes", processes)
    arguments = ("--headless", "-u", "4", "-r", "4", "-t", "12s", "--session-every", "0", *several)
    process = await load("--host", csms.url, *arguments)
    await csms.until(lambda: csms.actions.count("StatusNotification") >= 8, within=80)
    await csms.stop()
    code, _, err = await outcome(process)

    assert code == 1, err
    assert "FAIL: 4 stations were lost at the end: accepted once, and offline" in err
    assert "stations: 4 switched on, 4 connected, 4 accepted, 0 online, 0 refused, 4 lost" in err


@with_locust
@pytest.mark.asyncio
async def test_limits_name_stations_and_their_connections(csms: ScriptedCsms) -> None:
    limits = (
        "--limit",
        "accepted >= 100%",
        "--limit",
        "online >= 4",
        "--limit",
        "dropped <= 0",
        "--limit",
        "failed < 1%",
    )
    code, _, err = await outcome(await load(*run(csms, *limits)))

    assert code == 0, err
    assert "limit accepted >= 100%: PASS, accepted is 4 of 4 stations switched on (100 %)" in err
    assert "PASS: 4 limits kept; of 4 stations 4 accepted, all online at the end" in err


@with_locust
@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("processes", ["1", "2"])
async def test_a_run_that_is_interrupted_says_so(
    csms: ScriptedCsms, number: signal.Signals, processes: str, tmp_path: Path
) -> None:
    several = () if processes == "1" else ("--processes", processes)
    file = tmp_path / "locust"
    arguments = ("--headless", "-u", "4", "-r", "4", "-t", "10m", "--json-file", str(file), *several)
    process = await load("--host", csms.url, *arguments, "--limit", "all errors <= 0")
    await csms.until(lambda: csms.actions.count("StatusNotification") >= 8, within=80)
    await has_said(process, "All users spawned")  # before that Ctrl-C may meet locust where it is not prepared
    process.send_signal(number)
    code, _, err = await outcome(process)

    assert code == 130, err
    assert re.search(r"INCONCLUSIVE: interrupted after [0-9.]+ s of 600 s", err), err
    assert "limit all errors <= 0: " in err
    assert "PASS: " not in err.replace("limit all errors <= 0: PASS", "")
    assert "Traceback" not in err
    assert json.loads(file.with_suffix(".json").read_text()), err
