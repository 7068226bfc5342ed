"""Lines and the live picture: what is said, and that nothing of a party is obeyed by the terminal."""

from __future__ import annotations

import io
from pathlib import Path
from time import monotonic_ns

import pytest
from rich.console import Console

from harness.instruments.proxy.judging.events import Event
from harness.instruments.proxy.judging.judge import Judge
from harness.instruments.proxy.views.lines import LONGEST, Lines, what
from harness.instruments.proxy.views.picture import Picture
from harness.instruments.proxy.wire.records import Opened, Passed, Requested, Unseen
from tests.harness.instruments.proxy.support import BOOT, agreed, request, says


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Event(1, 0, "frame", 1, "CP", "[]", "station->csms"), "-> []"),
        (Event(1, 0, "frame", 1, "CP", "[]", "csms->station"), "<- []"),
        (Event(1, 0, "frame", 1, "CP", "x" * 999, "csms->station"), f"<- {'x' * (LONGEST - 1)}…"),
        (
            Event(1, 0, "finding", 1, "CP", "no id", rule="RPC-14", level="MUST", party="csms"),
            "MUST RPC-14, csms: no id",
        ),
        (Event(1, 0, "closed", 1, "CP", "ended"), "closed: ended"),
    ],
)
def test_what_a_line_says(event: Event, said: str) -> None:
    assert what(event) == said


@pytest.mark.parametrize("frames", [True, False])
def test_frames_are_left_out_when_it_is_to_be_quiet(frames: bool) -> None:
    said: list[str] = []
    lines = Lines(said.append, frames=frames)
    lines.heard(Event(1, 0, "frame", 1, "CP-1", "[]", "station->csms"))
    lines.heard(Event(2, 0, "note", 7, "", "x"))

    assert [line.partition("  ")[2] for line in said] == (["CP-1  -> []"] if frames else []) + ["#7  note: x"]


def test_the_picture_has_stations_findings_and_the_last_frames(tmp_path: Path) -> None:
    judge = Judge(tmp_path)
    picture = Picture(judge, "stations connect at ws://127.0.0.1:9100/IDENTITY")
    judge.feed.listen(picture.heard)
    at = monotonic_ns()
    for number in range(1, 16):
        judge.take(Opened(number, at, "127.0.0.1:5", ""))
        judge.take(Requested(number, at, request(f"/CP-{number}"), []))
        judge.take(Passed(number, at, "csms", agreed()))
    judge.take(Passed(15, at, "station", says("station", BOOT)))
    judge.take(Passed(15, at, "csms", says("csms", '[3,"\\u001b[31m[red]",{}]')))
    judge.take(Unseen(1, at, "csms", 4, 10))
    out = io.StringIO()
    Console(file=out, width=140, force_terminal=False).print(picture)
    text = out.getvalue()
    judge.close()

    for part in (
        "stations connect at ws://127.0.0.1:9100/IDENTITY",
        "15 open of 15   station -> csms 1   csms -> station 1   MUST 1",
        "4 messages not judged",
        "CP-15",
        "and 3 more",
        "MUST RPC-14",
        '-> [2,"1","BootNotification"',
    ):
        assert part in text
    assert "CP-3 " not in text.partition("and 3 more")[0]
    assert "\x1b[31m" not in text
    assert "[red]" in text  # it is text, and no mark-up
