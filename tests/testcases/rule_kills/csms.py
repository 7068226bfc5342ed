"""The kill matrix of the rule cases for a CSMS: for every rule a defect of the reference CSMS under which it is told.

`python -m tests.testcases.rule_kills.csms` runs it and writes `docs/kill-matrix-rule-cases.md`. A rule that the
standard demands fails its case, one that it recommends is a warning, one that it leaves open a remark; how a round is
played is in `tests.testcases.kill_matrix`.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.case.facts import Case as Facts
from harness.case.registry import all_cases
from reports.results.verdicts import Case
from tests.testcases.kill_matrix import ROOT, Kill, api_of, kill_all, play, reference, with_values

PAGE = ROOT / "docs" / "kill-matrix-rule-cases.md"

CALL_TIMEOUT = 2
"""Seconds that the reference CSMS of these rounds waits for an answer."""
CLAIMS = f"octet_passwords = true\ncall_timeout_s = {CALL_TIMEOUT}\n"
"""What is claimed of it beside the usual."""

LACKS_FIRMWARE = {"firmware_management": "false", "diagnostics": "false", "plain": "false", "signed": "false"}
OTHERS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "ERR-03_2_CSMS": (LACKS_FIRMWARE, "firmware-management-missing"),
}
"""Cases that do not apply to the reference as it is: what is claimed instead, and the fault that makes it true."""

TIMES = {"message_s": "1", "quiet_s": "0.1"}
"""Shorter than those of the other matrix: here many a fault is that nothing comes."""

FAILED, WARNED, REMARKED = "FAIL", "warning", "remark"
_TOLD = {"MUST": FAILED, "SHOULD": WARNED, "INFO": REMARKED}

_SILENT = "heartbeat-unanswered"


def _faults() -> Iterator[tuple[str, str, str]]:
    """Rule, fault, and how it is told."""
    yield from _connections()
    yield from _messages()
    yield from _refusals()
    yield from _values()
    yield from _transactions()
    yield from _profiles()
    yield from _security()


def _connections() -> Iterator[tuple[str, str, str]]:
    yield "CON-03_CSMS.R1", "identity-not-decoded", FAILED
    yield "CON-03_CSMS.R2", "calls-not-sent", FAILED
    yield "CON-05_CSMS.R1", "subprotocol-beside-others-refused", FAILED
    yield "CON-05_CSMS.R2", "subprotocol-not-named", FAILED
    yield "CON-06_1_CSMS.R1", "any-subprotocol", FAILED
    yield "CON-06_2_CSMS.R1", "any-subprotocol", WARNED
    yield "CON-07_CSMS.R1", "unknown-station-admitted", WARNED
    yield "CON-10_CSMS.R1", "compression-ends-connection", REMARKED
    yield "CON-11_CSMS.R1", "pings-unanswered", FAILED
    yield "CON-11_CSMS.R2", "pongs-empty", FAILED
    yield "CON-16_CSMS.R1", "fragments-ignored", FAILED
    yield "CON-16_CSMS.R2", "many-fragments-ignored", FAILED
    yield "CON-14_1_CSMS.R1", "second-connection-ends", WARNED
    yield "CON-14_1_CSMS.R2", "boot-again-rejected", FAILED
    yield "CON-14_1_CSMS.R3", "calls-not-sent", WARNED
    yield "CON-14_2_CSMS.R1", "second-connection-ends", WARNED
    yield "CON-14_2_CSMS.R2", _SILENT, FAILED
    yield "CON-14_3_CSMS.R1", "boot-again-rejected", FAILED
    yield "CON-14_4_CSMS.R1", "boot-again-rejected", FAILED
    yield "CON-14_4_CSMS.R2", "clear-cache-not-sent", FAILED


def _messages() -> Iterator[tuple[str, str, str]]:
    yield "RPC-11_CSMS.R1", "unknown-type-answered", FAILED
    yield "RPC-11_CSMS.R2", "unknown-type-ends-connection", FAILED
    yield "RPC-01_CSMS.R1", "text-without-type-answered", WARNED
    yield "RPC-01_CSMS.R2", "text-without-type-ends-connection", WARNED
    yield "RPC-12_CSMS.R1", "no-message-answered", WARNED
    yield "RPC-12_CSMS.R2", "no-message-ends-connection", WARNED
    yield "RPC-02_CSMS.R1", "short-call-ignored", WARNED
    yield "RPC-02_CSMS.R2", "short-call-ends-connection", WARNED
    yield "RPC-05_CSMS.R1", "numeric-id-answered", WARNED
    yield "RPC-05_CSMS.R2", "no-message-ends-connection", WARNED
    yield "RPC-09_1_CSMS.R1", _SILENT, FAILED
    yield "RPC-09_1_CSMS.R2", "null-payload-refused", WARNED
    yield "RPC-09_2_CSMS.R1", "payload-of-other-type-ignored", FAILED
    yield "RPC-09_2_CSMS.R2", "payload-of-other-type-accepted", WARNED
    yield "RPC-14_1_CSMS.R1", "stray-result-answered", FAILED
    yield "RPC-14_1_CSMS.R2", "stray-result-ends-connection", FAILED
    yield "RPC-14_2_CSMS.R1", "stray-error-answered", FAILED
    yield "RPC-14_2_CSMS.R2", "stray-error-ends-connection", FAILED
    yield "RPC-13_1_CSMS.R1", "unreadable-ignored", WARNED
    yield "RPC-13_1_CSMS.R2", "unreadable-ends-connection", WARNED
    yield "RPC-13_2_CSMS.R1", "nul-ignored", FAILED
    yield "RPC-13_2_CSMS.R2", _SILENT, FAILED
    yield "RPC-13_3_CSMS.R1", "surrogate-ends-connection", WARNED
    yield "RPC-13_3_CSMS.R2", _SILENT, FAILED
    yield "RPC-13_4_CSMS.R1", _SILENT, FAILED
    yield "RPC-13_5_CSMS.R1", "fiftieth-heartbeat-ignored", FAILED
    for case in ("RPC-01", "RPC-12", "RPC-02", "RPC-05", "RPC-09_2", "RPC-13_1", "ERR-09"):
        yield f"{case}_CSMS.R3", _SILENT, FAILED
    yield "RPC-07_CSMS.R1", "id-with-capitals-ignored", FAILED
    yield "RPC-07_CSMS.R2", "id-with-dots-ignored", FAILED
    yield "RPC-07_CSMS.R3", "full-id-ignored", FAILED
    yield "RPC-07_CSMS.R4", "id-of-digits-ignored", FAILED
    yield "RPC-06_CSMS.R1", _SILENT, FAILED
    yield "RPC-06_CSMS.R2", "repeated-id-ignored", WARNED
    yield "RPC-06_CSMS.R3", "repeated-id-ends-connection", FAILED
    yield "RPC-15_CSMS.R1", "get-configuration-again", WARNED
    yield "RPC-15_CSMS.R2", "clear-cache-not-sent", FAILED
    yield "RPC-16_CSMS.R1", "call-ignored-while-own-waits", WARNED
    for case in ("RPC-17_1", "RPC-17_2"):
        yield f"{case}_CSMS.R1", "stray-result-answered", FAILED
        yield f"{case}_CSMS.R2", "stray-result-ends-connection", FAILED
    yield "RPC-17_2_CSMS.R3", "get-configuration-not-sent", FAILED
    yield "RPC-17_3_CSMS.R1", "get-configuration-not-sent", FAILED
    yield "RPC-17_3_CSMS.R2", "late-answer-answered", FAILED
    yield "RPC-17_3_CSMS.R3", "late-answer-ends-connection", FAILED
    for case in ("RPC-10", "ERR-14_1"):
        yield f"{case}_CSMS.R1", "error-answered", FAILED
        yield f"{case}_CSMS.R2", "error-ends-connection", FAILED


def _refusals() -> Iterator[tuple[str, str, str]]:
    yield "ERR-02_1_CSMS.R1", "unknown-action-ignored", FAILED
    yield "ERR-02_1_CSMS.R2", "unknown-action-not-supported", FAILED
    yield "ERR-02_2_CSMS.R1", "unknown-action-ignored", FAILED
    yield "ERR-02_2_CSMS.R2", "action-in-any-case", WARNED
    yield "ERR-03_1_CSMS.R1", "reset-of-csms-ignored", FAILED
    yield "ERR-03_1_CSMS.R2", "reset-of-csms-accepted", WARNED
    yield "ERR-03_2_CSMS.R1", "firmware-status-unanswered", FAILED
    yield "ERR-03_2_CSMS.R2", "firmware-management-broken", FAILED
    for case, name in (
        ("ERR-04", "missing-member"),
        ("ERR-05", "wrong-type"),
        ("ERR-06_1", "unknown-value"),
        ("ERR-06_2", "too-long"),
        ("ERR-07_1", "extra-member"),
        ("ERR-07_2", "extra-member"),
    ):
        yield f"{case}_CSMS.R1", f"{name}-ignored", FAILED
        yield f"{case}_CSMS.R2", f"{name}-internal-error", WARNED
    yield "ERR-09_CSMS.R1", "long-id-accepted", WARNED
    yield "ERR-09_CSMS.R2", "long-id-ends-connection", WARNED
    yield "ERR-11_CSMS.R1", "heartbeat-before-boot-ignored", FAILED
    yield "ERR-11_CSMS.R2", "heartbeat-before-boot-answered", WARNED
    yield "ERR-14_2_CSMS.R1", "unknown-action-ignored", FAILED
    yield "ERR-14_2_CSMS.R2", "unknown-action-ends-connection", FAILED


def _values() -> Iterator[tuple[str, str, str]]:
    yield "VAL-02_CSMS.R1", "whole-seconds-refused", FAILED
    yield "VAL-02_CSMS.R2", "long-fraction-refused", FAILED
    yield "VAL-02_CSMS.R3", "zone-offset-refused", FAILED
    yield "VAL-05_CSMS.R1", "longest-tag-refused", FAILED
    yield "VAL-05_CSMS.R2", "longest-info-refused", FAILED
    yield "VAL-05_CSMS.R3", "longest-vendor-refused", FAILED
    yield "VAL-06_CSMS.R1", "authorize-invalid", FAILED
    yield "VAL-06_CSMS.R2", "tag-in-small-letters-invalid", FAILED
    yield "VAL-07_CSMS.R1", "tag-of-other-signs-refused", FAILED
    yield "VAL-10_CSMS.R1", "celcius-refused", FAILED
    yield "VAL-10_CSMS.R2", "celsius-refused", FAILED
    yield "VAL-12_CSMS.R1", "frequency-refused", FAILED
    yield "VAL-13_CSMS.R1", "stop-without-reason-refused", WARNED


def _transactions() -> Iterator[tuple[str, str, str]]:
    for case in ("TX-01_1", "TX-01_2"):
        yield f"{case}_CSMS.R1", "start-transaction-without-id", FAILED
        yield f"{case}_CSMS.R2", "start-transaction-accepts-everyone", FAILED
    yield "TX-02_1_CSMS.R1", "meter-of-unknown-transaction-refused", FAILED
    yield "TX-02_1_CSMS.R2", "stop-of-unknown-transaction-refused", FAILED
    yield "TX-09_CSMS.R1", "meter-of-transaction-minus-1-refused", FAILED
    yield "TX-09_CSMS.R2", "stop-of-transaction-minus-1-refused", FAILED
    yield "TX-02_2_CSMS.R1", "odd-value-refused", FAILED
    yield "TX-02_2_CSMS.R2", "falling-register-refused", FAILED
    yield "TX-05_CSMS.R1", "late-start-refused", FAILED
    yield "TX-05_CSMS.R2", "meter-values-unanswered", FAILED
    yield "TX-05_CSMS.R3", "late-stop-refused", FAILED
    yield "TX-18_CSMS.R1", "start-again-with-extra-member", FAILED
    yield "TX-18_CSMS.R2", "start-again-booked-again", FAILED
    yield "TX-18_CSMS.R3", "stop-again-refused", FAILED


def _profiles() -> Iterator[tuple[str, str, str]]:
    yield "BOOT-05_CSMS.R1", "pending-ends-connection", WARNED
    yield "BOOT-05_CSMS.R2", "remote-start-while-pending", FAILED
    yield "BOOT-05_CSMS.R3", "remote-stop-while-pending", FAILED
    yield "AUTH-03_CSMS.R1", "authorize-without-status", FAILED
    yield "STAT-08_CSMS.R1", "status-notification-unknown-connector-callerror", FAILED
    yield "MV-10_CSMS.R1", "bare-value-refused", FAILED
    yield "DT-01_CSMS.R1", "data-transfer-unknown-status", FAILED
    yield "DT-01_CSMS.R2", "data-transfer-accepts-everything", WARNED
    yield "DT-01_CSMS.R3", "data-transfer-with-data", FAILED
    yield "LIST-05_CSMS.R1", "send-local-list-differential-as-full", FAILED
    yield "LIST-05_CSMS.R2", "full-list-after-mismatch-not-sent", WARNED
    yield "FW-06_CSMS.R1", "firmware-status-unanswered", FAILED
    yield "FW-06_CSMS.R2", "diagnostics-status-unanswered", FAILED
    yield "SC-01_CSMS.R1", "set-profile-wrong-connector", FAILED


def _security() -> Iterator[tuple[str, str, str]]:
    yield "SEC-01_CSMS.R1", "right-password-refused", FAILED
    yield "SEC-01_CSMS.R2", "lower-security-profile-accepted", FAILED
    yield "SEC-04_CSMS.R1", "authorization-key-no-hex", FAILED
    yield "SEC-04_CSMS.R2", "new-password-refused", FAILED
    yield "SEC-05_CSMS.R1", "rejected-password-taken", FAILED
    yield "SEC-05_CSMS.R2", "old-password-kept", FAILED
    yield "SEC-15_CSMS.R1", "lower-security-profile-accepted", FAILED
    yield "SEC-03_CSMS.R1", "credentials-not-asked-for", FAILED
    yield "SEC-03_CSMS.R2", "any-password", FAILED
    yield "SEC-07_CSMS.R1", "tls-old-version-only", FAILED
    yield "SEC-07_CSMS.R2", "tls-old-version-accepted", FAILED
    yield "SEC-08_CSMS.R1", "tls-without-ecdhe-ecdsa-aes128-gcm-sha256", FAILED
    yield "SEC-08_CSMS.R2", "tls-without-aes256-gcm-sha384", FAILED
    yield "SEC-10_CSMS.R1", "tls-old-version-only", FAILED
    yield "SEC-10_CSMS.R2", "tls-null-suites", FAILED
    yield "SEC-12_CSMS.R1", "client-certificate-refused", FAILED
    yield "SEC-12_CSMS.R2", "client-certificate-of-another-station", FAILED


TABLE: Mapping[str, tuple[str, str]] = {rid: (fault, told) for rid, fault, told in sorted(_faults())}
"""The fault that each rule is told under, and how it is told."""

KILLS: Mapping[str, Kill] = {rid: Kill(fault, "") for rid, (fault, _) in TABLE.items()}


def cases() -> dict[str, Facts]:
    """The rule cases for a CSMS."""
    return {case.id: case for case in all_cases("1.6") if case.sut == "csms" and case.optional}


def settle(sut: Path) -> None:
    """Write the times of these rounds into a SUT file of the reference CSMS."""
    text = with_values(TIMES, sut.read_text("utf-8"))
    sut.write_text(text.replace("\n[features]\n", f"\n[features]\n{CLAIMS}", 1), "utf-8")


def healthy(sut: Path, out: Path) -> dict[str, Case]:
    """All rule cases without a fault, but for what makes other claims true."""
    played = play(sut, out, api_of(sut), {id: Kill("", "") for id in cases() if id not in OTHERS})
    for id, (claims, fault) in OTHERS.items():
        other = _claiming(claims, sut)
        played |= play(other, other.parent, api_of(sut), {id: Kill(fault, "")})
    return {id: played[id] for id in cases()}


def killed_all(sut: Path, out: Path) -> dict[str, Case]:
    """The records of all kills by rid."""
    usual = {rid: kill for rid, kill in KILLS.items() if rid.rpartition(".")[0] not in OTHERS}
    killed = kill_all(sut, out, usual)
    for id, (claims, _) in OTHERS.items():
        other, some = _claiming(claims, sut), {rid: kill for rid, kill in KILLS.items() if rid.rpartition(".")[0] == id}
        killed |= kill_all(other, other.parent, some)
    return {rid: killed[rid] for rid in KILLS}


def _claiming(claims: Mapping[str, str], sut: Path) -> Path:
    """Another SUT file, with these claims, in a folder of its own."""
    folder = sut.parent / "other-claims"
    folder.mkdir(exist_ok=True)
    other = folder / sut.name
    other.write_text(with_values(claims, sut.read_text("utf-8")), "utf-8")
    return other


def told_of(case: Case) -> dict[str, str]:
    """The rules of a case that were broken, by rid, and how each was told."""
    own = cases()[case["id"]].rules
    found = {finding["rule"]: _TOLD[finding["level"]] for finding in case["findings"] if finding["rule"] in own}
    failure: dict[str, Any] | None = case["failure"]
    if case["verdict"] == FAILED and failure is not None and failure["rule"] in own:
        found[failure["rule"]] = FAILED
    return found


def page(killed: Mapping[str, Case]) -> str:
    """The matrix for people."""
    known = cases()
    lines = [
        "# Kill matrix of the rule cases for a CSMS",
        "",
        "<!-- Generated: python -m tests.testcases.rule_kills.csms -->",
        "",
        "Every rule that a case of the profile `rpc` judges on a CSMS, and a deliberate defect of the reference CSMS",
        "(`plugproof csms --list-faults`) under which the case tells of just this rule: it fails where the standard",
        "demands, and has a warning or a remark where it recommends or leaves it open. Without the defect it passes.",
        f"{len(known)} cases, {len(killed)} rules.",
    ]
    for id, case in sorted(known.items()):
        lines += [
            "",
            f"## {id}: {case.title}",
            "",
            f"{case.ref}",
            "",
            "| rule | what it asks | fault | told as |",
            "|---|---|---|---|",
        ]
        for rid, sentence in case.rules.items():
            told = ", ".join(told_of(killed[rid]).values()) or killed[rid]["verdict"]
            lines.append(f"| {rid.rpartition('.')[2]} | {sentence} | `{TABLE[rid][0]}` | {told} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page; 1 when a rule is not told as it should be."""
    with reference(call_timeout=CALL_TIMEOUT) as (sut, out):
        settle(sut)
        without = healthy(sut, out)
        killed = killed_all(sut, out)
    wrong = [f"{id}: {case['verdict']} {case['reason']}" for id, case in without.items() if case["verdict"] != "PASS"]
    wrong += [f"{id}: {finding}" for id, case in without.items() for finding in case["findings"]]
    wrong += [
        f"{rid}: {TABLE[rid][0]} gives {told_of(case)}, {case['verdict']} {case['reason']}"
        for rid, case in killed.items()
        if told_of(case) != {rid: TABLE[rid][1]}
    ]
    if not wrong:
        PAGE.write_text(page(killed), "utf-8")
    print("\n".join([*wrong, f"{len(killed)} rules, {len(wrong)} things wrong"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
