"""`--background PROFILE`: a load profile plays while the cases run a second time, and has a verdict of its own."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from harness.case.verdicts import HarnessError
from harness.cli.app import app
from harness.cli.precheck.part import Part
from harness.cli.precheck.under_load import PAGE, RESULT, run_twice, written
from harness.processes.background import Background, crew_for, wanted
from harness.processes.background.plans import part_of
from harness.sut.reading import for_url
from reports.ci.junit import junit
from reports.results.validation import validate
from simulator.fleet.profile.reading import built_in
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import ScriptedSut
from tests.harness.support.suts import LANE, sut_of
from tests.reports.results.test_validation import schema

PROFILE = """
stations = 2
session_every = "1h"
meter_every = "0s"
grace = "1s"
back_off = false
limit = ["BootNotification p95 < 20s"]

[[stage]]
name = "ramp"
length = "200ms"

[[stage]]
name = "rest"
length = "{rest}"
limit = {limits}
"""
NOWHERE = "ws://127.0.0.1:9/ocpp"
CASE = """
@made_up()
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""


@pytest.fixture
def quiet(running: Running) -> dict[str, Any]:
    results = running(CASE).results
    assert results is not None
    return results


def profile(
    tmp_path: Path, text: str = PROFILE, *, rest: str = "1h", limits: str = '["all errors < 99%"]', more: str = ""
) -> str:
    """The path of a profile file."""
    file = tmp_path / "load.toml"
    file.write_text(more + text.format(rest=rest, limits=limits))
    return str(file)


def fits(name: str, value: Any) -> bool:
    return Draft202012Validator(schema(name)).is_valid(value)


# --- what is asked for ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["0", "-3", "5001", "2.5", "1_000"])
def test_a_number_is_one_of_stations(given: str) -> None:
    with pytest.raises(HarnessError) as caught:
        wanted(given)
    assert str(caught.value) == (
        f"--background {given}: it is a number of stations from 1 to 5000, or a load profile by name or file"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ramp = 'fast'", 'load.toml: ramp cannot be "fast"; write for example ramp = "50/s"'),
        ("stations = 5001", "load.toml: 5001 stations are too many beside the cases, 5000 at the most; play the"),
        ("limit = ['Authorise p95 < 1s']", "Authorize"),
        ("abort_on = ['online >= 1']", "--abort-on online >= 1: it is an upper limit"),
        ("[configuration]\nHeartbeatInterval = 'often'", "HeartbeatInterval"),
        ("colour = 'red'\nstations = 0", "--background: "),
    ],
)
def test_a_profile_that_cannot_be_used_is_told_in_sentences(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(HarnessError) as caught:
        wanted(profile(tmp_path, text.replace("{", "{{").replace("}", "}}")))
    assert sentence in str(caught.value)
    assert all(line.startswith("--background") for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--background", "ofice-day"), "--background: there is no load profile ofice-day; did you mean office-day?"),
        (("--background", "none.toml"), "--background: none.toml cannot be read (No such file or directory); check"),
        (("--role", "charge-point", "--background", "soak"), "--background keeps a CSMS busy, and a charge point is"),
        (("--csms", NOWHERE, "--resume", "--background", "soak"), "--resume and --background exclude each other"),
    ],
)
def test_usage_is_told_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["precheck", *arguments])
    assert done.exit_code == 2
    assert done.stderr.startswith(sentence)
    assert list(tmp_path.iterdir()) == []


def test_all_that_come_along_can_be_played() -> None:
    for name in built_in():
        one = wanted(name)
        part = part_of(crew_for(for_url(NOWHERE), one, "RUN").facts())
        assert part.is_profile
        assert part.plan.profile == name
        assert part.plan.stages
        assert len(part.limits) >= 1
        assert part.plan.identity(one.stations) == f"PP-RUN-L{one.stations:04d}"
        assert 0 < one.settles_after < part.plan.stages[0].length


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("stations = 5\nramp = '2/s'", 2.0),
        ("stations = 5\n[[stage]]\nname = 'a'\nlength = '10s'\n[[stage]]\nname = 'b'\nlength = '60s'", 8.0),
        ("stations = 5\n[[stage]]\nname = 'a'\nlength = '10s'\nchange = 'at once'", 0.0),
        ("stations = 4\n[[stage]]\nname = 'a'\nlength = '9s'\nstations = '0%'\n[[stage]]\nname = 'b'\nlength = '8s'\n"
         "stations = '50%'\n[[stage]]\nname = 'c'\nlength = '9s'\nstations = '100%'", 13.0),
    ],
)  # fmt: skip
def test_the_cases_wait_for_all_that_the_first_stage_brings(tmp_path: Path, text: str, settled: float) -> None:
    assert wanted(profile(tmp_path, text)).settles_after == settled


