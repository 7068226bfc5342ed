"""Captured packets: connections as they are on a wire, with all that happens to packets there."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dpkt
import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

from harness.instruments.analysis.shapes.model import Closed, Entry, Opened
from harness.instruments.analysis.shapes.packets.tcp import MOST_WAITING, Gap, Stream
from harness.instruments.analysis.shapes.packets.websocket import Connection, NoWebSocket
from tests.harness.instruments.analysis.support import BEGIN, LOGS, analysed

STATION, CSMS = (bytes([192, 0, 2, 7]), 50_123), (bytes([192, 0, 2, 1]), 80)
ASKED = (
    "GET /ocpp/CP-0815 HTTP/1.1\r\nHost: csms.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
AGREED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: ocpp1.6\r\n{}\r\n"
SYN, ACK, FIN, PUSH = dpkt.tcp.TH_SYN, dpkt.tcp.TH_ACK, dpkt.tcp.TH_FIN, dpkt.tcp.TH_PUSH

Packet = tuple[float, bytes]


class Wire:
    """Packets of one connection, as a capture has them."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self._next = {STATION: 0xFFFF_FF00, CSMS: 1_000}  # the station's numbers go round
        self._at = BEGIN

    def sends(self, source: Any, data: bytes = b"", flags: int = ACK) -> "Wire":
        target = CSMS if source == STATION else STATION
        tcp = dpkt.tcp.TCP(sport=source[1], dport=target[1], seq=self._next[source], flags=flags, data=data)
        ip = dpkt.ip.IP(src=source[0], dst=target[0], p=dpkt.ip.IP_PROTO_TCP, data=tcp)
        ip.len = len(ip)
        self._at += 0.1
        self.packets.append((self._at, bytes(dpkt.ethernet.Ethernet(type=dpkt.ethernet.ETH_TYPE_IP, data=ip))))
        self._next[source] = (self._next[source] + len(data) + bool(flags & (SYN | FIN))) % (1 << 32)
        return self

    def opens(self, extension: str = "") -> "Wire":
        self.sends(STATION, flags=SYN).sends(CSMS, flags=SYN | ACK)
        return self.sends(STATION, ASKED.encode()).sends(CSMS, AGREED.format(extension).encode())

    def says(self, source: Any, text: str, **how: Any) -> "Wire":
        return self.sends(source, framed(source, text, **how))

    def write(self, file: Path, **how: Any) -> Path:
        with file.open("wb") as out:
            writer = dpkt.pcap.Writer(out, **how)
            for at, data in self.packets:
                writer.writepkt(data, ts=at)
        return file


def framed(source: Any, text: str, opcode: Opcode = Opcode.TEXT, deflate: Any = None) -> bytes:
    frame = Frame(opcode, text.encode())
    return frame.serialize(mask=source == STATION, extensions=[deflate] if deflate else None)


def conversation() -> Iterator[tuple[Any, str]]:
    for part, _, sender in analysed(LOGS / "plain.log")[1].taken:
        if isinstance(part, Entry):
            yield STATION if sender == "station" else CSMS, part.text


EXPECTED = [("station" if source == STATION else "csms", text) for source, text in conversation()]


def read(file: Path) -> tuple[list[tuple[Any, str]], list[Any], Any]:
    _, kept, log = analysed(file)
    frames = [(sender, part.text) for part, _, sender in kept.taken if isinstance(part, Entry)]
    return frames, kept.taken, log


def whole() -> Wire:
    wire = Wire().opens()
    for source, text in conversation():
        wire.says(source, text)
    return wire.sends(STATION, flags=FIN | ACK)


def test_a_connection_from_its_handshake_to_its_end(tmp_path: Path) -> None:
    frames, taken, log = read(whole().write(tmp_path / "x.pcap"))

    assert frames == EXPECTED
    assert (log.shape, log.unread) == ("pcap", {})
    assert {station for _, station, _ in taken} == {"CP-0815"}
    assert isinstance(taken[0][0], Opened)
    assert taken[0][0].subprotocol == "ocpp1.6"
    assert isinstance(taken[-1][0], Closed)
    assert taken[-1][0].by == "station"
    assert taken[1][0].at == pytest.approx(BEGIN + 0.5, abs=1e-5)


def test_pcapng_and_the_packets_of_linux(tmp_path: Path) -> None:
    wire = whole()
    with (tmp_path / "x.pcapng").open("wb") as out:
        writer = dpkt.pcapng.Writer(out)
        for at, data in wire.packets:
            writer.writepkt(data, ts=at)
    raw = Wire()
    raw.packets = [(at, data[14:]) for at, data in wire.packets]

    assert read(tmp_path / "x.pcapng")[0] == EXPECTED
    assert read(raw.write(tmp_path / "raw.pcap", linktype=dpkt.pcap.DLT_RAW))[0] == EXPECTED
    cooked = Wire()
    cooked.packets = [(at, struct.pack(">HHH8sH", 0, 1, 6, b"", 0x0800) + data[14:]) for at, data in wire.packets]
    assert read(cooked.write(tmp_path / "any.pcap", linktype=dpkt.pcap.DLT_LINUX_SLL))[0] == EXPECTED


def test_packets_out_of_order_and_twice(tmp_path: Path) -> None:
    wire = whole()
    packets = wire.packets
    packets[5], packets[7] = packets[7], packets[5]  # two of the station
    packets.insert(9, packets[7])
    frames, _, log = read(wire.write(tmp_path / "x.pcap"))

    assert sorted(frames) == sorted(EXPECTED)
    assert log.unread == {}


