"""What the fleet under locust is made of, as far as it needs no locust."""

import json
import pickle
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from simulator.fleet import Plan
from simulator.fleet.counting.course import Passed, Recovery
from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.states import States
from simulator.fleet.counting.tally import Tally
from simulator.fleet.counting.timeline import Timeline
from simulator.fleet.locust.places import Places
from simulator.fleet.locust.steps import Step, at, soon, steps
from simulator.fleet.locust.telling import NotTold, packed, read, without_its_process
from simulator.fleet.locust.verdict import Ended, exit_code, hopeless, outcome_of, written
from simulator.fleet.locust.wanted import Settled, Wanted
from simulator.fleet.processes.part import Part
from simulator.fleet.profile.security import Security
from simulator.fleet.profile.stages import Stage
from simulator.fleet.report.judging.limits import parse_limit
from simulator.fleet.report.sheets import NAMES as TABLES
from simulator.options.usage import UsageError
from tests import ROOT

HOST = "ws://127.0.0.1:1"
STAGES = (
    Stage("up", 4.0, 0.5),
    Stage("all at once", 2.0, 1.0, at_once=True),
    Stage("stay", 2.0),
    Stage("down", 5.0, 0.1),
)

PROFILE = """
stations = 8
seed = 5
session_every = "0"
id_prefix = "P-"
limit = ["all errors <= 0"]

[[make]]
model = "ours/small.toml"
share = "100%"

[[stage]]
name = "only"
length = "10s"
limit = ["all p95 due < 1s"]
"""


@dataclass
class User:
    stays_with_its_station: bool = False
    number: int = 0


@dataclass
class Options:
    """What locust's parser gives, as far as it was given."""

    num_users: int | None = None
    spawn_rate: float | None = None
    run_time: int | None = None
    load_profile: str | None = None
    seed: str | None = None
    tag: list[str] | None = None
    limit: list[str] | None = None
    abort_on: list[str] | None = None
    session_every: str | None = None
    check: str | None = None
    model: str | None = None
    fleet_json: str | None = None
    fleet_html: str | None = None
    fleet_csv: str | None = None
    prometheus: str | None = None


# --- places -----------------------------------------------------------------------------------------------------------


def test_stations_are_dealt_like_cards_and_the_last_one_goes_first() -> None:
    places, users = Places(2, 3), [User() for _ in range(3)]

    assert [places.take(user) for user in users] == [2, 5, 8]
    assert places.give_back(users[0]) == 8, "the first user stops, the last station goes"
    assert [user.number for user in users[1:]] == [5, 2]
    assert places.give_back(users[2]) == 5
    assert users[1].number == 2
    assert places.take(User()) == 5, "and comes again"


def test_a_user_with_tasks_of_its_own_stays_with_its_station() -> None:
    places, users = Places(), [User(True), User(True), User(True)]
    for user in users:
        places.take(user)

    assert places.give_back(users[0]) == 1
    assert [user.number for user in users[1:]] == [2, 3]
    assert places.take(User()) == 1


# --- steps ------------------------------------------------------------------------------------------------------------


def test_each_stage_is_a_step_that_is_over_when_the_stage_is() -> None:
    plan = Plan(HOST, stations=20, stages=STAGES, duration=13.0)

    assert steps(plan) == (Step(0.0, 10, 2.5), Step(4.0, 20, 10.0), Step(6.0, 20, 0.5), Step(8.0, 2, 3.6))


def test_without_stages_the_ramp_is_the_only_step() -> None:
    assert steps(Plan(HOST, stations=20, ramp=4.0)) == (Step(0.0, 20, 4.0),)


def test_a_step_that_begins_before_locust_asks_again_is_waited_for() -> None:
    found = steps(Plan(HOST, stations=20, stages=STAGES, duration=13.0))

    assert [soon(found, 13.0, now) for now in (0.0, 2.9, 3.5, 4.0, 12.5, 13.0)] == [None, None, 4.0, None, 13.0, None]
    assert at(found, 3.99) == found[0]
    assert at(found, 4.0) == found[1]
    assert at((), 1.0) is None


# --- what workers tell ------------------------------------------------------------------------------------------------


def counted(*times: int) -> Tally:
    tally = Tally()
    tally.action("Heartbeat").sent = len(times)
    for time in times:
        tally.action("Heartbeat").samples.add(time)
        tally.action("Heartbeat").due.add(2 * time)
    return tally


def part(plan: Plan, *times: int) -> Part:
    tally, timeline = counted(*times), Timeline()
    tally.problem("something")
    timeline.look(tally, States(online=3))
    passed = Passed("only", 10.0, counted(*times), Stations(3, 3, 3, 3), Recovery(3, 1.0, 0.5))
    return Part(plan, tally, timeline, Stations(3, 3, 3, 3), 10.0, course=[passed])


