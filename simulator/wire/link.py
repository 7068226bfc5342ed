"""The connection of a station: made, lost, made again with growing pauses (OCPP-J §3, §5.4; rules CON-08, CON-09).

CALLs leave in two ways, as there are two kinds of lines. A `CallLine` is what everybody else has: a CALL is a coroutine
that raises what went wrong, and one task sends what waits until nothing does. On a `RequestLine` of a fleet a CALL is a
callback: a task, a timeout and an exception for each CALL of thousands of stations are what a fleet does without. To
make one of them look like the other would take either the speed of the fleet, or a task for each CALL of the rest.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol, cast

from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectFailed, ConnectionClosed
from ocppj.frames import Call, CallResult, Malformed
from ocppj.peers.base import payload_of
from ocppj.rules import Finding
from ocppj.session.session import Seen
from simulator.kernel.base import Base
from simulator.kernel.clock import Hold, Timer
from simulator.kernel.errors import Offline, Unanswered
from simulator.wire.dialing import BackOff, CallLine, Dial, Line, Outcome, Pauses, RequestLine, connect_by_websockets
from simulator.wire.disturbance import Disturbance, DisturbedLine

log = logging.getLogger(__name__)

MAX_FINDINGS = 1000
MAX_WAITING = 1000

Done = Callable[["dict[str, Any] | Offline | Unanswered"], None]
"""Is given what came back for a CALL: the payload of its answer, or why there is none."""


_DEFAULT_BACK_OFF = BackOff()
_FAILED = "what follows from an answer failed"
_NOT_SENT = "%s could not be sent"


class Owner(Protocol):
    """Whose connection it is, and what it is told of it."""

    def connecting(self) -> None:
        """An attempt is about to be made; what `dial` says when this returns counts."""
        ...

    def not_connected(self, error: ConnectFailed) -> None:
        """An attempt has failed."""
        ...

    def connected(self) -> None:
        """There is a connection."""
        ...

    def lost(self) -> None:
        """There was one."""
        ...

    def answer(self, seen: Seen, line: Line) -> Awaitable[None]:
        """The CSMS has sent a CALL that can be answered; the answer goes over `line`."""
        ...


class Link:
    """Keeps one connection while it is wanted, and sends the CALLs of the station one after the other."""

    __slots__ = (
        "_asked",
        "_attempt",
        "_back_off",
        "_failures",
        "_heard",
        "_hold",
        "_outbox",
        "_pumping",
        "_request_line",
        "_retry",
        "_seed",
        "_since",
        "_wanted",
        "base",
        "dial",
        "disturbance",
        "findings",
        "last_failure",
        "left",
        "line",
        "owner",
        "patience",
        "watchers",
    )

    def __init__(
        self,
        base: Base,
        dial: Dial,
        owner: Owner,
        patience: Callable[[], float],
        *,
        back_off: Pauses | None = None,
        seed: int | None = None,
    ) -> None:
        """`patience` says how many seconds an answer is waited for; `seed` draws the pauses between attempts."""
        self.base = base
        self.dial = dial
        self.owner = owner
        self.patience = patience
        self.left = 0.0  # when the last CALL has left, in monotonic seconds
        self.line: CallLine | RequestLine | None = None
        self.findings: list[Finding] | None = None  # of connections that are over
        self.last_failure: ConnectFailed | None = None
        self.disturbance: Disturbance | None = None  # of the next answers
        self.watchers: list[Callable[[Seen], None]] = []  # are shown every frame
        self._back_off: Pauses = back_off or _DEFAULT_BACK_OFF
        self._seed = random.getrandbits(32) if seed is None else seed
        self._since = 0.0  # when the connection was made, in monotonic seconds
        self._wanted = False
        self._attempt: asyncio.Task[None] | None = None
        self._retry: Timer | None = None
        self._failures = 0
        self._heard = False  # an answer that can be used, on this connection
        self._outbox: deque[tuple[str, dict[str, Any], Done | None, float]] | None = None
        self._pumping = False
        self._request_line: RequestLine | None = None  # `line`, when it is one
        self._asked: tuple[str, Done | None] | None = None  # the CALL whose answer a request line waits for
        self._hold: Hold | None = None  # of the clock, while a request line is busy

    @property
    def quiet(self) -> bool:
        """Whether no CALL of the station is on its way or waits for its turn."""
        return not self._pumping

    @property
    def up(self) -> bool:
        """Whether there is an open connection."""
        return self.line is not None

    def open(self) -> None:
        """Connect, and stay connected until `close`."""
        if not self._wanted:
            self._wanted = True
            self._failures = 0
            self._try()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Disconnect and stay so, with a close frame. Features learn it before the socket is closed."""
        line = self._give_up()
        if line is not None:
            await line.close(code, reason)
            self._keep_findings(line)

    async def cut(self) -> None:
        """Disconnect and stay so, without a close frame: the wire is cut."""
        line = self._give_up()
        if line is not None:
            await line.abort()
            self._keep_findings(line)

    async def reconnect(self) -> None:
        """Make a new connection with what `dial` says now, for example with new credentials."""
        await self.close(1000, "reconnecting")
        self.open()

    def _give_up(self) -> CallLine | RequestLine | None:
        self._wanted = False
        if self._retry is not None:
            self._retry.cancel()
        if self._attempt is not None and self._attempt is not asyncio.current_task():
            self._attempt.cancel()
        return self._lost()

    def send(self, action: str, payload: dict[str, Any], done: Done | None = None, *, due: float | None = None) -> None:
        """Queue a CALL; CALLs leave in the order of `send`. What waits when the connection is lost fails with
        `Offline`; nothing is carried over to the next one. `due` is when it should have left, in monotonic seconds, if
        not now; no CALL is due before there is a connection.
        """
        if self.line is None:
            _tell(done, Offline("there is no connection"))
            return
        if self._outbox is None:
            self._outbox = deque()
        if len(self._outbox) >= MAX_WAITING:
            _tell(done, Unanswered(f"{action} was not sent: {MAX_WAITING} CALLs wait for their turn"))
            return
        due = self.base.clock.monotonic() if due is None else max(due, self._since)
        self._outbox.append((action, payload, done, due))
        if not self._pumping:
            self._pumping = True
            if self._request_line is None:
                self.base.tasks.spawn(self._pump(self._outbox))
            else:
                self._hold = self.base.clock.hold()
                asyncio.get_running_loop().call_soon(self._next)  # what the caller says himself goes first

    # --- over a line with callbacks -----------------------------------------------------------------------------------

    def _next(self) -> None:
        """Send the oldest CALL that waits."""
        if not self._outbox:
            self._outbox = None  # an empty one takes more than half a KiB
            self._pumping = False
            if self._hold is not None:
                self._hold.release()
            self.base.events.publish("queue", "no CALL is on its way")
            return
        action, payload, done, due = self._outbox.popleft()
        line = self._request_line
        self._asked = action, done
        if line is None:
            asyncio.get_running_loop().call_soon(self._answered, ConnectionClosed(1006, "", by_remote=False))
            return
        self.left = self.base.clock.monotonic()
        try:
            line.request(action, payload, self.patience(), self._answered, self.left - due)
        except Exception:  # whatever it is, the next one leaves
            log.exception(_NOT_SENT, action)
            failed = Unanswered(f"{action} could not be sent")
            asyncio.get_running_loop().call_soon(self._over, failed)

    def _answered(self, outcome: Outcome) -> None:
        """The last CALL has come to an end, one way or the other."""
        assert self._asked is not None
        try:
            answer = _read(self._asked[0], outcome)
        except Exception:
            log.exception(_FAILED)
            answer = Unanswered(f"the answer to {self._asked[0]} cannot be read")
        self._over(answer)

    def _over(self, answer: dict[str, Any] | Offline | Unanswered) -> None:
        """Tell who asked, and send the next one."""
        assert self._asked is not None
        done, self._asked = self._asked[1], None
        self._heard = self._heard or type(answer) is dict
        _tell(done, answer)
        self._next()

    # --- over a line with coroutines ----------------------------------------------------------------------------------

    async def _pump(self, outbox: deque[tuple[str, dict[str, Any], Done | None, float]]) -> None:
        """Send what waits, one CALL after the answer to the other."""
        try:
            while outbox:
                action, payload, done, _ = outbox.popleft()
                try:
                    answer = await self._exchange(action, payload)
                except Exception:  # whatever it is, who asked hears of it and the next one leaves
                    log.exception(_NOT_SENT, action)
                    answer = Unanswered(f"{action} could not be sent, or its answer cannot be read")
                self._heard = self._heard or type(answer) is dict
                _tell(done, answer)
        finally:
            self._pumping = False
            self.base.events.publish("queue", "no CALL is on its way")

    async def _exchange(self, action: str, payload: dict[str, Any]) -> dict[str, Any] | Offline | Unanswered:
        line = self.line
        if line is None:
            return Offline("there is no connection")
        self.left = self.base.clock.monotonic()
        try:
            answer = await cast("CallLine", line).call(action, payload, timeout=self.patience())
        except ConnectionClosed as error:
            return Offline(str(error))
        except (CallRefused, CallTimeout, BadAnswer) as error:
            return Unanswered(str(error))
        if not line.session.schemas.result[action](answer):
            first = line.session.schemas.diagnose(action, "result", answer)[0]
            return Unanswered(f"the answer to {action} is against the schema: {first.message}")
        return dict(answer)

    # --- the connection -----------------------------------------------------------------------------------------------

    def _answer(self, seen: Seen, line: Line) -> Awaitable[None]:
        """The CSMS has sent a CALL over this line."""
        disturbance = self.disturbance
        if disturbance is None or not disturbance.strikes():
            return self.owner.answer(seen, line)
        return self._answer_disturbed(seen, line, disturbance)

    async def _answer_disturbed(self, seen: Seen, line: Line, disturbance: Disturbance) -> None:
        if disturbance.how == "delay":  # with all that follows from it, as in a station that is slow
            await self.base.clock.sleep(disturbance.seconds)
        await self.owner.answer(seen, cast("Line", DisturbedLine(line, disturbance)))

    def _see(self, observer: Callable[[Seen], None] | None, seen: Seen) -> None:
        """A frame has passed. What nobody else will tell of is told here: CALLs and texts that cannot be processed."""
        if observer is not None:
            observer(seen)
        for watch in self.watchers:
            watch(seen)
        if not seen.valid and seen.sender == "csms":
            frame = seen.frame
            if type(frame) is Malformed:
                self.base.events.publish("problem", f"the CSMS sent what cannot be read: {frame.message}")
            elif type(frame) is Call:
                why = seen.violations[0].message if seen.violations else "there is no such action"
                self.base.events.publish("problem", f"{frame.action} cannot be processed: {why}")

    def _dialled(self) -> Dial:
        """What this attempt to connect is made with."""
        return self.dial

    def _try(self) -> None:
        self._retry = None
        if self._wanted and self.line is None:
            self._attempt = self.base.tasks.spawn(self._establish())

    async def _establish(self) -> None:
        self.owner.connecting()
        dial = self._dialled()
        line: CallLine | RequestLine | None = None

        async def on_call(seen: Seen) -> None:
            assert line is not None
            await self._answer(seen, line)

        def on_closed(reason: ConnectionClosed) -> None:
            if line is not None and line is self.line:
                if not self._was_in_vain(reason):
                    self._failures = 0
                self._lost()
                self._keep_findings(line)
                pause = self._pause()
                self.base.events.publish("problem", f"{reason}; next attempt in {pause:.1f} s", pause=pause)

        try:
            line = await (dial.connect or connect_by_websockets)(
                dial.url,
                dial.identity,
                protocol=dial.protocol,
                on_call=on_call,
                on_closed=on_closed,
                memory=dial.memory,
                ssl=dial.ssl,
                headers=dial.headers,
                basic_auth=dial.basic_auth,
                trace=dial.trace,
                observer=partial(self._see, dial.observer),
            )
        except ConnectFailed as error:
            self.last_failure = error
            self.owner.not_connected(error)
            pause = self._pause()
            self.base.events.publish("problem", f"{error}; next attempt in {pause:.1f} s", pause=pause)
            return
        self._attempt = None
        self._heard = False
        self.last_failure = None
        self.line = line
        self._since = self.base.clock.monotonic()
        self._request_line = line if isinstance(line, RequestLine) else None
        self.base.events.publish("connected", "connected")
        self.owner.connected()

    def _was_in_vain(self, reason: ConnectionClosed) -> bool:
        """Whether the connection that is over was no better than none: the CSMS has let the station in and sent it
        away, so that the pauses go on growing.
        """
        lasted = self.base.clock.monotonic() - self._since
        return reason.by_remote and not self._heard and lasted < self._back_off.proof

    def _lost(self) -> CallLine | RequestLine | None:
        line, self.line = self.line, None
        self._request_line = None
        if line is not None:
            while self._outbox:
                _tell(self._outbox.popleft()[2], Offline("the connection was lost"))
            self.owner.lost()
            self.base.events.publish("disconnected", "disconnected")
        return line

    def all_findings(self) -> list[Finding]:
        """The rules broken on this connection and those before it, by either party; the last of them."""
        current = [] if self.line is None else self.line.findings
        return [*(self.findings or ()), *current][-MAX_FINDINGS:]

    def _keep_findings(self, line: CallLine | RequestLine) -> None:
        if line.findings:
            self.findings = [*(self.findings or ()), *line.findings][-MAX_FINDINGS:]

    def _pause(self) -> float:
        chance = random.Random(f"{self._seed}/{self._failures}").random()
        pause = self._back_off.pause(self._failures, chance)
        self._failures += 1
        self._retry = self.base.clock.call_later(pause, self._try)
        return pause


def _read(action: str, outcome: Outcome) -> dict[str, Any] | Offline | Unanswered:
    """What a feature is given for the outcome of its CALL."""
    if type(outcome) is Seen:
        answer = outcome.frame
        if type(answer) is not CallResult:
            try:
                payload_of(action, answer)
            except (CallRefused, BadAnswer) as error:
                return Unanswered(str(error))
        elif outcome.valid:
            return answer.payload or {}  # null is an empty object, too
        problem = outcome.violations[0].message if outcome.violations else "it cannot be judged"
        return Unanswered(f"the answer to {action} is against the schema: {problem}")
    return Offline(str(outcome)) if isinstance(outcome, ConnectionClosed) else Unanswered(str(outcome))


def _tell(done: Done | None, answer: dict[str, Any] | Offline | Unanswered) -> None:
    """A feature that fails must not keep the others from sending."""
    if done is not None:
        try:
            done(answer)
        except Exception:
            log.exception(_FAILED)
