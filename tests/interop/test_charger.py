"""The cases for a charge point against one that shares no code with plugproof but the schemas of the messages."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ocpp.messages import CallError

from tests.interop.expectations import Expected, differences, load
from tests.interop.process import served
from tests.interop.runs import Run, precheck

pytestmark = pytest.mark.xdist_group("interop")

FOLDER = Path(__file__).with_name("charger")
IDENTITY = "LIBRARY 1"


@pytest.fixture(scope="module")
def expected() -> Expected:
    """What is expected of this station."""
    return load((FOLDER / "expected.toml").read_text("utf-8"))


@contextmanager
def charger(complaints: Path) -> Iterator[dict[str, str]]:
    """Run the station; gives what its SUT file refers to."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    with served("tests.interop.charger", complaints, f"ws://{listen}", IDENTITY) as told:
        yield {"CHARGER_LISTEN": listen, "CHARGER_CONTROL": str(told["control"])}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file for what the station complains about."""
    return tmp_path_factory.mktemp("charger") / "complaints.log"


@pytest.fixture(scope="module")
def run(expected: Expected, complaints: Path) -> Run:
    """Run the cases of every profile that the table knows."""
    arguments = [word for profile in expected.cases for word in ("--profile", profile)]
    with charger(complaints) as environment:
        return precheck(FOLDER / "sut.toml", complaints.parent / "out", environment, *arguments)


def test_every_case_says_what_is_expected(run: Run, expected: Expected) -> None:
    found = differences(expected, run.results["cases"])

    assert not found, "\n" + "\n".join(found)


def test_a_wrong_table_would_be_noticed(run: Run, expected: Expected) -> None:
    """Each verdict in turn replaced by another one is a difference."""
    profile, entries = next(iter(expected.cases.items()))
    for id, expectation in entries.items():
        other = "FAIL" if expectation.verdict == "PASS" else "PASS"
        changed = {**expected.cases, profile: {**entries, id: type(expectation)(other)}}
        wrong = Expected(changed, expected.remarks, expected.sometimes)
        assert any(line.startswith(f"{id}: ") for line in differences(wrong, run.results["cases"]))


def test_no_right_frame_was_refused_by_either_side(run: Run) -> None:
    errors = [frame.to_json() for frame in run.frames("csms->station") if isinstance(frame, CallError)]
    refused = [frame.to_json() for frame in run.frames("station->csms") if isinstance(frame, CallError)]

    assert not errors, "\n" + "\n".join(errors)
    assert not refused, "\n" + "\n".join(refused)


def test_the_station_had_nothing_to_complain_about(run: Run, complaints: Path) -> None:
    assert run.results["cases"]
    assert complaints.read_text("utf-8") == ""
