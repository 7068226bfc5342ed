"""Boot and registration (OCPP 1.6 §4.2), and the time that a CSMS tells (§4.2, §4.6)."""

from typing import Final

from ocppj.evidence.trace import Role
from ocppj.rules.chapter import Chapter
from ocppj.rules.members import moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "BOOT-05",
    "MUST",
    "S §4.2",
    "A CSMS that answered Pending keeps the connection, and neither starts nor stops transactions from afar.",
    "csms",
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


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    view.memory.known.registration = None


@CHAPTER.learns("result", "BootNotification")
def registered(seen: Seen, view: View) -> None:
    view.memory.known.registration = payload(seen)["status"]


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
