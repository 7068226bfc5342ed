"""From the traces of the cases to ``pics_mismatch`` of ``results.json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from harness.case.claims.checking import check
from harness.case.claims.model import Contradicted, Mismatch
from harness.case.failures import frame_of
from harness.case.run import CaseRun, trace_path

Record = dict[str, Any]


def records(run: CaseRun, contradicted: Contradicted) -> dict[str, Any]:
    """What the trace of a case shows, as plain data on its way to the collector: `summed` takes it.

    ``contradicted`` is that of the version and the role.
    """
    look = check(run.sut, run.trace.entries, contradicted, run.lane.connectors)
    return {
        "found": [_record(run, one) for one in look.found],
        "doubts": [_record(run, one) for one in look.doubts],
        "settled": sorted(look.settled),
    }


def _record(run: CaseRun, one: Mismatch) -> Record:
    fields = msgspec.to_builtins(one)
    place = {"case": run.case.id, "trace": trace_path(run.case.id), "frame": frame_of(run, one.seq, one.path)}
    plain = {name: _masked(run, fields[name]) for name in ("rule", "claim", "declared", "observed", "message")}
    return plain | place


def _masked(run: CaseRun, value: Any) -> Any:
    return run.trace.mask(value) if isinstance(value, str) else value


def summed(looks: Mapping[str, dict[str, Any]]) -> list[Record]:
    """One record per contradiction; ``looks`` is case id -> what `records` gave. It is that of the first case."""
    in_order = [looks[case] for case in sorted(looks)]
    settled = {claim for look in in_order for claim in look["settled"]}
    found = [record for look in in_order for record in look["found"]]
    found += [record for look in in_order for record in look["doubts"] if record["claim"] not in settled]
    grouped: dict[tuple[str, str, str], list[Record]] = {}
    for record in found:
        grouped.setdefault((record["claim"], record["rule"], record["message"]), []).append(record)
    return [_first(grouped[key]) for key in sorted(grouped)]


def _first(group: Iterable[Record]) -> Record:
    first, *others = group
    more = len({record["case"] for record in others} - {first["case"]})
    told = f", and in {more} more case{'s' * (more != 1)}" if more else ""
    return {**first, "message": f"{first['message']}{told}"}
