"""The security cases beyond the kill matrix: more faults, what a case leaves behind, certificates that are wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.adapters.operators import NotOffered, OperatorError
from harness.adapters.operators.reference import ReferenceOperator
from harness.adapters.provisioning.security import make_known
from harness.case.registry import catalogue
from harness.case.run import CaseRun
from harness.peers.entrance import Entrance
from harness.peers.handshake import Refused, open_websocket
from harness.pki import Pki
from harness.pki.kit import Kind
from harness.processes.reference_csms import reference_csms
from harness.sut.reading import load
from harness.v16.needs import NEEDS
from ocppj import frames
from ocppj.frames import Call, CallResult
from ocppj.session.session import Memory
from ocppj.v16 import PROTOCOL
from tests.testcases import kill_matrix
from tests.testcases.kill_matrix import Kill

pytestmark = pytest.mark.xdist_group("security-cases")

SUITES = (
    *("ecdhe-ecdsa-aes128-gcm-sha256", "ecdhe-ecdsa-aes256-gcm-sha384"),
    *("aes128-gcm-sha256", "aes256-gcm-sha384"),
)


class Against:
    """The reference CSMS of this module, and how to run a case against it."""

    def __init__(self, sut: Path, out: Path) -> None:
        self.sut = sut
        self.out = out
        self._api = kill_matrix.api_of(sut)
        sut.write_text(kill_matrix.with_values(kill_matrix.TIMEOUTS, sut.read_text("utf-8")), "utf-8")

    def case(self, id: str, fault: str = "", *, since: int = 0, changed: tuple[str, str] = ("", "")) -> dict[str, Any]:
        """The record of a case, run with a fault, or with a SUT file in which something is `changed`."""
        return self.play({id: Kill(fault, "", since=since)}, changed)[id]

    def play(self, kills: dict[str, Kill], changed: tuple[str, str] = ("", "")) -> dict[str, dict[str, Any]]:
        """The records of several cases, by their ids."""
        text = self.sut.read_text("utf-8")
        assert changed[0] in text
        file = self.sut.with_name("changed.toml")
        file.write_text(text.replace(*changed, 1) if changed[0] else text, "utf-8")
        return {id: dict(record) for id, record in kill_matrix.play(file, self.out, self._api, kills).items()}

    def frames(self, id: str) -> list[frames.Frame]:
        lines = (self.out / "cases" / id / "trace.jsonl").read_text("utf-8").splitlines()
        return [frames.parse(entry["text"]) for entry in map(json.loads, lines) if entry["kind"] == "frame"]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Against]:
    out = tmp_path_factory.mktemp("security")
    runs = out / "runs"  # what a run replaces there is not what the next one is made from
    runs.mkdir()
    with reference_csms(out) as sut:
        yield Against(sut, runs)


# --- more faults than the kill matrix has rows -----------------------------------------------------------------------

MORE = [
    ("TC_073_CSMS", "authorization-key-no-hex", "R2"),
    ("TC_073_CSMS", "authorization-key-too-short", "R2"),
    ("TC_073_CSMS", "authorization-key-other-value", "R4"),
    ("TC_074_CSMS", "certificate-signed-not-sent", "R6"),
    ("TC_074_CSMS", "certificate-signed-no-pem", "R7"),
    ("TC_074_CSMS", "certificate-signed-with-sha-1", "R8"),
    ("TC_074_CSMS", "certificate-signed-by-nobody", "R12"),
    ("TC_075_1_CSMS", "install-certificate-not-sent", "R1"),
    ("TC_076_CSMS", "delete-certificate-not-sent", "R7"),
    ("TC_076_CSMS", "delete-certificate-other-name-hash", "R8"),
    ("TC_076_CSMS", "delete-certificate-other-serial-number", "R8"),
    ("TC_077_CSMS", "certificate-signed-no-pem", "R6"),
    ("TC_080_CSMS", "unavailable-unanswered", "R8"),
    ("TC_086_CSMS", "tls-old-version-accepted", "R1"),
    ("TC_086_CSMS", "server-certificate-without-name", "R4"),
    *(("TC_086_CSMS", f"tls-without-{suite}", "R2") for suite in SUITES),
    ("TC_087_CSMS", "tls-old-version-accepted", "R1"),
    ("TC_087_CSMS", "client-certificate-not-asked-for", "R3"),
    ("TC_088_CSMS", "no-subprotocol", "R1"),
    ("TC_088_CSMS", "subprotocol-beside-others-refused", "R2"),
]


@pytest.fixture(scope="module")
def broken(reference: Against) -> dict[tuple[str, str], dict[str, Any]]:
    """The records by case and fault; in each run every case meets one of its faults."""
    by_case: dict[str, list[str]] = {}
    for id, fault, _ in MORE:
        by_case.setdefault(id, []).append(fault)
    records: dict[tuple[str, str], dict[str, Any]] = {}
    for number in range(max(map(len, by_case.values()))):
        faults = {id: found[number] for id, found in by_case.items() if number < len(found)}
        cases = reference.play({id: Kill(fault, "") for id, fault in faults.items()})
        records |= {(id, faults[id]): record for id, record in cases.items()}
    return records


@pytest.mark.parametrize(("id", "fault", "rule"), MORE)
def test_another_fault_fails_the_case_under_its_rule(
    broken: dict[tuple[str, str], dict[str, Any]], id: str, fault: str, rule: str
) -> None:
    record = broken[id, fault]

    assert (record["verdict"], kill_matrix.blamed(record)) == ("FAIL", f"{id}.{rule}"), record["reason"]


# --- what a case leaves behind ---------------------------------------------------------------------------------------


def test_the_key_that_was_changed_is_put_back(reference: Against) -> None:
    assert reference.case("TC_073_CSMS")["verdict"] == "PASS"

    seen = reference.frames("TC_073_CSMS")
    changes = [frame for frame in seen if isinstance(frame, Call) and frame.action == "ChangeConfiguration"]
    accepted = {frame.id for frame in seen if isinstance(frame, CallResult) and frame.payload == {"status": "Accepted"}}
    assert [change.payload["key"] for change in changes] == ["AuthorizationKey", "AuthorizationKey"]
    assert {change.id for change in changes} <= accepted
    # values are passwords and masked; that it is the old one is seen by what the station comes in with
    lines = (reference.out / "cases" / "TC_073_CSMS" / "trace.jsonl").read_text("utf-8")
    assert lines.count("********") >= 4


def test_a_password_of_the_wrong_length_is_not_shown(reference: Against) -> None:
    record = reference.case("TC_073_CSMS", "authorization-key-too-long")

    assert record["failure"]["actual"] == "value = ******** (42 characters)"
    assert "5a" * 10 not in json.dumps(record)


def test_a_key_that_the_csms_forgot_needs_no_putting_back(reference: Against) -> None:
    record = reference.case("TC_073_CSMS", "new-password-refused")

    assert kill_matrix.blamed(record) == "TC_073_CSMS.R4"
    notes = [entry["label"] for entry in record["failure"]["sequence"] if entry["kind"] == "note"]
    assert not any("could not be put back" in note for note in notes)


def test_a_key_that_cannot_be_put_back_is_told(reference: Against) -> None:
    record = reference.case("TC_073_CSMS", "right-password-refused", since=1)

    assert kill_matrix.blamed(record) == "TC_073_CSMS.R4"
    notes = [entry["label"] for entry in record["failure"]["sequence"] if entry["kind"] == "note"]
    assert any(note.startswith("the key could not be put back, set it by hand: ") for note in notes)


def test_cases_that_change_their_station_play_one_of_its_own(reference: Against) -> None:
    changing = {case.id for case in catalogue("1.6") if case.changes}
    assert changing == {"TC_074_CSMS", "TC_083_CSMS"}

    sut = load(reference.sut)
    stations = {}
    for case in catalogue("1.6"):
        if case.profile == "Security":
            run = CaseRun(case, sut, sut.lane(0), Memory())
            stations[case.id] = Entrance(run).link.identity
    own = [stations[id] for id in changing]
    assert len(set(own)) == len(own)
    assert set(own).isdisjoint(station for id, station in stations.items() if id not in changing)


# --- which profile, which rises --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "gone", "rule"),
    [("[1, 2]", "3", "R10"), ("[2, 3]", "1", "R9")],
)
def test_a_rise_that_is_not_claimed_is_left_out(
    reference: Against, tmp_path: Path, claimed: str, gone: str, rule: str
) -> None:
    text = reference.sut.read_text("utf-8").replace("profiles = [1, 2, 3]", f"profiles = {claimed}")
    head, _, rest = text.partition(f"[endpoints.{gone}]\n")
    file = tmp_path / "sut.toml"
    file.write_text(head + rest[rest.index("\n\n") :], "utf-8")

    record = kill_matrix.play(file, tmp_path, "", {"TC_083_CSMS": Kill("", "")})["TC_083_CSMS"]

    left_out = f"TC_083_CSMS.{rule}"
    assert (record["verdict"], list(record["rules_left_out"])) == ("PASS", [left_out])
    assert set(record["rules"]) - set(record["rules_judged"]) == {left_out}
    assert record["reason"].startswith(f"without {left_out}: no station rises from security profile")


OF_PROFILE = {
    1: ("TC_073_CSMS", "TC_085_CSMS"),
    2: ("TC_073_CSMS", "TC_085_CSMS", "TC_076_CSMS", "TC_086_CSMS"),
    3: ("TC_074_CSMS", "TC_086_CSMS", "TC_087_CSMS"),
}


@pytest.mark.parametrize("profile", OF_PROFILE)
def test_a_whole_run_can_be_in_one_security_profile(reference: Against, tmp_path: Path, profile: int) -> None:
    """As few lines as possible: the connection says everything, and no other station is needed."""
    text = reference.sut.read_text("utf-8")
    tls_url = text.partition('[endpoints.2]\nurl = "')[2].partition('"')[0]
    head, _, rest = text.partition("# The security cases play stations of their own")
    if profile > 1:
        head = head[: head.index("url = ")] + f'url = "{tls_url}"\n' + head[head.index("auth_key") :]
    head = head.replace("auth_key", f"security_profile = {profile}\nauth_key", 1)
    rest = rest[rest.index("[tls]") :].replace("profiles = [1, 2, 3]", f"profiles = [{profile}]")
    file = tmp_path / "sut.toml"
    file.write_text(head + rest, "utf-8")

    cases = dict.fromkeys(("TC_001_CSMS", "TC_013_CSMS", "TC_079_CSMS", *OF_PROFILE[profile]), Kill("", ""))
    records = kill_matrix.play(file, tmp_path, "", cases)

    assert {id: record["verdict"] for id, record in records.items()} == dict.fromkeys(cases, "PASS")
    denied = kill_matrix.play(file, tmp_path, "", {"TC_083_CSMS": Kill("", "")})["TC_083_CSMS"]
    assert (denied["verdict"], denied["reason"]) == (
        "NOT_APPLICABLE",
        f"not claimed: security.profiles = [{profile}] in sut.toml",
    )


# --- certificates of stations that have to be refused ----------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("right", None),
        ("expired", "TLS failed"),
        ("foreign", "TLS failed"),
        ("other name", "HTTP 403 (The client certificate is refused: the common name"),
    ],
)
async def test_the_reference_lets_in_the_right_certificate_only(
    reference: Against, kind: Kind, refusal: str | None
) -> None:
    sut = load(reference.sut)
    case = next(case for case in catalogue("1.6") if case.id == "TC_087_CSMS")
    run = CaseRun(case, sut, sut.lane(0, "BAD", "CERT"), Memory())
    link = Entrance(run).link
    await make_known(sut, link)
    assert link.pki is not None
    credentials = Pki.load(Path(link.pki)).client(link.identity, kind=kind)

    if refusal is None:
        websocket, _ = await open_websocket(link, run.trace, protocol=PROTOCOL, credentials=credentials, seconds=10)
        await websocket.close()
    else:
        with pytest.raises(Refused) as refused:
            await open_websocket(link, run.trace, protocol=PROTOCOL, credentials=credentials, seconds=10)
        assert str(refused.value).startswith(refusal)


def test_the_settings_of_the_file_are_what_is_asked_for(reference: Against, tmp_path: Path) -> None:
    made = Pki.create(tmp_path / "made")
    assert made.folder is not None
    added = (
        f'root = "{made.folder}/root.pem"\nroot_2 = "{made.folder}/csms-root-2.pem"\nhash_algorithm = "SHA512"\n\n'
        f'[files]\nfirmware = "https://files.example/f.bin"\nupload = "https://files.example/logs"\n'
        f'signature = "c2ln"\nsigning_certificate = "{made.folder}/firmware-signing.pem"\n'
    )
    changed = ("\n\n[security]", f"\n{added}\n[security]")

    asked = dict.fromkeys(("TC_075_1_CSMS", "TC_076_CSMS", "TC_079_CSMS", "TC_080_CSMS", "TC_081_CSMS"), Kill("", ""))
    assert {record["verdict"] for record in reference.play(asked, changed).values()} == {"PASS"}

    def sent(id: str, action: str) -> Any:
        found = [frame for frame in reference.frames(id) if isinstance(frame, Call) and frame.action == action]
        return found[0].payload

    assert sent("TC_075_1_CSMS", "InstallCertificate")["certificate"] == made.root()
    assert sent("TC_076_CSMS", "InstallCertificate")["certificate"] == made.root("csms-root-2")
    assert sent("TC_079_CSMS", "GetLog")["log"]["remoteLocation"] == "https://files.example/logs"
    update = sent("TC_080_CSMS", "SignedUpdateFirmware")["firmware"]
    assert (update["location"], update["signature"]) == ("https://files.example/f.bin", "c2ln")
    assert sent("TC_081_CSMS", "SignedUpdateFirmware")["firmware"]["signature"] != "c2ln"
    answers = [frame.payload for frame in reference.frames("TC_075_1_CSMS") if isinstance(frame, CallResult)]
    assert [data["hashAlgorithm"] for answer in answers for data in answer.get("certificateHashData", [])] == ["SHA512"]


def test_an_rsa_run_asks_for_and_judges_rsa(reference: Against) -> None:
    changed = ("profiles = [1, 2, 3]", 'profiles = [1, 2, 3]\nkey_algorithms = ["RSA-2048"]')

    assert reference.case("TC_074_CSMS", changed=changed)["verdict"] == "PASS"


def test_the_certificate_the_csms_shows_has_to_be_that_of_the_file(reference: Against, tmp_path: Path) -> None:
    other = Pki.create(tmp_path / "other")
    line = f'server_certificate = "{other.folder}/server-ec.pem"'
    record = reference.case("TC_086_CSMS", changed=("[tls]\n", f"[tls]\n{line}\n"))

    assert kill_matrix.blamed(record) == "TC_086_CSMS.R4"
    assert "that of tls.server_certificate" in record["failure"]["expected"]


# --- triggers, one by one --------------------------------------------------------------------------------------------


def refusing(monkeypatch: pytest.MonkeyPatch, error: Exception, *messages: str) -> None:
    """The operator does what it is asked for, but for the triggers of these messages."""
    perform = ReferenceOperator.perform

    async def picky(operator: ReferenceOperator, action: str, station: str, payload: dict[str, Any]) -> None:
        if payload.get("requestedMessage") in messages:
            raise error
        await perform(operator, action, station, payload)

    monkeypatch.setattr(ReferenceOperator, "perform", picky)


def test_one_trigger_that_is_refused_fails_alone(reference: Against, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, OperatorError("operator: POST /x was answered 501 (wanted 200)", 501), "StatusNotification")
    record = reference.case("TC_054_CSMS")

    assert (record["verdict"], kill_matrix.blamed(record)) == ("FAIL", "TC_054_CSMS.R6")
    assert record["failure"]["actual"] == "operator: POST /x was answered 501 (wanted 200)"
    assert "The station is asked for a connector's status." in record["failure"]["expected"]
    assert set(record["rules"]) - set(record["rules_judged"]) == {"TC_054_CSMS.R7"}
    assert record["rules_left_out"] == {"TC_054_CSMS.R7": "not reached, because TC_054_CSMS.R6 failed before"}
    assert record["findings"] == []


def test_triggers_that_are_not_offered_fail_each_under_its_rule(
    reference: Against, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, NotOffered("operator: no template for it"), "Heartbeat", "FirmwareStatusNotification")
    record = reference.case("TC_054_CSMS")

    assert (record["verdict"], kill_matrix.blamed(record)) == ("FAIL", "TC_054_CSMS.R4")
    assert record["failure"]["actual"] == "claimed, but not offered: operator: no template for it"
    assert [(finding["rule"], finding["level"]) for finding in record["findings"]] == [("TC_054_CSMS.R12", "MUST")]
    assert record["rules_judged"] == record["rules"]


def test_an_api_that_is_gone_is_no_failure_of_the_csms(reference: Against, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, OperatorError("operator: POST /x cannot connect"), "Heartbeat")

    assert reference.case("TC_054_CSMS")["verdict"] == "ERROR"


def test_a_trigger_that_is_not_claimed_is_left_out(reference: Against) -> None:
    record = reference.case("TC_054_CSMS", changed=("status_notification = true", "status_notification = false"))

    why = "not claimed: features.trigger.status_notification = false"
    assert record["verdict"] == "PASS"
    assert record["rules_left_out"] == {"TC_054_CSMS.R6": why, "TC_054_CSMS.R7": why}
    assert record["reason"] == f"without TC_054_CSMS.R6: {why}; without TC_054_CSMS.R7: {why}"
    triggers = [frame for frame in reference.frames("TC_054_CSMS") if isinstance(frame, Call)]
    asked = [frame.payload["requestedMessage"] for frame in triggers if frame.action == "TriggerMessage"]
    assert asked == ["MeterValues", "Heartbeat", "DiagnosticsStatusNotification", "FirmwareStatusNotification"]


def test_a_wrong_trigger_does_not_hide_the_next_one(reference: Against) -> None:
    """From the fourth operation on the wrong message is asked for: the last one is broken, too, and says so."""
    record = reference.case("TC_054_CSMS", "trigger-wrong-message", since=4)

    assert kill_matrix.blamed(record) == "TC_054_CSMS.R9"
    assert [finding["rule"] for finding in record["findings"]] == ["TC_054_CSMS.R12"]
    assert "TC_054_CSMS.R6" in record["rules_judged"]


def test_a_request_that_was_wrong_is_answered_before_the_next_step(reference: Against) -> None:
    """Otherwise the CSMS waits for the answer, and the triggers after it never come."""
    record = reference.case("TC_054_CSMS", "trigger-without-connector")

    assert kill_matrix.blamed(record) == "TC_054_CSMS.R2"
    assert [finding["rule"] for finding in record["findings"]] == ["TC_054_CSMS.R7"]
    assert record["rules_judged"] == record["rules"]


def test_a_file_without_any_trigger_makes_the_case_not_applicable(reference: Against) -> None:
    sut = load(reference.sut)
    denied = msgspec.structs.replace(
        sut.features,
        trigger=type(sut.features.trigger)(
            **dict.fromkeys(
                ("meter_values", "heartbeat", "status_notification", "diagnostics_status", "firmware_status"), False
            )
        ),
    )
    reason = NEEDS.applicability(
        "RemoteTrigger", ["trigger-some-message"], msgspec.structs.replace(sut, features=denied)
    )
    assert reason is not None
    assert "features.trigger.heartbeat = false" in reason
