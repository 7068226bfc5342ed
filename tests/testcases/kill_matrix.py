"""The kill matrix: for every rule of every case a deliberate defect of the reference CSMS that breaks just this rule.

`python -m tests.testcases.kill_matrix` runs it and writes `docs/kill-matrix.json` and `docs/kill-matrix.md`. Each round
is one pytest run of all cases, in which every case meets a fault of its own, switched on over the API while the case
runs. Without faults everything passes with the same times: the script looks first, and so does `test_catalogue.py`.
Where one fault breaks several rules of a case it is switched on when the operator is asked for the operation that the
rule is about.
"""

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from harness.adapters.operators.reference import ReferenceOperator
from harness.case.registry import all_cases
from harness.plugin.session import CASE
from harness.processes.reference_csms import reference_csms
from reports.results.verdicts import Case

ROOT = Path(__file__).resolve().parents[2]
JSON_FILE = ROOT / "docs" / "kill-matrix.json"
PAGE = ROOT / "docs" / "kill-matrix.md"

UNPLUGGED = (
    *("cacheprovider", "terminal", "hypothesispytest", "pytest_cov", "syrupy", "xdist", "allure_pytest"),
    "unraisableexception",  # it collects garbage at the end, a second of each run; the pytest around it does so, too
)

# The declared maxima are such that one slow answer breaks them, and nothing waits long for what never comes.
TIMEOUTS = {"message_s": "5", "settle_s": "0.05", "quiet_s": "0.1"}
DECLARED = {"ocpp_response": "1", "authorize_response": "1"}


Payload = dict[str, Any]


@dataclass(frozen=True)
class Kill:
    """`fault` breaks the rule at `step`: the message that is at fault, or that does not come.

    `since`: the operation with which the fault begins, counted from 1; 0: it is there from the beginning. `chosen`: the
    name of what the operator chooses instead of what the case suggests; the rule is about that choice.
    """

    fault: str
    step: str
    strict: bool = False
    since: int = 0
    chosen: str = ""


def relative(payload: Payload) -> Payload:
    """The same charging profile, to begin with the charging and not at a fixed time."""

    def of(profile: Payload) -> Payload:
        schedule = {name: value for name, value in profile["chargingSchedule"].items() if name != "startSchedule"}
        return {**profile, "chargingProfileKind": "Relative", "chargingSchedule": schedule}

    holders = ("csChargingProfiles", "chargingProfile")
    return {name: of(value) if name in holders else value for name, value in payload.items()}


CHOICES: Mapping[str, Callable[[Payload], Payload]] = {"": lambda payload: payload, "Relative": relative}
"""What the operator may choose, by name."""

BY_CHOICE = {id: Kill("", "", chosen="Relative") for id in ("TC_057_CSMS", "TC_059_CSMS")}
"""Cases that have to pass with another choice, too: without a fault."""


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
    yield from _firmware_management()
    yield from _local_auth_list()
    yield from _reservation()
    yield from _smart_charging()
    yield from _remote_trigger()
    yield from _security()
    yield "PERF_RESPONSE_CSMS.R1", Kill("authorize-third-slow", authorize)
    yield "PERF_AUTHORIZE_CSMS.R1", Kill("authorize-third-slow", authorize)


def _firmware_management() -> Iterator[tuple[str, Kill]]:
    update, diagnostics = "UpdateFirmware", "GetDiagnostics"
    booted = Kill("boot-after-installing-rejected", "BootNotification.conf")

    yield "TC_044_1_CSMS.R1", Kill("update-firmware-wrong-location", update)
    yield "TC_044_1_CSMS.R6", booted
    yield "TC_044_2_CSMS.R1", Kill("update-firmware-without-location", update)
    yield "TC_044_3_CSMS.R1", Kill("update-firmware-without-location", update)
    yield "TC_044_3_CSMS.R6", booted
    yield "TC_045_1_CSMS.R1", Kill("get-diagnostics-without-location", diagnostics)
    yield "TC_045_2_CSMS.R1", Kill("get-diagnostics-without-location", diagnostics)


