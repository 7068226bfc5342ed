"""The record of a case and the whole ``results.json``, from which all reports follow.

Its schema is schemas/documents/results.schema.json.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from harness.case.facts import Case
from harness.case.judgement import LEFT_OUT
from harness.case.measuring import Measured, harness_version, packages, performance
from harness.case.run import CaseRun, trace_path
from harness.case.verdicts import Verdict
from harness.sut import Sut
from harness.sut.needs import NOT_TESTED
from ocppj.rules import Finding
from ocppj.versions import protocol
from reports.results.validation import run_id

Record = dict[str, Any]


def case_record(
    run: CaseRun,
    *,
    verdict: Verdict,
    reason: str | None,
    failure: dict[str, Any] | None,
    seconds: float,
    rerun: str,
    not_run: bool = False,
    beside: Callable[[CaseRun, Collection[int]], Iterable[Finding]] = lambda run, blamed: (),
    insisted: Iterable[Finding] | None = None,
) -> Record:
    """One element of ``cases``; ``beside`` is what a run shows beside the rules of its case.

    ``insisted`` is what the official tool would not have, where that is asked for.
    """
    case = run.case
    return {
        **blank_record(case, run.sut, verdict=verdict, reason=reason, rerun=rerun, not_run=not_run),
        "reason": None if reason is None else run.trace.mask(reason),
        "rules_judged": sorted(run.judged, key=list(case.rules).index),
        **({"rules_left_out": dict(run.left_out)} if run.left_out else {}),
        "findings": [
            _finding(run, finding)
            for finding in (*run.findings, *beside(run, _blamed(run, failure)))
            if finding.party == run.party
        ],
        **({} if insisted is None else {"compatibility": [_insisted(run, finding) for finding in insisted]}),
        "seconds": round(seconds, 6),
        "lane": run.lane.identity,
        "trace": trace_path(case.id) if len(run.trace) else None,
        "failure": failure,
    }


def _blamed(run: CaseRun, failure: Mapping[str, Any] | None) -> set[int]:
    """The entries of the trace that a rule was broken with."""
    frame = None if failure is None else failure["frame"]
    seqs = [error.seq for error in run.failures] + ([frame["seq"]] if frame else [])
    return {seq for seq in seqs if seq is not None}


def blank_record(
    case: Case, sut: Sut, *, verdict: Verdict, reason: str | None, rerun: str, not_run: bool = False
) -> Record:
    """One element of ``cases``, of which nothing was seen."""
    expected = sut.expected(case.id)
    return {
        "id": case.id,
        "title": case.title,
        "sut": case.sut,
        "profile": case.profile,
        "ref": case.ref or None,
        "needs": list(case.needs),
        "verdict": verdict,
        "expected_failure": None if expected is None else expected.reason,
        **({"expected_verdict": "ERROR"} if expected is not None and expected.verdict == "ERROR" else {}),
        "reason": reason,
        "rules": list(case.rules),
        "sentences": dict(case.rules),
        "rules_judged": [],
        "findings": [],
        "seconds": 0.0,
        "lane": None,
        "trace": None,
        "rerun": rerun,
        "failure": None,
        **({"not_run": True} if not_run else {}),
        **({"not_tested": True} if (reason or "").startswith((NOT_TESTED, LEFT_OUT)) else {}),
    }


def assemble(
    sut: Sut,
    records: Iterable[Record],
    *,
    measured: Measured,
    started: datetime,
    seconds: float,
    machine: Mapping[str, Any],
    workers: int,
    strict: bool,
    compatibility: bool = False,
    command: str,
    rtt_ms: float | None,
    selection: Mapping[str, Any] | None = None,
    profiles: Sequence[Mapping[str, Any]] = (),
    interrupted: Mapping[str, Any] | None = None,
    fail_on: Iterable[str] = (),
    pics_mismatch: Sequence[Record] = (),
) -> dict[str, Any]:
    """The whole ``results.json``; ``machine`` is what `machine` gave when the run began.

    ``selection`` and ``profiles`` are as `harness.plugin.selection` gives them.
    """
    cases = sorted(records, key=lambda record: record["id"])
    loaded = protocol(sut.version).schemas
    return named(
        {
            "format": 1,
            "run": {
                "id": "",
                "harness": {"name": "plugproof", "version": harness_version()},
                "schemas": {"version": loaded.version, "digest": loaded.digest, "source": loaded.source},
                "sut": _sut(sut),
                "claims": sut.claims(),
                "sut_file_digest": sut.digest,
                "started": started.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "seconds": round(seconds, 3),
                "seed": None,
                "workers": workers,
                "strict": strict,
                **({"compatibility": True} if compatibility else {}),
                "machine": dict(machine),
                "packages": packages(),
                "suite": _suite(cases),
                "rules": rules_of(cases),
                "command": command,
                "selection": selection,
                "interrupted": interrupted,
                "profiles": list(profiles),
                "fail_on": sorted(fail_on),
            },
            "cases": cases,
            "performance": performance(sut, measured, rtt_ms),
            **({"pics_mismatch": list(pics_mismatch)} if pics_mismatch else {}),
        }
    )


def interrupted(by: str | None, records: Iterable[Record]) -> dict[str, Any] | None:
    """``run.interrupted``; what does not apply is not counted, since nobody would have begun it."""
    if by is None:
        return None
    applicable = [record for record in records if record["verdict"] != "NOT_APPLICABLE"]
    judged = sum(not record.get("not_run", False) for record in applicable)
    return {"by": by, "judged": judged, "of": len(applicable)}


def named(results: dict[str, Any]) -> dict[str, Any]:
    """The results with the id that their content gives them."""
    return {**results, "run": {**results["run"], "id": run_id(results)}}


def _suite(cases: Sequence[Record]) -> dict[str, Any]:
    """What was asked of the system under test, whatever it answered."""
    promised = [[case["id"], case["title"], sorted(case["rules"])] for case in cases]
    text = json.dumps(promised, ensure_ascii=False, separators=(",", ":"))
    rules = sum(len(case["rules"]) for case in cases)
    return {"cases": len(cases), "rules": rules, "digest": hashlib.sha256(text.encode()).hexdigest()}


def rules_of(cases: Sequence[Record]) -> dict[str, int]:
    """How many rules the cases promised to judge, judged, and left out with a reason."""
    return {
        "promised": sum(len(case["rules"]) for case in cases),
        "judged": sum(len(case["rules_judged"]) for case in cases),
        "left_out": sum(len(case.get("rules_left_out", ())) for case in cases),
    }


def _sut(sut: Sut) -> dict[str, Any]:
    product = sut.product
    return {
        "role": sut.role,
        "name": sut.name,
        "address": sut.connection.url,
        "holder": product.holder,
        "vendor": product.vendor,
        "designation": product.designation,
        "software_version": product.software_version,
        "communication": product.communication,
    }


def _insisted(run: CaseRun, finding: Finding) -> dict[str, Any]:
    told = _finding(run, finding)
    return {name: told[name] for name in ("rule", "message", "seq", "path")}


def _finding(run: CaseRun, finding: Any) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "party": finding.party,
        "message": run.trace.mask(finding.message),
        "seq": finding.seq,
        "path": list(finding.path),
    }
