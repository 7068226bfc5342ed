"""Boot and registration (OCPP 1.6 §4.2), and the time that a CSMS tells (§4.2, §4.6)."""

from typing import Final

from ocppj.evidence.trace import Role
from ocppj.rules.chapter import Chapter
from ocppj.rules.members import moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.alive import MOST_CONNECTORS, OF_THE_STATION, alive, is_notable

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "BOOT-01",
    "MUST",
    "S §4.2",
    "After a boot the first CALL is BootNotification, and nothing else comes before Accepted or Pending.",
    "station",
)
CHAPTER.rule(
    "BOOT-02",
    "MUST",
    "S §4.2",
    "A station that is not accepted waits for the interval before it asks again.",
    "station",
)
CHAPTER.rule(
    "BOOT-03",
    "MUST",
    "S §4.2",
    "A station that is Rejected neither calls nor answers until the interval is over.",
    "station",
)
CHAPTER.rule(
    "BOOT-04",
    "MUST",
    "S §4.2",
    "A station that is Pending calls when it is told to, and tells and takes its configuration.",
    "station",
)
CHAPTER.rule(
    "BOOT-05",
    "MUST",
    "S §4.2",
    "A CSMS that answered Pending keeps the connection, and neither starts nor stops transactions from afar.",
    "csms",
)
CHAPTER.rule(
    "BOOT-06",
    "MUST",
    "E 3.22",
    "A station that was accepted tells the status of itself and of each connector.",
    "station",
)
CHAPTER.rule(
    "BOOT-07",
    "MUST",
    "S §4.2, §4.6",
    "A station that has nothing else to say sends a Heartbeat at the interval of the boot answer.",
    "station",
)
CHAPTER.rule(
    "BOOT-08", "MUST", "S §4.2, §4.6", "The answers to BootNotification and Heartbeat tell the current time.", "csms"
)
# Our own: 0 leaves the pause to a station that is not accepted; as a heartbeat interval it has no meaning.
CHAPTER.rule("BOOT-08a", "SHOULD", "S §4.2, §6.8", "The interval of a boot answer is a number of seconds.", "csms")
CHAPTER.rule(
    "BOOT-09",
    "MUST",
    "E 3.40",
    "A CSMS does not trigger the BootNotification of a station that it has accepted since its last boot.",
    "csms",
)
CHAPTER.rule(
    "BOOT-10", "SHOULD", "E 3.35", "A station that was accepted refuses to send a BootNotification.", "station"
)
CHAPTER.rule(
    "BOOT-11", "INFO", "E 3.68", "A station that is not known gets HTTP 404, not a boot that is Rejected.", "csms"
)

_SETTLED: Final = 60 * 1_000_000_000
"""So long after its acceptance a station has told its statuses, however slow it is."""


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    view.memory.known.registration = None


@CHAPTER.learns("result", "BootNotification")
def registered(seen: Seen, view: View) -> None:
    view.memory.known.registration = payload(seen)["status"]


@CHAPTER.judges("BOOT-01", "call", actions=OF_THE_STATION, guard=is_notable)
def boot_comes_first(seen: Seen, view: View) -> str | None:
    facts, is_rejected = alive(view), view.memory.known.registration == "Rejected"
    if not is_rejected and not 0 < facts.reset_on < view.number:
        return None
    if seen.sender != "station" or seen.frame.action == "BootNotification":  # type: ignore[union-attr]
        return None
    if is_rejected:
        return f"{seen.frame.action} was sent after a boot that was Rejected"  # type: ignore[union-attr]
    facts.reset_on = 0
    return f"{seen.frame.action} is the first CALL after a hard reset that was accepted"  # type: ignore[union-attr]


@CHAPTER.judges("BOOT-06", "call", actions=("Heartbeat",))  # it has nothing else to say now
def every_status_is_told(seen: Seen, view: View) -> str | None:
    facts = alive(view)
    if facts.accepted_on != view.number or seen.at - facts.accepted <= _SETTLED:
        return None
    facts.accepted_on = 0  # it is looked at once
    last = min(view.memory.known.limit("numberofconnectors") or 1, MOST_CONNECTORS)
    missing = [str(connector) for connector in range(last + 1) if not facts.told & 1 << connector]
    if not missing:
        return None
    return f"a minute after its boot the station has not told the status of connector {', '.join(missing)}"


@CHAPTER.judges("BOOT-07", "call", actions=OF_THE_STATION, guard=is_notable)
def beats(seen: Seen, view: View) -> str | None:
    facts = alive(view)
    if not facts.interval or facts.seen_on != view.number or seen.sender != "station":
        return None
    before = next(view.memory.of("station").newest_first(), None)
    if before is None or before.answered_at is None:  # who waits for an answer says nothing
        return None
    silence = (seen.at - before.answered_at) / 1e9
    # Two intervals, so that nobody is blamed for a clock, a slow line or a long answer.
    if silence <= 2 * facts.interval + _deviation(view):
        return None
    return f"the station was silent for {silence:.0f} s, the interval of the boot answer is {facts.interval} s"


def _deviation(view: View) -> float:
    return 0.0 if view.wall is None else view.wall.deviation


@CHAPTER.judges("BOOT-05", "call", actions=("RemoteStartTransaction", "RemoteStopTransaction"))
def nothing_remote_while_pending(seen: Seen, view: View) -> str | None:
    if view.memory.known.registration != "Pending":
        return None
    return f"{seen.frame.action} was sent to a station whose last boot was answered Pending"  # type: ignore[union-attr]


@CHAPTER.judges("BOOT-05", "close")
def keeps_the_connection(last: Seen, party: Role, view: View) -> Remark | None:
    if party != "csms" or view.memory.known.registration != "Pending":
        return None
    # The standard says SHOULD NOT, and does not mean the end of the CSMS itself.
    return Remark("the connection was closed while the registration of the station was Pending", "SHOULD")


@CHAPTER.judges("BOOT-08", "result", actions=("BootNotification", "Heartbeat"))
def tells_the_time(seen: Seen, view: View) -> Remark | None:
    wall = view.wall
    if wall is None:
        return None
    ahead = moment(payload(seen)["currentTime"]) - wall.now(seen.at)
    if abs(ahead) <= wall.deviation:
        return None
    # Not more than a warning: the clock that it is compared with may be the wrong one.
    text = f"currentTime is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the clock here"
    return Remark(text, "SHOULD", ("currentTime",))


@CHAPTER.judges("BOOT-08a", "result", actions=("BootNotification",))
def interval_is_positive(seen: Seen, view: View) -> Remark | None:
    answer = payload(seen)
    interval, status = answer["interval"], answer["status"]
    if interval < 0:
        return Remark(f"interval is {interval} s", path=("interval",))
    if interval == 0 and status == "Accepted":
        return Remark("interval is 0 s for a station that is accepted", "INFO", ("interval",))
    return None


@CHAPTER.judges("BOOT-09", "call", actions=("TriggerMessage",))
def no_trigger_after_acceptance(seen: Seen, view: View) -> Remark | None:
    if payload(seen)["requestedMessage"] != "BootNotification" or view.memory.known.registration != "Accepted":
        return None
    return Remark("the station was accepted and has not booted since", path=("requestedMessage",))
