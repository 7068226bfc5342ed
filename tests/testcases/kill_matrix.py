"""The kill matrix: for every rule of every case a deliberate defect of the reference CSMS that breaks just this rule.

`python -m tests.testcases.kill_matrix` runs it and writes `docs/kill-matrix.json` and `docs/kill-matrix.md`. Each round
is one pytest run of all cases, in which every case meets a fault of its own, switched on over the API for the station
that runs it; the first round has no faults, and everything passes in it.
"""

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from harness.reference import reference_csms
from harness.registry import all_cases
from harness.session import CASE, SESSION
from reports.verdicts import Case

ROOT = Path(__file__).resolve().parents[2]
JSON_FILE = ROOT / "docs" / "kill-matrix.json"
PAGE = ROOT / "docs" / "kill-matrix.md"

UNPLUGGED = ("cacheprovider", "terminal", "hypothesispytest", "pytest_cov", "syrupy", "xdist", "allure_pytest")

# The declared maxima are such that one slow answer breaks them, and nothing waits long for what never comes.
TIMEOUTS = {"message_s": "5", "settle_s": "0.2", "quiet_s": "0.1"}
DECLARED = {"ocpp_response": "1", "authorize_response": "1"}


@dataclass(frozen=True)
class Kill:
    """`fault` breaks the rule at `step`: the message that is at fault, or that does not come."""

    fault: str
    step: str
    strict: bool = False


def _kills() -> Iterator[tuple[str, Kill]]:
    boot, authorize, start = "BootNotification.conf", "Authorize.conf", "StartTransaction.conf"
    status, stop = "StatusNotification.conf", "StopTransaction.conf"
    remote_start, remote_stop = "RemoteStartTransaction", "RemoteStopTransaction"

    yield "TC_001_CSMS.R3", Kill("boot-pending", boot)
    yield "TC_001_CSMS.R4", Kill("boot-answer-without-interval", boot)
    yield "TC_001_CSMS.R5", Kill("boot-answer-without-current-time", boot)
    yield "TC_001_CSMS.R7", Kill("heartbeat-answer-without-current-time", "Heartbeat.conf")
    yield "TC_003_CSMS.R3", Kill("authorize-invalid", authorize)
    yield "TC_003_CSMS.R5", Kill("start-transaction-invalid", start)
    yield "TC_004_1_CSMS.R1", Kill("start-transaction-invalid", start)
    yield "TC_004_2_CSMS.R2", Kill("preparing-answer-with-extra-member", status)
    yield "TC_004_2_CSMS.R4", Kill("available-again-answer-with-extra-member", status)
    yield "TC_005_1_CSMS.R2", Kill("suspendedev-answer-with-extra-member", status)
    yield "TC_005_1_CSMS.R4", Kill("stop-transaction-answer-with-extra-member", stop)
    yield "TC_005_1_CSMS.R6", Kill("finishing-answer-with-extra-member", status)
    yield "TC_005_1_CSMS.R8", Kill("available-again-answer-with-extra-member", status)
    yield "TC_007_CSMS.R3", Kill("start-transaction-invalid", start)
    yield "TC_010_CSMS.R2", Kill("remote-start-wrong-tag", remote_start)
    yield "TC_010_CSMS.R5", Kill("authorize-invalid", authorize)
    yield "TC_010_CSMS.R7", Kill("start-transaction-invalid", start)
    yield "TC_011_1_CSMS.R1", Kill("remote-start-wrong-tag", remote_start)
    yield "TC_011_1_CSMS.R4", Kill("authorize-invalid", authorize)
    yield "TC_011_1_CSMS.R7", Kill("start-transaction-invalid", start)
    yield "TC_011_2_CSMS.R1", Kill("remote-start-wrong-tag", remote_start)
    yield "TC_011_2_CSMS.R4", Kill("authorize-invalid", authorize)
    yield "TC_012_CSMS.R1", Kill("remote-stop-wrong-transaction", remote_stop)
    for number in ("013", "014"):
        yield f"TC_{number}_CSMS.R1", Kill("reset-type-swapped", "Reset")
        yield f"TC_{number}_CSMS.R3", Kill("boot-after-reset-rejected", boot)
    for number in ("017_1", "017_2", "018_1", "030", "031"):
        yield f"TC_{number}_CSMS.R1", Kill("unlock-without-connector", "UnlockConnector")
    yield "TC_019_1_CSMS.R1", Kill("get-configuration-not-sent", "GetConfiguration")
    yield "TC_019_1_CSMS.R2", Kill("get-configuration-wrong-key", "GetConfiguration")
    yield "TC_019_2_CSMS.R1", Kill("get-configuration-without-keys", "GetConfiguration")
    yield "TC_021_CSMS.R1", Kill("change-configuration-wrong-key", "ChangeConfiguration")
    yield "TC_021_CSMS.R2", Kill("change-configuration-wrong-value", "ChangeConfiguration")
    yield "TC_023_1_CSMS.R2", Kill("authorize-accepts-everyone", authorize)
    yield "TC_023_2_CSMS.R2", Kill("authorize-expired-as-invalid", authorize)
    yield "TC_023_3_CSMS.R2", Kill("authorize-blocked-as-expired", authorize)
    yield "TC_024_CSMS.R2", Kill("preparing-answer-with-extra-member", status)
    yield "TC_024_CSMS.R5", Kill("faulted-answer-with-extra-member", status)
    yield "TC_026_CSMS.R1", Kill("remote-start-without-tag", remote_start)
    yield "TC_028_CSMS.R1", Kill("remote-stop-without-transaction", remote_stop)
    yield "TC_032_1_CSMS.R1", Kill("boot-after-power-loss-rejected", boot)
    yield "TC_037_1_CSMS.R3", Kill("start-transaction-invalid", start)
    yield "TC_037_3_CSMS.R3", Kill("start-transaction-accepts-everyone", start)
    yield "TC_039_CSMS.R3", Kill("start-transaction-invalid", start)
    yield "TC_040_1_CSMS.R1", Kill("change-configuration-without-key", "ChangeConfiguration")
    yield "TC_040_1_CSMS.R2", Kill("change-configuration-without-value", "ChangeConfiguration")
    yield "TC_040_2_CSMS.R1", Kill("change-configuration-wrong-key", "ChangeConfiguration")
    yield "TC_061_CSMS.R1", Kill("clear-cache-with-extra-member", "ClearCache")
    yield "TC_064_CSMS.R2", Kill("data-transfer-unknown-status", "DataTransfer.conf")
    yield "TC_064_CSMS.R3", Kill("data-transfer-accepts-everything", "DataTransfer.conf", strict=True)
    yield "PERF_RESPONSE_CSMS.R1", Kill("authorize-third-slow", authorize)
    yield "PERF_AUTHORIZE_CSMS.R1", Kill("authorize-third-slow", authorize)


