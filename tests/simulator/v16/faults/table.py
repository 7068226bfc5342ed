"""Which fault of a station breaks which rule of the charge point cases; all proofs together.

`python -m tests.simulator.v16.faults.table` writes `docs/station-faults.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from simulator.v16.faults import CATALOGUE
from simulator.v16.faults.rules import unusual
from tests import ROOT
from tests.simulator.v16.faults.scenes import (
    cards,
    certificates,
    charging,
    credentials,
    files,
    keys,
    messages,
    metering,
    offline,
    power,
    remote,
    reservation,
    sessions,
)
from tests.testcases.rule_kills.table import broken_by, kills

PAGE = ROOT / "docs" / "station-faults.md"
RIDS = Path(__file__).with_name("rids.txt")
"""Every rule a charge point case judges the station by: a case in each line, then its rules."""

PROOFS = [
    *sessions.PROOFS,
    *cards.PROOFS,
    *keys.PROOFS,
    *remote.PROOFS,
    *messages.PROOFS,
    *power.PROOFS,
    *offline.PROOFS,
    *reservation.PROOFS,
    *charging.PROOFS,
    *metering.PROOFS,
    *files.PROOFS,
    *credentials.PROOFS,
    *certificates.PROOFS,
]

_ANY_ORDER = "It allows messages to come in another order, so that no order can break it."

_BY_FUZZING = "none of a case: only `plugproof fuzz` shows it"

CANNOT_BE_BROKEN = {
    "TC_032_2_CS.R7": _ANY_ORDER,
    "TC_044_1_CS.R7": _ANY_ORDER,
    "TC_044_3_CS.R6": _ANY_ORDER,
    "TC_080_CS.R13": _ANY_ORDER,
}
"""Rules no station can break, and why."""


FUZZED = {fault.name for fault in unusual.faults()}
"""Faults that show at unusual messages only, so that no case can see them: `plugproof fuzz` does, and
`test_unusual_faults.py` shows at which messages."""


def rules() -> list[str]:
    """The rules of all cases, `TC_001_CS.R3`."""
    lines = (line.split() for line in RIDS.read_text().splitlines())
    return [f"{case}.{number}" for case, *numbers in lines for number in numbers]


def breakers() -> dict[str, list[str]]:
    """The faults that break each rule, by rule."""
    found: dict[str, list[str]] = {rid: [] for rid in rules()}
    for proof in PROOFS:
        for rid in proof.rids:
            found[rid].append(proof.fault)
    return found


def broken_rule_cases() -> dict[str, list[str]]:
    """The rules of the rule cases that each fault breaks, by fault; `tests/testcases/rule_kills` plays them."""
    return broken_by(kills())


def page() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_catalogue(), *_by_rule(), ""])


def _head() -> Iterator[str]:
    yield "# Faults of the station"
    yield ""
    yield "<!-- Generated: python -m tests.simulator.v16.faults.table -->"
    yield ""
    yield "A fault is a deliberate defect of the simulated station. It shows that a check can fail, or how a CSMS"
    yield "reacts to wrong messages. You can switch it on and off at any time."
    yield ""
    yield "```console"
    yield "$ plugproof station ws://127.0.0.1:9000/ocpp --fault heartbeat-late --fault stop-missing"
    yield "$ plugproof station --list-faults"
    yield "```"
    yield ""
    yield "```python"
    yield "from simulator import Station"
    yield "from simulator.faults.catalogue import active"
    yield "from simulator.v16.faults import CATALOGUE, set_faults"
    yield ""
    yield 'station = Station("ws://127.0.0.1:9000/ocpp", id="CP1")'
    yield 'set_faults(station, ["heartbeat-late"])  # from now on; set_faults(station, []) removes it'
    yield "```"
    yield ""
    total, kept = len(rules()), len(CANNOT_BE_BROKEN)
    yield "Over HTTP they are at `/api/v1/faults`. If two faults meet, the later one wraps the earlier one."
    yield ""
    yield f"There are {len(CATALOGUE)} faults. Of the {total} rules by which the charge point cases judge a station"
    yield f"they break {total - kept}; for each a test plays a scene with the fault and without it. No station can"
    yield f"break the other {kept}. Rules of OCPP-J have the names of their cases; the faults that break them are in"
    yield "the [kill matrix of the rule cases](kill-matrix-rule-cases-station.md)."
    yield f"{len(FUZZED)} of the faults show in no case, because no case sends such messages: they are for"
    yield "[`plugproof fuzz`](fuzz.md)."
    yield ""


def _catalogue() -> Iterator[str]:
    yield "## The faults"
    yield ""
    yield "| fault | what the station does wrong | rules it breaks |"
    yield "|---|---|---|"
    broken: dict[str, list[str]] = {name: [] for name in CATALOGUE}
    for rid, names in breakers().items():
        for name in dict.fromkeys(names):
            broken[name].append(rid)
    others = broken_rule_cases()
    for name, fault in CATALOGUE.items():
        seen = _BY_FUZZING if name in FUZZED else _in_short(broken[name], others.get(name, []))
        yield f"| `{name}` | {fault.sentence} | {seen} |"
    yield ""


def _in_short(rids: list[str], others: list[str]) -> str:
    """Rules by case: `001.R3 R6, 002.R7, RPC-12.R1`."""
    by_case: dict[str, list[str]] = {}
    for rid in (*rids, *others):
        case, _, number = rid.removeprefix("TC_").partition("_CS.")
        by_case.setdefault(case, []).append(number)
    return ", ".join(f"{case}.{' '.join(numbers)}" for case, numbers in by_case.items()) or "no rule is about it alone"


def _by_rule() -> Iterator[str]:
    yield "## The rules"
    yield ""
    yield "| rule | broken by |"
    yield "|---|---|"
    for rid, names in breakers().items():
        if rid in CANNOT_BE_BROKEN:
            yield f"| {rid} | nothing: {CANNOT_BE_BROKEN[rid]} |"
        else:
            yield f"| {rid} | {', '.join(f'`{name}`' for name in dict.fromkeys(names))} |"


if __name__ == "__main__":
    PAGE.write_text(page())
