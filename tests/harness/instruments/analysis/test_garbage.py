"""Whatever stands in a log, reading and judging go on: made-up lines, and real ones with something changed."""

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.instruments.analysis.judging import Judge
from harness.instruments.analysis.masking.frames import FrameMask
from harness.instruments.analysis.masking.pseudonyms import Pseudonyms
from harness.instruments.analysis.report import document
from harness.instruments.analysis.shapes.known import SHAPES, recognised
from harness.instruments.analysis.shapes.model import Unread
from harness.instruments.analysis.shapes.shape import Head, Line
from ocppj.frames import parse
from tests.harness.instruments.analysis.support import LOGS

LINES = [line for file in sorted(LOGS.iterdir()) if file.suffix != ".har" for line in file.read_text().splitlines()]
OF_LINES = sorted(set(SHAPES) - {"har", "pcap"})

texts = st.text(max_size=40)


@st.composite
def changed(draw: st.DrawFn) -> str:
    """A line of a real shape in which something was cut out, or put in."""
    line = draw(st.sampled_from(LINES))
    start = draw(st.integers(0, len(line)))
    end = draw(st.integers(start, min(len(line), start + 40)))
    return (
        line[:start]
        + draw(st.one_of(st.just(""), texts, st.sampled_from(['"', "\\", "[", "{", "\\ud800", "1e999"])))
        + line[end:]
    )


lines = st.lists(st.one_of(changed(), texts, st.sampled_from(LINES)), max_size=12)


class Made:
    """Lines as a log."""

    name = "made-up"

    def __init__(self, given: list[str]) -> None:
        self.keys: dict[str, str] = {}
        self._lines = [part for line in given for part in line.splitlines()]

    def lines(self) -> Iterator[Line]:
        return iter(enumerate(self._lines, 1))


@pytest.mark.parametrize("name", OF_LINES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(given=lines)
def test_no_line_stops_the_reading(name: str, given: list[str]) -> None:
    source, judge, count = Made(given), Judge(), 0
    judge.begin("made-up", "made-up")
    for part in SHAPES[name].read(source):  # type: ignore[arg-type]
        count += 1
        if not isinstance(part, Unread):
            judge.take(part)
    judge.finish()
    found = document(judge, [])

    assert count <= len(source._lines)
    assert found["totals"]["frames"] <= count
    msgspec.json.encode(found)


@settings(max_examples=40, deadline=None)
@given(lines)
@example(["\n0"])
@example(["message,station", "a\rb,c"])
def test_no_beginning_of_a_log_stops_the_recognition(given: list[str]) -> None:
    shape, sure = recognised(Head("\n".join(given).encode("utf-8", "replace"), tuple(given), {}))

    assert 0 <= sure <= 1
    assert shape is None or shape.name in SHAPES


@settings(max_examples=150, deadline=None)
@given(st.one_of(changed(), texts, st.sampled_from(LINES)))
def test_a_masked_text_is_of_the_same_kind(text: str) -> None:
    frame, masked = parse(text), parse(FrameMask(Pseudonyms(b"k" * 32)).masked(text))

    assert type(masked) is type(frame)