# --- who they are -----------------------------------------------------------------------------------------------------


def test_names_and_cards_of_the_profile_are_for_where_nobody_makes_any(tmp_path: Path) -> None:
    text = 'id_prefix = "LOAD{{}}-"\ntag = ["VALID-2", "LOAD-1", "LOAD-2"]\nseed = 9\nstations = 2\n'
    load = wanted(profile(tmp_path, text))
    crew = crew_for(sut_of(tmp_path, "", stations=LANE), load, "RUN")
    assert crew.identities == ("LOAD{}-00001", "LOAD{}-00002")
    assert (crew.tags, crew.tags_made, crew.seed) == (("LOAD-1", "LOAD-2"), False, 9)
    part = part_of(crew.facts())
    assert [part.plan.tag(number, 0) for number in (1, 2)] == ["LOAD-1", "LOAD-2"]

    free = crew_for(sut_of(tmp_path, "", stations="[identities]\n"), load, "RUN")
    assert free.identities == ("PP-RUN-L0001", "PP-RUN-L0002"), "no case can have these"

    named = '[background]\nidentity = "S{station}"\ntags = ["MINE"]\n'
    crew = crew_for(sut_of(tmp_path, named, stations=LANE), load, "RUN")
    assert (crew.identities, crew.tags) == (("S1", "S2"), ("MINE",))

    made = '[fixtures]\nkind = "rest"\nbase_url = "http://127.0.0.1:9"\n[fixtures.stations.create]\npath = "/s"\n'
    crew = crew_for(sut_of(tmp_path, made), load, "RUN")
    assert (crew.identities[0], crew.tags[0], crew.tags_made) == ("PP-RUN-L0001", "PP-LOAD-00001", True)


def test_a_station_of_the_load_is_none_of_the_cases(tmp_path: Path) -> None:
    lanes = '[[lanes]]\nidentity = "LOAD-00002"\n'
    load = wanted(profile(tmp_path, 'id_prefix = "LOAD-"\nstations = 2\n'))
    with pytest.raises(HarnessError, match="gives LOAD-00002, which is in"):
        crew_for(sut_of(tmp_path, "", stations=lanes), load, "RUN")


# --- the load ---------------------------------------------------------------------------------------------------------


def load(scripted: ScriptedSut, tmp_path: Path, given: str) -> Background:
    return Background(crew_for(for_url(scripted.url), wanted(given), "RUN"), tmp_path / "log")


def test_it_plays_until_the_cases_are_over_and_is_judged_as_far_as_it_came(
    scripted: ScriptedSut, tmp_path: Path
) -> None:
    limits = '["Authorize p95 < 1s"]'
    with load(scripted, tmp_path, profile(tmp_path, limits=limits)) as background:
        assert background.wait_until_ready(), background.reason
        background.enough()
        background.end()

    report = background.report(began=0)
    assert (report["verdict"], report["reason"]) == ("PASS", None)
    played = report["load"]
    assert (played["verdict"], played["profile"], played["planned_s"]) == ("PASS", "load", 3600.2)
    assert (
        "of 3600.2 s, when the cases were over; 1 limit kept, 1 not judged as their stages were not over"
        in (played["reason"])
    )
    assert [one["verdict"] for one in played["limits"]] == ["PASS", "INCONCLUSIVE"]
    assert played["actions"]["BootNotification"]["answered"] == 2
    assert background.result is not None
    assert fits("fleet.schema.json", background.result)
    assert background.result["run"]["interrupted"] is False
    assert (tmp_path / "log").read_text() == ""
    (tmp_path / RESULT).mkdir()
    assert str(written(background.result, tmp_path)).startswith(f"{tmp_path / RESULT}: cannot be written")


def waiting(tmp_path: Path, given: str) -> Background:
    """Stations that were never started."""
    return Background(crew_for(for_url(NOWHERE), wanted(given), "RUN"), tmp_path / "log")


def test_half_of_the_stations_of_a_profile_are_a_load_but_not_of_a_number(tmp_path: Path) -> None:
    for given, reason in (
        (profile(tmp_path), None),
        ("2", "1 of 2 stations were accepted within 30.04 s; the boot was refused"),
    ):
        background = waiting(tmp_path, given)
        line = {"online": 1, "there": 2, "settled": False, "over_at": None, "problem": "the boot was refused"}
        background._take(line)
        assert background._why_not_ready(2, 30.04) == reason
        background._take({**line, "online": 0})
        assert background._why_not_ready(2, 30.04) is not None


