"""One connection as the judge sees it: the opening, then frames, which make messages, which a session judges."""

from __future__ import annotations

import time
from dataclasses import dataclass
from time import monotonic_ns
from typing import Final

from harness.instruments.proxy.judging.assembling import Assembler, Message
from harness.instruments.proxy.judging.events import Feed, Kind
from harness.instruments.proxy.judging.figures import Figures
from harness.instruments.proxy.judging.keeping import Keeper, TraceFile
from harness.instruments.proxy.judging.remembered import Remembered
from harness.instruments.proxy.judging.tally import Tally
from harness.instruments.proxy.wire import opening
from harness.instruments.proxy.wire.records import (
    Behind,
    Closed,
    Faulted,
    Opened,
    Passed,
    Requested,
    Unreached,
    Unseen,
)
from ocppj import frames
from ocppj.evidence.outside import shown
from ocppj.evidence.trace import DIRECTION, Role, Trace
from ocppj.frames import CallError, CallResult, Frame
from ocppj.protocol import Protocol
from ocppj.rules import Finding
from ocppj.session.session import OTHER, Session
from ocppj.versions import UnknownVersion, of_subprotocol

MOST_EARLY: Final = 1 << 20
"""Bytes that a station may send before the CSMS has agreed, and still be judged."""

MOST_ENTRIES: Final = 12
"""Entries of a trace that wait to be written; with messages as long as they may be, less than a trace keeps."""

_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Books:
    """What all connections have in common."""

    figures: Figures
    tally: Tally
    feed: Feed
    keeper: Keeper
    remembered: Remembered
    answer_timeout: int
    """Nanoseconds after which a CALL counts as not answered."""
    secrets: tuple[str, ...] = ()


