"""The cases against a back office that shares no code with plugproof: what they say, and whether it took our frames."""

import asyncio
from pathlib import Path

import pytest
from ocpp.messages import Call, CallError, CallResult, validate_payload

from tests.interop.expectations import FILE, Expected, differences, load
from tests.interop.process import central
from tests.interop.runs import Run, precheck

pytestmark = pytest.mark.xdist_group("interop")

SUT_FILE = Path(__file__).with_name("sut.toml")


@pytest.fixture(scope="module")
def expected() -> Expected:
    """What is expected of this back office."""
    return load(FILE.read_text("utf-8"))


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file for what the back office complains about."""
    return tmp_path_factory.mktemp("interop") / "complaints.log"


@pytest.fixture(scope="module")
def run(expected: Expected, complaints: Path) -> Run:
    """Run the cases of every profile that `expected.toml` knows, with two workers."""
    arguments = [word for profile in expected.cases for word in ("--profile", profile)]
    with central(complaints) as back_office:
        environment = {"INTEROP_URL": back_office.url, "INTEROP_API": back_office.api}
        return precheck(SUT_FILE, complaints.parent / "out", environment, "-n", "2", *arguments)


def test_every_case_says_what_is_expected(run: Run, expected: Expected) -> None:
    found = differences(expected, run.results["cases"])

    assert not found, "\n" + "\n".join(found)


def test_no_frame_was_refused_by_either_side(run: Run) -> None:
    frames = [*run.frames("station->csms"), *run.frames("csms->station")]
    errors = [frame.to_json() for frame in frames if isinstance(frame, CallError)]

    assert frames
    assert not errors, "\n" + "\n".join(errors)


def test_the_library_had_nothing_to_complain_about(run: Run, complaints: Path) -> None:
    assert complaints.read_text("utf-8") == ""


def test_the_library_takes_every_frame_of_our_stations(run: Run) -> None:
    """By the strict schemas of its own, without the errata that plugproof applies."""
    asked = {frame.unique_id: frame.action for frame in run.frames("csms->station") if isinstance(frame, Call)}
    ours = list(run.frames("station->csms"))
    for frame in ours:
        if isinstance(frame, CallResult):
            frame.action = asked[frame.unique_id]

    async def validate() -> None:
        for frame in ours:
            await validate_payload(frame, "1.6")

    asyncio.run(validate())

    assert {"BootNotification", "StartTransaction", "MeterValues", "SendLocalList"} <= {frame.action for frame in ours}


def test_the_cancellation_nobody_could_make_it_send_was_not_sent(run: Run) -> None:
    """The deviation of TC_052_CSMS, in the trace: only what the case had reserved is cancelled, in the end."""
    sent = [frame for frame in run.frames("csms->station", "TC_052_CSMS") if isinstance(frame, Call)]

    assert [frame.action for frame in sent] == ["ReserveNow", "CancelReservation"]
    assert sent[0].payload["reservationId"] == sent[1].payload["reservationId"]


def test_operators_were_refused_nothing_else(run: Run) -> None:
    """An operation that fails is a note in the trace, also when its case had seen enough by then."""
    refused = {
        id: entry["text"]
        for id, trace in run.traces.items()
        for entry in trace
        if entry["kind"] == "note" and entry["text"].startswith("operator: ")
    }

    assert set(refused) == {"TC_052_CSMS"}, "\n" + "\n".join(refused.values())