KILLS: Mapping[str, Kill] = dict(_kills())
"""The fault that kills each rule."""


class Saboteur:
    """A pytest plugin: runs only the cases of `faults`, each with its fault switched on for its station."""

    def __init__(self, api: str, faults: Mapping[str, str]) -> None:
        self.results: dict[str, Any] | None = None
        self._api = api
        self._faults = faults

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._switch(item, True)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        # After the fixtures of the case: its cleanup still meets the fault.
        self._switch(item, False)

    def pytest_plugproof_results(self, results: dict[str, Any]) -> None:
        self.results = results

    def _switch(self, item: pytest.Item, enabled: bool) -> None:
        fault = self._faults.get(item.stash[CASE].id)
        if fault is not None:
            body = {"enabled": enabled, "station": item.config.stash[SESSION].lane.identity}
            url = f"{self._api}/api/v1/faults/{quote(fault)}"
            headers = {"Content-Type": "application/json"}
            with urlopen(Request(url, json.dumps(body).encode(), headers, method="PUT"), timeout=20):
                pass


def step_of(case: Case) -> str:
    """The message that is at fault: the offending frame's, or the one that was waited for in vain."""
    failure = case["failure"]
    offending = [entry["label"] for entry in failure["sequence"] if entry["offending"]]
    return offending[0] if offending else str(failure["expected"]).removeprefix("an answer to ").split()[0]


