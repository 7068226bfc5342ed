"""All cases against a back office with habits: the right verdicts, run after run, with one worker and with four."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from ocpp.messages import Call, CallError, CallResult

from harness.case.registry import catalogue
from harness.pki import Pki
from tests.interop.depot.api import PASSWORD
from tests.interop.depot.habits import Habits
from tests.interop.expectations import Expected, differences, load
from tests.interop.process import served
from tests.interop.runs import Run, precheck

pytestmark = pytest.mark.xdist_group("habits")

FOLDER = Path(__file__).parent
SUT_FILE = FOLDER / "sut-habits.toml"
UNASKED = ["GetConfiguration", "ChangeConfiguration", "TriggerMessage"]
HABITS = Habits()


@dataclass(frozen=True)
class Served:
    """A depot that lives: what the SUT file wants to know, and the file that holds what it complained about."""

    environment: dict[str, str]
    complaints: Path


@pytest.fixture(scope="module")
def expected() -> Expected:
    """What is expected of this back office, whatever the workers."""
    return load((FOLDER / "expected-habits.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificates of its listeners."""
    folder = tmp_path_factory.mktemp("habits") / "pki"
    Pki.create(folder, ("127.0.0.1",), "Depot")
    return folder


@contextmanager
def depot(pki: Path, complaints: Path, habits: str = "{}") -> Iterator[Served]:
    """Run one while the block lasts, with all its habits where `habits` says nothing else."""
    with served("tests.interop.depot", complaints, str(pki), habits) as addresses:
        environment = {f"DEPOT_URL_{profile}": url for profile, url in addresses["urls"].items()}
        environment |= {"DEPOT_API": addresses["api"], "DEPOT_PASSWORD": PASSWORD, "DEPOT_PKI": str(pki)}
        yield Served(environment, complaints)


@dataclass(frozen=True)
class Way:
    """One way of running: what is other in the SUT file, and the workers of one run after the other."""

    replaced: tuple[tuple[str, str], ...]
    workers: tuple[int, ...]


TWO_TAGS = Way((), (1, 4))
"""Two tags for four workers: each of the first two has its own, and all take turns."""
ONE_TAG = Way(
    (
        ('["DEPOT-A1", "DEPOT-A2"]', '"DEPOT-A"'),
        ('["DEPOT-B1", "DEPOT-B2"]', '"DEPOT-B"'),
        ('["DEPOT-1", "DEPOT-2"]', '"DEPOT"'),
    ),
    (4, 1, 4, 1),
)
"""All take turns, and the run after theirs meets what they left."""
TAGS_PER_CASE = Way((("[fixtures]\n", '[fixtures]\ntags_per = "case"\n'),), (4, 4, 1))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(TWO_TAGS, id="two-tags"),
        pytest.param(ONE_TAG, id="one-tag", marks=pytest.mark.nightly),
        pytest.param(TAGS_PER_CASE, id="tags-per-case", marks=pytest.mark.nightly),
    ],
)
def finished(
    request: pytest.FixtureRequest, pki: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, dict[str, Run]]]:
    """Runs one after the other on the same depot, which remembers all of them."""
    way, folder = request.param, tmp_path_factory.mktemp("habits")
    text = SUT_FILE.read_text("utf-8")
    for before, after in way.replaced:
        assert before in text
        text = text.replace(before, after)
    file = folder / "sut.toml"
    file.write_text(text, "utf-8")
    with depot(pki, folder / "complaints.log") as living:
        runs = {
            f"run {number} with {workers} workers": precheck(
                file, folder / f"out-{number}", living.environment, "-n", str(workers)
            )
            for number, workers in enumerate(way.workers, start=1)
        }
        yield living, runs


def test_every_run_says_what_is_expected(finished: tuple[Served, dict[str, Run]], expected: Expected) -> None:
    _, runs = finished
    found = [
        f"{name}: {difference}"
        for name, run in runs.items()
        for difference in differences(expected, run.results["cases"])
    ]

    assert not found, "\n" + "\n".join(found)


def test_no_frame_was_refused_by_either_side(finished: tuple[Served, dict[str, Run]]) -> None:
    _, runs = finished
    frames = [
        frame for run in runs.values() for side in ("station->csms", "csms->station") for frame in run.frames(side)
    ]
    errors = [frame.to_json() for frame in frames if isinstance(frame, CallError)]

    assert frames
    assert not errors, "\n" + "\n".join(errors)


def test_it_had_nothing_to_complain_about(finished: tuple[Served, dict[str, Run]]) -> None:
    living, _ = finished

    assert living.complaints.read_text("utf-8") == ""


def test_it_was_itself_while_it_was_judged(finished: tuple[Served, dict[str, Run]]) -> None:
    """What every booted station meets of its habits was there in every run."""
    _, runs = finished
    for run in runs.values():
        asked = [frame.action for frame in run.frames("csms->station", "TC_003_CSMS") if isinstance(frame, Call)]
        answers = [
            frame.payload for frame in run.frames("csms->station", "TC_003_CSMS") if isinstance(frame, CallResult)
        ]
        [boot] = [payload for payload in answers if "interval" in payload]
        [transaction] = [payload["transactionId"] for payload in answers if "transactionId" in payload]

        assert asked == UNASKED
        assert (boot["interval"], boot["currentTime"][-6:]) == (HABITS.heartbeat_s, "+05:30")
        assert transaction >= HABITS.first_transaction


@pytest.mark.parametrize("too_soon", ["breaks", "refuses"])
def test_a_harness_without_pauses_breaks_it(too_soon: str, pki: Path, tmp_path: Path) -> None:
    """The pauses of the SUT file are what the verdicts above are owed to: a reset cannot be judged without them."""
    text, pauses = re.subn(r"(?m)^(reconnect_s|boot_s) = [\d.]+", r"\1 = 0", SUT_FILE.read_text("utf-8"))
    assert pauses == 2
    file = tmp_path / "sut.toml"
    file.write_text(text, "utf-8")
    with depot(pki, tmp_path / "complaints.log", f'{{"breather_s": 3600, "too_soon": "{too_soon}"}}') as living:
        run = precheck(file, tmp_path / "out", living.environment, "-n", "1", "--case", "TC_013_CSMS")
    [case] = run.results["cases"]

    assert case["verdict"] == "ERROR"
    assert {"breaks": "no queue for this station", "refuses": "503"}[too_soon] in case["reason"]


def test_the_table_names_every_case(expected: Expected) -> None:
    assert set(expected.verdicts) == {case.id for case in catalogue("1.6") if case.sut == "csms"}
