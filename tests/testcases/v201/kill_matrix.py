"""The kill matrix of OCPP 2.0.1: a defect of the reference CSMS for every rule of every case that breaks just this one.

`python -m tests.testcases.v201.kill_matrix` runs it and writes `docs/kill-matrix-2.0.1.json` and `.md`. How a round is
played is in `tests.testcases.kill_matrix`.
"""

import sys
from collections.abc import Iterator, Mapping

from reports.results.verdicts import Case
from tests.testcases.kill_matrix import ROOT, Kill, as_json, as_page, healthy, kill_all, reference, rows

VERSION = "2.0.1"
JSON_FILE = ROOT / "docs" / f"kill-matrix-{VERSION}.json"
PAGE = ROOT / "docs" / f"kill-matrix-{VERSION}.md"

_EXTRA = "answer-with-extra-member"


def _kills() -> Iterator[tuple[str, Kill]]:
    boot, status, event = "BootNotification.conf", "StatusNotification.conf", "TransactionEvent.conf"
    authorize, start, stop = "Authorize.conf", "RequestStartTransaction", "RequestStopTransaction"
    booted = Kill("boot-after-reset-rejected", boot)
    reported = Kill(f"status-after-reset-{_EXTRA}", status)
    let_in, turned_away = "HTTP 101 Switching Protocols", "HTTP 400 Bad Request"

    yield "TC_B_01_CSMS.R1", Kill("boot-pending", boot)
    for number, name in enumerate(("attribute", "variable", "component"), 1):
        yield f"TC_B_06_CSMS.R{number}", Kill(f"get-variables-wrong-{name}", "GetVariables")
    for number, name in enumerate(("variable", "component", "value", "attribute"), 1):
        yield f"TC_B_09_CSMS.R{number}", Kill(f"set-variables-wrong-{name}", "SetVariables")
    yield "TC_B_20_CSMS.R1", Kill("reset-with-evse", "Reset")
    yield "TC_B_20_CSMS.R2", booted
    yield "TC_B_20_CSMS.R3", reported
    yield "TC_B_21_CSMS.R1", Kill("reset-with-evse", "Reset")
    yield "TC_B_21_CSMS.R2", Kill("reset-type-swapped", "Reset")
    yield "TC_B_21_CSMS.R3", Kill(f"stop-authorized-{_EXTRA}", event)
    yield "TC_B_21_CSMS.R4", Kill(f"ev-disconnected-{_EXTRA}", event)
    yield "TC_B_21_CSMS.R5", booted
    yield "TC_B_21_CSMS.R6", reported
    yield "TC_B_58_CSMS.R1", Kill("any-subprotocol", let_in)
    yield "TC_B_58_CSMS.R2", Kill("subprotocol-beside-others-refused", turned_away)
    yield "TC_B_58_CSMS.R3", Kill("subprotocol-not-named", let_in)
    yield "TC_C_02_CSMS.R1", Kill("authorize-accepts-everyone", authorize)
    yield "TC_C_06_CSMS.R1", Kill("authorize-accepts-everyone", authorize)
    yield "TC_C_08_CSMS.R1", Kill("transaction-event-invalid", event)
    yield "TC_C_39_CSMS.R1", Kill("authorize-invalid", authorize)
    yield "TC_C_39_CSMS.R2", Kill("authorize-without-group", authorize)
    yield "TC_C_39_CSMS.R3", Kill("transaction-event-invalid", event)
    yield "TC_C_39_CSMS.R4", Kill("transaction-event-wrong-group", event)
    yield "TC_C_39_CSMS.R5", Kill("authorize-while-charging-invalid", authorize)
    yield "TC_C_39_CSMS.R6", Kill("authorize-while-charging-without-group", authorize)
    yield "TC_C_39_CSMS.R7", Kill("stop-authorized-invalid", event)
    yield "TC_C_39_CSMS.R8", Kill("stop-authorized-wrong-group", event)
    yield "TC_E_03_CSMS.R1", Kill("authorize-invalid", authorize)
    yield "TC_E_03_CSMS.R2", Kill(f"charging-begun-{_EXTRA}", event)
    yield "TC_E_04_CSMS.R1", Kill("transaction-event-invalid", event)
    yield "TC_E_04_CSMS.R2", Kill(f"cable-plugged-in-{_EXTRA}", event)
    yield "TC_E_15_CSMS.R1", Kill(f"ended-{_EXTRA}", event)
    yield "TC_E_21_CSMS.R1", Kill("request-stop-wrong-transaction", stop)
    yield "TC_E_21_CSMS.R2", Kill(f"remote-stop-{_EXTRA}", event)
    for case in ("TC_F_01_CSMS", "TC_F_02_CSMS"):
        yield f"{case}.R1", Kill("request-start-wrong-token", start)
        yield f"{case}.R2", Kill("request-start-wrong-token-type", start)
    yield "TC_F_01_CSMS.R3", Kill(f"remote-start-{_EXTRA}", event)
    yield "TC_F_02_CSMS.R3", Kill("authorize-invalid", authorize)
    yield "TC_F_02_CSMS.R4", Kill(f"remote-start-{_EXTRA}", event)
    yield "TC_F_20_CSMS.R1", Kill("trigger-wrong-message", "TriggerMessage")
    yield "TC_F_20_CSMS.R2", Kill("heartbeat-answer-without-current-time", "Heartbeat.conf")
    yield "TC_G_03_CSMS.R1", Kill("change-availability-wrong-evse", "ChangeAvailability")
    yield "TC_J_09_CSMS.R1", Kill(f"meter-value-periodic-{_EXTRA}", event)
    yield "TC_P_02_CSMS.R1", Kill("data-transfer-accepts-everything", "DataTransfer.conf")


KILLS: Mapping[str, Kill] = dict(sorted(_kills()))
"""The fault that kills each rule."""


def page(killed: Mapping[str, Case]) -> str:
    """The matrix for people."""
    return as_page(rows(killed, KILLS), KILLS, f"Kill matrix of OCPP {VERSION}", "tests.testcases.v201.kill_matrix")


def main() -> int:
    """Write both documents; 1 when a rule survives."""
    with reference(VERSION) as (sut, out):
        without = healthy(sut, out)
        killed = kill_all(sut, out, KILLS)
    matrix = rows(killed, KILLS)
    JSON_FILE.write_text(as_json(matrix), "utf-8")
    PAGE.write_text(page(killed), "utf-8")
    wrong = [f"{id}: {case['verdict']} without a fault" for id, case in without.items() if case["verdict"] != "PASS"]
    wrong += [f"{row['rid']}: {row['fault']} gives {row['verdict']}" for row in matrix if row["verdict"] != "FAIL"]
    wrong += [f"{row['rid']}: at {row['step']}" for row in matrix if row["step"] != KILLS[row["rid"]].step]
    print("\n".join([*wrong, f"{len(matrix)} rules, {len(wrong)} not killed where they should be"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
