"""Several stations of the same model under test: each worker has one, at an address of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PRECHECK = (sys.executable, "-c", "from harness.cli import main; main()", "precheck")
CASES = ("TC_003_CS", "TC_012_CS", "TC_017_1_CS", "TC_062_CS")
FILE = """\
[product]
sut = "charge_point"
[driver]
kind = "simulated"
[connection]
{stations}
[profiles]
core = true
firmware_management = true
smart_charging = true
reservation = true
local_auth_list = true
remote_trigger = true
[hardware]
cable = {{ detachable = true }}
[tags]
valid = "TAG-1"
[timeouts]
message_s = 15
quiet_s = 0.5
reboot_s = 60
"""


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def station(identity: str, port: int) -> Iterator[str]:
    """A station that tries until somebody listens; gives the address of its API."""
    address = f"ws://127.0.0.1:{port}"
    options = ("--id", identity, "--retry", "--plain", "--api-port", "0")
    with subprocess.Popen(
        [sys.executable, "-m", "simulator.cli.main", address, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield "http://" + line.partition("http://")[2].partition("/")[0]
        process.terminate()
        process.communicate(timeout=30)


def test_each_worker_has_a_station_of_its_own(tmp_path: Path) -> None:
    with ExitStack() as stack:
        tables = []
        for number, port in enumerate(free_ports(2), 1):
            api = stack.enter_context(station(f"CP {number}", port))
            tables.append(
                f'[[stations]]\nidentity = "CP {number}"\nlisten = "127.0.0.1:{port}"\nconnectors = 1\napi = "{api}"\n'
            )
        (tmp_path / "cp.toml").write_text(FILE.format(stations="".join(tables)), "utf-8")
        chosen = [part for case in CASES for part in ("--case", case)]
        done = subprocess.run(
            [*PRECHECK, "--sut", "cp.toml", "--out", "out", "-n", "2", *chosen],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=200,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert {case["id"]: case["verdict"] for case in results["cases"]} == dict.fromkeys(CASES, "PASS")
    came = {"CP%201", "CP%202"} & {
        word.removeprefix("GET /").partition(" ")[0]
        for case in CASES
        for line in (tmp_path / "out" / "cases" / case / "trace.jsonl").read_text().splitlines()
        if (word := json.loads(line)["text"]).startswith("GET /")
    }
    assert came == {"CP%201", "CP%202"}
    assert "waiting for station CP 1" in done.stderr
    assert "waiting for station CP 2" in done.stderr
