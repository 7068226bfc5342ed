"""Load profiles as files: what they say is in the plan, options win, and mistakes are sentences."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.fleet import Plan
from simulator.fleet.cli.main import command, main
from simulator.fleet.cli.options import Given, plan_of, profile_of, with_profile
from simulator.fleet.cli.running import limits_of
from simulator.fleet.profile import reading
from simulator.fleet.profile.reading import Profile, ProfileError, built_in
from simulator.fleet.profile.stages import Outage, Stage, Wave
from simulator.options.usage import UsageError
from tests import ROOT

SCHEMA = json.loads((ROOT / "schemas" / "documents" / "load-profile.schema.json").read_text("utf-8"))

WHOLE = """
description = "everything"
stations = 40
session_every = "30s"
meter_every = "0"
tag = ["A", "B"]
back_off = false
curve = [1, 2]
limit = ["all errors < 1%"]

[configuration]
HeartbeatInterval = 60
AuthorizeRemoteTxRequests = true

[[make]]
model = "ac-22kw"
share = "75%"

[[make]]
model = "own.toml"
share = "25%"

[[stage]]
name = "up"
length = "1m"
stations = "50%"

[[stage]]
name = "storm"
length = "30s"
change = "at once"
session_every = "0"
session_length = "5s"
limit = ["recovery < 9s"]
outage = { of = "power", length = "10s", share = "12.5%" }
"""


def parsed(text: str) -> Profile:
    return Profile.parse(text, "mine", Path("."), "mine.toml")


def planned(*arguments: str) -> Plan:
    """The plan that the command makes of its arguments."""
    context = command.make_context("fleet", ["ws://127.0.0.1:9/ocpp", *arguments])
    given = Given(**context.params)
    sources = {name: context.get_parameter_source(name) for name in context.params}
    named = {name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"}
    profile = profile_of(given)
    return plan_of(given if profile is None else with_profile(given, profile, named), profile, named)


@pytest.fixture
def whole(tmp_path: Path) -> str:
    own = (ROOT / "simulator" / "models" / "dc-150kw.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(own, "utf-8")
    (tmp_path / "whole.toml").write_text(WHOLE, "utf-8")
    return str(tmp_path / "whole.toml")


def test_what_a_profile_says_is_in_the_plan(whole: str) -> None:
    plan = planned("--profile", whole)

    assert (plan.profile, plan.stations, plan.session_every, plan.meter_every) == ("whole", 40, 30.0, 0.0)
    assert (plan.tags, plan.back_off, plan.curve, plan.duration) == (("A", "B"), False, (1.0, 2.0), 90.0)
    assert plan.configuration == {"HeartbeatInterval": "60", "AuthorizeRemoteTxRequests": "true"}
    assert [(make.model and make.model.name, make.share) for make in plan.makes] == [("ac-22kw", 0.75), ("own", 0.25)]
    assert plan.stages == (
        Stage("up", 60.0, 0.5),
        Stage("storm", 30.0, 0.5, True, 0.0, 5.0, Outage("power", 10.0, 0.125)),
    )


def test_a_firmware_wave_is_in_the_plan() -> None:
    assert parsed(STAGE + WAVE).stages[0].firmware == Wave("2.0.1", 0.5, 60.0, 20.0)
    assert parsed(STAGE + 'firmware = { version = "2" }\n').stages[0].firmware == Wave("2", 1.0, 0.0, 0.0)


def test_options_of_the_command_line_win(whole: str) -> None:
    plan = planned(
        *("--profile", whole, "--stations", "8", "--tag", "C", "--duration", "3m", "--connectors", "2"),
        *("--config", "HeartbeatInterval=5", "--session-every", "120s"),
    )

    assert (plan.stations, plan.tags, plan.connectors, plan.makes) == (8, ("C",), 2, ())
    assert plan.session_every == 120.0, "also when it is what it would be without a profile"
    assert plan.configuration == {"HeartbeatInterval": "5", "AuthorizeRemoteTxRequests": "true"}
    assert [stage.length for stage in plan.stages] == [120.0, 60.0]
    assert plan.duration == 180.0


def test_a_ramp_beside_stages_is_a_sentence(whole: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ws://127.0.0.1:9/ocpp", "--profile", whole, "--ramp", "5/s"]) == 2
    assert capsys.readouterr().err == (
        "plugproof fleet: --ramp says what the stages of the profile whole say; leave it out\n"
    )


def test_limits_of_stages_are_read_with_their_names(whole: str) -> None:
    profile = Profile.load(whole)

    limits = limits_of(["up: Authorize p95 < 1s"], profile)
    assert [(limit.text, limit.stage) for limit in limits] == [
        ("up: Authorize p95 < 1s", "up"),
        ("storm: recovery < 9s", "storm"),
    ]


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ("strom: all errors < 1", "did you mean storm?"),
        ("up: recovery < 1s", "nothing breaks in up; give that stage an outage"),
        ("recovery < 1s", 'name the stage in which something breaks, as in "storm: recovery < 60s"'),
        ("storm: recovery > 1s", "a limit of recovery is an upper one, with < or <="),
        ("storm: recovery < fast", "a number comes here"),
        ("storm: recovery < 1m", "recovery is a time, and its unit is us, ms or s"),
        ("storm: recovery < 1s please", "the limit ends before it"),
    ],
)
def test_a_limit_that_no_stage_can_keep_is_a_sentence(whole: str, limit: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("?", r"\?")):
        limits_of([limit], Profile.load(whole))


def test_a_limit_of_a_stage_without_a_profile_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ws://127.0.0.1:9/ocpp", "--limit", "storm: all errors < 1"]) == 2
    assert "the run has no stages; leave the name and the colon out, or give a --profile" in capsys.readouterr().err


def test_a_limit_of_a_stage_ends_no_run(whole: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ws://127.0.0.1:9/ocpp", "--profile", whole, "--abort-on", "storm: all errors < 1"]) == 2
    assert "--abort-on storm: all errors < 1: a limit of one stage ends no run" in capsys.readouterr().err


def test_a_pause_beside_a_trace_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("begin,seconds\n0,60\n", "utf-8")
    (tmp_path / "p.toml").write_text('trace = { file = "t.csv" }\n', "utf-8")

    assert len(planned("--profile", str(tmp_path / "p.toml")).visits) == 1
    with pytest.raises(UsageError, match="--session-every says what the trace of the profile p says; leave it out"):
        planned("--profile", str(tmp_path / "p.toml"), "--session-every", "60s")


WAVE = 'firmware = { version = "2.0.1", share = "50%", over = "1m", download = "20s" }\n'
STAGE = '[[stage]]\nname = "up"\nlength = "1m"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("staitons = 3", "staitons is not known; did you mean stations?"),
        ("stations = 0", "stations must be at least 1, not 0; write for example stations = 500"),
        ('session_every = "soon"', 'session_every cannot be "soon"; write for example session_every = "60s"'),
        ("duration = 5", 'duration must be a text, not 5; write for example duration = "60s"'),
        ("stations = [", "is no TOML"),
        ('[[stage]]\nname = "up"\n', 'stage up: length is missing; add for example length = "5m"'),
        (STAGE + 'stations = "120%"\n', 'stage up: stations cannot be "120%"; write for example stations = "50%"'),
        (STAGE + 'change = "slowly"\n', 'stage up: change must be one of "evenly", "at once", not "slowly"'),
        (STAGE + 'outage = { of = "water", length = "1s" }\n', 'stage up: outage.of must be one of "network", "power"'),
        (
            STAGE + 'firmware = { share = "50%" }\n',
            'stage up: firmware.version is missing; add for example version = "2.0.1"',
        ),
        (STAGE + WAVE.replace("2.0.1", "x" * 51), 'stage up: firmware.version cannot be "xxx'),
        (STAGE + WAVE.replace("over", "ovr"), "stage up: firmware.ovr is not known; did you mean over?"),
        (STAGE * 2, "stage up is there 2 times; give each stage a name of its own"),
        (STAGE.replace("1m", "0s"), "stage up: length must be more than zero"),
        ('ramp = "5/s"\n' + STAGE, "ramp says what the stages say; remove it, or the stages"),
        (STAGE + 'stations = "0%"\n', "no stage has any stations; give one of them for example"),
        ('[[make]]\nmodel = "ac-22kw"\nshare = "60%"\n', "the shares of make are 60% together; make them 100%"),
        ('connectors = 2\n[[make]]\nmodel = "ac-22kw"\nshare = "100%"\n', "connectors says what make says"),
        (
            '[[make]]\nmodel = "ac-23kw"\nshare = "100%"\n',
            "make: there is no station model ac-23kw; did you mean ac-22kw?",
        ),
        ("curve = [0, 0]", "curve is zero everywhere"),
        ("curve = [1, nan]", "curve cannot be nan; write a number"),
        ('trace = { file = "t.csv", speed = nan }', "trace.speed cannot be nan; write a number"),
        (STAGE.replace("1m", "9" * 400), "stage up: length has 400 characters, at most 20 are allowed; shorten it"),
        (STAGE + 'stations = "0%"\n' + STAGE.replace("up", "as before"), "no stage has any stations"),
    ],
)
def test_mistakes_are_sentences_with_the_file_the_key_and_the_fix(text: str, sentence: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parsed(text)

    assert len(caught.value.sentences) == 1
    assert str(caught.value).startswith("mine.toml")
    assert sentence in str(caught.value)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'description = "\xe4"')

    for name, sentence in (
        ("office", "there is no load profile office; did you mean office-day?"),
        ("none/there.toml", "none/there.toml cannot be read (No such file or directory); check the path"),
        (str(tmp_path / "latin.toml"), "byte 16 is not UTF-8; save it as UTF-8"),
    ):
        with pytest.raises(ProfileError) as caught:
            Profile.load(name)
        assert sentence in str(caught.value)


def test_a_wrong_value_that_only_the_plan_can_see_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text('meter_every = "500ms"\n', "utf-8")

    with pytest.raises(UsageError, match="--meter-every is in whole seconds"):
        planned("--profile", str(tmp_path / "odd.toml"))


@pytest.mark.parametrize("name", ["monday-morning-storm", "motorway", "office-day", "soak"])
def test_the_profiles_that_come_along_are_plans_with_limits(name: str) -> None:
    profile = Profile.load(name)

    plan = planned("--profile", name)
    assert plan.profile == name
    assert plan.stages
    assert profile.description
    row = f"| [`{name}`](#{name}) | {plan.stations} | {plan.duration / 60:g} |"
    assert row in (ROOT / "docs" / "load-profiles.md").read_text("utf-8")
    limits = limits_of(profile.options["limit"], profile)
    assert {limit.stage for limit in limits} <= {"", *profile.breaks}


def test_the_profiles_that_come_along_are_those() -> None:
    assert built_in() == ("monday-morning-storm", "motorway", "office-day", "soak")


def test_the_command_lists_them_with_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-profiles"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(built_in())
    assert all(line.endswith(Profile.load(line.split()[0]).description) for line in lines)


def test_the_page_explains_every_key() -> None:
    page = (ROOT / "docs" / "load-profiles.md").read_text("utf-8")
    tables = [SCHEMA, *(SCHEMA["properties"][name]["items"] for name in ("make", "security", "stage"))]
    tables += [SCHEMA["properties"]["stage"]["items"]["properties"][name] for name in ("outage", "firmware")]
    tables.append(SCHEMA["properties"]["trace"])
    missing = {
        key for table in tables for key in table["properties"] if f"`{key}`" not in page and f"{key} = " not in page
    }

    assert missing - {"make", "stage", "security", "configuration"} == set()


def test_the_schema_knows_the_options_of_the_command() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    options = set(SCHEMA["properties"]) - reading._OF_ITS_OWN

    known: dict[str, Any] = Given.__dataclass_fields__
    assert options <= set(known)
    assert not options & {"url", "profile", "auth_key_env", "ca_file", "json", "html", "junit", "csv", "quiet"}
