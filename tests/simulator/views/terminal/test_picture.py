"""The picture of a station at every size, from fixed facts."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import product

import pytest
from rich.cells import cell_len
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from simulator.views.record import FrameSeen
from simulator.views.terminal.layout import Picture, draw
from tests.simulator.views.terminal.support import IDLE, NOON, frames, picture, state


def drawn(what: Picture, width: int, height: int, *, styles: bool = False) -> str:
    console = Console(
        file=io.StringIO(), record=True, width=width, height=height, force_terminal=True, color_system="standard"
    )
    console.print(draw(what, width, height), end="")
    return console.export_text(styles=styles)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 50)])
def test_the_whole_picture(width: int, height: int, snapshot: SnapshotAssertion) -> None:
    assert drawn(picture(), width, height) == snapshot


@pytest.mark.parametrize("width", [1, 2, 9, 40, 149, 150])
def test_it_is_never_larger_than_the_screen(width: int) -> None:
    crowd = state(connectors=tuple(replace(IDLE, connectorId=one) for one in range(1, 100)))
    pictures = (picture(), picture(state=crowd), picture(page=["a long line of help " * 9] * 30))
    for what, height in product(pictures, (1, 2, 3, 5, 8, 13, 24, 50)):
        lines = drawn(what, width, height).split("\n")
        assert len(lines) == height
        assert max(map(cell_len, lines)) <= width


def test_nothing_from_outside_moves_the_cursor() -> None:
    evil = "\x1b[2J\x07\x9b31m\u202e\x00\n"
    frame = FrameSeen(1, NOON, "csms", "CALL", evil, f'[2,"1","x",{{"a":"{evil}"}}]')
    connector = replace(picture().state.connectors[0], status="Charging", limited_by=(evil,))
    what = picture(
        state=state(id=evil, url=evil, identity={"chargePointModel": evil}, connectors=(connector,)),
        frames=[frame, *frames()],
        said=[(evil, "")],
        typed=evil,
    )
    text = drawn(what, 120, 40)
    with_page = drawn(picture(page=[evil, evil]), 120, 40)

    assert not set("\x1b\x07\x9b\u202e\x00") & set(text + with_page)
    assert len(text.split("\n")) == 40


def test_what_is_wrong_is_red_and_says_so_without_colours() -> None:
    coloured, plain = drawn(picture(), 120, 40, styles=True), drawn(picture(), 120, 40)

    assert "\x1b[1;31m<- RESULT DataTransfer" in coloured
    assert "\x1b[1;31m<- BROKEN" in coloured
    assert "\x1b[33m-> ERROR  Reset" in coloured
    assert "broken: PAY-03, MUST: status: 'Perhaps' is none of Accepted, Rejected" in plain
    assert "\x1b[1;31mFaulted (ConnectorLockFailure)" in coloured


def test_without_power_no_status_is_claimed() -> None:
    text = drawn(picture(state=state(powered=False, connection="off", registration=None)), 80, 24)

    assert text.count("no power") == 5
    assert "Charging" not in text.split("── frames")[0]
    assert "off, boot not answered, station Available" in text


def test_the_newest_frames_and_events_are_the_last_lines() -> None:
    many = [replace(frames()[0], number=one, text=f'[2,"1","X",{one}]') for one in range(100)]
    text = drawn(picture(frames=many), 80, 24)

    assert "StartTransaction 99" in text
    assert "StartTransaction 50" not in text
    assert text.index("StartTransaction 98") < text.index("StartTransaction 99")


def test_many_connectors_and_messages_are_counted() -> None:
    crowd = (*(replace(IDLE, connectorId=one) for one in range(1, 40)), picture().state.connectors[0])
    waiting = state().queue[0]
    text = drawn(picture(state=state(connectors=crowd, queued=500, queue=(waiting,) * 20)), 120, 50)

    assert "more connectors, 1 of them with a transaction" in text
    assert "unsent messages: 500" in text
    assert "and 497 more" in text


def test_a_page_is_wrapped_and_scrolled() -> None:
    page = [f"line {number} {'word ' * 30}" for number in range(30)]
    first, second = drawn(picture(page=page), 80, 24), drawn(picture(page=page, page_from=10), 80, 24)

    assert first.startswith("line 0 ")
    assert "Page Down shows more" in first
    assert "CP1" not in first
    assert second.split("\n")[0] == first.split("\n")[10]
    assert "Enter goes back" in drawn(picture(page=["short", "text"]), 80, 24)


def test_a_line_that_is_too_long_shows_its_end() -> None:
    typed = drawn(picture(typed="a" * 100 + "END"), 40, 10).split("\n")[-1]

    assert typed.startswith("> …a")
    assert typed.rstrip().endswith("END")


def test_a_frame_that_cannot_be_taken_apart_is_shown_as_it_is() -> None:
    odd = [replace(frames()[0], text=text) for text in ("[2,", '{"a":1}', "[" * 30_000)]
    text = drawn(picture(frames=odd), 80, 24)

    for start in ("StartTransaction [2,", 'StartTransaction {"a":1}', "StartTransaction [[[["):
        assert start in text
