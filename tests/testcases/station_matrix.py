"""The kill matrix of the cases for a charge point as documents: `docs/kill-matrix-station.md`, its rows of the JSON.

`python -m tests.testcases.station_matrix` runs every case without a fault and with each of its kills
(`station_kills.txt`), and writes both.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from harness.case.registry import catalogue
from tests.simulator.v16.faults.table import CANNOT_BE_BROKEN, breakers
from tests.testcases.kill_matrix import ROOT, step_of, write_rows
from tests.testcases.kills import Kill
from tests.testcases.station_faults import NONE
from tests.testcases.station_kills import Pair, Record, blamed, kills, run

PAGE = ROOT / "docs" / "kill-matrix-station.md"
SURVIVES = "survives"


def case_of(rid: str) -> str:
    """The case of a rule."""
    return rid.rpartition(".")[0]


def wanted(chosen: Mapping[str, Kill]) -> dict[str, set[Pair]]:
    """What has to be run to see these kills, and each case without a fault."""
    pairs: dict[str, set[Pair]] = {}
    for rid, kill in chosen.items():
        pairs.setdefault(case_of(rid), {(NONE, 0)}).add((kill.fault, kill.since))
    return pairs


def others(chosen: Mapping[str, Kill]) -> dict[str, set[Pair]]:
    """The faults that no kill needs, with the cases that know one of their rules."""
    used = {kill.fault for kill in chosen.values()}
    pairs: dict[str, set[Pair]] = {}
    for rid, faults in breakers().items():
        for fault in set(faults) - used:
            pairs.setdefault(case_of(rid), set()).add((fault, 0))
    return pairs


def rows(played: Mapping[tuple[str, Pair], Record], chosen: Mapping[str, Kill]) -> list[dict[str, Any]]:
    """One row per rule, in the order of the cases; one that cannot be broken has a reason instead of a fault."""
    found = []
    for case in (case for case in catalogue("1.6") if case.sut == "charge_point"):
        for rid in case.rules:
            if rid in CANNOT_BE_BROKEN:
                found.append({"rid": rid, "case": case.id, "reason": CANNOT_BE_BROKEN[rid]})
            elif rid in chosen:
                found.append(_row(rid, chosen[rid], played[case.id, (chosen[rid].fault, chosen[rid].since)]))
    return found


def _row(rid: str, kill: Kill, record: Record) -> dict[str, Any]:
    is_first = bool(record["failure"]) and record["failure"]["rule"] == rid
    return {
        "rid": rid,
        "case": case_of(rid),
        "fault": kill.fault,
        "verdict": "FAIL" if record["verdict"] == "FAIL" and rid in blamed(record) else SURVIVES,
        "step": step_of(record) if is_first else "",
        **({"since": kill.since} if kill.since else {}),
    }


def as_page(matrix: list[dict[str, Any]]) -> str:
    """The matrix for people."""
    cases = {case.id: case for case in catalogue("1.6")}
    lines = [
        "# Kill matrix of the cases for a charge point",
        "",
        "<!-- Generated: python -m tests.testcases.station_matrix -->",
        "",
        "Every rule that a case judges, and a deliberate defect of the simulated station",
        "(`plugproof station --list-faults`) with which the case fails under this rule; without the defect it passes.",
        "*At* is the message at fault. Where it is empty, the case had failed under another rule before, and judged",
        'this one all the same. "From stimulus 3 on" means that the fault begins when the case does something for the',
        "third time: sends a CALL, or has a driver act.",
        f"{len({row['case'] for row in matrix})} cases, {len(matrix)} rules.",
    ]
    for id in dict.fromkeys(row["case"] for row in matrix):
        lines += ["", f"## {id}: {cases[id].title}", ""]
        lines += ["| rule | what it asks | fault | verdict | at |", "|---|---|---|---|---|"]
        for row in (row for row in matrix if row["case"] == id):
            short, sentence = row["rid"].rpartition(".")[2], cases[id].rules[row["rid"]]
            if "reason" in row:
                lines.append(f"| {short} | {sentence} | {row['reason']} | | |")
                continue
            since = f" (from stimulus {row['since']} on)" if "since" in row else ""
            lines.append(f"| {short} | {sentence} | `{row['fault']}`{since} | {row['verdict']} | {row['step']} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write both documents; 1 when a rule survives."""
    chosen = kills()
    played = run(wanted(chosen))
    matrix = rows(played, chosen)
    PAGE.write_text(as_page(matrix), "utf-8")
    write_rows(matrix, "charge_point")
    lives = (row for row in matrix if row.get("verdict") == SURVIVES)
    wrong = [f"{row['rid']}: {row['fault']}@{chosen[row['rid']].since} survives" for row in lives]
    wrong += [
        f"{id}: {record['verdict']} without a fault: {record['reason']}"
        for (id, (fault, _)), record in played.items()
        if fault == NONE and record["verdict"] != "PASS"
    ]
    print("\n".join([*wrong, f"{len(matrix) - len(wrong)} of {len(matrix)} rules"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