def _local_auth_list() -> Iterator[tuple[str, Kill]]:
    version, send = "GetLocalListVersion", "SendLocalList"

    for number in ("1", "2"):
        yield f"TC_042_{number}_CSMS.R1", Kill("get-local-list-version-with-extra-member", version)
    for number in ("1", "3", "4"):
        yield f"TC_043_{number}_CSMS.R1", Kill("send-local-list-full-as-differential", send)
    yield "TC_043_4_CSMS.R2", Kill("send-local-list-full-without-info", send)
    yield "TC_043_5_CSMS.R2", Kill("send-local-list-differential-as-full", send)
    yield "TC_043_5_CSMS.R3", Kill("send-local-list-same-version", send)
    yield "TC_043_5_CSMS.R4", Kill("send-local-list-differential-with-more", send)


def _reservation() -> Iterator[tuple[str, Kill]]:
    reserve, cancel, change = "ReserveNow", "CancelReservation", "ChangeAvailability"
    used = Kill("start-with-reservation-invalid", "StartTransaction.conf")

    named = {"046": "R1 R2", "047": "R1 R2", "048_1": "R1 R2", "048_2": "R3 R4", "048_3": "R6 R7", "048_4": "R1 R2"}
    for number, rules in named.items():
        connector, tag = rules.split()
        yield f"TC_{number}_CSMS.{connector}", Kill("reserve-now-wrong-connector", reserve)
        yield f"TC_{number}_CSMS.{tag}", Kill("reserve-now-wrong-tag", reserve)
    yield "TC_046_CSMS.R6", used
    yield "TC_047_CSMS.R3", Kill("reserve-now-wrong-expiry", reserve)
    yield "TC_048_3_CSMS.R1", Kill("change-availability-wrong-connector", change)
    yield "TC_048_3_CSMS.R2", Kill("change-availability-type-swapped", change)
    yield "TC_049_CSMS.R1", Kill("reserve-now-wrong-connector", reserve)
    for number in ("051", "053"):
        yield f"TC_{number}_CSMS.R1", Kill("reserve-now-any-connector", reserve)
    for number in ("049", "051", "053"):
        yield f"TC_{number}_CSMS.R2", Kill("reserve-now-without-id", reserve)
        yield f"TC_{number}_CSMS.R3", Kill("reserve-now-without-tag", reserve)
    yield "TC_051_CSMS.R4", Kill("reserve-now-without-expiry", reserve)
    yield "TC_051_CSMS.R7", Kill("cancel-reservation-wrong-id", cancel)
    yield "TC_052_CSMS.R1", Kill("reserve-now-without-id", reserve)
    yield "TC_052_CSMS.R4", Kill("cancel-reservation-last-id", cancel)
    yield "TC_053_CSMS.R4", Kill("reserve-now-without-parent", reserve)
    yield "TC_053_CSMS.R7", used