def test_frames_that_are_split_and_joined_anywhere(tmp_path: Path) -> None:
    wire = Wire().opens()
    for source, text in conversation():
        data = framed(source, text)
        for start in range(0, len(data), 11):
            wire.sends(source, data[start : start + 11], PUSH | ACK)

    assert read(wire.write(tmp_path / "x.pcap"))[0] == EXPECTED


def test_compressed_messages(tmp_path: Path) -> None:
    extension = (
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_max_window_bits=12\r\n"
    )
    wire = Wire().opens(extension)
    deflate = {STATION: PerMessageDeflate(False, False, 15, 12), CSMS: PerMessageDeflate(False, True, 15, 15)}
    for source, text in conversation():
        wire.says(source, text, deflate=deflate[source])

    assert read(wire.write(tmp_path / "x.pcap"))[0] == EXPECTED


def test_a_capture_that_begins_later_names_the_station_by_its_address(tmp_path: Path) -> None:
    wire = Wire()
    for source, text in conversation():
        wire.says(source, text)
    frames, taken, _ = read(wire.write(tmp_path / "x.pcap"))

    assert frames == EXPECTED
    assert {station for _, station, _ in taken} == {"192.0.2.7:50123"}


def test_who_said_goodbye_is_who_closed(tmp_path: Path) -> None:
    wire = Wire().opens().says(STATION, '[2,"1","Heartbeat",{}]').says(CSMS, "\x03\xe8", opcode=Opcode.CLOSE)
    _, taken, _ = read(wire.sends(STATION, flags=FIN | ACK).write(tmp_path / "x.pcap"))

    assert taken[-1][0].by == "csms"


def test_a_message_in_parts_and_a_binary_one(tmp_path: Path) -> None:
    wire = Wire().opens()
    for opcode, text, fin in (
        (Opcode.TEXT, '[2,"1",', False),
        (Opcode.PING, "", True),
        (Opcode.CONT, '"Heartbeat",{}]', True),
    ):
        wire.sends(STATION, Frame(opcode, text.encode(), fin=fin).serialize(mask=True))
    wire.says(STATION, "[2]", opcode=Opcode.BINARY)
    frames, taken, _ = read(wire.write(tmp_path / "x.pcap"))

    assert frames == [("station", '[2,"1","Heartbeat",{}]'), ("station", "[2]")]
    assert taken[-1][0].is_binary


def test_packets_that_were_captured_in_part_are_told(tmp_path: Path) -> None:
    wire = Wire().opens().says(STATION, '[2,"1","Heartbeat",{}]')
    wire.packets.append((wire.packets[-1][0], Wire().sends(CSMS, b"x" * 900).packets[0][1][:300]))
    frames, _, log = read(wire.write(tmp_path / "x.pcap"))

    assert len(frames) == 1
    assert list(log.unread) == ["the connection of CP-0815 cannot be followed: 654 bytes of a packet were not captured"]


def test_what_is_no_websocket_is_passed_over(tmp_path: Path) -> None:
    wire = Wire().sends(STATION, flags=SYN).sends(STATION, b"GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n")
    wire.sends(CSMS, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").sends(STATION, b"SSH-2.0-x\r\n")
    frames, taken, log = read(wire.write(tmp_path / "x.pcap"))

    assert (frames, taken, log.unread) == ([], [], {})


def test_a_link_that_is_not_known(tmp_path: Path) -> None:
    _, _, log = read(whole().write(tmp_path / "x.pcap", linktype=147))

    assert list(log.unread) == ["no packet: packets of the link type 147 are not read here; capture Ethernet, or any"]


def test_a_capture_that_is_cut(tmp_path: Path) -> None:
    file = whole().write(tmp_path / "x.pcap")
    file.write_bytes(file.read_bytes()[:-700])
    frames, _, _ = read(file)

    assert 0 < len(frames) < 12


def test_a_reused_port_is_another_connection(tmp_path: Path) -> None:
    wire = whole()
    wire.packets += whole().packets
    frames, taken, _ = read(wire.write(tmp_path / "x.pcap"))

    assert frames == EXPECTED * 2
    assert sum(isinstance(part, Opened) for part, _, _ in taken) == 2


# ---- the pieces by themselves


def test_what_never_comes_is_not_waited_for() -> None:
    stream = Stream()
    stream.begin(0)
    for number in range(MOST_WAITING // 1_000):
        assert stream.add(100 + number * 1_000, b"x" * 1_000) == b""
    with pytest.raises(Gap, match="bytes are missing"):
        stream.add(99, b"x" * 1_000)


def test_numbers_go_round() -> None:
    stream = Stream()
    assert stream.add((1 << 32) - 2, b"abcd") == b"abcd"
    assert stream.add(4, b"gh") == b""
    assert stream.add(2, b"ef") == b"efgh"
    assert stream.add(0, b"cdef") == b""


@pytest.mark.parametrize("data", [b"\x81\x05hello", b"\xf1\x80\0\0\0\0", b"\x83\x80\0\0\0\0", b"GET / HTTP/9\r\n\r\n"])
def test_bytes_that_are_no_frames_of_a_station(data: bytes) -> None:
    with pytest.raises(NoWebSocket):
        list(Connection().feed("station", data))
