"""The kill matrix of the cases for a charge point: a deliberate defect of the simulated station for every rule.

`station_kills.txt` beside this file has a line for each rule: the rule, the fault, and the stimulus from which on the
station has it. `python -m tests.testcases.station_kills search [CASE ...]` finds them, given the faults that are known
to break a rule (`tests/simulator/v16/faults/table.py`), and rewrites the lines of these cases.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from harness.case.registry import catalogue
from harness.processes.embedded_file import reference_station_file
from tests.simulator.v16.faults.table import CANNOT_BE_BROKEN, breakers
from tests.testcases.kills import Kill, read
from tests.testcases.station_faults import NONE, PLAN

ROOT = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("testcases.v16.charge_point",)
"""Where the cases stand that are run, unless somebody names others."""
TABLE = Path(__file__).with_name("station_kills.txt")
TIMEOUTS = {"message_s": "1.5", "quiet_s": "0.3", "long_s": "6", "settle_s": "0.3", "reboot_s": "8"}
"""Nothing waits long for what never comes."""
FIXED_CABLE = {
    "cable": "{detachable = false, fixed = true}",
    "connector_lock": "false",
    "unlock_on_ev_disconnect": '"false_only"',
    "lock_failure_injectable": "false",
}
OTHER_CLAIMS: dict[str, dict[str, str]] = {
    "TC_017_2_CS": FIXED_CABLE,
    "TC_018_2_CS": FIXED_CABLE,
    "TC_032_1_CS": {"backup_power": "true"},
    "TC_043_1_CS": {"local_auth_list": "false"},
    "TC_048_4_CS": {"reservation": "false"},
    "TC_050_4_CS": {"reservation": "false"},
}
"""Cases that do not apply to the station as it usually comes along, and what is claimed of the one that they get."""
STRICT = frozenset({"TC_005_3_CS", "TC_062_CS"})
"""Cases with a rule that only warns: they are run with `--strict`, as the case for a CSMS with the same rule is."""
WORKERS = 6
"""Stations at once: they mostly wait."""
ROUNDS = 4
"""Cases that a worker has to play at the least: to start one, and its station, costs as much work as twenty of them."""
LAST = 9
"""The last stimulus that a search begins a fault at."""

Pair = tuple[str, int]
Record = dict[str, Any]


def kills() -> dict[str, Kill]:
    """The table, by rule."""
    return read(TABLE)


class Collected:
    """Takes the records off the reports."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Record] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        record = getattr(report, "plugproof", None)
        if record is not None:
            pair = report.nodeid.rpartition("[")[2].rstrip("]").removeprefix(f"{record['id']}-")
            self.records[record["id"], pair] = dict(record)


@contextmanager
def station(out: Path, claims: Mapping[str, str]) -> Iterator[Path]:
    """The SUT file of a station with these claims that lets nobody wait."""
    with reference_station_file(out, version="1.6") as file:
        text = file.read_text("utf-8")
        for name, value in {**TIMEOUTS, **claims}.items():
            assert f"\n{name} = " in text, name
            head, _, rest = text.partition(f"\n{name} = ")
            text = f"{head}\n{name} = {value}\n{rest.partition(chr(10))[2]}"
        file.write_text(text, "utf-8")
        yield file


def run(
    wanted: Mapping[str, Iterable[Pair]],
    workers: int = WORKERS,
    *,
    packages: tuple[str, ...] = PACKAGES,
    other_claims: Mapping[str, Mapping[str, str]] = OTHER_CLAIMS,
    strict: frozenset[str] = STRICT,
) -> dict[tuple[str, Pair], Record]:
    """Run these cases of these packages with these faults; gives the record of each."""
    chosen = {case: sorted(set(pairs)) for case, pairs in wanted.items()}
    stations: dict[tuple[tuple[tuple[str, str], ...], bool], list[str]] = {}
    for case in chosen:
        stations.setdefault((tuple(other_claims.get(case, {}).items()), case in strict), []).append(case)
    found: dict[tuple[str, Pair], Record] = {}
    for (claims, is_strict), cases in stations.items():
        found |= _run({case: chosen[case] for case in cases}, dict(claims), is_strict, workers, packages)
    return found