def _smart_charging() -> Iterator[tuple[str, Kill]]:
    set_profile, start, composite, clear = (
        *("SetChargingProfile", "RemoteStartTransaction"),
        *("GetCompositeSchedule", "ClearChargingProfile"),
    )

    default = {
        **{1: "wrong-connector", 2: "wrong-stack-level", 3: "wrong-purpose", 4: "wrong-kind", 5: "without-valid-from"},
        **{6: "without-valid-to", 7: "with-transaction", 8: "with-recurrency", 9: "without-start", 10: "wrong-unit"},
        **{11: "wrong-duration", 12: "starts-late", 13: "wrong-limit", 14: "wrong-phases"},
    }
    for number, name in default.items():
        yield f"TC_056_CSMS.R{number}", Kill(f"set-profile-{name}", set_profile)

    of_transaction = ("wrong-connector", "wrong-purpose", "wrong-transaction", "with-recurrency", "wrong-kind")
    for number, name in enumerate((*of_transaction, "without-valid-from"), 1):
        yield f"TC_057_CSMS.R{number}", Kill(f"set-profile-{name}", set_profile)
    yield "TC_057_CSMS.R7", Kill("set-profile-relative-with-start", set_profile, chosen="Relative")

    started = ("wrong-tag", "wrong-connector", "profile-wrong-purpose", "profile-with-transaction")
    profile = ("profile-with-recurrency", "profile-wrong-kind", "profile-starts-late", "profile-without-duration")
    for number, name in enumerate((*started, *profile), 1):
        yield f"TC_059_CSMS.R{number}", Kill(f"remote-start-{name}", start)
    yield "TC_059_CSMS.R9", Kill("remote-start-profile-relative-with-start", start, chosen="Relative")
    yield "TC_059_CSMS.R12", Kill("authorize-invalid", "Authorize.conf")
    yield "TC_059_CSMS.R17", Kill("start-transaction-invalid", "StartTransaction.conf")

    for number, name in enumerate(("wrong-connector", "wrong-duration", "wrong-unit"), 1):
        yield f"TC_066_CSMS.R{number}", Kill(f"composite-schedule-{name}", composite)

    # Operations 1 to 3 set the profiles of the station, the connector and the transaction, 4 to 6 clear them.
    yield "TC_067_CSMS.R1", Kill("set-profile-wrong-stack-level", set_profile)
    yield "TC_067_CSMS.R2", Kill("set-profile-wrong-connector", set_profile)
    yield "TC_067_CSMS.R3", Kill("set-profile-wrong-purpose", set_profile)
    yield "TC_067_CSMS.R4", Kill("set-profile-with-transaction", set_profile)
    yield "TC_067_CSMS.R5", Kill("set-profile-with-transaction", set_profile, since=2)
    yield "TC_067_CSMS.R6", Kill("set-profile-wrong-transaction", set_profile)
    yield "TC_067_CSMS.R7", Kill("set-profile-same-id", set_profile)
    yield "TC_067_CSMS.R9", Kill("clear-profile-wrong-id", clear)
    yield "TC_067_CSMS.R14", Kill("clear-profile-with-id", clear)
    yield "TC_067_CSMS.R15", Kill("clear-profile-wrong-connector", clear)
    yield "TC_067_CSMS.R16", Kill("clear-profile-wrong-purpose", clear)
    yield "TC_067_CSMS.R17", Kill("clear-profile-wrong-stack-level", clear)
    yield "TC_067_CSMS.R19", Kill("clear-profile-with-id", clear, since=6)
    for one, all_of_them, name in ((10, 20, "connector"), (11, 21, "purpose"), (12, 22, "stack-level")):
        yield f"TC_067_CSMS.R{one}", Kill(f"clear-profile-with-{name}", clear)
        yield f"TC_067_CSMS.R{all_of_them}", Kill(f"clear-profile-with-{name}", clear, since=6)


def _remote_trigger() -> Iterator[tuple[str, Kill]]:
    # The operations of TC_054_CSMS: MeterValues, Heartbeat, StatusNotification, diagnostics, firmware.
    for since, rule in ((1, "R1"), (2, "R4"), (3, "R6"), (4, "R9"), (5, "R12")):
        yield f"TC_054_CSMS.{rule}", Kill("trigger-wrong-message", "TriggerMessage", since=since)
    yield "TC_054_CSMS.R2", Kill("trigger-wrong-connector", "TriggerMessage")
    yield "TC_054_CSMS.R7", Kill("trigger-wrong-connector", "TriggerMessage", since=3)
    yield "TC_055_CSMS.R1", Kill("trigger-wrong-message", "TriggerMessage")