def play(sut: Path, out: Path, api: str, faults: Mapping[str, str], *, strict: bool = False) -> dict[str, Case]:
    """One pytest run of the cases of `faults` (of all, when there are none), as records by case id."""
    saboteur = Saboteur(api, faults)
    arguments = [
        *("--pyargs", "testcases", "--sut", str(sut), "--plugproof-out", str(out), "--rootdir", str(out)),
        *("-c", str(ROOT / "harness" / "precheck.ini")),
        *(part for name in UNPLUGGED for part in ("-p", f"no:{name}")),
        *(part for id in faults for part in ("--plugproof-case", id)),
        *(["--plugproof-strict"] if strict else []),
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(arguments, plugins=[saboteur])
    assert saboteur.results is not None, "the run did not come to its end"
    return {case["id"]: case for case in saboteur.results["cases"]}


def rounds() -> Iterator[tuple[bool, dict[str, str]]]:
    """(strict, fault by rid) such that no case is in a round twice; few rounds."""
    for strict in (False, True):
        by_case: dict[str, list[str]] = {}
        for rid, kill in KILLS.items():
            if kill.strict is strict:
                by_case.setdefault(rid.rpartition(".")[0], []).append(rid)
        for rids in zip_longest(*by_case.values()):
            yield strict, {rid: KILLS[rid].fault for rid in rids if rid is not None}


def run() -> tuple[dict[str, Case], dict[str, Case]]:
    """Everything: records by case without faults, and records by rid with the fault of the rid."""
    with tempfile.TemporaryDirectory(prefix="plugproof-kills-") as folder:
        out = Path(folder)
        with reference_csms(out) as sut:
            text = sut.read_text("utf-8")
            api = text.partition('api = "')[2].partition('"')[0]
            sut.write_text(_with({**TIMEOUTS, **DECLARED}, text), "utf-8")
            healthy = play(sut, out, api, {})
            killed: dict[str, Case] = {}
            for strict, faults in rounds():
                cases = play(
                    sut, out, api, {rid.rpartition(".")[0]: name for rid, name in faults.items()}, strict=strict
                )
                killed |= {rid: cases[rid.rpartition(".")[0]] for rid in faults}
    return healthy, killed


def _with(values: Mapping[str, str], text: str) -> str:
    lines = []
    for line in text.splitlines():
        key = line.partition(" = ")[0]
        lines.append(f"{key} = {values[key]}" if key in values else line)
    return "\n".join(lines) + "\n"


def rows(killed: Mapping[str, Case]) -> list[dict[str, str]]:
    """The matrix: one row per rule; the verdict is FAIL only when the very rule was blamed."""
    return [
        {
            "rid": rid,
            "case": killed[rid]["id"],
            "fault": KILLS[rid].fault,
            "verdict": "FAIL" if blamed(killed[rid]) == rid else f"{killed[rid]['verdict']} of {blamed(killed[rid])}",
            "step": step_of(killed[rid]) if killed[rid]["failure"] else "",
        }
        for rid in KILLS
    ]


def blamed(case: Case) -> str | None:
    """The rule a case failed under."""
    return case["failure"]["rule"] if case["failure"] and case["verdict"] == "FAIL" else None


def as_json(matrix: list[dict[str, str]]) -> str:
    """One row per line."""
    return "[\n" + ",\n".join(f" {json.dumps(row)}" for row in matrix) + "\n]\n"


def as_page(matrix: list[dict[str, str]]) -> str:
    """The matrix for people."""
    titles = {case.id: case.title for case in all_cases()}
    sentences = {rid: sentence for case in all_cases() for rid, sentence in case.rules.items()}
    lines = [
        "# Kill matrix",
        "",
        "<!-- Generated: python -m tests.testcases.kill_matrix -->",
        "",
        "Every rule that a case judges, and a deliberate defect of the reference CSMS (`plugproof csms --list-faults`)",
        "with which the case fails: under this rule, at this message. Without the defect the case passes.",
        f"{len({row['case'] for row in matrix})} cases, {len(matrix)} rules.",
    ]
    for case in dict.fromkeys(row["case"] for row in matrix):
        lines += [
            "",
            f"## {case}: {titles[case]}",
            "",
            "| rule | what it asks | fault | verdict | at |",
            "|---|---|---|---|---|",
        ]
        for row in (row for row in matrix if row["case"] == case):
            strict = " (`--strict`)" if KILLS[row["rid"]].strict else ""
            short = row["rid"].rpartition(".")[2]
            lines.append(
                f"| {short} | {sentences[row['rid']]} | `{row['fault']}`{strict} | {row['verdict']} | {row['step']} |"
            )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write both documents; 1 when a rule survives."""
    healthy, killed = run()
    matrix = rows(killed)
    JSON_FILE.write_text(as_json(matrix), "utf-8")
    PAGE.write_text(as_page(matrix), "utf-8")
    wrong = [f"{id}: {case['verdict']} without a fault" for id, case in healthy.items() if case["verdict"] != "PASS"]
    wrong += [f"{row['rid']}: {row['fault']} gives {row['verdict']}" for row in matrix if row["verdict"] != "FAIL"]
    wrong += [f"{row['rid']}: at {row['step']}" for row in matrix if row["step"] != KILLS[row["rid"]].step]
    print("\n".join([*wrong, f"{len(matrix) - len(wrong)} of {len(matrix)} rules killed"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
