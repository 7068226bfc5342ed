"""`--background N`: stations in a process of their own that load the CSMS, end with the run, and are accounted for."""

import itertools
import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from harness.adapters.provisioning.ledger import FOLDER as LEDGER
from harness.adapters.provisioning.ledger import Entry, Ledger
from harness.artifacts.run_folder import LOADED as FOLDER
from harness.case.verdicts import HarnessError
from harness.cli.app import app
from harness.cli.precheck.part import Part
from harness.cli.precheck.under_load import run_twice
from harness.plugin.trouble.interruption import INTERRUPTION, Mode
from harness.processes.background import Background, Crew, crew_for, made_known, process, wanted
from harness.processes.background.plans import plan_of
from harness.processes.background.process import COMMAND
from harness.sut import SutError
from harness.sut.reading import for_url
from reports.results.validation import validate
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import Never, ScriptedSut, now, scripted_sut
from tests.harness.support.suts import LANE, reference_sut, sut_of
from tests.reports.results.test_validation import schema

STATIONS = 3
EARLY = 1955
"""A seed with which drivers come to the first stations at once."""
MAIN = (sys.executable, "-c", "from harness.cli import main; main()")


def fits(report: dict[str, Any]) -> bool:
    """Whether it is what the results file has as ``background``."""
    whole = schema("results.schema.json")
    return Draft202012Validator({**whole["properties"]["background"], "$defs": whole["$defs"]}).is_valid(report)


# --- who they are -----------------------------------------------------------------------------------------------------


def test_where_any_station_is_let_in_they_have_names_of_the_run() -> None:
    crew = crew_for(for_url("ws://127.0.0.1:9/ocpp"), wanted("2"), "211706ab")
    assert crew.identities == ("PP-211706ab-L0001", "PP-211706ab-L0002")
    assert crew.tags == ("PP-LOAD-00001", "PP-LOAD-00002")
    assert (crew.auth_key, crew.stations_made, crew.tags_made) == (None, False, True)
    assert crew.facts()["seed"] == 1


def test_the_sut_file_names_them(tmp_path: Path) -> None:
    more = '[background]\nidentity = "L{station:03d}-{run}"\ntags = ["A", "B"]\nauth_key = "hex:00ff"\nseed = 7\n'
    secure = "security_profile = 1\nauth_key = '0123456789abcdef'\n"
    crew = crew_for(sut_of(tmp_path, more, connection=secure), wanted("3"), "RUN")
    assert crew.identities == ("L001-RUN", "L002-RUN", "L003-RUN")
    assert (crew.stations_made, crew.tags_made) == (False, False)
    plan = plan_of(crew.facts())
    assert [plan.identity(number) for number in (1, 2, 3)] == list(crew.identities)
    assert [plan.tag(number, turn) for number in (1, 2, 3) for turn in (0, 1)] == ["A", "A", "B", "B", "A", "A"]
    assert (plan.auth_key, plan.seed, plan.stations) == (b"\x00\xff", 7, 3)
    assert "hex:00ff" not in repr(crew)


