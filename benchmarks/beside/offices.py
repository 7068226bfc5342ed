"""Real back offices in one run with ours and with what keeps nothing: ``python -m benchmarks.beside.offices PLAN``.

They need databases and an afternoon of their own, so they are started by hand; PLAN says where they are, and what of
this machine they are made of::

    [[office]]
    name = "a certified Java CSMS 3.1"
    keeps = "MariaDB 10.11"                  # what holds its bookings; "" if nothing does
    url = "ws://127.0.0.1:8180/ocpp"         # without the identity: BENCH-0000 and on connect
    tag = "BENCH-TAG-{}"                     # it has to know them; {} is the number of the station
    pid = 4711                               # its process
    store = [4712]                           # of its database, its broker: they count with all that they start

The load is the loop of ``benchmarks.csms``, and so are its other rows. The stations and their connectors have to be let
in; the rounds that warm up (``--warming``) are for that, too, and for a compiler that works while a program runs. The
figures go to ``--out`` as JSON, which ``benchmarks.csms --beside`` prints as a table.
"""

import argparse
import contextlib
import json
import os
import platform
import statistics
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.beside import back_offices
from benchmarks.csms import LOOP, OURS, Round, Server, alternating, servers


class BadPlan(Exception):
    """A plan that cannot be used; the text is one sentence."""


class Office(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A back office that is running."""

    name: str
    url: str
    pid: int
    keeps: str
    tag: str = "BENCH-TAG-{}"
    store: tuple[int, ...] = ()

    def server(self) -> Server:
        """Where the loop finds it."""
        return Server(self.pid, self.url, tag=self.tag, store=self.store)


class Plan(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What stands in the file."""

    office: tuple[Office, ...]


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("plan", type=Path, metavar="PLAN", help="TOML: what is running")
    options.add_argument("--out", type=Path, metavar="FILE", required=True, help="where the figures go, as JSON")
    options.add_argument("--stations", type=int, default=20, help="stations at once (default 20)")
    options.add_argument("--loops", type=int, default=20, help=f"loops of {len(LOOP)} calls a round (default 20)")
    options.add_argument("--rounds", type=int, default=3, help="rounds of each server that count (default 3)")
    options.add_argument("--warming", type=int, default=2, help="rounds before these (default 2)")
    options.add_argument("--ocpp-rpc", type=Path, metavar="FOLDER", help="compare with npm ocpp-rpc installed there")
    chosen = options.parse_args()
    try:
        offices = {office.name: office for office in read(chosen.plan)}
    except BadPlan as error:
        sys.exit(str(error))

    with contextlib.ExitStack() as stack:
        all_of_them = {**servers(stack, chosen.ocpp_rpc), **{name: one.server() for name, one in offices.items()}}
        measured = alternating(all_of_them, chosen.rounds, chosen.stations, chosen.loops, chosen.warming)
    loop = f"{chosen.stations} stations, {measured[OURS][0].messages} messages a round, {chosen.rounds} rounds each"
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}"
    document = results(measured, {name: one.keeps for name, one in offices.items()})
    document["taken"] = f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {loop}, interleaved"
    chosen.out.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    print(back_offices.rows(chosen.out))


def read(path: Path) -> tuple[Office, ...]:
    """The back offices of a plan. Raises `BadPlan`, also where a process is not there."""
    try:
        offices = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Plan).office
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadPlan(f"{path} is no plan: {error}; see benchmarks/beside/offices.py") from None
    for office in offices:
        for pid in (office.pid, *office.store):
            if not Path(f"/proc/{pid}").exists():
                raise BadPlan(f"{path}: {office.name} is said to have process {pid}, and there is none; start it first")
    return offices


def results(measured: Mapping[str, Sequence[Round]], keeps: Mapping[str, str]) -> dict[str, Any]:
    """The figures of all rows: medians, and the least and the most of the CPU time; `keeps` is of real ones."""
    others = [
        {
            "name": name.removesuffix(": keeps nothing"),
            "store": keeps.get(name, ""),
            "durable": bool(keeps.get(name)),
            **_figures(rounds),
        }
        for name, rounds in measured.items()
        if name != OURS
    ]
    return {"ours": _figures(measured[OURS]), "others": others}


def _figures(rounds: Sequence[Round]) -> dict[str, Any]:
    costs = [one.cpu / one.messages * 1e6 for one in rounds]
    store = [one.store_cpu / one.messages * 1e6 for one in rounds]
    return {
        "messages_per_second": round(statistics.median(one.messages / one.wall for one in rounds)),
        "cpu_us": round(statistics.median(costs), 1),
        "cpu_us_min": round(min(costs), 1),
        "cpu_us_max": round(max(costs), 1),
        "store_us": round(statistics.median(store), 1),
    }


if __name__ == "__main__":
    main()
