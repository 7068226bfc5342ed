"""Sessions of real drivers out of a CSV file: what is read, what is dealt to whom, and what is played."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ocppj.versions import ANYWHERE
from simulator import VirtualClock
from simulator.fleet import Fleet, Plan
from simulator.fleet.profile import trace
from simulator.fleet.profile.reading import Profile, ProfileError
from simulator.fleet.profile.trace import TraceError, Visit, read
from tests.simulator.support.scripted_csms import ScriptedCsms

FILE = """\
begin,end,station,tag
2026-03-02T08:44:10+01:00,2026-03-02T08:20:00Z,depot-1,CARD-7

2026-03-02T07:41:00Z,2026-03-02T07:42:30Z,"depot-3, left",
"""


def test_sessions_are_read_from_the_first_one_on() -> None:
    assert read(FILE) == (Visit(0.0, 90.0, "depot-3, left", ""), Visit(190.0, 2150.0, "depot-1", "CARD-7"))


def test_they_can_be_quicker_and_times_can_be_seconds() -> None:
    assert read("Seconds, begin\n60,1000\n30.5,940\n", speed=10.0) == (Visit(0.0, 3.05), Visit(6.0, 6.0))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: it names the column begin and one of end and seconds"),
        ("begin,end,seconds\n", "line 1: it names the column begin and one of end and seconds"),
        ("begin,ende\n", "line 1: there is no column 'ende'; did you mean end?"),
        ("begin,end,price\n", "line 1: there is no column 'price'; the columns are begin, end, seconds, station, tag"),
        ("begin,end,end\n", "line 1: the column end is there twice; remove one"),
        ("begin,end\n", "there is no session below the heading"),
        ("begin,end\n1,2,3\n", "line 2 has 3 values and the heading 2 columns; correct it"),
        ("begin,end\n1,2\nsoon,3\n", "line 3: begin cannot be 'soon'; write 2026-03-02T07:41:00Z, or seconds"),
        ("begin,seconds\n1,nan\n", "line 2: seconds cannot be 'nan'; write a number"),
        ("begin,end\n2026-03-02T07:41:00,2\n", "line 2: begin 2026-03-02T07:41:00 has no time zone"),
        ("begin,end\n2,2\n", "line 2: the session ends before it begins"),
        (f"begin,end,tag\n1,2,{'x' * 99}\n", f"has more than {ANYWHERE} characters; shorten it"),
        ('begin,end\n"1"2,3\n', "line 2 is no CSV"),
    ],
)
def test_what_is_wrong_is_a_sentence_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(TraceError) as caught:
        read(text)
    assert sentence in str(caught.value)


def test_a_trace_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "MOST", 2)

    assert len(read("begin,end\n1,2\n1,2\n")) == 2
    with pytest.raises(TraceError, match="line 4: a trace has at most 2 sessions"):
        read("begin,end\n1,2\n1,2\n1,2\n")


def test_each_station_of_the_file_is_one_of_the_fleet_and_the_seed_picks_for_the_rest() -> None:
    named = tuple(Visit(float(at), 1.0, f"S{at % 3}") for at in range(6))
    plan = Plan("ws://127.0.0.1/ocpp", stations=2, visits=named)
    assert {number: [visit.at for visit in own] for number, own in plan.booked.items()} == {
        1: [0.0, 2.0, 3.0, 5.0],
        2: [1.0, 4.0],
    }

    unnamed = tuple(Visit(float(at), 1.0) for at in range(50))
    first, again, other = (Plan("ws://127.0.0.1/ocpp", stations=5, seed=seed, visits=unnamed) for seed in (1, 1, 2))
    assert first.booked == again.booked != other.booked
    assert len(first.booked) == 5


@pytest.mark.parametrize(
    ("profile", "rows", "sentence"),
    [
        ('trace = { file = "t.csv" }\nsession_every = "1s"', FILE, "session_every says what trace says"),
        (
            'trace = { file = "t.csv" }\n[[stage]]\nname = "a"\nlength = "1s"\nsession_length = "1s"',
            FILE,
            "stage a: session_length says what trace says",
        ),
        ('trace = { file = "none.csv" }', FILE, "none.csv cannot be read (No such file or directory)"),
        ('trace = { file = "t.csv" }', "begin,end\n2,1\n", "t.csv: line 2: the session ends before it begins"),
        ('trace = { file = "t.csv", speed = 0 }', FILE, "trace.speed must be more than 0, not 0"),
        ('trace = { file = "t.csv" }', "begin,end\n1,2,\xe4\n", "t.csv: byte 15 is not UTF-8"),
    ],
)
def test_a_profile_with_a_trace_that_cannot_be_is_a_sentence(
    tmp_path: Path, profile: str, rows: str, sentence: str
) -> None:
    (tmp_path / "t.csv").write_text(rows, "latin-1")
    (tmp_path / "p.toml").write_text(profile, "utf-8")

    with pytest.raises(ProfileError) as caught:
        Profile.load(str(tmp_path / "p.toml"))
    assert sentence in str(caught.value)


@pytest.mark.asyncio
async def test_the_sessions_of_a_file_are_played(csms: ScriptedCsms, clock: VirtualClock, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "begin,seconds,station,tag\n1000,300,A,CARD-7\n1600,600,B,\n1660,120,A,\n", encoding="utf-8"
    )
    (tmp_path / "p.toml").write_text('trace = { file = "t.csv", speed = 10 }\n', encoding="utf-8")
    visits = Profile.load(str(tmp_path / "p.toml")).visits
    began = clock.now()
    fleet = Fleet(Plan(csms.url, stations=3, ramp=3.0, duration=900.0, tags=("T",), visits=visits), clock=clock)
    run = asyncio.create_task(fleet.run())
    await asyncio.sleep(0)
    await clock.advance(899.0)
    fleet.stop()
    async with asyncio.timeout(20):
        await run

    assert (fleet.tally.sessions, fleet.tally.sessions_over, fleet.tally.problems) == (3, 3, {})
    started = csms.payloads("StartTransaction")
    assert [payload["idTag"] for payload in started] == ["CARD-7", "T", "T"]
    assert [_seconds(began, payload) for payload in started] == pytest.approx([1.0, 60.0, 66.0], abs=1.5)
    ended = csms.payloads("StopTransaction")
    assert [_seconds(began, payload) for payload in ended] == pytest.approx([31.0, 78.0, 120.0], abs=1.5)


def _seconds(began: datetime, payload: dict[str, Any]) -> float:
    return (datetime.fromisoformat(str(payload["timestamp"])) - began).total_seconds()
