"""What `plugproof station` does with --session or --script: each step has its time, and what failed is said."""

from __future__ import annotations

import asyncio

from ocppj.errors import BadAnswer, CallRefused
from ocppj.frames import CallResult
from ocppj.outside import shown
from ocppj.peer_common import payload_of
from ocppj.session import Seen
from simulator.events import NotReached
from simulator.station import Station

_OF_A_SESSION = ("StartTransaction", "StopTransaction")


class NotDone(Exception):
    """The session or the script did not get where it was to go; the text says how far it came."""


class NotConnected(NotDone):
    """The CSMS could not be reached at all."""


async def get_online(station: Station, patience: float, what: str) -> None:
    """Switch the station on and wait until the CSMS accepts it. Raises `NotDone`, `ConnectFailed`."""
    try:
        async with asyncio.timeout(patience):
            await station.start()
            await station.until(lambda s: s.online)
    except TimeoutError:
        failure = station.parts.link.last_failure
        if failure is not None:
            raise NotConnected(f"{what} did not begin within {patience:g} s: {failure}") from None
        said = station.registration
        told = f"the CSMS has answered {said} to BootNotification" if said else "BootNotification has no usable answer"
        raise NotDone(f"{what} did not begin within {patience:g} s: {told}") from None


class Answers:
    """What the CSMS has answered to the messages of the session."""

    def __init__(self) -> None:
        self.problems: dict[str, str | None] = dict.fromkeys(_OF_A_SESSION, "it was not answered")

    def see(self, seen: Seen) -> None:
        """Look at a frame."""
        request = seen.request
        if seen.sender != "csms" or request is None or request.action not in self.problems:
            return
        self.problems[request.action] = _problem(seen, request.action)


def _problem(seen: Seen, action: str) -> str | None:
    """Why an answer is none to be content with."""
    if not isinstance(seen.frame, CallResult):
        try:
            payload_of(action, seen.frame)
        except (CallRefused, BadAnswer) as error:
            return shown(str(error))
    if not seen.valid:
        return "the answer is against the schema"
    info = seen.frame.payload.get("idTagInfo") if isinstance(seen.frame, CallResult) else None
    if action == "StartTransaction" and info is not None and info["status"] != "Accepted":
        return f"the CSMS says {info['status']}"
    return None


async def session(station: Station, answers: Answers, tag: str, seconds: float, patience: float) -> None:
    """Charge once at connector 1; `answers` watches the station. Raises `NotDone`."""
    connector = station.connector(1)
    try:
        await station.plug_in(1)
        await station.present(tag, 1)
        await station.until(lambda _: connector.transaction is not None, within=0)
        await station.clock.sleep(seconds)
        if connector.transaction is not None:  # the CSMS may have ended it
            await station.present(tag, 1)
        await station.until(lambda s: not s.queued, within=patience)
        await station.unplug(1)
        await station.delivered()
    except NotReached:
        state = f"registration {station.registration or 'unanswered'}, connector 1 {connector.status}"
        queued = f", {station.queued} messages unsent" if station.queued else ""
        raise NotDone(f"the session did not come about: {state}{queued}; see the lines above") from None
    for action, problem in answers.problems.items():
        if problem is not None:
            raise NotDone(f"the session did not come about: {action}: {problem}")