def test_fixtures_make_them(tmp_path: Path) -> None:
    rest = '[fixtures]\nkind = "rest"\nbase_url = "http://127.0.0.1:9"\n'
    crew = crew_for(sut_of(tmp_path, f'{rest}[fixtures.stations.create]\npath = "/s"\n'), wanted("1"), "RUN")
    assert (crew.stations_made, crew.tags_made) == (True, True)
    named = f'{rest}[background]\nidentity = "L{{station}}"\n'
    assert not crew_for(sut_of(tmp_path, named), wanted("1"), "RUN").stations_made
    with pytest.raises(HarnessError, match="background"):
        crew_for(sut_of(tmp_path, rest), wanted("1"), "RUN")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"stations": LANE},
            "sut.toml: --background needs 5 stations that the CSMS knows besides [[lanes]]; "
            'name them, e.g. identity = "LOAD-{station:04d}" in [background], or have them made by [fixtures]',
        ),
        (
            {
                "stations": '[[lanes]]\nidentity = "A"\nauth_key = "0123456789abcdef"\n',
                "connection": "security_profile = 1",
                "more": '[background]\nidentity = "L{station}"\n',
            },
            "sut.toml: --background has no key for its stations; set auth_key in [background]",
        ),
        (
            {"stations": '[[lanes]]\nidentity = "L2"\n', "more": '[background]\nidentity = "L{station}"\n'},
            "sut.toml: background.identity gives L2, which is in [[lanes]] too; give another",
        ),
        (
            {"stations": "[identities]\n", "more": '[background]\ntags = ["LOAD", "VALID-2"]\n'},
            "sut.toml: background.tags gives VALID-2, which is in [tags] too; give another",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(HarnessError) as caught:
        crew_for(sut_of(tmp_path, **{"more": "", **changes}), wanted("5"), "RUN")
    assert str(caught.value) == sentence


def test_what_it_cannot_do_is_said_in_a_sentence() -> None:
    sut = for_url("wss://127.0.0.1:9/ocpp")
    certificates = msgspec.structs.replace(sut, connection=msgspec.structs.replace(sut.connection, security_profile=3))
    with pytest.raises(HarnessError, match="no client certificates for its stations, which security profile 3"):
        crew_for(certificates, wanted("1"), "RUN")
    station = msgspec.structs.replace(sut, product=msgspec.structs.replace(sut.product, sut="charge_point"))
    with pytest.raises(HarnessError, match="describes a charge point; leave it out"):
        crew_for(station, wanted("1"), "RUN")


@pytest.mark.parametrize("identity", ["LOAD", "{lane}{station}", "{station}{station}"])
def test_a_pattern_has_one_place_for_the_station(tmp_path: Path, identity: str) -> None:
    with pytest.raises(SutError, match=r"background\.identity"):
        sut_of(tmp_path, f'[background]\nidentity = "{identity}"\n')


def test_usage_is_told_before_anything_runs(tmp_path: Path) -> None:
    sut_of(tmp_path, "", url="ws://127.0.0.1:9/ocpp")
    arguments = ["precheck", "--sut", str(tmp_path / "sut.toml"), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*arguments, "--case", "TC_001_CSMS", "--background", "2"])
    assert done.exit_code == 2
    assert "--background needs 2 stations that the CSMS knows" in done.stderr
    assert CliRunner().invoke(app, [*arguments, "--background", "0"]).exit_code == 2


# --- known to the CSMS ------------------------------------------------------------------------------------------------


def test_they_are_made_known_and_forgotten_again(scripted: ScriptedSut, tmp_path: Path) -> None:
    requests: list[str] = []
    scripted.on_request = lambda method, target: requests.append(f"{method} {target}")
    sut = reference_sut(scripted.url, scripted.api)

    def load() -> None:
        with made_known(sut, crew_for(sut, wanted("1"), "RUN"), tmp_path):
            assert requests == ["PUT /api/v1/stations/PP-RUN-L0001", "PUT /api/v1/tags/PP-LOAD-00001"]
            assert len(list((tmp_path / LEDGER).iterdir())) == 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        load()

    assert sorted(requests[2:]) == ["DELETE /api/v1/stations/PP-RUN-L0001", "DELETE /api/v1/tags/PP-LOAD-00001"]
    assert not (tmp_path / LEDGER).exists()


def test_what_a_killed_run_left_is_forgotten_first(scripted: ScriptedSut, tmp_path: Path) -> None:
    requests: list[str] = []
    scripted.on_request = lambda method, target: requests.append(f"{method} {target.rpartition('/')[2]}")
    sut = reference_sut(scripted.url, scripted.api)
    Ledger(tmp_path / LEDGER).add(Entry("station", "PP-OLD-L0001"))

    with made_known(sut, crew_for(sut, wanted("1"), "RUN"), tmp_path):
        assert requests == ["DELETE PP-OLD-L0001", "PUT PP-RUN-L0001", "PUT PP-LOAD-00001"]