def test_a_profile_that_is_over_before_its_stations_are_there_is_no_load(tmp_path: Path) -> None:
    background = waiting(tmp_path, profile(tmp_path))
    background._take({"online": 2, "there": 2, "settled": False, "over_at": 1.0, "problem": None})
    shown: list[str] = []
    assert not background.wait_until_ready(lambda seconds, where: shown.append(where))
    assert background.reason == "the load profile was over before its stations were there; make it longer"
    report = background.report(began=0)
    assert (report["verdict"], report["from_s"]) == ("ERROR", None)
    assert "load" not in report
    assert shown == []


def test_a_hopeless_load_ends_before_the_cases_and_fails(scripted: ScriptedSut, tmp_path: Path) -> None:
    scripted.answers["StatusNotification"] = {"surplus": 1}
    hopeless = 'abort_on = ["all violations < 1"]\n'
    with load(scripted, tmp_path, profile(tmp_path, more=hopeless)) as background:
        assert background.wait_until_ready(), background.reason
        with background._changed:
            assert background._changed.wait_for(lambda: background.over_at is not None, 60)
        background.enough()
    report = background.report(began=0)
    assert (report["verdict"], report["load"]["verdict"]) == ("PASS", "FAIL")
    assert "by --abort-on all violations < 1" in report["load"]["reason"]
    assert report["from_s"] <= report["to_s"]


# --- a run with one ---------------------------------------------------------------------------------------------------


def test_cases_and_load_both_count(scripted: ScriptedSut, quiet: dict[str, Any], tmp_path: Path) -> None:
    given = profile(tmp_path)
    parts = iter([Part(0, quiet), Part(0, msgspec.json.decode(msgspec.json.encode(quiet)))])
    done = run_twice(for_url(scripted.url), wanted(given), tmp_path, lambda out, name: next(parts))
    results = done.results
    assert results is not None
    assert validate(results) == []
    assert (done.code, done.problem) == (0, None)
    assert results["background"]["load"]["verdict"] == "PASS"
    assert [case["verdict"] for case in results["cases"]] == ["PASS", "PASS"]
    assert results["cases"][1]["rerun"].endswith(f"--background {given}")
    assert fits("fleet.schema.json", json.loads((tmp_path / RESULT).read_text()))
    assert "<!doctype html>" in (tmp_path / PAGE).read_text()
    suite = ET.fromstring(junit(results)).find("testsuite[@name='load']")
    assert suite is not None
    assert suite.get("failures") == "0"


def test_a_case_that_outlasts_the_load_says_nothing_of_it(
    scripted: ScriptedSut, quiet: dict[str, Any], tmp_path: Path
) -> None:
    (case,) = quiet["cases"]
    early = {**case, "id": "TC_EARLY_CSMS"}
    loaded = {**quiet, "cases": [early, case]}
    over = {"TC_EARLY_CSMS": 0.0, case["id"]: float("inf")}
    # The made up part is over at once, and its second case later than anything.
    given = profile(tmp_path, rest="1s")

    def part(out: Path, name: str) -> Part:
        if out == tmp_path:
            return Part(0, quiet)
        assert name.endswith("kept busy by 2 stations of the load profile load")
        return Part(0, loaded, over=over)

    def wait(background: Background) -> None:
        with background._changed:
            assert background._changed.wait_for(lambda: background.over_at is not None, 60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Background, "enough", wait)
        done = run_twice(for_url(scripted.url), wanted(given), tmp_path, part)

    assert done.results is not None
    assert validate(done.results) == []
    assert [(one["id"], one["verdict"], one["reason"]) for one in done.results["cases"][1:]] == [
        ("TC_EARLY_CSMS@loaded", "PASS", None),
        (
            f"{case['id']}@loaded",
            "INCONCLUSIVE",
            "the background load was not there: the load profile was over before the case was; make it longer",
        ),
    ]
    assert done.results["background"]["load"]["outlasted"] == 1
    assert done.results["performance"]["loaded"] is None


def test_a_run_from_the_command_line_shows_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = profile(tmp_path, limits='["online >= 3"]')
    done = CliRunner().invoke(
        app, ["precheck", "--case", "TC_003_CSMS", "--background", given, "--out", "out"], env={"CI": "1"}
    )
    assert done.exit_code == 1, done.output
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert validate(results) == []
    assert [(case["id"], case["verdict"]) for case in results["cases"]] == [
        ("TC_003_CSMS", "PASS"),
        ("TC_003_CSMS@loaded", "PASS"),
    ]
    assert {RESULT, PAGE} <= {path.name for path in (tmp_path / "out").iterdir()}
    for text in (done.stdout, (tmp_path / "out" / "summary.md").read_text("utf-8")):
        assert "Load profile load: FAIL" in text
        assert "online is 2 of 2 stations switched on" in " ".join(text.split())
    assert "exit code 1: the load failed" in done.stdout
    assert "2 stations of the load profile load" in done.stdout
