"""Memory of a station of the fleet by its security profile (white paper A00), at the reference CSMS.

``python -m benchmarks.fleet_tls [--stations N]`` prints a Markdown table. For each row a CSMS and a fleet are started,
a process each; all stations have the profile of the row, nobody charges, and what is said is what the fleet says of
itself: the growth of its resident memory, a second after the last station was switched on. Linux only; two to three
minutes with the defaults.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.csms import Server, reference
from csms_core.auth.passwords import hashed
from csms_core.pki import Pki
from csms_core.store import Store, credentials, stations

KEY: Final = "fleet-tls-benchmark"
VARIABLE: Final = "PLUGPROOF_BENCHMARK_KEY"
RAMP: Final = 15
"""Stations a second."""

SETTLING: Final = 12
"""Seconds after the last station."""


class Row(NamedTuple):
    """A kind of station: its name, its profile, and the keys of its table in a load profile."""

    name: str
    profile: int
    keys: str


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=300, help="stations of each row (default 300)")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="plugproof-bench-") as folder:
        pki = Pki.create(Path(folder) / "pki")
        print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {chosen.stations} stations\n")
        print("| security profile | online | KiB per station |\n|---|---:|---:|")
        for row in _rows(pki):
            facts = _measured(row, pki, chosen.stations, Path(folder))
            print(
                f"| {row.name} | {facts['stations']['online']} | {facts['process']['kib_per_station']:.0f} |",
                flush=True,
            )


def _rows(pki: Pki) -> list[Row]:
    password, roots = f"auth_key_env = '{VARIABLE}'\n", f"ca_file = '{pki.roots_file}'\n"
    signed = f"signed_by = '{pki.folder}/issuing-ec.pem'\nsigned_by_key = '{pki.folder}/issuing-ec.key'\n"
    return [
        Row("0, neither password nor TLS", 0, ""),
        Row("1, a password", 1, password),
        Row("2, a password within TLS", 2, password + roots),
        Row("3, a certificate of its own within TLS", 3, roots + signed),
    ]


def _measured(row: Row, pki: Pki, count: int, folder: Path) -> dict[str, Any]:
    profile = folder / "profile.toml"
    profile.write_text(f"[[security]]\nprofile = {row.profile}\nshare = '100%'\n{row.keys}", "utf-8")
    out = folder / "result.json"
    with reference("--pki", str(pki.folder), "--tls-port", "0", prepare=partial(_provide, row, count)) as server:
        command = _command(server, row, count)
        subprocess.run(
            [*command, "--profile", str(profile), "--json", str(out)],
            env={**os.environ, VARIABLE: KEY},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    facts: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return facts


def _command(server: Server, row: Row, count: int) -> list[str]:
    url = server.tls_url if row.profile >= 2 else server.url
    duration = count / RAMP + SETTLING
    options = {"--stations": count, "--ramp": f"{RAMP}/s", "--duration": f"{duration}s", "--session-every": "0"}
    words = (str(word) for option in options.items() for word in option)
    return [sys.executable, "-m", "simulator.fleet.cli.main", url, *words, "--quiet"]


def _provide(row: Row, count: int, database: str) -> None:
    """Let each station in with this profile alone."""
    password = hashed(KEY.encode()) if row.profile in (1, 2) else None

    def put(connection: Any) -> None:
        for number in range(1, count + 1):
            identity = f"FLEET-{number:05d}"
            stations.put(connection, identity, "2026-01-01T00:00:00.000Z")
            credentials.put(connection, identity, password=password, profile=row.profile)

    async def book() -> None:
        store = await Store.open(database)
        await store.write(put)
        await store.close()

    asyncio.run(book())


if __name__ == "__main__":
    main()