def test_a_part_is_told_as_it_is() -> None:
    plan = Plan(HOST)
    told, back = part(plan, 5, 7, 9), read(packed(part(plan, 5, 7, 9)), plan)

    assert back.plan is plan
    assert back.tally.actions["Heartbeat"].samples.percentiles(0.5, 1.0) == (7, 9)
    assert back.tally.actions["Heartbeat"].due.percentiles(0.5) == (14,)
    assert (back.tally.problems, back.timeline.facts()) == (told.tally.problems, told.timeline.facts())
    assert back.course[0].recovery == told.course[0].recovery
    assert back.course[0].tally.actions["Heartbeat"].samples.is_exact
    back.tally.action("Authorize").sent += 1  # and goes on counting


def test_a_worker_that_is_gone_has_lost_its_stations() -> None:
    gone = without_its_process(part(Plan(HOST)))

    assert (gone.stations.online, gone.stations.lost) == (0, 3)


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("done",)


@pytest.mark.parametrize("data", [pickle.dumps({"tally": _Evil()}), pickle.dumps(Path()), b"\x80\x05K", b"no"])
def test_nothing_but_what_a_fleet_counts_in_is_read(data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotTold, match="a worker has told "):
        read(data, Plan(HOST))
    assert capsys.readouterr().out == ""


# --- what is wanted ---------------------------------------------------------------------------------------------------


@pytest.fixture
def profile(tmp_path: Path) -> str:
    (tmp_path / "here" / "ours").mkdir(parents=True)
    model = (ROOT / "simulator" / "models" / "ac-22kw.toml").read_text("utf-8")
    (tmp_path / "here" / "ours" / "small.toml").write_text(model, "utf-8")
    (tmp_path / "here" / "day.toml").write_text(PROFILE, "utf-8")
    return str(tmp_path / "here" / "day.toml")


def test_options_win_over_the_profile_and_the_profile_over_what_is_usual(profile: str) -> None:
    options = Options(load_profile=profile, num_users=4, seed="9", run_time=20, check="5%", model="dc-150kw")
    plan = Wanted.of(options, HOST).settled().plan

    assert (plan.check, plan.makes) == (0.05, ()), "a model takes the place of all makes"
    assert (plan.stations, plan.seed, plan.duration, plan.prefix) == (4, 9, 20.0, "P-")
    assert [stage.length for stage in plan.stages] == [20.0], "stretched"
    assert Wanted.of(Options(), HOST).settled().plan.prefix == "LOAD-"


def test_a_worker_reads_the_profile_that_its_master_has(profile: str) -> None:
    wanted = Wanted.of(Options(load_profile=profile), HOST)
    facts = wanted.facts(are_here=False)
    there = wanted.settled()
    Path(profile).rename(profile + ".moved")  # the worker is on another machine
    here = Wanted.read(facts).settled()

    assert here.plan == there.plan
    assert [limit.text for limit in here.limits] == ["all errors <= 0", "only: all p95 due < 1s"]
    assert sorted(facts["files"]) == ["day.toml", "ours/small.toml"]


def test_what_a_profile_names_elsewhere_cannot_be_told(profile: str) -> None:
    Path(profile).write_text(PROFILE.replace("ours/small.toml", "../here/ours/small.toml"), "utf-8")
    wanted = Wanted.of(Options(load_profile=profile), HOST)

    wanted.settled()
    with pytest.raises(UsageError, match=r"day\.toml: \.\./here/ours/small\.toml is elsewhere, and only what lies in"):
        wanted.facts(are_here=False)
    assert Wanted.read(wanted.facts(are_here=True)).settled().plan == wanted.settled().plan


def test_keys_are_told_to_nobody(profile: str) -> None:
    secured = '\n[[security]]\nprofile = 2\nshare = "100%"\nca_file = "ca.pem"\nauth_key_env = "PATH"\n'
    Path(profile).write_text(PROFILE + secured, "utf-8")
    wanted = Wanted.of(Options(load_profile=profile), HOST)

    with pytest.raises(UsageError, match=r"security: ca_file is a file on this machine, and certificates and keys are"):
        wanted.facts(are_here=False)
    assert wanted.facts(are_here=True)["files"] == {}


def test_a_station_beyond_those_of_the_plan_is_dealt_as_they_were() -> None:
    security = (Security(0, 0.5), Security(1, 0.5, auth_key=b"k" * 16))
    plan = Plan(HOST, stations=4, security=security)

    assert [plan.security_of(number) for number in (1, 2, 5, 6)] == [plan.security_of(number) for number in (1, 2)] * 2
    assert {plan.security_of(number) for number in (5, 6)} == {0, 1}
    assert plan.make_of(5) == 0


