"""Captured packets (pcap and pcapng) of plain ws:// connections.

``dpkt`` reads the packets. A connection whose handshake was not captured is called after the address of the station.
What is no WebSocket is passed over; a line in a report is a packet.
"""

from __future__ import annotations

import socket
from collections import OrderedDict
from collections.abc import Iterator
from typing import IO, Any, Final

import dpkt
import msgspec

from harness.instruments.analysis.shapes.model import Closed, Entry, Opened, Read, Unread
from harness.instruments.analysis.shapes.packets.tcp import Gap, Stream
from harness.instruments.analysis.shapes.packets.websocket import Connection, NoWebSocket
from harness.instruments.analysis.shapes.shape import Head, Source
from ocppj.evidence.trace import Role

MOST_CONNECTIONS: Final = 10_000
"""That are followed at a time; the one that was silent the longest goes."""

_PCAP: Final = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
_PCAPNG: Final = b"\x0a\x0d\x0d\x0a"
_BEHIND_LINK: Final = {
    dpkt.pcap.DLT_EN10MB: dpkt.ethernet.Ethernet,
    dpkt.pcap.DLT_LINUX_SLL: dpkt.sll.SLL,
    dpkt.pcap.DLT_LINUX_SLL2: dpkt.sll2.SLL2,
    dpkt.pcap.DLT_NULL: dpkt.loopback.Loopback,
    dpkt.pcap.DLT_LOOP: dpkt.loopback.Loopback,
}
_RAW: Final = (dpkt.pcap.DLT_RAW, 12, 14, dpkt.pcap.DLT_IPV4, dpkt.pcap.DLT_IPV6)
_TLS: Final = b"\x16\x03"

End = tuple[bytes, int]
"""Address and port."""


class _Flow(msgspec.Struct):
    """A connection that is followed; ``client`` is the end that the station is at, once that is known."""

    connection: Connection
    streams: dict[End, Stream]
    client: End | None = None
    is_told: bool = False
    is_dead: bool = False


class Pcap:
    """As the module says."""

    name = "pcap"
    title = "captured packets"

    def sniff(self, head: Head) -> float:
        """As ``Shape``."""
        return 1.0 if head.data[:4] in (*_PCAP, _PCAPNG) else 0.0

    def read(self, source: Source) -> Iterator[Read]:
        """As ``Shape``."""
        flows: OrderedDict[tuple[End, End], _Flow] = OrderedDict()
        number = 0
        try:
            packets = _packets(source.binary())
            unpack = _unpacking(packets.datalink())
            for at, data in packets:
                number += 1
                yield from _packet(flows, number, float(at), unpack(data))
        except (dpkt.Error, ValueError, EOFError) as error:
            yield Unread(number + 1, "", f"no packet: {error or type(error).__name__}")


def _packets(file: IO[bytes]) -> Any:
    beginning = file.peek(4)[:4]  # type: ignore[attr-defined]
    return dpkt.pcapng.Reader(file) if beginning == _PCAPNG else dpkt.pcap.Reader(file)


def _unpacking(link: int) -> Any:
    """How a packet of this link type becomes one of IP. Raises ``ValueError`` for one that is not known."""
    if link in _RAW:
        return lambda data: dpkt.ip6.IP6(data) if data[:1] >= b"\x60" else dpkt.ip.IP(data)
    if link not in _BEHIND_LINK:
        raise ValueError(f"packets of the link type {link} are not read here; capture Ethernet, or any")
    outer = _BEHIND_LINK[link]

    def inner(data: bytes) -> Any:
        try:
            return outer(data).data
        except dpkt.Error:
            return None  # nothing of IP, or cut before it begins

    return inner


def _packet(flows: OrderedDict[tuple[End, End], _Flow], number: int, at: float, ip: Any) -> Iterator[Read]:
    tcp = getattr(ip, "data", None)
    if not isinstance(tcp, dpkt.tcp.TCP):
        return
    source, target = (bytes(ip.src), tcp.sport), (bytes(ip.dst), tcp.dport)
    key = (source, target) if source <= target else (target, source)
    flow = flows.get(key)
    is_syn = bool(tcp.flags & dpkt.tcp.TH_SYN)
    if flow is None or (is_syn and not tcp.flags & dpkt.tcp.TH_ACK):
        flow = flows[key] = _Flow(Connection(), {source: Stream(), target: Stream()})
        if len(flows) > MOST_CONNECTIONS:
            flows.popitem(last=False)
    flows.move_to_end(key)
    if flow.is_dead:
        return
    if is_syn:
        flow.client = target if tcp.flags & dpkt.tcp.TH_ACK else source
        flow.streams[source].begin(tcp.seq)
        return
    if tcp.data:
        try:
            yield from _data(flow, number, at, source, target, tcp, _missing(ip, tcp))
        except (Gap, NoWebSocket) as error:
            flow.is_dead = True
            if flow.is_told:  # what never was a WebSocket is nobody's business
                yield Unread(number, "", f"the connection of {_station(flow)} cannot be followed: {error}")
    if tcp.flags & (dpkt.tcp.TH_FIN | dpkt.tcp.TH_RST) and flow.is_told and not flow.is_dead:
        flow.is_dead = True
        by = flow.connection.closed_by or ("station" if source == flow.client else "csms")
        yield Closed(number, _station(flow), at, True, by)


def _data(
    flow: _Flow, number: int, at: float, source: End, target: End, tcp: Any, missing: int
) -> Iterator[Entry | Opened]:
    if missing:
        raise Gap(f"{missing} bytes of a packet were not captured")
    data = flow.streams[source].add(tcp.seq, tcp.data)
    if not data:
        return
    if flow.client is None:
        flow.client = _client(source, target, data)
    sender: Role = "station" if source == flow.client else "csms"
    for payload, is_binary in flow.connection.feed(sender, data):
        if not flow.is_told:
            yield from _told(flow, number, at)
        yield Entry(number, payload.decode("utf-8", "replace"), _station(flow), sender, at, True, is_binary)
    if flow.connection.is_open and not flow.is_told:
        yield from _told(flow, number, at)


def _told(flow: _Flow, number: int, at: float) -> Iterator[Opened]:
    flow.is_told = True
    if flow.connection.is_open:
        yield Opened(number, _station(flow), at, True, flow.connection.subprotocol)


def _client(source: End, target: End, data: bytes) -> End:
    """Who dialled, when no SYN was captured: who asks, or whose frames are masked. Raises ``NoWebSocket``."""
    if data.startswith(b"GET ") or (len(data) > 1 and data[1] & 0x80 and not data.startswith(_TLS)):
        return source
    if data.startswith(b"HTTP/1.1 101") or (data[0] & 0x80 and not data[0] & 0x30):
        return target
    raise NoWebSocket("no frame of a WebSocket begins so")


def _missing(ip: Any, tcp: Any) -> int:
    """Bytes of a packet that were on the wire and are not in the capture."""
    if not isinstance(ip, dpkt.ip.IP) or not ip.len:  # with offloading the length may be unknown
        return 0
    return max(0, int(ip.len) - int(ip.hl) * 4 - int(tcp.off) * 4 - len(tcp.data))


def _station(flow: _Flow) -> str:
    if flow.connection.identity is not None:
        return flow.connection.identity
    assert flow.client is not None
    address, port = flow.client
    return f"{socket.inet_ntop(socket.AF_INET6 if len(address) == 16 else socket.AF_INET, address)}:{port}"


SHAPE: Final = Pcap()