def test_an_api_that_is_not_there_is_a_sentence(
    scripted: ScriptedSut, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sut = reference_sut(scripted.url, "http://127.0.0.1:9")
    with (
        pytest.raises(HarnessError, match=r"^--background: fixtures reference: PUT .* cannot connect"),
        made_known(sut, crew_for(sut, wanted("1"), "RUN"), tmp_path),
    ):
        pytest.fail("it was not made known")
    assert capsys.readouterr().err.startswith("station PP-RUN-L0001 could not be removed: ")
    assert not (tmp_path / LEDGER).exists()


# --- their process ----------------------------------------------------------------------------------------------------


def heard(scripted: ScriptedSut, action: str, answer: Any, times: int = 1) -> Event:
    """Answer ``action`` so from now on; set when it was asked so often."""
    event, count = Event(), itertools.count(1)

    def asked(_: Any) -> Any:
        if next(count) >= times:
            event.set()
        return answer

    scripted.answers[action] = asked
    return event


def crew(url: str, stations: int = STATIONS) -> Crew:
    """Stations whose drivers come soon."""
    return msgspec.structs.replace(crew_for(for_url(url), wanted(str(stations)), "RUN"), seed=EARLY)


def broke_down(background: Background) -> bool:
    """Wait until it says so."""
    with background._changed:
        return background._changed.wait_for(lambda: background.reason is not None, 60)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_stations_load_the_csms_until_they_are_ended(scripted: ScriptedSut, tmp_path: Path) -> None:
    authorized = heard(scripted, "Authorize", {"idTagInfo": {"status": "Accepted"}})
    started = heard(scripted, "StartTransaction", {"transactionId": 1, "idTagInfo": {"status": "Accepted"}})
    with Background(crew(scripted.url), tmp_path / "log") as background:
        assert background.wait_until_ready(), background.reason
        assert authorized.wait(60)
        assert started.wait(60)
        background.end()

    report = background.report(began=0)
    assert fits(report)
    assert (report["verdict"], report["reason"], report["identity"]) == ("PASS", None, "PP-RUN-L0001")
    assert report["connections"] == {"attempts": 3, "connected": 3, "not_connected": 0, "lost": 0}
    assert report["least_online"] == STATIONS
    assert 0 < report["from_s"] <= report["to_s"]
    assert 0 < report["calls"]["answered"] <= len(scripted.received) <= report["calls"]["sent"]
    assert report["milliseconds"]["max"] > 0
    assert report["sessions"]["begun"] >= 1
    assert (report["violations"], report["problems"]) == ([], {})
    assert (tmp_path / "log").read_text() == ""
    assert is_gone(background.pid)


def test_broken_rules_of_the_csms_are_counted_and_show_no_password(scripted: ScriptedSut, tmp_path: Path) -> None:
    bad = {"key": "AuthorizationKey", "value": "0123456789abcdef", "reboot": True}
    scripted.after["BootNotification"] = [("ChangeConfiguration", bad)]
    authorized = heard(scripted, "Authorize", {"idTagInfo": {"status": "Perhaps"}}, times=2)
    with Background(crew(scripted.url), tmp_path / "log") as background:
        assert background.wait_until_ready(), background.reason
        assert authorized.wait(60)

    report = background.report(began=0)
    assert fits(report)
    assert report["verdict"] == "PASS"
    assert {one["party"] for one in report["violations"]} == {"csms"}
    assert report["calls"]["invalid"] >= 1
    assert any("AuthorizationKey" in one["example"] for one in report["violations"])
    assert "0123456789abcdef" not in json.dumps(report)


def test_a_csms_that_goes_away_is_a_breakdown(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with scripted_sut() as scripted:
            background = stack.enter_context(Background(crew(scripted.url), tmp_path / "log"))
            assert background.wait_until_ready(), background.reason
        assert broke_down(background)
    report = background.report(began=0)
    assert fits(report)
    assert report["verdict"] == "ERROR"
    assert report["reason"].startswith("only 0 of 3 stations were still online; most often: ")
    assert report["least_online"] == 0
    assert report["connections"]["lost"] == STATIONS


def test_stations_that_are_not_accepted_are_no_load(
    scripted: ScriptedSut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "START_SECONDS", 1.0)
    scripted.answers["BootNotification"] = lambda _: {"status": "Pending", "currentTime": now(), "interval": 300}
    with Background(crew(scripted.url), tmp_path / "log") as background:
        assert not background.wait_until_ready()
    report = background.report(began=0)
    assert fits(report)
    assert (report["verdict"], report["from_s"], report["to_s"]) == ("ERROR", None, None)
    assert report["reason"] == "0 of 3 stations were accepted within 1.06 s"


def test_a_process_that_dies_is_a_breakdown(scripted: ScriptedSut, tmp_path: Path) -> None:
    with Background(crew(scripted.url), tmp_path / "log") as background:
        assert background.wait_until_ready(), background.reason
        os.kill(background.pid, signal.SIGKILL)
        assert broke_down(background)
    report = background.report(began=0)
    assert fits(report)
    assert report["reason"] == f"the process of the stations ended, {tmp_path / 'log'} says why"
    assert report["calls"]["sent"] == 0


def test_a_process_that_cannot_begin_is_a_breakdown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", "import sys; sys.exit('no stations today')"))
    with Background(crew("ws://127.0.0.1:9/ocpp"), tmp_path / "log") as background:
        assert not background.wait_until_ready()
    assert str(background.reason).startswith("the process of the stations ended")
    assert (tmp_path / "log").read_text() == "no stations today\n"


def test_a_process_that_hangs_is_killed(scripted: ScriptedSut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0.5)
    with Background(crew(scripted.url), tmp_path / "log") as background:
        assert background.wait_until_ready(), background.reason
        os.kill(background.pid, signal.SIGSTOP)
    assert is_gone(background.pid)
    assert background.reason == "the process of the stations did not end when it should, and was killed"


def test_ctrl_c_is_not_for_them_and_a_closed_pipe_ends_them(scripted: ScriptedSut) -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stations:
        assert stations.stdin is not None
        assert stations.stdout is not None
        stations.stdin.write(json.dumps(crew(scripted.url).facts()) + "\n")
        stations.stdin.flush()
        assert json.loads(stations.stdout.readline())["online"] == 0
        stations.send_signal(signal.SIGINT)
        assert "online" in json.loads(stations.stdout.readline())
        stations.stdin.close()  # as when the run is killed
        lines = [json.loads(line) for line in stations.stdout]
    assert stations.returncode == 0
    assert lines[-1]["result"]["run"]["interrupted"] is True


# --- a run with them --------------------------------------------------------------------------------------------------


def test_two_cases_run_quietly_and_under_load(tmp_path: Path) -> None:
    arguments = ("precheck", "--case", "TC_003_CSMS", "--case", "PERF_AUTHORIZE_CSMS", "-n", "1", "--background", "5")
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "CI": "1"}
    done = subprocess.run(
        (*MAIN, *arguments, "--out", "out"), capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=120
    )

    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert validate(results) == []
    assert {case["id"]: (case["verdict"], case["phase"]) for case in results["cases"]} == {
        "TC_003_CSMS": ("PASS", "quiet"),
        "PERF_AUTHORIZE_CSMS": ("PASS", "quiet"),
        "TC_003_CSMS@loaded": ("PASS", "loaded"),
        "PERF_AUTHORIZE_CSMS@loaded": ("PASS", "loaded"),
    }
    assert len({case["lane"] for case in results["cases"]}) == 4
    assert all((tmp_path / "out" / case["trace"]).exists() for case in results["cases"])
    background, performance = results["background"], results["performance"]
    assert (background["verdict"], background["stations"], background["least_online"]) == ("PASS", 5, 5)
    assert results["run"]["seed"] == background["seed"] == 1
    quiet, loaded = performance["samples"]["rows"], performance["loaded"]["samples"]["rows"]
    assert len(quiet) == len(loaded) == performance["ocpp_response"]["n"]
    assert max(row["at_ms"] for row in quiet) < background["from_s"] * 1_000 < min(row["at_ms"] for row in loaded)
    assert max(row["at_ms"] for row in loaded) < background["to_s"] * 1_000
    assert performance["authorize_response"]["n"] == performance["loaded"]["authorize_response"]["n"] > 40

    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert not names & {".ledger", ".turns"}
    assert {path.name for path in (tmp_path / "out" / FOLDER).iterdir()} == {"cases"}
    for text in (done.stdout, (tmp_path / "out" / "summary.md").read_text("utf-8")):
        assert "loaded" in text
        assert "5 background stations sent" in text
    assert "against Reference CSMS, kept busy by 5 stations" in done.stdout
    assert "4 passed in" in done.stdout


def test_after_ctrl_c_under_load_nobody_stays(scripted: ScriptedSut, tmp_path: Path) -> None:
    """The boots: the probe and the case quietly, the stations, the probe and the case again, which gets no answer."""
    count, hangs = itertools.count(1), Event()

    def boot(_: Any) -> Any:
        if next(count) < 2 + STATIONS + 2:
            return {"status": "Accepted", "currentTime": now(), "interval": 300}
        hangs.set()
        return Never

    scripted.answers["BootNotification"] = boot
    arguments = ("precheck", "--csms", scripted.url, "--case", "TC_003_CSMS", "--background", str(STATIONS))
    with subprocess.Popen(
        (*MAIN, *arguments, "--out", "out"),
        cwd=tmp_path,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        assert hangs.wait(100)
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to all of them

    assert run.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert validate(results) == []
    assert results["background"]["verdict"] == "PASS"
    assert {case["id"]: (case["verdict"], case.get("reason")) for case in results["cases"]} == {
        "TC_003_CSMS": ("PASS", None),
        "TC_003_CSMS@loaded": ("INCONCLUSIVE", "not run: interrupted while it ran"),
    }
    assert results["run"]["interrupted"] == {"by": "SIGINT", "judged": 1, "of": 2}


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


def test_without_stations_the_cases_do_not_run_again(
    scripted: ScriptedSut, quiet: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "START_SECONDS", 0.5)
    scripted.refuses = 404
    folders: list[Path] = []

    def part(out: Path, name: str) -> Part:
        folders.append(out)
        return Part(0, quiet)

    done = run_twice(for_url(scripted.url), wanted("2"), tmp_path, part)

    assert (done.code, folders) == (3, [tmp_path])
    assert done.results is not None
    assert done.results["background"]["verdict"] == "ERROR"
    assert done.results["background"]["reason"].startswith("0 of 2 stations were accepted within 0.54 s")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (None, "kept busy by 2 stations of OCPP 1.6"),
        (404, "the stations of --background speak OCPP 1.6 only"),
    ],
)
def test_beside_cases_of_another_version_it_is_said_what_the_stations_speak(
    scripted: ScriptedSut,
    quiet: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int | None,
    said: str,
) -> None:
    scripted.refuses = status
    if status is not None:
        monkeypatch.setattr(process, "START_SECONDS", 0.5)
    names: list[str] = []

    def part(out: Path, name: str) -> Part:
        names.append(name)
        return Part(0, quiet)

    sut = for_url(scripted.url, version="2.0.1")
    done = run_twice(sut, wanted("2"), tmp_path, part)

    assert done.results is not None
    reason = done.results["background"]["reason"]
    assert (names[-1] if status is None else str(reason)).endswith(said)


