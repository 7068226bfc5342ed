"""The cases and what they promise: rules, traces, our own station's behaviour, independence of each other."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from harness.adapters.operators.reference import ReferenceOperator
from harness.case.registry import catalogue
from harness.cli.app import app
from harness.processes.reference_csms import reference_csms
from harness.sut.reading import load
from harness.v16.csms.reach.samples import samples
from harness.v16.needs import NEEDS
from harness.v16.profiles import PROFILES
from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.frames import Call, CallResult
from ocppj.session.session import Memory, Session
from ocppj.v16 import PROTOCOL
from reports.results.asked import sentences as told
from reports.results.validation import validate
from tests.testcases.kill_matrix import UNPLUGGED, settle
from tests.testcases.test_asked_and_sent import (
    calls,
    no_moment_is_past_when_it_arrives,
    nothing_is_at_its_boundary_for_no_reason,
)

pytestmark = pytest.mark.xdist_group("catalogue")

CASES = {case.id: case for case in catalogue("1.6")}
OF_A_CSMS = {id: case for id, case in CASES.items() if case.sut == "csms"}
SENDER: dict[str, Role] = {"station->csms": "station", "csms->station": "csms"}


class Reverse:
    """A pytest plugin: the cases in the opposite order. It also keeps the results."""

    def __init__(self, *, reverse: bool = False) -> None:
        self.results: dict[str, Any] | None = None
        self.order: list[str] = []
        self._reverse = reverse

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._reverse:
            items.reverse()
        self.order = [item.name for item in items]

    def pytest_plugproof_results(self, results: dict[str, Any]) -> None:
        self.results = results


@dataclass
class Reference:
    """The reference CSMS, and how to run cases against it."""

    sut: Path
    out: Path

    def run(self, *arguments: str, reverse: bool = False) -> Reverse:
        plugin = Reverse(reverse=reverse)
        options = [
            *("--pyargs", "testcases", "--sut", str(self.sut), "--plugproof-out", str(self.out)),
            *("--rootdir", str(self.out), "-c", str(resources.files("harness.cli.precheck") / "precheck.ini")),
            *(part for name in UNPLUGGED for part in ("-p", f"no:{name}")),
        ]
        pytest.main([*options, *arguments], plugins=[plugin])
        return plugin


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    out = tmp_path_factory.mktemp("reference")
    with reference_csms(out) as sut:
        yield Reference(sut, out)


@pytest.fixture(scope="module")
def quick(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The same CSMS with the times of the kill matrix, so that a fault is all that is different there."""
    out = tmp_path_factory.mktemp("quick")
    sut = out / "quick.toml"
    sut.write_bytes(reference.sut.read_bytes())
    settle(sut)
    return Reference(sut, out)


@pytest.fixture(scope="module")
def results(quick: Reference) -> dict[str, Any]:
    """One run of everything."""
    results = quick.run().results
    assert results is not None
    return results