def test_a_master_cannot_have_a_file_written_elsewhere(profile: str, tmp_path: Path) -> None:
    wanted = Wanted.of(Options(load_profile=profile), HOST)
    facts = {**wanted.facts(are_here=False), "files": {"day.toml": PROFILE, "../../elsewhere.toml": "x"}}

    with pytest.raises(UsageError, match=r"the master has told a file \.\./\.\./elsewhere\.toml, which is none"):
        Wanted.read(facts).settled()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (Options(session_every="often"), "--session-every: 'often' is no duration; write it as 60s, 5m or 1h"),
        (Options(tag=[""]), "--tag '': it is empty; give a text, or leave it out"),
        (Options(num_users=0), "--users is more than zero, not 0"),
        (Options(load_profile="office-day", spawn_rate=5.0), "--spawn-rate says what the stages of the profile"),
        (Options(session_every=" "), "--session-every ' ': it is empty; give a text, or leave it out"),
        (Options(seed="lucky"), "--seed 'lucky' is no whole number; write it as 7"),
        (Options(limit=["ramp: all p95 < 1s"]), "the run has no stages"),
        (Options(abort_on=["accepted >= 1"]), "--abort-on accepted >= 1: it is an upper limit that ends a run"),
        (Options(load_profile="office-dya"), "--profile: there is no load profile office-dya; did you mean"),
    ],
)
def test_a_mistake_is_a_sentence_in_the_words_of_locust(options: Options, sentence: str) -> None:
    with pytest.raises(UsageError, match="^.*" + sentence.replace("(", r"\(")):
        Wanted.of(options, HOST).settled()


def test_what_a_form_sends_unasked_is_no_contradiction() -> None:
    options = Options(load_profile="office-day", spawn_rate=1.0, session_every="", num_users=20)

    plan = Wanted.of(options, HOST, is_form=True).settled().plan
    assert plan.stations == 20


# --- the verdict ------------------------------------------------------------------------------------------------------


def settled(*limits: str, abort_on: tuple[str, ...] = ()) -> Settled:
    wanted = Wanted.of(Options(run_time=10, limit=list(limits), abort_on=list(abort_on)), HOST)
    return wanted.settled()


def test_the_result_is_that_of_a_fleet_alone_and_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "schemas" / "documents" / "fleet.schema.json").read_text("utf-8"))
    options = Options(fleet_json=str(tmp_path / "a.json"), fleet_html=str(tmp_path / "a.html"))
    options.fleet_csv = str(tmp_path / "b")
    wanted = Wanted.of(options, HOST)
    run = wanted.settled()
    outcome = outcome_of(Ended(run, [part(run.plan, 5), part(run.plan, 7)], datetime.now(UTC), 12.0))

    assert written(outcome, wanted.places, wanted.tables) is None
    found = json.loads((tmp_path / "a.json").read_text("utf-8"))
    jsonschema.validate(found, schema)
    assert (found["process"]["processes"], found["plan"]["duration_s"]) == (2, 12.0)
    assert "<html" in (tmp_path / "a.html").read_text("utf-8")
    assert (tmp_path / "b_actions.csv").read_text("utf-8").splitlines()[1].startswith("Heartbeat,")
    assert sorted(path.name for path in tmp_path.glob("b_*")) == [f"b_{name}.csv" for name in sorted(TABLES)]
    assert "a.json" in str(written(outcome, {"fleet_json": tmp_path / "a.json" / "b.json"}))
    with pytest.raises(UsageError, match=r"--fleet-json /.* cannot be written"):
        Wanted.of(Options(fleet_json=str(tmp_path)), HOST)
    with pytest.raises(UsageError, match=r"--fleet-csv /.* cannot be written"):
        Wanted.of(Options(fleet_csv=str(tmp_path / "a.json" / "b")), HOST)


def test_where_figures_are_served_is_no_matter_of_the_workers() -> None:
    wanted = Wanted.of(Options(prometheus=":9464"), HOST)

    assert wanted.metrics == ("127.0.0.1", 9464)
    assert "prometheus" not in wanted.facts(are_here=True)["given"]
    with pytest.raises(UsageError, match="--prometheus: 'nowhere' is no place to listen at"):
        Wanted.of(Options(prometheus="nowhere"), HOST)


def judged(run: Settled, *parts: Part, interrupted: bool = False) -> tuple[str, int | None]:
    outcome = outcome_of(Ended(run, parts, datetime.now(UTC), 10.0, interrupted))
    return outcome["verdict"], exit_code(outcome)


def test_limits_see_all_workers_in_nanoseconds_and_due_times() -> None:
    run = settled("Heartbeat p99 < 10 us", "Heartbeat p99 due < 20 us")
    first, second = part(run.plan, 5_000, 6_000), part(run.plan, 9_999)

    assert judged(run, first, second) == ("PASS", 0)
    assert judged(run, first, part(run.plan, 10_000)) == ("FAIL", 1)
    assert judged(settled("Heartbeat p99 due < 19 us"), first, second) == ("FAIL", 1)


def test_without_a_limit_the_exit_code_of_a_pass_is_up_to_locust() -> None:
    run = settled()

    assert judged(run, part(run.plan, 5)) == ("PASS", None)
    assert judged(run, part(run.plan, 5), interrupted=True) == ("INCONCLUSIVE", 130)
    assert judged(run) == ("INCONCLUSIVE", 3)


def test_a_limit_that_ends_a_run_is_one_that_is_broken() -> None:
    run = settled(abort_on=("Heartbeat max < 6 us", "all errors < 5%"))

    assert hopeless(run, [part(run.plan, 5_000)]) is None
    broken = hopeless(run, [part(run.plan, 5_000), part(run.plan, 7_000)])
    assert broken is not None
    assert broken.limit == parse_limit("Heartbeat max < 6 us", ["Heartbeat"])
    assert hopeless(settled(), [part(run.plan, 5_000)]) is None
