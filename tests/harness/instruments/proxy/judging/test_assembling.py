"""Messages out of frames: in parts, compressed, wrong; nothing of it ends the reading."""

from __future__ import annotations

import zlib

import pytest

from harness.instruments.proxy.judging.assembling import LONGEST, Assembler, Message
from harness.instruments.proxy.wire.framing import BINARY, CLOSE, PING, PONG, TEXT, written
from harness.instruments.proxy.wire.opening import Compression
from tests.harness.instruments.proxy.support import MASK

AFTER = written(TEXT, b"after", MASK)


def frame(first: int, payload: bytes) -> bytes:
    """A frame of a station, with any first byte."""
    return bytes([first]) + written(TEXT, payload, MASK)[1:]


def deflated(compressor: zlib._Compress, text: str) -> bytes:
    return (compressor.compress(text.encode()) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


def fed(data: bytes, agreed: Compression | None = None) -> list[tuple[str, str]]:
    return [(message.kind, message.text) for message in Assembler("station", agreed).feed(data)]


def test_the_kinds_of_messages() -> None:
    sent = [
        written(TEXT, "grüß".encode(), MASK),
        written(BINARY, b"\x00\x01", MASK),
        written(PING, b"abc", MASK),
        written(PONG, b"", MASK),
        written(CLOSE, b"\x03\xe8bye", MASK),
    ]

    assert Assembler("station", None).feed(b"".join(sent)) == [
        Message("text", "grüß"),
        Message("binary", "2 bytes", b"\x00\x01"),
        Message("ping", "3 bytes", b"abc"),
        Message("pong", "0 bytes"),
        Message("close", "bye", b"\x03\xe8bye", 1000),
    ]
    assert Assembler("station", None).feed(written(CLOSE, b"", MASK))[0].code == 1005


def test_a_message_in_parts_with_a_ping_between_them() -> None:
    assert fed(frame(0x01, b"one ") + written(PING, b"", MASK) + frame(0x00, b"two ") + frame(0x80, b"three")) == [
        ("ping", "0 bytes"),
        ("text", "one two three"),
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (written(TEXT, b"x", None), "without a mask"),
        (frame(0x83, b"x"), "opcode 3"),
        (frame(0x8B, b"x"), "opcode 11"),
        (frame(0x80, b"x"), "has not begun"),
        (frame(0x01, b"x") + frame(0x81, b"y"), "before the one before it had ended"),
        (frame(0xA1, b"x"), "reserved bit"),
        (frame(0xC1, b"x"), "reserved bit"),
        (frame(0x81, b"\xff"), "no UTF-8"),
        (frame(0x09, b""), "in parts"),
        (frame(0x89, b"x" * 126), "more than 125 bytes"),
    ],
)
def test_what_breaks_websocket_is_told_and_what_follows_is_read(data: bytes, why: str) -> None:
    (wrong, after) = fed(data + AFTER)

    assert wrong[0] == "wrong"
    assert why in wrong[1]
    assert after == ("text", "after") or why == "before the one before it had ended"


def test_a_csms_uses_no_mask() -> None:
    assert [message.kind for message in Assembler("csms", None).feed(AFTER)] == ["wrong"]
    assert [message.kind for message in Assembler("csms", None).feed(written(TEXT, b"x", None))] == ["text"]


def test_what_is_no_stream_of_frames_is_told_once() -> None:
    assembler = Assembler("station", None)

    assert [message.kind for message in assembler.feed(b"\x81\xff" + b"\xff" * 20)] == ["wrong"]
    assert assembler.feed(AFTER) == []


def test_compressed_messages_that_build_upon_each_other() -> None:
    compressor = zlib.compressobj(wbits=-15)
    one, two = (deflated(compressor, text) for text in ("the same again", "the same again"))

    assert len(two) < len(one)
    assert fed(frame(0xC1, one) + frame(0x41, two[:3]) + frame(0x80, two[3:]) + AFTER, Compression()) == [
        ("text", "the same again"),
        ("text", "the same again"),
        ("text", "after"),
    ]


def test_compressed_messages_that_stand_alone() -> None:
    sent = b"".join(frame(0xC1, deflated(zlib.compressobj(wbits=-9), "alone")) for _ in range(2))

    assert fed(sent, Compression(9, station_alone=True)) == [("text", "alone")] * 2


def test_what_builds_upon_what_was_missed_is_not_judged() -> None:
    compressor = zlib.compressobj(wbits=-15)
    assembler = Assembler("station", Compression())
    assembler.feed(frame(0xC1, deflated(compressor, "one"))[:5])
    assembler.missed()
    found = assembler.feed(frame(0xC1, deflated(compressor, "one")) + AFTER)

    assert [message.kind for message in found] == ["unjudged", "text"]
    alone = Assembler("station", Compression(station_alone=True))
    alone.missed()
    assert alone.feed(frame(0xC1, deflated(zlib.compressobj(wbits=-15), "two")))[0].text == "two"


def test_what_cannot_be_decompressed() -> None:
    kinds = [kind for kind, _ in fed(frame(0xC1, b"\xff\xff\xff") + frame(0xC1, b"\x00") + AFTER, Compression())]

    assert kinds == ["wrong", "unjudged", "text"]


def test_what_is_longer_than_what_is_judged_is_told() -> None:
    long = b"x" * (LONGEST + 1)
    parts = frame(0x01, long[:100]) + frame(0x80, long[100:])
    bomb = frame(0xC1, deflated(zlib.compressobj(wbits=-15), long.decode()))

    for data, agreed in ((frame(0x81, long), None), (parts, None), (bomb, Compression())):
        assert [kind for kind, _ in fed(data + AFTER, agreed)] == ["unjudged", "text"]