def _security() -> Iterator[tuple[str, Kill]]:
    change, extended, signed = "ChangeConfiguration", "ExtendedTriggerMessage", "CertificateSigned"
    install, installed, delete = "InstallCertificate", "GetInstalledCertificateIds", "DeleteCertificate"
    update, log, boot = "SignedUpdateFirmware", "GetLog", "BootNotification.conf"
    let_in, forbidden, unauthorized = "HTTP 101 Switching Protocols", "HTTP 403 Forbidden", "HTTP 401 Unauthorized"

    yield "TC_073_CSMS.R1", Kill("authorization-key-wrong-name", change)
    yield "TC_073_CSMS.R2", Kill("authorization-key-too-long", change)
    yield "TC_073_CSMS.R4", Kill("new-password-refused", unauthorized)
    for number in ("074", "077"):
        yield f"TC_{number}_CSMS.R1", Kill("extended-trigger-wrong-message", extended)
        yield f"TC_{number}_CSMS.R2", Kill("extended-trigger-with-connector", extended)
        yield f"TC_{number}_CSMS.R5", Kill("sign-certificate-rejected", "SignCertificate.conf")
    yield "TC_074_CSMS.R6", Kill("certificate-signed-without-chain", signed)
    yield "TC_074_CSMS.R7", Kill("certificate-signed-other-key", signed)
    yield "TC_074_CSMS.R8", Kill("certificate-signed-other-algorithm", signed)
    yield "TC_074_CSMS.R9", Kill("certificate-signed-other-name", signed)
    yield "TC_074_CSMS.R10", Kill("certificate-signed-short-key", signed)
    yield "TC_074_CSMS.R12", Kill("client-certificate-refused", forbidden, since=1)
    yield "TC_077_CSMS.R6", Kill("certificate-signed-other-key", signed)
    for number in ("075_1", "075_2", "076", "078"):
        yield f"TC_{number}_CSMS.R1", Kill("install-certificate-wrong-type", install)
        yield f"TC_{number}_CSMS.R2", Kill("install-certificate-other-certificate", install)
    for number in ("075_1", "075_2", "076"):
        yield f"TC_{number}_CSMS.R4", Kill("get-installed-certificate-ids-wrong-type", installed)
    yield "TC_076_CSMS.R7", Kill("delete-certificate-other-algorithm", delete)
    yield "TC_076_CSMS.R8", Kill("delete-certificate-other-key-hash", delete)
    yield "TC_079_CSMS.R1", Kill("get-log-wrong-location", log)
    yield "TC_079_CSMS.R2", Kill("get-log-wrong-type", log)
    for number in ("080", "081"):
        yield f"TC_{number}_CSMS.R1", Kill("signed-update-firmware-wrong-location", update)
    yield "TC_080_CSMS.R2", Kill("signed-update-firmware-wrong-signature", update)
    yield "TC_080_CSMS.R3", Kill("signed-update-firmware-wrong-signing-certificate", update)
    yield "TC_080_CSMS.R8", Kill("unavailable-answer-with-extra-member", "StatusNotification.conf")
    yield "TC_080_CSMS.R11", Kill("boot-after-installing-rejected", boot)
    yield "TC_081_CSMS.R2", Kill("signed-update-firmware-without-signature", update)

    # The operations of TC_083_CSMS: a root, profile 2, Reset; a client certificate, profile 3, Reset.
    yield "TC_083_CSMS.R1", Kill("security-profile-wrong-name", change)
    yield "TC_083_CSMS.R2", Kill("security-profile-not-raised", change)
    yield "TC_083_CSMS.R4", Kill("reset-type-swapped", "Reset")
    yield "TC_083_CSMS.R6", Kill("higher-security-profile-refused", forbidden)
    yield "TC_083_CSMS.R7", Kill("boot-after-reset-rejected", boot)
    yield "TC_083_CSMS.R9", Kill("lower-security-profile-accepted", let_in)
    yield "TC_083_CSMS.R10", Kill("lower-security-profile-accepted", let_in, since=6)
    yield "TC_083_CSMS.R11", Kill("refused-once-refused-always", forbidden)

    yield "TC_085_CSMS.R1", Kill("credentials-not-asked-for", let_in)
    yield "TC_085_CSMS.R3", Kill("right-password-refused", unauthorized)
    yield "TC_085_CSMS.R4", Kill("boot-rejected", boot)
    for number, suite in (("086", "ecdhe-ecdsa-aes128-gcm-sha256"), ("087", "aes256-gcm-sha384")):
        yield f"TC_{number}_CSMS.R1", Kill("tls-old-version-only", "TLS 1.1")
        yield f"TC_{number}_CSMS.R2", Kill(f"tls-without-{suite}", "TLS failed")
    yield "TC_086_CSMS.R3", Kill("server-key-too-small", "TLS 1.3")
    yield "TC_086_CSMS.R4", Kill("server-certificate-other-name", "TLS 1.3")
    yield "TC_086_CSMS.R5", Kill("boot-rejected", boot)
    yield "TC_087_CSMS.R3", Kill("client-certificate-refused", forbidden)
    yield "TC_087_CSMS.R4", Kill("boot-rejected", boot)
    yield "TC_088_CSMS.R1", Kill("any-subprotocol", let_in)
    yield "TC_088_CSMS.R2", Kill("subprotocol-not-named", let_in)


