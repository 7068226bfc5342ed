"""What one line of a fleet has to say to the tally of all, and to the standing of its station."""

from __future__ import annotations

from ocppj.errors import CallTimeout, ConnectionClosed
from ocppj.frames import Call, CallResult, Frame
from ocppj.session.session import Seen, Session
from simulator.fleet.counting.standing import Standing
from simulator.fleet.counting.tally import Tally
from simulator.wire.dialing import Outcome


class Account:
    """Counts what happens on one line. Each frame goes to `tally` itself, as it is seen."""

    __slots__ = ("_session", "standing", "tally")

    def __init__(self, session: Session, tally: Tally) -> None:
        self._session = session
        self.tally = tally
        self.standing = Standing()  # of the station

    def timed_out(self, call: Frame, now: int) -> None:
        """A CALL, or what was meant as one, was given up (`now` in monotonic nanoseconds)."""
        action = call.action if type(call) is Call else ""
        sent_at = self._sent_at(call, now)
        self.tally.broken(self._session.time_out(str(call.id), now), action, call.raw)
        if action:
            self.tally.unanswered(action, now - sent_at)

    def booted(self, outcome: Outcome) -> None:
        """A BootNotification is over."""
        if type(outcome) is Seen:
            frame = outcome.frame
            self.standing.booted(frame.payload["status"] if type(frame) is CallResult and outcome.valid else "")
        elif isinstance(outcome, CallTimeout):
            self.standing.booted("")

    def ended(self, closed: ConnectionClosed, open_call: Call | None, now: int) -> None:
        """The connection is over, with a CALL that waited for its answer or without one."""
        if open_call is not None:
            self.tally.cut(open_call.action, now - self._sent_at(open_call, now))
        broken = self._session.close("csms" if closed.by_remote else "station", now)
        # A station leaves because its outage, its end or its transport wants it so, and not because of the message that
        # it happens to have been sent last.
        if closed.by_remote:
            self.tally.broken(broken, "", "")

    def without(self, *, is_left: bool) -> None:
        """The station has no connection any more; `is_left`: because it wanted that."""
        self.tally.lost += not is_left
        self.standing.is_connected, self.standing.is_cut_off = False, not is_left

    def _sent_at(self, call: Frame, now: int) -> int:
        return next((one.at for one in self._session.open_calls("station") if one.id == call.id), now)