@pytest.fixture(scope="module")
def traces(quick: Reference, results: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The entries of the trace by case."""
    return {
        case["id"]: [json.loads(line) for line in (quick.out / case["trace"]).read_text("utf-8").splitlines()]
        for case in results["cases"]
    }


# --- what is promised ------------------------------------------------------------------------------------------------


def listed() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(CliRunner().invoke(app, ["list", "--format", "json"]).stdout)
    return cases


def test_every_case_and_every_rule_is_listed_once() -> None:
    cases = listed()

    assert [case["id"] for case in cases] == [case.id for case in catalogue("1.6")]
    assert {id: count for id, count in Counter(case["id"] for case in cases).items() if count > 1} == {}
    rids = Counter(rid for case in cases for rid in case["rules"])
    assert {rid: count for rid, count in rids.items() if count > 1} == {}
    assert all(case["rules"] for case in cases)


@pytest.mark.parametrize("id", CASES)
def test_the_facts_of_a_case_are_in_order(id: str) -> None:
    case = CASES[id]

    assert re.fullmatch(r"(TC_\d{3}(_\d+)?|PERF_[A-Z]+|RPC_[A-Z0-9_]+)_(CSMS|CS)", id)
    assert case.sut == ("csms" if id.endswith("_CSMS") else "charge_point")
    assert case.profile in PROFILES.names.values()
    assert case.title.strip() == case.title != ""
    assert case.ref.startswith(("OCPP", "PICS"))
    assert set(case.needs) <= set(NEEDS.table)
    for rid, sentence in case.rules.items():
        assert re.fullmatch(rf"{id}\.R\d+", rid)
        assert sentence[0].isupper()
        assert sentence.endswith(".")


# --- what is judged on the reference ---------------------------------------------------------------------------------


def test_everything_passes_and_judges_what_it_promises(results: dict[str, Any]) -> None:
    assert validate(results) == []
    assert {case["id"]: case["verdict"] for case in results["cases"]} == dict.fromkeys(OF_A_CSMS, "PASS")
    judged = {case["id"]: case["rules_judged"] for case in results["cases"]}
    assert judged == {case["id"]: case["rules"] for case in listed() if case["sut"] == "csms"}


def test_the_reference_breaks_no_rule_at_all(results: dict[str, Any]) -> None:
    assert [finding for case in results["cases"] for finding in case["findings"]] == []


def test_of_the_reference_there_is_nothing_to_tell(
    results: dict[str, Any], traces: dict[str, list[dict[str, Any]]]
) -> None:
    """What the operator was asked for is what came on the wire (`test_asked_and_sent.py`)."""
    assert {case["id"]: told(case) for case in results["cases"] if told(case)} == {}
    sent = [one for id, entries in traces.items() for one in calls(id, entries)]
    no_moment_is_past_when_it_arrives(sent)
    nothing_is_at_its_boundary_for_no_reason(sent)


@pytest.mark.parametrize("id", OF_A_CSMS)
def test_the_trace_has_the_form_it_should(traces: dict[str, list[dict[str, Any]]], id: str) -> None:
    schema = json.loads((resources.files("schemas") / "documents" / "trace.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)

    entries = traces[id]
    assert [error.message for entry in entries for error in validator.iter_errors(entry)] == []
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    phases = [entry["phase"].partition(":")[0] for entry in entries]
    assert set(phases) <= {"preamble", "case", "cleanup"}
    assert "case" in phases


def test_the_samples_of_check_are_what_the_cases_ask_an_operator_for(
    quick: Reference, traces: dict[str, list[dict[str, Any]]]
) -> None:
    """One sample of every kind of request, and none that no case makes."""
    asked = {kind(action, payload) for entries in traces.values() for action, payload in asked_for(entries)}
    sut = load(quick.sut)
    assert {kind(action, payload) for action, payload in samples(sut, sut.lane(0).connectors)} == asked


def asked_for(entries: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the operator of the reference was asked for, as its HTTP requests tell."""
    for entry in entries:
        head, _, body = entry["text"].partition("\n\n")
        found = re.match(r"POST \S+/operations/(\w+)\?", head)
        if entry["kind"] == "operator" and found is not None:
            yield found[1], json.loads(body)


def kind(action: str, payload: dict[str, Any]) -> tuple[Any, ...]:
    """An action with the members that it has, and the values of those that have few."""
    chosen = ("type", "updateType", "requestedMessage", "certificateType", "chargingProfilePurpose", "hashAlgorithm")

    def members(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, dict):
            for name, member in value.items():
                yield from members(member, f"{path}.{name}")
        elif isinstance(value, list):
            for item in value:
                yield from members(item, f"{path}[]")
        else:
            yield f"{path}={value}" if path.rpartition(".")[2] in chosen else path

    secret = payload.get("key") == "AuthorizationKey"
    return (action, secret, *sorted(set(members(payload, ""))))


def judged(entries: list[dict[str, Any]], memory: Memory) -> list[tuple[str, str]]:
    """The rules the station breaks in a trace, read as if it were somebody else's recording."""
    session = Session("csms", PROTOCOL, memory=memory)
    for entry in entries:
        if entry["kind"] == "frame":
            session.observe(SENDER[entry["direction"]], frames.parse(entry["text"]), entry["at_ns"])
    return [(finding.rule, finding.message) for finding in session.findings if finding.party == "station"]


@pytest.mark.parametrize("id", OF_A_CSMS)
def test_our_own_station_breaks_no_rule(traces: dict[str, list[dict[str, Any]]], id: str) -> None:
    assert judged(traces[id], Memory()) == []


def test_our_own_station_uses_no_id_twice_in_a_run(traces: dict[str, list[dict[str, Any]]]) -> None:
    memory = Memory()

    assert [finding for entries in traces.values() for finding in judged(entries, memory)] == []


@pytest.mark.parametrize("id", OF_A_CSMS)
def test_our_own_station_answers_every_call(traces: dict[str, list[dict[str, Any]]], id: str) -> None:
    texts = [frames.parse(entry["text"]) for entry in traces[id] if entry["kind"] == "frame"]
    asked = {frame.id for frame in texts if isinstance(frame, Call)}

    assert asked == {frame.id for frame in texts if isinstance(frame, CallResult)}


@pytest.mark.parametrize("id", OF_A_CSMS)
def test_every_case_leaves_the_station_as_it_found_it(traces: dict[str, list[dict[str, Any]]], id: str) -> None:
    """The next case finds connectors that are Available and no transaction: whatever was begun is ended."""
    calls = {}
    statuses: dict[int, str] = {}
    begun: set[int] = set()
    for frame in (frames.parse(entry["text"]) for entry in traces[id] if entry["kind"] == "frame"):
        if isinstance(frame, Call):
            calls[frame.id] = frame
            if frame.action == "StatusNotification":
                statuses[frame.payload["connectorId"]] = frame.payload["status"]
            elif frame.action == "StopTransaction":
                begun.remove(frame.payload["transactionId"])
        elif isinstance(frame, CallResult) and calls[frame.id].action == "StartTransaction":
            begun.add(frame.payload["transactionId"])

    assert set(statuses.values()) <= {"Available"}
    assert begun == set()


# --- what the SUT file says, and what a CSMS may do on its own -------------------------------------------------------

SETTINGS = """
[smart]
rate_unit = "W"
phases = 1
stack_level = 2
duration_s = 600

[files]
firmware = "https://files.example/firmware.bin"
firmware_bad = "https://files.example/bad.bin"
upload = "https://files.example/uploads/"

[run]
connector_id = 2
"""
PROFILES_WITH_SETTINGS = ("FirmwareManagement", "LocalAuthListManagement", "Reservation", "SmartCharging")


def test_the_settings_of_the_sut_file_are_what_is_asked_for(reference: Reference, tmp_path: Path) -> None:
    # A station of its own, as the CSMS remembers how many connectors the others have.
    text = reference.sut.read_text("utf-8").replace('pattern = "', 'connectors = 2\npattern = "TWO-')
    sut = tmp_path / "sut.toml"
    sut.write_text(text + SETTINGS, "utf-8")

    ran = Reference(sut, tmp_path).run(*(f"--plugproof-profile={name}" for name in PROFILES_WITH_SETTINGS))

    assert verdicts(ran) == {id: "PASS" for id, case in OF_A_CSMS.items() if case.profile in PROFILES_WITH_SETTINGS}
    assert (
        payloads_of(tmp_path, "TC_044_1_CSMS", "UpdateFirmware")[0]["location"] == "https://files.example/firmware.bin"
    )
    assert payloads_of(tmp_path, "TC_044_2_CSMS", "UpdateFirmware")[0]["location"] == "https://files.example/bad.bin"
    assert payloads_of(tmp_path, "TC_045_1_CSMS", "GetDiagnostics")[0]["location"] == "https://files.example/uploads/"
    assert payloads_of(tmp_path, "TC_046_CSMS", "ReserveNow")[0]["connectorId"] == 2
    (of_default,) = payloads_of(tmp_path, "TC_056_CSMS", "SetChargingProfile")
    assert (of_default["connectorId"], of_default["csChargingProfiles"]["stackLevel"]) == (2, 2)
    assert of_default["csChargingProfiles"]["chargingSchedule"] | {"startSchedule": ""} == {
        "startSchedule": "",
        "duration": 600,
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6000.0, "numberPhases": 1}],
    }


