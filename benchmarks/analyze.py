"""How fast `plugproof analyze` reads, and how much memory it takes: a log of so many MB is made, and read.

    python -m benchmarks.analyze --megabytes 1000

The log is one of SteVe with many stations that charge all day, a hundredth of the frames breaking a rule. It is read by
the command in a process of its own, whose peak of memory the system tells.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

LOGGER = "de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp1735507635-44)"
BEGIN = datetime(2030, 1, 1, tzinfo=UTC)
COMMAND = "import sys; from harness.cli import main; sys.argv[0] = 'plugproof'; main()"


def frames(stations: int, seed: int) -> Iterator[tuple[datetime, str, str, str]]:
    """Without an end: the time, the station, Received or Sending, and the frame."""
    chance = random.Random(seed)
    at, number = BEGIN, 0
    meters = [chance.randrange(10_000_000) for _ in range(stations)]
    transactions: dict[int, int] = {}
    while True:
        station = chance.randrange(stations)
        name, now = f"CP-{station:05}", at.strftime("%Y-%m-%dT%H:%M:%SZ")
        for action, payload, answer in _spoken(station, number, now, meters, transactions, chance):
            number += 1
            at += timedelta(milliseconds=chance.randrange(1, 12))
            yield at, name, "Received", json.dumps([2, f"{number:036}", action, payload], separators=(",", ":"))
            at += timedelta(milliseconds=chance.randrange(1, 40))
            yield at, name, "Sending", json.dumps([3, f"{number:036}", answer], separators=(",", ":"))


def _spoken(
    station: int, number: int, now: str, meters: list[int], transactions: dict[int, int], chance: random.Random
) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    """A few exchanges of a station: its transaction goes on, ends, or begins."""
    accepted: dict[str, object] = {"idTagInfo": {"status": "Accepted"}}
    if chance.random() < 0.01:
        yield "StatusNotification", {"connectorId": 1, "status": "Broken", "errorCode": "NoError"}, {}
    if station not in transactions:
        start = {"connectorId": 1, "idTag": f"TAG{station:08}", "meterStart": meters[station], "timestamp": now}
        transactions[station] = number + 1
        yield "StartTransaction", start, {"transactionId": number + 1, **accepted}
        return
    meters[station] += chance.randrange(50, 200)
    id = transactions[station]
    if chance.random() < 0.05:
        del transactions[station]
        stop = {"transactionId": id, "meterStop": meters[station], "timestamp": now, "reason": "Local"}
        yield "StopTransaction", stop, accepted
        return
    sampled = [
        {"value": str(meters[station]), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": "11034.5", "measurand": "Power.Active.Import", "unit": "W", "context": "Sample.Periodic"},
        {"value": "16.01", "measurand": "Current.Import", "unit": "A", "phase": "L1"},
    ]
    value = {"timestamp": now, "sampledValue": sampled}
    yield "MeterValues", {"connectorId": 1, "transactionId": id, "meterValue": [value]}, {}


def write(file: Path, megabytes: int, stations: int, seed: int) -> int:
    """A log of about this size; gives how many frames it has."""
    left, count = megabytes * 1_000_000, 0
    with file.open("w", encoding="utf-8") as log:
        for at, station, way, text in frames(stations, seed):
            stamp = f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03}"
            line = f"[INFO ] {stamp} {LOGGER} - [chargeBoxId={station}, sessionId=9c7e0c52-0c70] {way}: {text}\n"
            left -= log.write(line)
            count += 1
            if left <= 0 and way == "Sending":
                return count
    raise AssertionError


def main(arguments: Sequence[str] | None = None) -> None:
    """Make, read, print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--megabytes", type=int, default=100, help="size of the log (default 100)")
    options.add_argument("--stations", type=int, default=2_000, help="stations in it (default 2000)")
    options.add_argument("--seed", type=int, default=1, help="the same seed makes the same log")
    chosen = options.parse_args(arguments)

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "steve.log"
        count = write(log, chosen.megabytes, chosen.stations, chosen.seed)
        size = log.stat().st_size
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "analyze", str(log), "--out", str(Path(folder) / "out")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, f"analyze ended with {process.returncode}"
        found = json.loads((Path(folder) / "out" / "analysis.json").read_text("utf-8"))
    assert found["logs"][0]["frames"] == count, (found["logs"][0]["frames"], count)
    cpu = used.ru_utime + used.ru_stime
    print(
        f"{size / 1e6:.0f} MB, {count} frames of {chosen.stations} stations: {seconds:.0f} s ({cpu:.0f} s CPU), "
        f"{size / 1e6 / cpu:.1f} MB and {count / cpu:.0f} frames a second of CPU, "
        f"peak memory {used.ru_maxrss / 1024:.0f} MiB; "
        f"{found['totals']['findings']['MUST']} findings of MUST, {found['transactions']['count']} transactions; "
        f"Python {platform.python_version()}, {platform.machine()}"
    )


if __name__ == "__main__":
    main()