def test_when_the_cases_cannot_begin_under_load_that_is_an_error(
    scripted: ScriptedSut, quiet: dict[str, Any], tmp_path: Path
) -> None:
    parts = iter([Part(0, quiet), Part(pytest.ExitCode.USAGE_ERROR, None)])
    done = run_twice(for_url(scripted.url), wanted("2"), tmp_path, lambda out, name: next(parts))
    assert done.code == 3
    assert done.results is not None
    assert done.results["background"]["reason"] == "the cases could not begin under the load"
    assert done.results["performance"]["loaded"] is None


def test_a_quiet_part_that_is_cut_is_not_followed_by_the_load(
    quiet: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(INTERRUPTION, "by", "SIGTERM")
    folders: list[Path] = []

    def part(out: Path, name: str) -> Part:
        folders.append(out)
        return Part(130, quiet)

    done = run_twice(for_url("ws://127.0.0.1:9/ocpp"), wanted("2"), tmp_path, part)

    assert (done.code, folders) == (130, [tmp_path])
    check_quiet_kept(done)


def check_quiet_kept(done: Part) -> None:
    assert done.results is not None
    assert validate(done.results) == []
    assert [(case["id"], case["verdict"], case["reason"]) for case in done.results["cases"]] == [
        ("TC_MADE_UP_CSMS", "PASS", None),
        ("TC_MADE_UP_CSMS@loaded", "INCONCLUSIVE", "not run: the run was interrupted before it"),
    ]
    assert done.results["run"]["interrupted"] == {"by": "SIGTERM", "judged": 1, "of": 2}
    assert done.results["background"]["verdict"] == "ERROR"
    assert done.results["performance"]["loaded"] is None


def test_a_run_that_never_began_is_told_as_such(tmp_path: Path) -> None:
    nothing = Part(pytest.ExitCode.USAGE_ERROR, None)
    assert run_twice(for_url("ws://127.0.0.1:9/ocpp"), wanted("2"), tmp_path, lambda out, name: nothing) == nothing


def test_an_interruption_between_the_parts_keeps_the_quiet_one(
    scripted: ScriptedSut, quiet: dict[str, Any], tmp_path: Path
) -> None:
    """The stations boot and are not answered; then the signal comes."""

    def boot(_: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return Never

    scripted.answers["BootNotification"] = boot
    with INTERRUPTION.watched(), INTERRUPTION.mode(Mode.NOTED):
        done = run_twice(for_url(scripted.url), wanted("2"), tmp_path, lambda out, name: Part(0, quiet))
    assert done.code == 130
    check_quiet_kept(done)