class Watched:
    """A connection, from its first record to its last."""

    def __init__(self, opened: Opened, books: Books) -> None:
        self.number = opened.connection
        self.identity = ""
        self.address = opened.address
        self.since = time.time()
        self.version = ""
        self.findings = 0
        self.counts: dict[Role, int] = {"station": 0, "csms": 0}
        self.state = "opening"
        self._books = books
        self._trace = Trace(secrets=books.secrets)
        self._file: TraceFile | None = None
        self._has_asked = False
        self._is_over = False
        self._offered: tuple[str, ...] = ()
        self._answer: bytearray | None = bytearray()
        self._ways: dict[Role, Assembler] | None = None
        self._session: Session | None = None
        self._early = b""  # of the station, before the CSMS has answered
        self._has_gap = False
        self._missing: set[Role] = set()  # of whom nothing is seen for the moment
        self._closing: Role | None = None
        within = f" within {opened.tls}" if opened.tls else ""
        self._note(f"a station has connected from {opened.address}{within}", opened.at)

    # --- the opening --------------------------------------------------------------------------------------------------

    def requested(self, record: Requested) -> None:
        """The station has sent its opening request."""
        request = opening.read_request(record.head)
        self._has_asked = True
        if request is not None:
            self.identity, self._offered = request.identity, request.offered
        self._trace.add_handshake("station->csms", opening.shown(record.head), record.at)
        for change in record.changed:
            self._note(f"the proxy has rewritten the opening request: {change}", record.at)

    def unreached(self, record: Unreached) -> None:
        """The CSMS was not reached."""
        self.state = "unreached"
        self._books.figures.unreached += 1
        self._note(record.sentence, record.at)
        self._tell("refused", record.sentence, record.at)

    def passed(self, record: Passed) -> None:
        """Bytes were passed on."""
        self._books.figures.bytes[record.sender] += len(record.data)
        if self._answer is not None and record.sender == "csms":
            self._read_answer(record)
        elif self._ways is not None:
            self._frames(record.sender, record.data, record.at)
        elif self._answer is not None and len(self._early) <= MOST_EARLY:
            self._early += record.data

    def _read_answer(self, record: Passed) -> None:
        assert self._answer is not None
        self._answer += record.data
        head, end, rest = bytes(self._answer).partition(opening.END)
        if not end:
            if len(self._answer) > opening.LONGEST_HEAD:
                self._answer = None
                self._note("what the CSMS has answered is no HTTP", record.at)
            return
        self._answer = None
        self._trace.add_handshake("csms->station", opening.shown(head), record.at)
        answer = opening.read_answer(head)
        if answer is None or not answer.is_upgrade:
            status = "no HTTP" if answer is None else f"HTTP {answer.status} {answer.reason}".strip()
            self.state = "refused"
            self._books.figures.refused += 1
            self._tell("refused", f"the CSMS has answered {status}", record.at)
            return
        self._upgraded(answer, record.at)
        self._frames("station", self._early, record.at)
        self._frames("csms", rest, record.at)
        self._early = b""

    def _upgraded(self, answer: opening.Answer, at: int) -> None:
        self.state = "open"
        try:
            if len(self._early) > MOST_EARLY:
                raise ValueError("the station has sent too much before the CSMS has agreed")
            agreed = opening.compression(answer.extensions)
        except ValueError as error:
            self.version = "?"
            self._note(f"{error}: nothing is judged", at)
            self._tell("connected", f"connected, not judged: {error}", at)
            return
        self._ways = {"station": Assembler("station", agreed), "csms": Assembler("csms", agreed)}
        protocol = self._protocol(answer.subprotocol)
        if protocol is None:
            named = answer.subprotocol or "no subprotocol"
            self.version = "?"
            self._note(f"the two have agreed on {named}, which is not judged here", at)
            self._tell("connected", f"connected with {named}, not judged", at)
            return
        self.version = protocol.version
        self._begin(protocol)
        compressed = ", compressed" if agreed is not None else ""
        self._tell("connected", f"connected from {self.address}, OCPP {protocol.version}{compressed}", at)

    def _protocol(self, agreed: str) -> Protocol | None:
        """Of what was agreed on, or, where the CSMS names nothing, of the first offer that is known."""
        for name in (agreed,) if agreed else self._offered:
            try:
                return of_subprotocol(name)
            except UnknownVersion:
                continue
        return None

    def _begin(self, protocol: Protocol) -> None:
        remembered = self._books.remembered
        memory = remembered.fresh(protocol) if self._has_gap else remembered.of(protocol, self.identity)
        self._session = Session("csms", protocol, trace=self._trace, memory=memory, wall=remembered.wall)

    # --- frames -------------------------------------------------------------------------------------------------------

    def _frames(self, sender: Role, data: bytes, at: int) -> None:
        if self._ways is not None and data:
            for message in self._ways[sender].feed(data):
                self._message(sender, message, at)
                if len(self._trace) >= MOST_ENTRIES:
                    self.write()

    def behind(self, record: Behind) -> None:
        """From here on nothing is seen of one side: of the other, too, nothing can be said until that has ended."""
        self._missing.add(record.sender)
        self._note(f"the judge is behind: what the {record.sender} sends is passed on and not seen", record.at)

    def unseen(self, record: Unseen) -> None:
        """What comes next is seen again; what is judged from here on must not depend on what was not."""
        figures, sender = self._books.figures, record.sender
        figures.bytes[sender] += record.size
        figures.unseen[sender] += record.messages
        sentence = f"{record.messages} messages of the {sender} ({record.size} bytes) were passed on and not judged"
        self._note(f"{sentence}: the judge was behind", record.at)
        self._tell("note", sentence, record.at)
        self._has_gap = True
        self._missing.discard(sender)
        if sender == "station":
            self._early = b""
        if self._ways is not None:
            self._ways[sender].missed()
        if self._session is not None:
            self._begin(self._session.protocol)

    def _message(self, sender: Role, message: Message, at: int) -> None:
        figures = self._books.figures
        match message.kind:
            case "text" | "binary":
                figures.messages[sender] += 1
                self.counts[sender] += 1
                frame = frames.parse(message.text) if message.kind == "text" else frames.binary(message.data)
                self._frame(sender, frame, at)
            case "close":
                self._closing = self._closing or sender
                reason = f" {shown(message.text, longest=_SHOWN)}" if message.text else ""
                self._note(f"the {sender} closes: {message.code}{reason}", at)
            case "ping" | "pong":
                self._note(f"the {sender} sends a {message.kind} of {message.text}", at)
            case "wrong":
                figures.wrong[sender] += 1
                self._note(f"the {sender} breaks WebSocket: {message.text}", at)
                self._tell("note", f"the {sender} breaks WebSocket: {message.text}", at)
            case "unjudged":
                figures.unjudged[sender] += 1
                self._note(f"not judged, of the {sender}: {message.text}", at)
                self._tell("note", f"not judged, of the {sender}: {message.text}", at)

    def _frame(self, sender: Role, frame: Frame, at: int) -> None:
        self._books.feed.tell(
            self._wall(at), "frame", self.number, self.identity, frame.raw, direction=DIRECTION[sender]
        )
        session = self._session
        if session is None or self._missing or self._may_answer_unseen(session, sender, frame):
            self._trace.add_frame(DIRECTION[sender], frame.raw, at)
            self._books.figures.unjudged[sender] += 1
            return
        seen = session.observe(sender, frame, at)
        self._books.figures.observe(seen, session.protocol.actions)
        for finding in seen.findings:
            self._found(finding, at)

    def _may_answer_unseen(self, session: Session, sender: Role, frame: Frame) -> bool:
        """Whether an answer may be that to a CALL which nobody has seen, so that nothing can be said of it."""
        if not self._has_gap or not isinstance(frame, CallResult | CallError):
            return False
        return all(call.id != frame.id for call in session.open_calls(OTHER[sender]))

    def _found(self, finding: Finding, at: int) -> None:
        self.findings += 1
        self._books.tally.add(finding, self.number, self.identity)
        self._note(f"{finding.level} {finding.rule}, {finding.party}: {finding.message}", at)
        self._books.feed.tell(
            self._wall(at),
            "finding",
            self.number,
            self.identity,
            finding.message,
            rule=finding.rule,
            level=finding.level,
            party=finding.party,
        )

    def faulted(self, record: Faulted) -> None:
        """A fault was put in."""
        self._books.figures.faults[record.fault] += 1
        self._note(f"the proxy puts in {record.fault}, in what the {record.sender} sends", record.at)
        self._tell("fault", f"{record.fault}, in what the {record.sender} sends", record.at)

    # --- time, and the end --------------------------------------------------------------------------------------------

    def look(self, now: int) -> None:
        """Time has passed: CALLs that are too old were not answered. What was noted is written."""
        session = self._session
        if session is not None and not self._missing:
            for sender in OTHER:
                for call in session.open_calls(sender):
                    if now - call.at > self._books.answer_timeout:
                        for finding in session.time_out(call.id, now, sender):
                            self._found(finding, now)
        self.write()

    def closed(self, record: Closed) -> None:
        """The connection has ended."""
        by = self._closing or {"station": "station", "csms": "csms"}.get(record.by, "")
        if self._session is not None and by:
            for finding in self._session.close(OTHER["csms"] if by == "station" else "csms", record.at):
                self._found(finding, record.at)
        whose = f"by the {by}" if by else "by the proxy"
        reason = f" ({shown(record.reason, longest=_SHOWN)})" if record.reason else ""
        self._note(f"the connection was ended {whose}{reason}", record.at)
        if self.state == "open":
            self._tell("closed", f"ended {whose}{reason}", record.at)
        self.state = "closed"
        self.close()

    def close(self) -> None:
        """Complete the trace."""
        self._is_over = True
        self.write()
        if self._file is not None:
            self._file.close()

    def write(self) -> None:
        """Have in the file what was noted; while the station has not asked, there is no name for one."""
        if self._file is None:
            if not self._has_asked and not self._is_over:
                return
            self._file = self._books.keeper.open(self.number, self.identity)
        lines = self._trace.drain()
        if lines:
            self._file.write(lines)
            self._file.flush()

    def _note(self, text: str, at: int) -> None:
        self._trace.add("note", text, at)

    def _tell(self, kind: Kind, text: str, at: int) -> None:
        self._books.feed.tell(self._wall(at), kind, self.number, self.identity, text)

    def _wall(self, at: int) -> float:
        return time.time() - (monotonic_ns() - at) / 1e9
