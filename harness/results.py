"""The record of a case and the whole ``results.json`` (schemas/results.schema.json), from which all reports follow."""

import hashlib
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import schemas
from harness.run import CaseRun
from harness.sut import Sut
from harness.verdicts import Verdict
from reports.performance import statistics

Record = dict[str, Any]

ALL = "ocpp_response"
AUTHORIZE = "authorize_response"


def harness_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("plugproof")
    except PackageNotFoundError:  # a source tree without an installation
        return "0"


def case_record(
    run: CaseRun,
    *,
    verdict: Verdict,
    reason: str | None,
    failure: dict[str, Any] | None,
    seconds: float,
    rerun: str,
    not_run: bool = False,
) -> Record:
    """One element of ``cases``, with the response times beside it under ``samples`` and ``timeouts``."""
    case = run.case
    return {
        "id": case.id,
        "title": case.title,
        "sut": case.sut,
        "profile": case.profile,
        "ref": case.ref,
        "needs": list(case.needs),
        "verdict": verdict,
        "expected_failure": run.sut.expected_failures.get(case.id),
        "reason": None if reason is None else run.trace.mask(reason),
        "rules": list(case.rules),
        "rules_judged": sorted(run.judged, key=list(case.rules).index),
        **({"rules_left_out": dict(run.left_out)} if run.left_out else {}),
        "findings": [_finding(run, finding) for finding in run.findings if finding.party == run.party],
        "seconds": round(seconds, 6),
        "lane": run.lane.identity,
        "trace": trace_path(case.id) if len(run.trace) else None,
        "rerun": rerun,
        "failure": failure,
        **({"not_run": True} if not_run else {}),
    }


def trace_path(case_id: str) -> str:
    """Where the trace of a case is, below the output folder."""
    return f"cases/{case_id}/trace.jsonl"


def assemble(
    sut: Sut,
    records: Iterable[Record],
    *,
    samples: dict[str, list[int]],
    timeouts: dict[str, int],
    started: datetime,
    seconds: float,
    workers: int,
    strict: bool,
    command: str,
    rtt_ms: float | None,
) -> dict[str, Any]:
    """The whole ``results.json``. ``samples`` are response times in nanoseconds by action."""
    cases = sorted(records, key=lambda record: record["id"])
    loaded = schemas.load("1.6")
    digest = hashlib.sha256("".join(f"{case['id']}{case['verdict']}" for case in cases).encode())
    digest.update(started.isoformat().encode())
    return {
        "format": 1,
        "run": {
            "id": f"plugproof-{started:%Y-%m-%d}-{digest.hexdigest()[:12]}",
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
            "machine": {
                "python": platform.python_version(),
                "platform": f"{platform.system()} {platform.machine()}",
                "cpus": os.cpu_count() or 1,
            },
            "command": command,
        },
        "cases": cases,
        "performance": _performance(sut, samples, timeouts, rtt_ms),
    }


def _performance(
    sut: Sut, samples: dict[str, list[int]], timeouts: dict[str, int], rtt_ms: float | None
) -> dict[str, Any]:
    declared = sut.performance
    every = [ns for times in samples.values() for ns in times]
    authorize = samples.get("Authorize", [])
    return {
        ALL: statistics(every, sum(timeouts.values()), declared.ocpp_response),
        AUTHORIZE: statistics(authorize, timeouts.get("Authorize", 0), declared.authorize_response),
        "per_action": {
            action: _without_limit(statistics(samples.get(action, []), timeouts.get(action, 0), None))
            for action in sorted({*samples, *timeouts})
        },
        "link": {"technology": declared.communication_technology, "rtt_ms": rtt_ms},
    }


def _without_limit(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name not in ("declared_s", "within_declared")}


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


def _finding(run: CaseRun, finding: Any) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "party": finding.party,
        "message": run.trace.mask(finding.message),
        "seq": finding.seq,
        "path": list(finding.path),
    }
