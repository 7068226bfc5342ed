"""One OCPP-J connection, without I/O: text goes in, judged frames come out.

The session looks at both directions alike: it pairs answers with requests, validates every payload against the schema
of its action, runs the passive rules on every frame and writes the trace. It has no socket and no clock; who carries
the bytes says when (monotonic nanoseconds). The same engine serves both peers, the reference CSMS, the stations, the
harness and the analysis of recorded logs.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, cast, get_args

from ocppj.evidence.trace import DIRECTION, Role, Trace
from ocppj.frames import Call, CallError, CallResult, Frame, Malformed, binary, parse
from ocppj.protocol import Protocol
from ocppj.rules import Finding, Remark, signs
from ocppj.rules.book import About, OfSign
from ocppj.rules.chapter import Check, Moment
from ocppj.rules.exchanges import unusual_asked
from ocppj.rules.handshake import Handshake
from ocppj.rules.known import Wall
from ocppj.rules.memory import Calls, Exchange, Memory
from ocppj.rules.seen import Seen

__all__ = ["OTHER", "Exchange", "Memory", "Seen", "Session"]

OTHER: Final[dict[Role, Role]] = {"station": "csms", "csms": "station"}

MAX_OPEN: Final = 1_000
"""Unanswered CALLs of one sender that are kept; beyond it, or beyond 4 Mi of text, the oldest counts as timed out."""

_NOT_JUDGED: Final[Mapping[Moment, OfSign]] = dict.fromkeys(get_args(Moment), OfSign())
_MAX_UNUSUAL: Final = 16
_LONGEST_KEPT: Final = 200
"""Characters of a malformed text, of an id or of a member's name that are kept where only a look at it is needed."""


