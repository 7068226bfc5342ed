"""What a fleet counts: every frame of every station passes here once, right after it was judged.

Nothing is kept of a frame but numbers, and one example of each broken rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ocppj.evidence.outside import shown
from ocppj.frames import Call, CallError, CallResult
from ocppj.rules import Finding
from ocppj.session.session import Exchange, Seen
from simulator.fleet.counting.calls import ActionTally
from simulator.fleet.counting.violations import LONGEST_NAME, LONGEST_SENTENCE, Violations

Sink = Callable[[str, int, int, str | None, int | None], None]
"""Is told of each CALL that is over: action, nanoseconds, characters of the answer, what went wrong or None, and the
nanoseconds since it was due, None when it was not answered."""

MOST_PROBLEMS = 50
"""Different sentences about failures that are kept."""

MOST_ASKED = 60
"""Different actions of the CSMS that are told apart: all there are, and some that it makes up."""


_ABOUT_FIRMWARE = frozenset({"FirmwareStatusNotification", "SignedFirmwareStatusNotification"})

_COUNTS = (
    "frames_sent",
    "frames_received",
    "calls_of_csms",
    "attempts",
    "connected",
    "not_connected",
    "starved",
    "turned_away",
    "lost",
    "sessions",
    "sessions_over",
    "sessions_refused",
    "failures",
)


class Tally:
    """All counts of one fleet."""

    def __init__(self, sink: Sink | None = None, secrets: Sequence[str] = ()) -> None:
        """`secrets` are passwords of the stations: they are kept nowhere, whoever says them."""
        self.actions: defaultdict[str, ActionTally] = defaultdict(ActionTally)
        self.violations = Violations()
        self.problems: Counter[str] = Counter()
        self.not_connected_by: Counter[str] = Counter()  # attempts that failed, by reason
        self.frames_sent = 0
        self.frames_received = 0
        self.calls_of_csms = 0
        self.asked: defaultdict[str, ActionTally] = defaultdict(ActionTally)
        """The CALLs of the CSMS with one action. Their times are ours: from the read of a CALL to the write of its
        answer. `refused` are those that the station answered with a CALLERROR."""
        self.firmware: Counter[str] = Counter()
        """What stations have said of firmware, by status."""
        self.attempts = 0  # to connect
        self.connected = 0
        self.not_connected = 0
        self.starved = 0  # of these: this machine had no room for another connection
        self.turned_away = 0  # attempts of stations that the CSMS is not to know; they are not among the others
        self.lost = 0  # connections that ended without the station wanting it
        self.sessions = 0  # transactions that began
        self.sessions_over = 0
        self.sessions_refused = 0  # nobody was let in
        self.failures = 0  # steps of the fleet itself that went wrong
        self._sink = sink
        self._secrets = secrets

    def action(self, name: str) -> ActionTally:
        """The counts of one action."""
        return self.actions[name]

    def sent(self, seen: Seen) -> None:
        """A frame of a station."""
        self.frames_sent += 1
        frame = seen.frame
        if type(frame) is Call:
            self.actions[frame.action].sent += 1
            if frame.action in _ABOUT_FIRMWARE:
                self.firmware[frame.payload["status"]] += 1
        elif seen.request is not None and not seen.repeated:
            asked = self.asked[self._asked(seen.request.action)]
            asked.samples.add(seen.at - seen.request.at)
            asked.refused += type(frame) is CallError
        if seen.findings:
            self._found(seen)

    def received(self, seen: Seen, waited: int = 0) -> None:
        """A frame for a station; the CALL that it may answer was due so many nanoseconds before it was written."""
        self.frames_received += 1
        request = seen.request
        if type(seen.frame) is Call:
            self.calls_of_csms += 1
            self.asked[self._asked(seen.frame.action)].sent += 1
        elif request is not None and not (seen.late or seen.repeated):
            self._answered(seen, request, waited)
        if seen.findings:
            self._found(seen)

    def _asked(self, action: str) -> str:
        """The name under which a CALL of the CSMS is counted, which may have made up its action."""
        if action in self.asked:
            return action
        action = self._shown(action, LONGEST_NAME) or "(no action)"
        return action if action in self.asked or len(self.asked) < MOST_ASKED else "(others)"

    def _found(self, seen: Seen) -> None:
        frame, request = seen.frame, seen.request
        action = frame.action if isinstance(frame, Call) else "" if request is None else request.action
        self.broken(seen.findings, action, frame.raw)

    def _answered(self, seen: Seen, request: Exchange, waited: int) -> None:
        frame, action = seen.frame, request.action
        tally = self.actions[action]
        took = seen.at - request.at
        tally.samples.add(took)
        tally.due.add(took + waited)
        problem = None
        if isinstance(frame, CallError):
            tally.refused += 1
            problem = f"CALLERROR {frame.code}"
        elif type(frame) is not CallResult or not seen.valid:
            tally.invalid += 1
            problem = (
                "an answer against the schema" if isinstance(frame, CallResult) else "an answer that is no message"
            )
        if problem is not None or self._sink is not None:
            self._told(action, took, len(frame.raw), problem, took + waited)

    def unanswered(self, action: str, waited: int) -> None:
        """A CALL was given up after `waited` nanoseconds."""
        self.action(action).unanswered += 1
        self._told(action, waited, 0, "no answer in time")

    def cut(self, action: str, waited: int) -> None:
        """The connection was lost while a CALL waited for its answer."""
        self.action(action).cut += 1
        self._told(action, waited, 0, "connection lost")

    def _told(self, action: str, took: int, size: int, problem: str | None, due: int | None = None) -> None:
        if problem is not None:
            problem = self._shown(problem)
            self.problem(f"{action}: {problem}")
        if self._sink is not None:
            self._sink(action, took, size, problem, due)

    def broken(self, findings: Iterable[Finding], action: str, text: str) -> None:
        """Rules were broken in a frame, or by the lack of one."""
        for finding in findings:
            self.violations.add(finding, action, text, self._shown)

    def _shown(self, text: str, longest: int = LONGEST_SENTENCE) -> str:
        return shown(text, self._secrets, longest=longest)

    def problem(self, sentence: str) -> None:
        """Something went wrong; how often is counted."""
        sentence = self._shown(sentence)
        _count(self.problems, sentence, "other problems")

    def failed_to_connect(self, reason: str, *, is_ours: bool = False) -> None:
        """An attempt to connect came to nothing; `is_ours`: for want of something on this machine."""
        self.not_connected += 1
        self.starved += is_ours
        _count(self.not_connected_by, self._shown(reason), "other reasons")

    def failed(self, error: BaseException) -> None:
        """A step of the fleet itself went wrong."""
        self.failures += 1
        self.problem(f"a step of the fleet failed: {type(error).__name__}: {error}")

    def breaches(self, party: str, action: str | None = None) -> int:
        """How often `party` broke a MUST rule, in frames of one action or altogether."""
        return self.violations.breaches(party, action)

    @property
    def calls(self) -> int:
        """CALLs the stations have sent."""
        return sum(action.sent for action in self.actions.values())

    @property
    def frames(self) -> int:
        """Messages in both directions."""
        return self.frames_sent + self.frames_received

    def together(self) -> ActionTally:
        """All actions as one."""
        whole = ActionTally()
        for action in self.actions.values():
            whole.include(action)
        return whole

    # --- several processes --------------------------------------------------------------------------------------------

    def include(self, other: Tally) -> None:
        """Count what another process has counted, too."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for action, counted in other.actions.items():
            self.actions[action].include(counted)
        self.violations.include(other.violations)
        for action, counted in other.asked.items():
            self.asked[action].include(counted)
        self.firmware.update(other.firmware)
        self.problems.update(other.problems)
        self.not_connected_by.update(other.not_connected_by)

    def glance(self) -> Tally:
        """A copy without the single times: small enough to be sent every second."""
        same = Tally()
        for name in _COUNTS:
            setattr(same, name, getattr(self, name))
        for mine, theirs in ((self.actions, same.actions), (self.asked, same.asked)):
            theirs.update(
                {name: replace(one, samples=one.samples.glance(), due=one.due.glance()) for name, one in mine.items()}
            )
        same.firmware = self.firmware.copy()
        same.violations, same.problems = self.violations, self.problems
        same.not_connected_by = self.not_connected_by
        return same

    # --- a part of the time -------------------------------------------------------------------------------------------

    def mark(self) -> Tally:
        """How things are now, for `since`."""
        mark = self.glance()
        mark.violations = self.violations.mark()
        return mark

    def since(self, mark: Tally) -> Tally:
        """What was counted since a `mark`: numbers, times and broken rules, without the sentences about failures."""
        part = Tally()
        for name in _COUNTS:
            setattr(part, name, getattr(self, name) - getattr(mark, name))
        for mine, before, theirs in (
            (self.actions, mark.actions, part.actions),
            (self.asked, mark.asked, part.asked),
        ):
            for name, one in mine.items():
                theirs[name] = one.since(before.get(name, ActionTally()))
        part.firmware = self.firmware - mark.firmware
        part.violations = self.violations.since(mark.violations)
        return part


def _count(counter: Counter[str], text: str, otherwise: str) -> None:
    """One more of this text, as long as there are not too many different ones."""
    counter[text if text in counter or len(counter) < MOST_PROBLEMS else otherwise] += 1
