"""The kill matrix of the rule cases for a charge point as documents: a page of its own, and its rows of the JSON.

`python -m tests.testcases.rule_kills.station` runs every rule case without a fault and with each of its kills
(`table.py`), and writes both. With rules or cases (`RPC-12_CS.R1`, `RPC-12_CS`) it only runs those and writes their
rows; with `search` before them it looks for the stimulus from which on their fault kills them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from harness.case.facts import Case
from harness.case.registry import all_cases
from tests import ROOT
from tests.testcases import station_kills
from tests.testcases.kill_matrix import as_json, step_of
from tests.testcases.kills import Kill
from tests.testcases.rule_kills.table import kills
from tests.testcases.station_faults import NONE
from tests.testcases.station_kills import LAST, Pair, Record, blamed

PAGE: Final = ROOT / "docs" / "kill-matrix-rule-cases-station.md"
JSON_FILE: Final = PAGE.with_suffix(".json")
PACKAGES: Final = ("testcases.rpc.v16.charge_point", "testcases.v16.charge_point")
SURVIVES: Final = "survives"
FAIL: Final = "FAIL"
WARNS: Final = "warns"
OTHER_CLAIMS: Final[Mapping[str, Mapping[str, str]]] = {
    "CFG-07_CS": station_kills.FIXED_CABLE,
    "CON-02_2_CS": {"connectors": '2\nidentity = "PP STATION"'},
    "ERR-03_1_CS": {"firmware_management": "false"},
    "ERR-12_3_CS": {"smart_charging": "false"},
    "RES-01_6_CS": {"reservation": "false"},
    "RMT-04_CS": {"smart_charging": "false"},
    "TRG-01_3_CS": {"firmware_management": "false"},
    "UNL-02_3_CS": station_kills.FIXED_CABLE,
}
"""Rule cases that do not apply to the station as it usually comes along, and what is claimed of the one they get."""

Played = dict[tuple[str, Pair], Record]


def cases() -> list[Case]:
    """The rule cases for a charge point, in their order."""
    return [case for case in all_cases("1.6") if case.sut == "charge_point" and case.profile == "rpc"]


def case_of(rid: str) -> str:
    """The case of a rule."""
    return rid.rpartition(".")[0]


def wanted(chosen: Mapping[str, Kill]) -> dict[str, set[Pair]]:
    """What has to be run to see these kills, and each of their cases without a fault."""
    pairs: dict[str, set[Pair]] = {}
    for rid, kill in chosen.items():
        pairs.setdefault(case_of(rid), {(NONE, 0)}).add((kill.fault, kill.since))
    return pairs


def run(pairs: Mapping[str, Iterable[Pair]], workers: int = station_kills.WORKERS) -> Played:
    """Run these rule cases with these faults, on several stations at once; gives the record of each."""
    return station_kills.run(pairs, workers, packages=PACKAGES, other_claims=OTHER_CLAIMS, strict=frozenset())


def outcome(rid: str, record: Record) -> str:
    """What a fault made of a rule: FAIL, `warns` where it only is a recommendation, or `survives`."""
    if rid not in blamed(record):
        return SURVIVES
    failed = record["failure"]["rule"] if record["failure"] else None
    is_broken = any(one["rule"] == rid and one["level"] == "MUST" for one in record["findings"])
    if record["verdict"] == "FAIL" and (failed == rid or is_broken):
        return FAIL
    return WARNS


def rows(played: Played, chosen: Mapping[str, Kill]) -> list[dict[str, Any]]:
    """One row per rule, in the order of the cases."""
    return [
        _row(rid, chosen[rid], played[case.id, (chosen[rid].fault, chosen[rid].since)])
        for case in cases()
        for rid in case.rules
        if rid in chosen
    ]


def _row(rid: str, kill: Kill, record: Record) -> dict[str, Any]:
    is_first = bool(record["failure"]) and record["failure"]["rule"] == rid
    return {
        "rid": rid,
        "case": case_of(rid),
        "fault": kill.fault,
        "verdict": outcome(rid, record),
        "step": step_of(record) if is_first else "",
        **({"since": kill.since} if kill.since else {}),
    }


def as_page(matrix: list[dict[str, Any]]) -> str:
    """The matrix for people."""
    known = {case.id: case for case in cases()}
    lines = [
        "# Kill matrix of the rule cases for a charge point",
        "",
        "<!-- Generated: python -m tests.testcases.rule_kills.station -->",
        "",
        "The rules of OCPP-J 1.6 that have cases of their own (`plugproof precheck --profile rpc`), and for each a",
        "deliberate defect of the simulated station (`plugproof station --list-faults`). With it the case fails under",
        "this rule, or warns where the standard only recommends it; without it the case passes. *At* is the message",
        'at fault, where the case failed under this rule first. "From stimulus 3 on" means that the fault begins when',
        "the case does something for the third time: sends a CALL, writes a text, or has a driver act.",
        f"{len({row['case'] for row in matrix})} cases, {len(matrix)} rules.",
    ]
    for id in dict.fromkeys(row["case"] for row in matrix):
        lines += ["", f"## {id}: {known[id].title}", "", known[id].ref, ""]
        lines += ["| rule | what it asks | fault | verdict | at |", "|---|---|---|---|---|"]
        for row in (row for row in matrix if row["case"] == id):
            short, sentence = row["rid"].rpartition(".")[2], known[id].rules[row["rid"]]
            since = f" (from stimulus {row['since']} on)" if "since" in row else ""
            lines.append(f"| {short} | {sentence} | `{row['fault']}`{since} | {row['verdict']} | {row['step']} |")
    return "\n".join(lines) + "\n"


def told(played: Played) -> list[str]:
    """A line for each record: what a person looks at while a case is written."""
    return [
        f"{case} {fault}@{since}: {record['verdict']} {' '.join(blamed(record))} {record['reason'] or ''} "
        f"({record['seconds']:.1f} s)"
        for (case, (fault, since)), record in sorted(played.items(), key=_place)
    ]


def search(chosen: Mapping[str, Kill]) -> dict[str, int | None]:
    """From which stimulus on the fault of each rule kills it; None: from none."""
    pairs = {
        case: {(fault, since) for fault, _ in some for since in (0, *range(2, LAST + 1))}
        for case, some in wanted(chosen).items()
    }
    played = run(pairs)
    found: dict[str, int | None] = {}
    for rid, kill in chosen.items():
        tried = (
            (at, record)
            for (case, (fault, at)), record in sorted(played.items(), key=_place)
            if _is(rid, kill, case, fault)
        )
        hits = (at for at, record in tried if rid in blamed(record))
        found[rid] = next(hits, None)
    return found


def _place(one: tuple[tuple[str, Pair], Record]) -> tuple[str, Pair]:
    return one[0]


def _is(rid: str, kill: Kill, case: str, fault: str) -> bool:
    return (case, fault) == (case_of(rid), kill.fault)


def main(arguments: list[str]) -> int:
    """Write both documents, or say what became of the rules that are named; 1 when a rule survives."""
    chosen, names = kills(), [name for name in arguments if name != "search"]
    some = {rid: kill for rid, kill in chosen.items() if not names or {rid, case_of(rid)} & set(names)}
    if "search" in arguments:
        found = search(some)
        print("\n".join(f"{rid} {some[rid].fault} {'survives' if at is None else at}" for rid, at in found.items()))
        return int(None in found.values())
    played = run(wanted(some))
    print("\n".join(told(played)))
    matrix = rows(played, some)
    write({row["rid"]: row for row in (*committed(), *matrix)}, chosen)
    wrong = [f"{row['rid']}: {row['fault']} survives" for row in matrix if row["verdict"] == SURVIVES]
    wrong += [
        f"{id}: {record['verdict']} without a fault: {record['reason']}"
        for (id, (fault, _)), record in played.items()
        if fault == NONE and (record["verdict"] != "PASS" or blamed(record))
    ]
    print("\n".join([*wrong, f"{len(matrix) - len(wrong)} of {len(matrix)} rules"]))
    return 1 if wrong else 0


def committed() -> list[dict[str, Any]]:
    """The rows that were written last."""
    found: list[dict[str, Any]] = json.loads(JSON_FILE.read_text("utf-8")) if JSON_FILE.exists() else []
    return found


def write(matrix: Mapping[str, dict[str, Any]], chosen: Mapping[str, Kill]) -> None:
    """Write the rows of the rules that there are, in their order, as JSON and for people."""
    order = [rid for case in cases() for rid in case.rules if rid in chosen and rid in matrix]
    ordered = [matrix[rid] for rid in order]
    JSON_FILE.write_text(as_json(ordered), "utf-8")
    PAGE.write_text(as_page(ordered), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
