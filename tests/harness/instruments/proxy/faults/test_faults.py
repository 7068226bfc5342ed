"""Each fault breaks exactly the rule it names, by the party it was put in; the same seed strikes the same messages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic_ns

import pytest

from harness.instruments.proxy.faults.catalogue import FAULTS
from harness.instruments.proxy.faults.tamper import MOST_HELD, Piece, Tamper, UnknownFault, chosen
from harness.instruments.proxy.wire.framing import Frame, FrameReader, written
from ocppj.evidence.trace import Role
from ocppj.session.session import OTHER
from ocppj.v16 import PROTOCOL
from tests.harness.instruments.proxy.support import (
    MASK,
    RawCsms,
    Wire,
    agreed,
    proxied,
    request,
    says,
)

AN_HOUR = 3_600_000_000_000

CALLS: dict[Role, str] = {
    "station": '[2,"{id}","DataTransfer",{{"vendorId":"plugproof"}}]',
    "csms": '[2,"{id}","Reset",{{"type":"Soft"}}]',
}
ANSWERS: dict[Role, str] = {
    "csms": '[3,"{id}",{{"status":"Accepted"}}]',
    "station": '[3,"{id}",{{"status":"Accepted"}}]',
}


class Party:
    """A peer that answers every CALL it can read, and counts what it gets."""

    def __init__(self, wire: Wire, role: Role) -> None:
        self.wire = wire
        self.role: Role = role
        self.got: asyncio.Queue[str] = asyncio.Queue()

    async def run(self) -> None:
        reader = FrameReader(1 << 20)
        waiting: list[Frame] = []
        while True:
            while not waiting:
                data = await self.wire.reader.read(1 << 16)
                if not data:
                    return
                waiting += reader.feed(data)
            frame = waiting.pop(0)
            text = (frame.payload or b"").decode()
            self.got.put_nowait(text)
            if frame.opcode == 1 and text.startswith("[2,") and text.endswith("]"):
                id = text.split('"')[1]
                await self.wire.send(says(self.role, ANSWERS[self.role].format(id=id)))


@contextlib.asynccontextmanager
async def parties(station: Wire, csms: Wire) -> AsyncIterator[dict[Role, Party]]:
    both: dict[Role, Party] = {"station": Party(station, "station"), "csms": Party(csms, "csms")}
    running = [asyncio.create_task(party.run()) for party in both.values()]
    yield both
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@pytest.mark.asyncio
@pytest.mark.parametrize("party", ["station", "csms"])
@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_breaks_its_rule_and_no_other(tmp_path: Path, csms: RawCsms, name: str, party: Role) -> None:
    fault = FAULTS[name]
    is_about_answers = fault.is_for([3, "1", {}]) and not fault.is_for([2, "1", "Reset", {}])
    asker: Role = OTHER[party] if is_about_answers else party
    async with proxied(tmp_path, csms.url, faults=(f"{name}@{party}",), delay=0.1) as proxy:
        station = await proxy.station()
        await station.send(request("/CP-1", "Sec-WebSocket-Extensions: permessage-deflate"))
        wire = await csms.next()
        assert await wire.head() == request("/CP-1")  # a fault is put into text, so none is compressed
        await wire.send(agreed())
        await station.head()
        async with parties(station, wire) as both:
            await both[asker].wire.send(says(asker, CALLS[asker].format(id="c1")))
            await proxy.watching.until(lambda: proxy.judge.figures.faults[name] == 1)
            if fault.kind in ("drop", "delay"):
                proxy.judge.look(monotonic_ns() + AN_HOUR)
            await proxy.watching.until(lambda: bool(proxy.watching.rules))
            await station.close()
            await wire.close()
            await proxy.watching.closed()

    assert proxy.watching.rules == [(fault.rule, party)]
    assert fault.rule in PROTOCOL.book.rules
    assert f"the proxy puts in {name}, in what the {party} sends" in proxy.trace()
    assert f'proxy_faults_total{{fault="{name}"}} 1.0' in proxy.judge.figures.exposition().decode()


def stream(sender: Role, count: int) -> bytes:
    """So many answers of a party."""
    return b"".join(says(sender, ANSWERS[sender].format(id=f"c{number}")) for number in range(count))


def struck(seed: str, pieces: list[int], *names: str) -> tuple[list[int], bytes]:
    """Which of a hundred answers are struck, and all that is written, when they come in pieces of these sizes."""
    tamper = Tamper([chosen(name) for name in names or ("drop-answer@csms",)], share=0.3, delay=1, seed=seed)
    tamper.feed("csms", agreed())
    data, at, turn = stream("csms", 100), 0, 0
    got: list[Piece] = []
    while at < len(data):
        size = pieces[turn % len(pieces)]
        got += tamper.feed("csms", data[at : at + size])
        at, turn = at + size, turn + 1
    numbers, number = [], 0
    for piece in got:
        if piece.fault:
            numbers.append(number)
        if piece.data:
            number += 1
    return numbers, b"".join(piece.data for piece in got)


def test_the_same_seed_strikes_the_same_messages_in_whatever_pieces_they_come() -> None:
    first = struck("7 CP-1", [1_000])

    assert 10 < len(first[0]) < 60
    assert struck("7 CP-1", [1, 13, 400]) == first
    assert struck("8 CP-1", [1_000]) != first
    assert struck("7 CP-2", [1_000]) != first


def test_what_is_rewritten_is_the_same_again_and_all_else_as_it_was() -> None:
    first = struck("7 CP-1", [1_000], "rewrite-member")

    assert struck("7 CP-1", [77], "rewrite-member") == first
    texts = [frame.payload or b"" for frame in FrameReader(1 << 20).feed(first[1])]
    assert len(texts) == 100
    assert sum(b"unknownMember" in text for text in texts) == len(first[0])
    plain = [text for text in texts if b"unknownMember" not in text]
    assert set(plain) <= {ANSWERS["csms"].format(id=f"c{number}").encode() for number in range(100)}


def test_a_share_of_nothing_strikes_nothing() -> None:
    tamper = Tamper([chosen(name) for name in FAULTS], share=0, delay=1, seed="1")
    sent = agreed() + stream("csms", 20)

    assert b"".join(piece.data for piece in tamper.feed("csms", sent)) == sent


def test_with_a_refusal_nothing_is_looked_at() -> None:
    tamper = Tamper([chosen("drop-answer")], share=1, delay=1, seed="1")
    sent = b"HTTP/1.1 404 Not Found\r\n\r\n" + stream("csms", 1)

    assert tamper.feed("csms", sent[:10]) == [Piece("csms", sent[:10])]
    assert b"".join(piece.data for piece in tamper.feed("csms", sent[10:])) == sent[10:]


@pytest.mark.parametrize(
    "odd",
    [
        written(2, b'[3,"1",{}]', MASK),
        written(9, b'[3,"1",{}]', MASK),
        written(1, b"no JSON", MASK),
        written(1, b'{"3":"1"}', MASK),
        written(1, b"[3,1,{}]", MASK),
        written(1, b"[" * 100_000, MASK),
        b"\x01" + written(1, b'[3,"1",{}]', MASK)[1:] + b"\x80\x80" + MASK,  # in two frames
        b"\xc1" + written(1, b'[3,"1",{}]', MASK)[1:],  # compressed, whoever agreed on it
        written(1, b'[3,"1",{}' + b" " * (2 << 20) + b"]", MASK),
        b"\x81\xff" + b"\xff" * 100,
    ],
    ids=["binary", "ping", "no JSON", "no array", "number", "deep", "fragments", "compressed", "long", "no frame"],
)
def test_what_cannot_be_struck_passes_byte_by_byte(odd: bytes) -> None:
    tamper = Tamper([chosen("drop-answer")], share=1, delay=1, seed="1")
    pieces = [piece for at in range(0, len(odd), 65_536) for piece in tamper.feed("station", odd[at : at + 65_536])]

    assert b"".join(piece.data for piece in pieces) + tamper.rest("station") == odd
    assert not any(piece.fault for piece in pieces)


def test_nothing_is_put_into_the_middle_of_a_message() -> None:
    tamper = Tamper([chosen("delay-answer@station")], share=1, delay=1, seed="1")
    whole = written(1, b'[3,"late",{}]', MASK)
    begun, done = b"\x01" + written(1, b"[", MASK)[1:], written(0, b"]", MASK)
    strike, held = tamper.feed("station", whole)

    assert (strike.fault, held.delay, held.data) == ("delay-answer", 1, whole)
    assert [piece.data for piece in tamper.feed("station", begun)] == [begun]
    assert tamper.release(held) == []
    assert [piece.data for piece in tamper.feed("station", done)] == [done, whole]


def test_no_more_are_held_than_may_be() -> None:
    tamper = Tamper([chosen("delay-answer@station")], share=1, delay=1, seed="1")
    pieces = tamper.feed("station", stream("station", MOST_HELD + 5))

    assert sum(bool(piece.delay) for piece in pieces) == MOST_HELD
    assert sum(bool(piece.data) and not piece.delay for piece in pieces) == 5


def test_calls_that_are_never_answered_are_forgotten() -> None:
    tamper = Tamper([chosen("double-call@station")], share=1, delay=1, seed="1")
    tamper.feed("csms", agreed())
    for number in range(MOST_HELD + 1):
        tamper.feed("station", says("station", CALLS["station"].format(id=f"c{number}")))
    answers = [tamper.feed("csms", says("csms", ANSWERS["csms"].format(id=id))) for id in ("c0", f"c{MOST_HELD}")]

    assert [len(pieces) for pieces in answers] == [1, 2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("drop-anwser", "--fault drop-anwser: there is no such fault; did you mean drop-answer"),
        ("zzz", "--fault zzz: there is no such fault; there are drop-answer"),
        ("drop-answer@server", "--fault drop-answer@server: behind the @ stands station or csms"),
    ],
)
def test_a_fault_that_does_not_exist_is_told(text: str, says: str) -> None:
    with pytest.raises(UnknownFault, match=says):
        chosen(text)


def test_every_kind_has_a_fault() -> None:
    assert {fault.kind for fault in FAULTS.values()} == {"drop", "delay", "double", "rewrite"}
    assert all(fault.name.startswith(fault.kind) or fault.name == "stray-answer" for fault in FAULTS.values())
