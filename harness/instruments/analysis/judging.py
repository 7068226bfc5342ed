"""The log, judged: each station has a session of the engine, as if its frames passed just now.

What a log does not have is not held against anybody: answers to CALLs before its first line, dates where it has no
times, what was open when a connection was lost. Each is counted.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

import msgspec

from harness.instruments.analysis.extent import extent
from harness.instruments.analysis.records import Example, Records, StationRecord, Times
from harness.instruments.analysis.senders import Writer, guessed
from harness.instruments.analysis.shapes.model import Closed, Entry, Opened
from harness.instruments.analysis.transactions.book import Book
from harness.instruments.analysis.transactions.ledger import Ledger
from harness.instruments.analysis.transactions.model import Transaction
from harness.instruments.analysis.versions import DEFAULT, by_subprotocol, decided_by, protocol_of, reader_of
from ocppj import times
from ocppj.evidence.trace import Role
from ocppj.frames import Call, CallError, CallResult, Frame, binary, parse
from ocppj.rules import Finding
from ocppj.rules.known import Given, Wall
from ocppj.rules.memory import Memory
from ocppj.rules.seen import Seen
from ocppj.session.session import OTHER, Session

MOST_LIVE: Final = 4_096
"""Stations that are followed at a time; the one that was silent the longest is let go, and begins anew."""
REMEMBERED: Final = 64
"""CALLs of each party of a station that are remembered, with this much text."""
REMEMBERED_TEXT: Final = 64 << 10
ANSWER_WITHIN_S: Final = 60.0
"""After this a CALL counts as not answered."""
MOST_PLACES: Final = 2_000
"""Open CALLs of a station of which it is known where they stand; the session keeps no more, either."""
WINDOW_NS: Final = 5_000_000_000
DEVIATION_S: Final = 5.0
"""What clocks may differ by: four seconds, and one because a log may be written in whole seconds."""
LATE_LINE_NS: Final = 1_000_000_000
LATE_LINES: Final = 8
"""A log may have an answer before its CALL by so much: programs write their lines when they get to it."""
QUARTER_S: Final = 900
"""Zones are whole quarters of an hour."""

BEFORE: Final = "answers to CALLs that the log does not have, because it begins later"
NOBODY: Final = "frames of which nothing says who sent them"
UNREADABLE_TIME: Final = "frames whose dates were not judged, because the log's own times have no zone; --zone names it"
CUT_OFF: Final = "CALLs that were open when their connection ended"
AT_THE_END: Final = "CALLs that were open when the log ended"
LET_GO: Final = "stations that were let go of, because too many were in sight at a time"
SWAPPED: Final = "answers that the log has before their CALL"

_TELLS_TIME: Final = ("BootNotification", "Heartbeat")
_BOOT: Final = "BootNotification"
_UNKNOWN: Final = "(no action)"


class Options(msgspec.Struct, frozen=True):
    """``version`` is None where each station is taken for what it says; ``zone`` seconds east of UTC, if told.

    ``errata`` is the level that versions are judged by which have it, None: the newest.
    """

    version: str | None = None
    errata: str | None = None
    zone: float | None = None
    answer_within_s: float = ANSWER_WITHIN_S
    most_live: int = MOST_LIVE


class _Held(msgspec.Struct):
    """An answer whose CALL has not been seen; ``age`` is how many frames of the station there were before."""

    frame: CallResult | CallError
    sender: Role
    at: int
    age: int
    where: str


class _Live(msgspec.Struct):
    """A station that is followed."""

    name: str
    record: StationRecord
    memory: Memory
    session: Session
    version: str
    ledger: Ledger
    at: int
    begun: int
    is_decided: bool = False
    is_whole: bool = False
    zoned: bool = True
    is_timed: bool = False
    frames: int = 0
    next_due: int = 0
    held: deque[_Held] = msgspec.field(default_factory=deque)
    places: dict[tuple[Role, str], str] = {}


class Judge:
    """Takes what was read off the logs, one after the other, and fills ``records`` and ``book``."""

    def __init__(
        self, options: Options | None = None, write: Callable[[Mapping[str, Any]], None] | None = None
    ) -> None:
        """``write`` is given each transaction that ends."""
        self.options = options or Options()
        self.records = Records()
        self.book = Book(write)
        self.offset = self.options.zone
        """Seconds by which the log's own times are ahead of UTC; None while nobody knows."""
        self.has_zoneless = False
        """Whether there were times without a zone."""
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._writer = Writer()
        self._log = ""
        self._stem = ""
        self._given = Given()

    def begin(self, log: str, stem: str) -> None:
        """Another log begins; ``stem`` is what a station is called that it does not name."""
        self._log, self._stem = log, stem
        self._writer = Writer()

    def take(self, part: Entry | Opened | Closed) -> Role | None:
        """One frame, or one event; gives the sender of a frame, None where nothing tells."""
        live = self._station(part)
        if type(part) is Entry:
            return self._frame(live, part)
        if type(part) is Opened:
            self._opened(live, part)
        else:
            self._closed(live, cast(Closed, part))
        return None

    def finish(self) -> None:
        """The logs are over: what is due is judged, what is open is told."""
        last = max((live.at for live in self._live.values()), default=0)
        while self._live:
            live = self._live.popitem(last=False)[1]
            if live.is_timed:
                live.at = max(live.at, last)
            self._let_go(live)

    # ---- stations

    def _station(self, part: Entry | Opened | Closed) -> _Live:
        name = part.station or self._stem
        live = self._live.get(name)
        if live is None:
            live = self._meet(name, part.at)
        else:
            self._live.move_to_end(name)
        if part.at is not None:
            live.at = max(live.at, int(part.at * 1e9))
            if part.zoned != live.zoned or not live.is_timed:
                is_new = live.frames > 0 and not live.is_timed
                live.zoned, live.is_timed = part.zoned, True
                if is_new:  # of what passed without times nobody can say how long ago it was
                    live.session = self._session(live)
                self.has_zoneless = self.has_zoneless or not part.zoned
                live.session.wall = self._wall(live.zoned)
                live.session.answer_window = WINDOW_NS
            live.ledger.now = None if live.session.wall is None else live.session.wall.now(live.at)
            self._passed(live, part.at)
        else:
            live.at += 1
        return live

    def _passed(self, live: _Live, at: float) -> None:
        record = live.record
        if record.first is None:
            record.first = at
        record.last = at
        if self.records.first is None or at < self.records.first:
            self.records.first = at
        if self.records.last is None or at > self.records.last:
            self.records.last = at

    def _meet(self, name: str, at: float | None) -> _Live:
        record = self.records.station(name)
        version = self.options.version or record.version or DEFAULT
        memory = Memory(REMEMBERED, REMEMBERED_TEXT, given=self._given)
        now = 0 if at is None else int(at * 1e9)
        protocol = protocol_of(version, self.options.errata)
        session = Session("csms", protocol, memory=memory, answer_window=0, max_findings=0)
        ledger = Ledger(name, lambda transaction: self._ended(record, transaction))
        live = _Live(name, record, memory, session, version, ledger, now, now)
        live.is_decided = self.options.version is not None
        record.version = version
        record.connections += 1
        self._live[name] = live
        if len(self._live) > self.options.most_live:
            self._let_go(self._live.popitem(last=False)[1])
            self.records.not_judged[LET_GO] += 1
        return live

    def _let_go(self, live: _Live) -> None:
        self._give_up(live)
        self._release(live, everything=True)
        waiting = sum(len(live.session.open_calls(role)) for role in OTHER)
        if waiting:
            self.records.not_judged[AT_THE_END] += waiting
        self.book.still_open += live.ledger.close()

    def _ended(self, record: StationRecord, transaction: Transaction) -> None:
        record.transactions += 1
        record.remarks += len(transaction.remarks) + transaction.more_remarks
        self.book.add(transaction)

    # ---- connections

    def _opened(self, live: _Live, part: Opened) -> None:
        if live.frames or live.is_whole:
            self._renew(live)
        version = by_subprotocol(part.subprotocol) if part.subprotocol and self.options.version is None else None
        if version is not None:
            live.is_decided = True
            self._speaks(live, version)
        live.is_whole = True

    def _closed(self, live: _Live, part: Closed) -> None:
        self._give_up(live)
        self._release(live, everything=True)
        if part.by is not None and live.frames:
            where = self._where(part.line)
            for finding in live.session.close(part.by, live.at):
                self._found(live, finding, None, where)
        self._cut_off(live)

    def _renew(self, live: _Live) -> None:
        """Another connection of the same station: what was open cannot be answered any more, and is held against
        nobody."""
        self._give_up(live)
        self._release(live, everything=True)
        self._cut_off(live)
        live.record.connections += 1

    def _cut_off(self, live: _Live) -> None:
        waiting = sum(len(live.session.open_calls(role)) for role in OTHER)
        if waiting:
            live.record.cut_off += waiting
            self.records.not_judged[CUT_OFF] += waiting
        live.places.clear()
        live.session = self._session(live)

    def _session(self, live: _Live) -> Session:
        window = WINDOW_NS if live.is_timed else 0
        wall = live.session.wall
        protocol = protocol_of(live.version, self.options.errata)
        return Session("csms", protocol, memory=live.memory, wall=wall, answer_window=window, max_findings=0)

    def _speaks(self, live: _Live, version: str) -> None:
        if version != live.version:
            live.version = live.record.version = version
            live.session = self._session(live)

    # ---- frames

    def _frame(self, live: _Live, part: Entry) -> Role | None:
        frame: Frame = binary(part.text.encode()) if part.is_binary else parse(part.text)
        if type(frame) is Call and not live.is_decided:
            version = decided_by(frame.action, frame.payload)
            if version is not None:
                live.is_decided = True
                self._speaks(live, version)
        protocol = live.session.protocol
        sender = self._writer.sender(part.sender, frame, protocol)
        if sender is None:
            sender = guessed(frame, protocol, live.memory, live.session)
            if sender is None:
                self.records.not_judged[NOBODY] += 1
                return None
            self.records.guessed += 1
        where = self._where(part.line)
        if live.held:
            self._release(live)
        self._give_up(live)
        if self._is_reconnection(live, frame, sender):
            self._renew(live)
        if isinstance(frame, CallResult | CallError) and live.memory.find(OTHER[sender], frame.id) is None:
            live.held.append(_Held(frame, sender, live.at, live.frames, where))
            live.frames += 1
            return sender
        self._judge(live, frame, sender, where)
        if live.held and type(frame) is Call:
            self._release_answer(live, frame.id, sender)
        return sender

    def _is_reconnection(self, live: _Live, frame: Frame, sender: Role) -> bool:
        """Where the log says nothing of connections: a boot while the station waits for an answer of the old one."""
        is_boot = sender == "station" and type(frame) is Call and frame.action == _BOOT
        return is_boot and not live.is_whole and bool(live.session.open_calls("station"))

    def _release(self, live: _Live, everything: bool = False) -> None:
        """Judge the answers whose CALL has not turned up in time."""
        while live.held:
            held = live.held[0]
            is_due = live.at - held.at > LATE_LINE_NS or live.frames - held.age > LATE_LINES
            if not (everything or is_due):
                return
            live.held.popleft()
            self._judge(live, held.frame, held.sender, held.where)

    def _release_answer(self, live: _Live, id: str, asker: Role) -> None:
        """The CALL of a held answer has come."""
        for held in live.held:
            if held.frame.id == id and held.sender != asker:
                live.held.remove(held)
                self.records.not_judged[SWAPPED] += 1
                self._judge(live, held.frame, held.sender, held.where)
                return

    def _give_up(self, live: _Live) -> None:
        """CALLs that have waited long enough are not answered."""
        if not live.is_timed or live.at < live.next_due:
            return
        within = int(self.options.answer_within_s * 1e9)
        live.next_due = live.at + within  # no CALL that is to come is due before that
        for role in OTHER:
            for call in live.session.open_calls(role):
                if call.at > live.at - within:
                    live.next_due = min(live.next_due, call.at + within)
                    break
                where = live.places.pop((role, call.id), self._log)
                self.records.action(role, self._action(live, call.action)).unanswered += 1
                for finding in live.session.time_out(call.id, live.at, role):
                    self._found(live, finding, None, where)

    def _judge(self, live: _Live, frame: Frame, sender: Role, where: str) -> None:
        live.frames += 1
        records, record = self.records, live.record
        is_answer = isinstance(frame, CallResult | CallError)
        if is_answer and self._is_of_before(live, cast("CallResult | CallError", frame), sender):
            records.not_judged[BEFORE] += 1
            return
        seen = live.session.observe(sender, frame, live.at)
        records.frames += 1
        record.frames[sender] = record.frames.get(sender, 0) + 1
        for finding in seen.findings:
            self._found(live, finding, seen, where)
        if live.is_timed:
            records.course.add(live.at / 1e9, frames=1)
            if live.session.wall is None:
                records.not_judged[UNREADABLE_TIME] += 1
        if type(frame) is Call:
            records.action(sender, self._action(live, frame.action)).sent += 1
            live.places[sender, frame.id] = where
            if len(live.places) > MOST_PLACES:
                del live.places[next(iter(live.places))]
        elif is_answer and seen.request is not None and not seen.repeated:
            self._answered(live, seen)
        if seen.valid and not seen.repeated:
            reader_of(live.version)(seen, live.ledger, where)

    def _is_of_before(self, live: _Live, frame: CallResult | CallError, sender: Role) -> bool:
        """Whether its CALL may have passed before the log, or what is remembered of the station, begins."""
        if live.is_whole or live.memory.find(OTHER[sender], frame.id) is not None:
            return False
        if live.is_timed:
            return live.at - live.begun < self.options.answer_within_s * 1e9
        return live.frames < REMEMBERED

    def _answered(self, live: _Live, seen: Seen) -> None:
        request = seen.request
        assert request is not None
        action = self.records.action(request.sender, self._action(live, request.action))
        if type(seen.frame) is CallError:
            action.errors += 1
        else:
            action.answered += 1
        if live.is_timed and not seen.late:
            action.samples.add(seen.at - request.at)
            live.record.answers.setdefault(seen.sender, Times()).add(seen.at - request.at)
        live.places.pop((request.sender, request.id), None)
        if not live.zoned and self.offset is None and request.action in _TELLS_TIME:
            self._learn_zone(live, seen)

    def _action(self, live: _Live, action: str) -> str:
        return action if action in live.session.protocol.actions else _UNKNOWN

    # ---- findings

    def _found(self, live: _Live, finding: Finding, seen: Seen | None, where: str) -> None:
        wall = live.session.wall
        at = live.at / 1e9
        now = None if wall is None else wall.now(live.at)
        if live.is_timed:
            self.records.course.add(at, must=finding.level == "MUST", should=finding.level == "SHOULD")
        self.records.broke(
            live.record,
            live.version,
            finding,
            extent(finding, seen, now),
            lambda: Example(
                where,
                live.name,
                self._time(at, live) if live.is_timed else None,
                finding.level,
                finding.party,
                finding.message,
                ".".join(map(str, finding.path)),
                None if seen is None else seen.frame.raw,
            ),
        )

    def _time(self, at: float, live: _Live) -> str | None:
        """A time of the log: with its zone, or as it stands there; None for one beyond what has a name."""
        wall = live.session.wall
        try:
            if wall is None:
                return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
            return times.timestamp(datetime.fromtimestamp(wall.now(live.at), UTC))
        except (ValueError, OverflowError, OSError):
            return None

    def _where(self, line: int) -> str:
        return f"{self._log}:{line}"

    # ---- time

    def _wall(self, zoned: bool) -> Wall | None:
        if zoned:
            return Wall(_seconds, DEVIATION_S)
        offset = self.offset
        return None if offset is None else Wall(lambda ns: ns / 1e9 - offset, DEVIATION_S)

    def _learn_zone(self, live: _Live, seen: Seen) -> None:
        """Where the log has no zone, the CSMS tells the time with one (1.6 §4.2, §4.6)."""
        if not seen.valid:
            return
        told = times.moment(cast(CallResult, seen.frame).payload["currentTime"]).timestamp()
        self.offset = round((live.at / 1e9 - told) / QUARTER_S) * QUARTER_S
        for other in self._live.values():
            if not other.zoned:
                other.session.wall = self._wall(False)


def _seconds(ns: int) -> float:
    return ns / 1e9


def zone_name(offset: float) -> str:
    """An offset from UTC as ISO 8601 writes it."""
    minutes = round(abs(offset) / 60)
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