def _in_reading_order(kills: Mapping[str, Kill]) -> dict[str, Kill]:
    """Cases as they come, the rules of each by their number."""
    cases = list(dict.fromkeys(rid.rpartition(".")[0] for rid in kills))

    def place(rid: str) -> tuple[int, int]:
        case, _, rule = rid.rpartition(".")
        return cases.index(case), int(rule.removeprefix("R"))

    return {rid: kills[rid] for rid in sorted(kills, key=place)}


KILLS: Mapping[str, Kill] = _in_reading_order(dict(_kills()))
"""The fault that kills each rule."""


class Saboteur:
    """A pytest plugin: each case of `kills` has its fault switched on for its station, and its operator's choice."""

    def __init__(self, api: str, kills: Mapping[str, Kill]) -> None:
        self.results: dict[str, Any] | None = None
        self._api = api
        self._kills = kills
        self._item: pytest.Item | None = None
        self._operations = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._item, self._operations = item, 0
        self._begin()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        # After the fixtures of the case: its cleanup still meets the fault.
        kill = self._kill(item)
        if kill is not None and kill.fault:
            self._switch(kill.fault, False)

    def pytest_plugproof_results(self, results: dict[str, Any]) -> None:
        self.results = results

    @contextlib.contextmanager
    def at_the_operator(self) -> Iterator[None]:
        """While the block lasts, every operation comes by here before it is performed."""
        perform = ReferenceOperator.perform

        async def instead(operator: ReferenceOperator, action: str, station: str, payload: Payload) -> None:
            self._operations += 1
            self._begin()
            kill = self._kill(self._item)
            await perform(operator, action, station, CHOICES[kill.chosen if kill else ""](payload))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ReferenceOperator, "perform", instead)
            yield

    def _begin(self) -> None:
        kill = self._kill(self._item)
        if self._item is not None and kill is not None and kill.fault and kill.since == self._operations:
            self._switch(kill.fault, True)

    def _kill(self, item: pytest.Item | None) -> Kill | None:
        return None if item is None else self._kills.get(item.stash[CASE].id)

    def _switch(self, fault: str, enabled: bool) -> None:
        # For every station: a case may play several, and no other case runs at the same time.
        body = {"enabled": enabled, "station": None}
        url = f"{self._api}/api/v1/faults/{quote(fault)}"
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(url, json.dumps(body).encode(), headers, method="PUT"), timeout=20):
            pass


def step_of(case: Case) -> str:
    """The message that is at fault: the offending frame's, or the one that was waited for in vain."""
    failure = case["failure"]
    offending = [entry["label"] for entry in failure["sequence"] if entry["offending"]]
    return offending[0] if offending else str(failure["expected"]).removeprefix("an answer to ").split()[0]


