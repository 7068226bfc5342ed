"""Frames are found in any pieces, and told as `websockets` would write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as Theirs
from websockets.frames import Opcode

from harness.instruments.proxy.wire.framing import FrameReader, written

SIZES = st.one_of(st.integers(0, 200), st.sampled_from([125, 126, 127, 65_535, 65_536, 70_000]))


@st.composite
def frames(draw: st.DrawFn) -> tuple[Theirs, bool]:
    opcode = draw(st.sampled_from(list(Opcode)))
    size = draw(st.integers(0, 125) if opcode >= 8 else SIZES)
    fin = True if opcode >= 8 else draw(st.booleans())
    return Theirs(opcode, bytes([draw(st.integers(0, 255))]) * size, fin), draw(st.booleans())


@given(st.lists(frames(), max_size=5), st.lists(st.integers(1, 9_000), min_size=1, max_size=5))
def test_what_websockets_writes_is_found_in_any_pieces(sent: list[tuple[Theirs, bool]], pieces: list[int]) -> None:
    stream = b"".join(frame.serialize(mask=masked) for frame, masked in sent)
    reader, found, at, turn = FrameReader(1 << 20), [], 0, 0
    while at < len(stream):
        size = pieces[turn % len(pieces)]
        found += reader.feed(stream[at : at + size])
        at, turn = at + size, turn + 1

    assert [(frame.opcode, frame.fin, frame.mask is not None, frame.payload) for frame in found] == [
        (frame.opcode, frame.fin, masked, frame.data) for frame, masked in sent
    ]
    assert sum(frame.length for frame in found) == len(stream)


def test_where_a_frame_ends_is_told_of_the_last_piece() -> None:
    reader = FrameReader()
    first, second = written(1, b"one", None), written(1, b"second", None)

    assert reader.feed(first[:3]) == []
    assert [frame.end for frame in reader.feed(first[3:] + second)] == [2, 2 + len(second)]


@pytest.mark.parametrize("size", [5, 200, 70_000])
def test_a_payload_that_is_longer_than_what_is_kept_is_passed_over(size: int) -> None:
    reader = FrameReader(4)
    stream = written(2, b"x" * size, b"abcd")

    assert reader.feed(stream[:-1]) == []
    assert reader.is_too_long
    (long,) = reader.feed(stream[-1:])
    assert (long.payload, long.size, long.length) == (None, size, len(stream))
    assert [frame.payload for frame in reader.feed(written(1, b"next", None))] == [b"next"]


@given(st.sampled_from([1, 2, 9]), st.binary(max_size=300), st.one_of(st.none(), st.binary(min_size=4, max_size=4)))
def test_what_is_written_reads_as_it_was(opcode: int, payload: bytes, mask: bytes | None) -> None:
    (frame,) = FrameReader(1 << 20).feed(written(opcode, payload, mask))

    assert (frame.opcode, frame.payload, frame.mask, frame.fin, frame.reserved) == (opcode, payload, mask, True, 0)


def test_a_size_that_no_frame_has_ends_the_reading() -> None:
    reader = FrameReader(4)

    assert reader.feed(b"\x81\x7f" + b"\xff" * 8 + b"rest") == []
    assert reader.broken
    assert reader.feed(written(1, b"x", None)) == []