class Session:
    """The state of one connection, seen from ``local``'s end.

    ``answer_window`` is how long, in nanoseconds, a party is known to wait for an answer at the least; a second CALL
    within it while the first is open breaks RPC-15. ``findings`` keeps the first ``max_findings``, ``finding_count``
    counts all. Without a ``wall`` time no date is judged. ``is_judged`` False: payloads are validated and no other rule
    is asked, for a product that judges nobody, or one of so many connections that a sample of them is enough.
    """

    __slots__ = (
        "_about_call",
        "_about_error",
        "_about_result",
        "_at",
        "_call_valid",
        "_is_judged",
        "_last",
        "_max_findings",
        "_open",
        "_remembered",
        "_result_valid",
        "_unusual",
        "answer_window",
        "finding_count",
        "findings",
        "local",
        "memory",
        "number",
        "protocol",
        "remote",
        "schemas",
        "since",
        "trace",
        "wall",
    )

    def __init__(
        self,
        local: Role,
        protocol: Protocol,
        *,
        trace: Trace | None = None,
        memory: Memory | None = None,
        wall: Wall | None = None,
        answer_window: int = 5_000_000_000,
        max_findings: int = 1_000,
        is_judged: bool = True,
    ) -> None:
        self.local: Role = local
        self.remote: Role = OTHER[local]
        self.protocol = protocol
        self.schemas = schemas = protocol.schemas
        self.trace = trace
        self.memory = Memory() if memory is None else memory
        self.memory.connections += 1
        self.number = self.memory.connections
        self.wall = wall
        self.answer_window = answer_window
        self.since: int | None = None
        self.findings: list[Finding] = []
        self.finding_count = 0
        self._max_findings = max_findings
        self._remembered = self.memory.calls
        self._open: dict[Role, Calls] = {"station": Calls(MAX_OPEN), "csms": Calls(MAX_OPEN)}
        self._unusual: dict[Role, deque[Malformed]] = {}  # by who was sent it
        self._last: dict[Role, Seen | None] = {"station": None, "csms": None}
        self._call_valid = schemas.call
        self._result_valid = schemas.result
        book = protocol.book
        self._is_judged = is_judged
        self._at = book.at if is_judged else _NOT_JUDGED
        self._about_call = book.about["call"] if is_judged else {}
        self._about_result = book.about["result"] if is_judged else {}
        self._about_error = book.about["error"] if is_judged else {}

    def goes_on_in(self, trace: Trace | None) -> None:
        """From here on what passes is written there, and findings are gathered anew; what is open stays open.

        For a connection that outlives what is said about it, such as that of a station between two cases.
        """
        self.trace = trace
        self.findings = []
        self.finding_count = 0

    def shake_hands(self, handshake: Handshake) -> tuple[Finding, ...]:
        """The connection was opened so. Returns what that breaks; nothing of it is judged where nobody tells it."""
        return tuple(finding for party in OTHER for finding in self._judge_event("handshake", handshake, party))

    def receive(self, text: str | bytes, at: int) -> Seen:
        """A WebSocket message came in at ``at``."""
        return self.observe(self.remote, parse(text) if isinstance(text, str) else binary(text), at)

    def send(self, frame: Frame, at: int) -> Seen:
        """``frame`` is written to the socket at ``at``."""
        return self.observe(self.local, frame, at)

    def observe(self, sender: Role, frame: Frame, at: int) -> Seen:
        """Record and judge one frame of ``sender``; the same for both directions."""
        seen = Seen(frame, sender, at)
        if self.since is None:
            self.since = at
        if self.trace is not None:
            seen.seq = self.trace.add_frame(DIRECTION[sender], frame.raw, at)
        if type(frame) is Call:
            self._observe_call(seen, frame)
        elif type(frame) is CallResult:
            self._observe_result(seen, frame)
        elif type(frame) is CallError:
            self._observe_error(seen, frame)
        else:
            self._observe_malformed(seen, cast("Malformed", frame))
        self._last[sender] = seen
        return seen

    def open_calls(self, sender: Role) -> tuple[Exchange, ...]:
        """The CALLs of ``sender`` that wait for an answer, oldest first."""
        return tuple(self._open[sender])

    def unusual(self, receiver: Role) -> tuple[Malformed, ...]:
        """The last malformed texts that ``receiver`` was sent, each cut to its beginning."""
        return tuple(self._unusual.get(receiver, ()))

    def last_from(self, sender: Role) -> Seen | None:
        """The last frame of ``sender``."""
        return self._last[sender]

    def time_out(self, id: str, at: int, sender: Role | None = None) -> tuple[Finding, ...]:
        """``sender`` (the local party, unless another is named) gives up waiting for the answer to its CALL ``id``.

        Returns what that breaks; so does ``close``.
        """
        asker = sender or self.local
        exchange = self._open[asker].pop(id)
        if exchange is None:
            return ()
        exchange.timed_out = True
        return self._judge_event("time-out", exchange, OTHER[asker])

    def close(self, by: Role, at: int) -> tuple[Finding, ...]:
        """The connection ended, because ``by`` ended it. What was not answered can no longer be."""
        last = self._last[OTHER[by]]
        found = () if last is None else self._judge_event("close", last, by)
        for calls in self._open.values():
            for exchange in calls:
                exchange.timed_out = True
            calls.clear()
        return found

    def _observe_call(self, seen: Seen, frame: Call) -> None:
        sender, id, action, payload = seen.sender, frame.id, frame.action, frame.payload
        seen.earlier = earlier = self._remembered[sender].get(id)
        validate = self._call_valid.get(action)
        seen.valid = valid = validate is not None and _accepts(validate, {} if payload is None else payload)
        exchange = Exchange(id, action, payload, sender, seen.at, seen.seq, None, False, valid, len(frame.raw))
        if earlier is not None:
            exchange.is_repeated = True
            if earlier.answered_at is None:
                exchange.owed += earlier.owed
        seen.request = exchange
        of_frame = signs.of_call(seen, self, bool(self._open[sender].by_id)) if self._is_judged else 0
        if of_frame:
            self._judge("call", seen, of_frame)
        if valid:
            about = self._about_call.get(action)
            if about is not None and not of_frame & signs.FOREIGN:
                self._judge_about(about, seen)
        elif validate is not None:
            self._diagnose(seen, action, "call", {} if payload is None else payload)
        self._keep_open(exchange)

    def _keep_open(self, exchange: Exchange) -> None:
        self._remembered[exchange.sender].add(exchange)
        for forgotten in self._open[exchange.sender].add(exchange):
            forgotten.timed_out = True

    def _observe_result(self, seen: Seen, frame: CallResult) -> None:
        request = self._answered(seen, frame.id)
        if request is None:
            self._judge_unmatched(seen)
            return
        validate = self._result_valid.get(request.action)
        payload = {} if frame.payload is None else frame.payload
        if validate is not None:
            seen.valid = _accepts(validate, payload)
            if not seen.valid:
                self._diagnose(seen, request.action, "result", payload)
        of_frame = signs.of_result(seen) if self._is_judged else 0
        if of_frame:
            self._judge("result", seen, of_frame)
        about = self._about_result.get(request.action)
        if about is not None and seen.valid and request.valid and not seen.repeated:
            self._judge_about(about, seen)

    def _observe_error(self, seen: Seen, frame: CallError) -> None:
        request = self._answered(seen, frame.id)
        if request is None:
            self._judge_unmatched(seen)
        self._judge("error", seen)
        about = self._about_error.get(request.action) if request is not None and request.valid else None
        if about is not None and not seen.repeated:
            self._judge_about(about, seen)

    def _judge_unmatched(self, seen: Seen) -> None:
        self._judge("unmatched", seen)
        asked = unusual_asked(seen, self)
        if asked is not None:
            self._unusual[seen.sender].remove(asked)  # one text explains one answer

    def _observe_malformed(self, seen: Seen, frame: Malformed) -> None:
        seen.valid = False
        receiver = OTHER[seen.sender]
        if frame.id is not None and frame.id_is_text and frame.type in (3, 4):
            self._answered(seen, frame.id)
        self._judge("malformed", seen)
        self._unusual.setdefault(receiver, deque(maxlen=_MAX_UNUSUAL)).append(_cut(frame))
        if frame.type == 2 and frame.id is not None and frame.id_is_text:
            # It can be answered with a CALLERROR, so the answer is not a stray one.
            seen.request = Exchange(
                frame.id, "", None, seen.sender, seen.at, seen.seq, None, False, False, len(frame.raw)
            )
            self._keep_open(seen.request)

    def _answered(self, seen: Seen, id: str) -> Exchange | None:
        """The exchange that an answer of ``seen.sender`` belongs to; a late or second answer keeps its exchange too."""
        asker = OTHER[seen.sender]
        request = self._open[asker].pop(id)
        if request is None:
            request = self.memory.find(asker, id)
            if request is None:
                return None
            seen.repeated = request.owed == 0
            seen.late = request.answered_at is None
        if request.owed:
            request.owed -= 1
        if request.answered_at is None:
            request.answered_at = seen.at
        seen.request = request
        return request

    def _diagnose(self, seen: Seen, action: str, kind: Any, payload: Any) -> None:
        seen.violations = self.schemas.diagnose(action, kind, payload)
        for violation in seen.violations:
            rule = self.protocol.book.rules[self.protocol.rule_of(violation, kind)]
            self._add(
                Finding(rule.id, rule.level, seen.sender, violation.message, _kept(violation.path), seen.seq), seen
            )

    def _judge(self, moment: Moment, seen: Seen, of_frame: int = signs.ALL) -> None:
        for check in self._at[moment][of_frame]:
            remark = check(seen, self)
            if remark is not None:
                self._remark(check, remark, seen.sender, seen.seq, seen)

    def _judge_about(self, about: About, seen: Seen) -> None:
        for check in about.checks:
            remark = check(seen, self)
            if remark is not None:
                self._remark(check, remark, seen.sender, seen.seq, seen)
        for guard, checks in about.guarded:
            if guard(seen, self):
                for check in checks:
                    remark = check(seen, self)
                    if remark is not None:
                        self._remark(check, remark, seen.sender, seen.seq, seen)
        for lesson in about.lessons:
            lesson(seen, self)

    def _judge_event(self, moment: Moment, about: Any, party: Role) -> tuple[Finding, ...]:
        remarks = [(check, check(about, party, self)) for check in self._at[moment][signs.ALL]]
        return tuple(
            self._remark(check, remark, party, about.seq, None) for check, remark in remarks if remark is not None
        )

    def _remark(self, check: Check, remark: str | Remark, party: Role, seq: int | None, seen: Seen | None) -> Finding:
        rule = self.protocol.book.rule_of[check]
        if isinstance(remark, str):
            remark = Remark(remark)
        path = _kept(remark.path)
        finding = Finding(rule.id, remark.level or rule.level, party, remark.message, path, seq)
        self._add(finding, seen)
        return finding

    def _add(self, finding: Finding, seen: Seen | None) -> None:
        if seen is not None:
            seen.findings = (*seen.findings, finding)
        self.finding_count += 1
        if len(self.findings) < self._max_findings:
            self.findings.append(finding)


def _accepts(validate: Callable[[Any], bool], payload: Any) -> bool:
    try:
        return validate(payload)
    except ValueError:  # it holds what JSON cannot express, or is nested beyond what can be looked at
        return False


def _kept(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A path without the bulk of names that somebody made up."""
    return tuple(part[:_LONGEST_KEPT] if isinstance(part, str) else part for part in path)


def _cut(frame: Malformed) -> Malformed:
    """The frame without its bulk, as it is remembered."""
    id = None if frame.id is None else frame.id[:_LONGEST_KEPT]
    return Malformed(frame.raw[:_LONGEST_KEPT], frame.problem, frame.message, id, frame.id_is_text, frame.type)