def play(sut: Path, out: Path, api: str, kills: Mapping[str, Kill], *, strict: bool = False) -> dict[str, Case]:
    """One pytest run of the cases of `kills` (of all, when there are none), as records by case id."""
    saboteur = Saboteur(api, kills)
    arguments = [
        *("--pyargs", "testcases", "--sut", str(sut), "--plugproof-out", str(out), "--rootdir", str(out)),
        *("-c", str(ROOT / "harness" / "cli" / "precheck" / "precheck.ini")),
        *(part for name in UNPLUGGED for part in ("-p", f"no:{name}")),
        *(part for id in kills for part in ("--plugproof-case", id)),
        *(["--plugproof-strict"] if strict else []),
    ]
    with contextlib.redirect_stdout(io.StringIO()), saboteur.at_the_operator():
        pytest.main(arguments, plugins=[saboteur])
    assert saboteur.results is not None, "the run did not come to its end"
    return {case["id"]: case for case in saboteur.results["cases"]}


def rounds(every: Mapping[str, Kill] = KILLS) -> Iterator[tuple[bool, dict[str, Kill]]]:
    """(strict, kill by rid) such that no case is in a round twice; few rounds."""
    for strict in (False, True):
        by_case: dict[str, list[str]] = {}
        for rid, kill in every.items():
            if kill.strict is strict:
                by_case.setdefault(rid.rpartition(".")[0], []).append(rid)
        for rids in zip_longest(*by_case.values()):
            yield strict, {rid: every[rid] for rid in rids if rid is not None}


@dataclass(frozen=True)
class Played:
    """Records by case where the operator chose otherwise, without faults, and by rid with its fault."""

    otherwise: Mapping[str, Case]
    killed: Mapping[str, Case]


@contextlib.contextmanager
def reference(version: str = "1.6", **settings: Any) -> Iterator[tuple[Path, Path]]:
    """A reference CSMS while the block lasts: its SUT file with the times of the matrix, and the folder it is in.

    ``settings`` are those of its `Config` that are to be others.
    """
    with tempfile.TemporaryDirectory(prefix="plugproof-kills-") as name:
        folder = Path(name)
        with reference_csms(folder, version=version, settings=settings) as sut:
            settle(sut)
            yield sut, folder


def settle(sut: Path) -> None:
    """Write the times of the matrix into a SUT file of the reference CSMS."""
    sut.write_text(with_values({**TIMEOUTS, **DECLARED}, sut.read_text("utf-8")), "utf-8")


def api_of(sut: Path) -> str:
    """The address of the HTTP API in a SUT file of the reference CSMS."""
    return sut.read_text("utf-8").partition('api = "')[2].partition('"')[0]


def healthy(sut: Path, out: Path) -> dict[str, Case]:
    """All cases without a fault: what a kill is compared with."""
    return play(sut, out, api_of(sut), {})


def run(sut: Path, out: Path) -> Played:
    """Everything with a fault or a choice, against one reference CSMS."""
    return Played(play(sut, out, api_of(sut), BY_CHOICE), kill_all(sut, out, KILLS))


def kill_all(sut: Path, out: Path, every: Mapping[str, Kill]) -> dict[str, Case]:
    """The records by rid, each with the fault of its rule, against one reference CSMS."""
    api = api_of(sut)
    killed: dict[str, Case] = {}
    for strict, kills in rounds(every):
        cases = play(sut, out, api, {rid.rpartition(".")[0]: kill for rid, kill in kills.items()}, strict=strict)
        killed |= {rid: cases[rid.rpartition(".")[0]] for rid in kills}
    return killed


def with_values(values: Mapping[str, str], text: str) -> str:
    """A SUT file with other values for some keys."""
    lines = []
    for line in text.splitlines():
        key = line.partition(" = ")[0]
        lines.append(f"{key} = {values[key]}" if key in values else line)
    return "\n".join(lines) + "\n"


