"""The cases of OCPP 2.0.1 and what they promise: rules, traces, our own station's behaviour, a fault for every rule."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from csms_core import versions
from harness.case.registry import all_cases
from harness.cli.app import app
from harness.sut.reading import load
from harness.v201.csms.reach.samples import samples
from harness.v201.needs import NEEDS
from harness.v201.profiles import PROFILES
from ocppj import frames
from ocppj.frames import Call
from ocppj.session.session import Memory, Session
from ocppj.v201 import PROTOCOL
from reports.results.validation import validate
from reports.results.verdicts import Case
from tests.testcases import kill_matrix as matrix
from tests.testcases.test_catalogue import SENDER, asked_for, kind
from tests.testcases.v201.catalogue import RULES, rids
from tests.testcases.v201.kill_matrix import JSON_FILE, KILLS, PAGE, VERSION, page

pytestmark = pytest.mark.xdist_group("catalogue-2.0.1")

CASES = {case.id: case for case in all_cases(VERSION)}


class Reference:
    """A reference CSMS with one run of everything without a fault, and one with the fault of each rule."""

    def __init__(self, sut: Path, out: Path) -> None:
        self.sut = sut
        self.healthy = matrix.healthy(sut, out)
        self.traces = {
            id: [json.loads(line) for line in (out / str(case["trace"])).read_text("utf-8").splitlines()]
            for id, case in self.healthy.items()
        }
        self.results: dict[str, Any] = json.loads((out / "results.json").read_text("utf-8"))
        self.killed: dict[str, Case] = matrix.kill_all(sut, out, KILLS)


@pytest.fixture(scope="module")
def reference() -> Iterator[Reference]:
    with matrix.reference(VERSION) as (sut, out):
        yield Reference(sut, out)


# --- what is promised ------------------------------------------------------------------------------------------------


def test_every_case_and_rule_of_the_catalogue_is_there() -> None:
    assert {case.id for case in CASES.values()} == set(RULES)
    assert {rid for case in CASES.values() for rid in case.rules} == rids()


def test_the_cases_are_listed_for_their_version_only() -> None:
    def listed(*options: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(CliRunner().invoke(app, ["list", "--format", "json", *options]).stdout)
        return found

    own = listed("--ocpp", VERSION)
    assert {case["id"]: len(case["rules"]) for case in own} == RULES
    assert {case["version"] for case in own} == {VERSION}
    assert {case["version"] for case in listed()} == {"1.6"}
    assert not {case["id"] for case in listed()} & set(RULES)


@pytest.mark.parametrize("id", CASES)
def test_the_facts_of_a_case_are_in_order(id: str) -> None:
    case = CASES[id]

    assert re.fullmatch(r"TC_[A-Z]_\d{2}_CSMS", id)
    assert (case.sut, case.profile) == ("csms", "Core")
    assert case.profile in PROFILES.names.values()
    assert case.ref.startswith("OCPP 2.0.1 Part ")
    assert set(case.needs) <= set(NEEDS.table)
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in case.rules.values())


# --- what is judged on the reference ---------------------------------------------------------------------------------


def test_everything_passes_and_judges_what_it_promises(reference: Reference) -> None:
    assert validate(reference.results) == []
    assert reference.results["run"]["schemas"]["version"] == VERSION
    assert {id: case["verdict"] for id, case in reference.healthy.items()} == dict.fromkeys(CASES, "PASS")
    assert {id: set(case["rules_judged"]) for id, case in reference.healthy.items()} == {
        id: set(case.rules) for id, case in CASES.items()
    }
    assert [finding for case in reference.healthy.values() for finding in case["findings"]] == []


@pytest.mark.parametrize("id", CASES)
def test_our_own_station_breaks_no_rule(reference: Reference, id: str) -> None:
    session = Session("csms", PROTOCOL, memory=Memory())
    for entry in reference.traces[id]:
        if entry["kind"] == "frame":
            session.observe(SENDER[entry["direction"]], frames.parse(entry["text"]), entry["at_ns"])
    assert [finding for finding in session.findings if finding.party == "station"] == []


@pytest.mark.parametrize("id", CASES)
def test_every_case_leaves_the_station_as_it_found_it(reference: Reference, id: str) -> None:
    """Connectors are Available again, and each transaction has one Started, one Ended and no gap in its seqNo."""
    statuses: dict[tuple[int, int], str] = {}
    events: dict[str, list[dict[str, Any]]] = {}
    for frame in (frames.parse(entry["text"]) for entry in reference.traces[id] if entry["kind"] == "frame"):
        if isinstance(frame, Call) and frame.action == "StatusNotification":
            statuses[frame.payload["evseId"], frame.payload["connectorId"]] = frame.payload["connectorStatus"]
        elif isinstance(frame, Call) and frame.action == "TransactionEvent":
            events.setdefault(frame.payload["transactionInfo"]["transactionId"], []).append(frame.payload)

    assert set(statuses.values()) <= {"Available"}
    for told in events.values():
        assert [event["seqNo"] for event in told] == list(range(len(told)))
        assert [event["eventType"] for event in told] == ["Started", *["Updated"] * (len(told) - 2), "Ended"]
        assert [event["timestamp"] for event in told] == sorted(event["timestamp"] for event in told)


def test_the_samples_of_check_are_what_the_cases_ask_an_operator_for(reference: Reference) -> None:
    asked = {kind(action, payload) for entries in reference.traces.values() for action, payload in asked_for(entries)}
    assert {kind(action, payload) for action, payload in samples(load(reference.sut))} == asked


# --- every rule has a fault that kills it ----------------------------------------------------------------------------


def test_every_rule_has_its_fault() -> None:
    assert set(KILLS) == rids()
    assert {kill.fault for kill in KILLS.values()} <= set(versions.faults())


@pytest.mark.parametrize("rid", KILLS)
def test_its_fault_kills_the_rule_at_its_step(reference: Reference, rid: str) -> None:
    case = reference.killed[rid]

    assert (case["verdict"], matrix.blamed(case), matrix.step_of(case)) == ("FAIL", rid, KILLS[rid].step)
    assert rid in case["rules_judged"]


def test_the_committed_matrix_is_what_the_script_makes(reference: Reference) -> None:
    assert JSON_FILE.read_text("utf-8") == matrix.as_json(matrix.rows(reference.killed, KILLS))
    assert PAGE.read_text("utf-8") == page(reference.killed)