def payloads_of(out: Path, id: str, action: str) -> list[Any]:
    """The payloads of a case's CALLs of one action."""
    lines = next(out.rglob(f"{id}/trace.jsonl")).read_text("utf-8").splitlines()
    sent = [frames.parse(entry["text"]) for entry in map(json.loads, lines) if entry["kind"] == "frame"]
    return [frame.payload for frame in sent if isinstance(frame, Call) and frame.action == action]


def test_a_csms_may_ask_for_the_list_version_before_it_updates_the_list(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The station then tells the version of the list that the case sent before, not that it has none."""
    perform = ReferenceOperator.perform

    async def careful(operator: ReferenceOperator, action: str, station: str, payload: dict[str, Any]) -> None:
        if payload.get("updateType") == "Differential":
            await perform(operator, "GetLocalListVersion", station, {})
        await perform(operator, action, station, payload)

    monkeypatch.setattr(ReferenceOperator, "perform", careful)
    assert verdicts(reference.run("-k", "TC_043_5_CSMS")) == {"TC_043_5_CSMS": "PASS"}

    lines = (next(reference.out.rglob("TC_043_5_CSMS/trace.jsonl"))).read_text("utf-8").splitlines()
    sent = [frames.parse(entry["text"]) for entry in map(json.loads, lines) if entry["kind"] == "frame"]
    (asked,) = [frame.id for frame in sent if isinstance(frame, Call) and frame.action == "GetLocalListVersion"]
    lists = [frame.payload for frame in sent if isinstance(frame, Call) and frame.action == "SendLocalList"]
    assert [frame.payload for frame in sent if isinstance(frame, CallResult) and frame.id == asked] == [
        {"listVersion": lists[0]["listVersion"]}
    ]


# --- independence ----------------------------------------------------------------------------------------------------


def verdicts(plugin: Reverse) -> dict[str, str]:
    assert plugin.results is not None
    return {case["id"]: case["verdict"] for case in plugin.results["cases"]}


def test_the_order_does_not_matter(reference: Reference) -> None:
    """With this run and the one above each case was before and after every other one; here with the times of a user."""
    forward = reference.run("--collect-only")
    backward = reference.run(reverse=True)

    assert backward.order == forward.order[::-1]
    assert verdicts(backward) == dict.fromkeys(OF_A_CSMS, "PASS")


# That no case needs another one is shown by both orders; what is left is a case that needs one of several others.
ALONE = ("TC_043_5_CSMS", "TC_067_CSMS")
ALONE_BY_NIGHT = ("TC_012_CSMS", "TC_032_1_CSMS", "TC_039_CSMS", "TC_073_CSMS", "TC_083_CSMS")


@pytest.mark.parametrize("id", [*ALONE, *(pytest.param(id, marks=pytest.mark.nightly) for id in ALONE_BY_NIGHT)])
def test_a_case_needs_no_other(tmp_path: Path, id: str, capsys: pytest.CaptureFixture[str]) -> None:
    with reference_csms(tmp_path) as sut:  # one that has seen nothing
        assert verdicts(Reference(sut, tmp_path).run("-k", id)) == {id: "PASS"}