def rows(killed: Mapping[str, Case], kills: Mapping[str, Kill] = KILLS) -> list[dict[str, Any]]:
    """The matrix: one row per rule; the verdict is FAIL only when the very rule was blamed."""
    return [
        {
            "rid": rid,
            "case": killed[rid]["id"],
            "fault": kills[rid].fault,
            "verdict": "FAIL" if blamed(killed[rid]) == rid else f"{killed[rid]['verdict']} of {blamed(killed[rid])}",
            "step": step_of(killed[rid]) if killed[rid]["failure"] else "",
            **({"since": kills[rid].since} if kills[rid].since else {}),
            **({"chosen": kills[rid].chosen} if kills[rid].chosen else {}),
        }
        for rid in kills
    ]


def blamed(case: Case) -> str | None:
    """The rule a case failed under."""
    return case["failure"]["rule"] if case["failure"] and case["verdict"] == "FAIL" else None


def as_json(matrix: list[dict[str, Any]]) -> str:
    """One row per line."""
    return "[\n" + ",\n".join(f" {json.dumps(row)}" for row in matrix) + "\n]\n"


def rows_of(role: str) -> list[dict[str, Any]]:
    """The committed rows of one role."""
    roles = {case.id: case.sut for case in all_cases()}
    return [row for row in json.loads(JSON_FILE.read_text("utf-8")) if roles.get(row["case"]) == role]


def write_rows(matrix: list[dict[str, Any]], role: str) -> None:
    """Replace the rows of one role; both are in one file."""
    parts = {"csms": rows_of("csms"), "charge_point": rows_of("charge_point"), role: matrix}
    JSON_FILE.write_text(as_json([*parts["csms"], *parts["charge_point"]]), "utf-8")


def as_page(
    matrix: list[dict[str, Any]],
    kills: Mapping[str, Kill] = KILLS,
    title: str = "Kill matrix",
    module: str = "tests.testcases.kill_matrix",
) -> str:
    """The matrix for people; ``module`` is what makes it."""
    titles = {case.id: case.title for case in all_cases()}
    sentences = {rid: sentence for case in all_cases() for rid, sentence in case.rules.items()}
    lines = [
        f"# {title}",
        "",
        f"<!-- Generated: python -m {module} -->",
        "",
        "Every rule that a case judges, and a deliberate defect of the reference CSMS (`plugproof csms --list-faults`)",
        "with which the case fails: under this rule, at this message. Without the defect the case passes.",
        '"From operation 2 on" means that the fault begins when the operator is asked for the second time.',
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
            short = row["rid"].rpartition(".")[2]
            fault = f"`{row['fault']}`{_how(kills[row['rid']])}"
            lines.append(f"| {short} | {sentences[row['rid']]} | {fault} | {row['verdict']} | {row['step']} |")
    return "\n".join(lines) + "\n"


def _how(kill: Kill) -> str:
    """What else there is to know of a kill."""
    parts = [
        *(["`--strict`"] if kill.strict else []),
        *([f"from operation {kill.since} on"] if kill.since else []),
        *([f"the operator chose {kill.chosen}"] if kill.chosen else []),
    ]
    return f" ({', '.join(parts)})" if parts else ""


def main() -> int:
    """Write both documents; 1 when a rule survives."""
    with reference() as (sut, out):
        without = healthy(sut, out)
        played = run(sut, out)
    matrix = rows(played.killed)
    write_rows(matrix, "csms")
    PAGE.write_text(as_page(matrix), "utf-8")
    wrong = [
        f"{id}: {case['verdict']} without a fault"
        for cases in (without, played.otherwise)
        for id, case in cases.items()
        if case["verdict"] != "PASS"
    ]
    wrong += [f"{row['rid']}: {row['fault']} gives {row['verdict']}" for row in matrix if row["verdict"] != "FAIL"]
    wrong += [f"{row['rid']}: at {row['step']}" for row in matrix if row["step"] != KILLS[row["rid"]].step]
    print("\n".join([*wrong, f"{len(matrix) - len(wrong)} of {len(matrix)} rules killed"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