def _run(
    wanted: Mapping[str, list[Pair]], claims: Mapping[str, str], strict: bool, workers: int, packages: tuple[str, ...]
) -> dict[tuple[str, Pair], Record]:
    with tempfile.TemporaryDirectory(prefix="plugproof-kills-") as folder, station(Path(folder), claims) as file:
        workers = min(workers, max(1, sum(map(len, wanted.values())) // ROUNDS))
        workers = 1 if any("identity = " in claim for claim in claims.values()) else workers  # who has it, is one
        plan = Path(folder) / "plan.json"
        plan.write_text(json.dumps(wanted), "utf-8")
        os.environ[PLAN] = str(plan)
        collected = Collected()
        arguments = [
            *("--pyargs", *packages, "--noconftest", "--assert=plain", "-q"),
            *("--sut", str(file), "--plugproof-out", folder, "--plugproof-part"),
            *("-p", "tests.testcases.station_faults", "-p", "no:cacheprovider", "-n", str(workers)),
            *("-c", os.devnull, "--rootdir", str(ROOT)),
            *(["--plugproof-strict"] if strict else []),
            *(part for case in wanted for part in ("--plugproof-case", case)),
        ]
        with contextlib.redirect_stdout(io.StringIO()) as said:
            pytest.main(arguments, plugins=[collected])
    if not collected.records:
        raise SystemExit(said.getvalue()[-3000:])
    named = {f"{fault}@{since}": (fault, since) for pairs in wanted.values() for fault, since in pairs}
    return {(case, named[pair]): record for (case, pair), record in collected.records.items()}


def blamed(record: Record) -> list[str]:
    """The rules of the case that were broken; where its parts stand alone, or one only warns, there may be several."""
    failure = record["failure"] if record["verdict"] == "FAIL" else None
    rules = [failure["rule"]] if failure else []
    rules += [finding["rule"] for finding in record["findings"] if finding["level"] != "INFO"]
    return [rule for rule in dict.fromkeys(rules) if rule and rule.rpartition(".")[0] == record["id"]]


def search(cases: Iterable[str]) -> dict[str, str]:
    """Find the kills of these cases and write them into the table; gives what became of the rules that live."""
    known = breakers()
    chosen = set(cases)
    rules = {rid for rid in known if rid.rpartition(".")[0] in chosen and rid not in CANNOT_BE_BROKEN}
    found: dict[str, Kill] = {}
    told: dict[str, str] = {}
    for since in (0, *range(2, LAST + 1)):
        open_rules = [rid for rid in rules if rid not in found]
        if not open_rules:
            break
        wanted: dict[str, set[Pair]] = {case: {(NONE, 0)} for case in chosen} if since == 0 else {}
        for rid in open_rules:
            wanted.setdefault(rid.rpartition(".")[0], set()).update((fault, since) for fault in known[rid])
        for (case, (fault, at)), record in run(wanted).items():
            hits = blamed(record)
            if fault == NONE and record["verdict"] != "PASS":
                print(f"{case} without a fault: {record['verdict']} {record['reason']}")
            if fault == NONE:
                continue
            for hit in rules.intersection(hits):
                if hit not in found or (fault in known[hit] and found[hit].fault not in known[hit]):
                    found[hit] = Kill(fault, at)
            for rid in open_rules:
                is_told = since == 0 or record["verdict"] != "PASS"
                if rid.rpartition(".")[0] == case and fault in known[rid] and is_told:
                    said = f"{fault}@{at}: {record['verdict']} {' '.join(hits)} {str(record['reason'])[:160]}"
                    told[rid] = f"{told.get(rid, '')}\n       {said}"
    table = {rid: kill for rid, kill in kills().items() if rid.rpartition(".")[0] not in chosen} | found
    order = {rid: number for number, rid in enumerate(known)}
    lines = (f"{rid} {kill.fault} {kill.since}\n" for rid, kill in sorted(table.items(), key=lambda one: order[one[0]]))
    TABLE.write_text("".join(lines), "utf-8")
    return {rid: told.get(rid, "\n       no fault is known to break it") for rid in sorted(rules - set(found))}


def main(arguments: list[str]) -> int:
    """Search for the cases that are named, or for all."""
    known = {case.id for case in catalogue("1.6") if case.sut == "charge_point"}
    lives = search(arguments[1:] or known)
    for rid, told in lives.items():
        print(f"LIVES {rid}{told}")
    print(f"{len(lives)} rules live")
    return 1 if lives else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
