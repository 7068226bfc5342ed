"""What station and CSMS of 1.6 say to each other, at the time that the line has then; for conversations of rules."""

from datetime import UTC, datetime
from typing import Any

from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.session.session import OTHER
from tests.ocppj.rules.broken.model import Conversation, after
from tests.ocppj.support.line import SECOND
from tests.ocppj.support.talk import EPOCH, Payload, Talk, set_profile

ENERGY = "Energy.Active.Import.Register"


def stamp(talk: Talk, plus: float = 0) -> str:
    """The time of the line, in seconds and UTC."""
    at = datetime.fromtimestamp(EPOCH + talk.now // SECOND + plus, UTC)
    return at.isoformat().replace("+00:00", "Z")


def passes(seconds: float) -> Conversation:
    return lambda talk: talk.passes(seconds)


def reconnects(talk: Talk) -> None:
    """The station is connected anew."""
    talk.reconnects()


def boots(talk: Talk) -> None:
    """The station boots and is accepted."""
    talk.booted()


def restarts(talk: Talk) -> None:
    """The station is connected anew, because it has booted."""
    talk.reconnects()
    talk.booted()


def one(sender: Role, action: str, answer: Payload | None = None, /, **members: Any) -> Conversation:
    """A CALL and its answer, which has no members unless it is told."""
    return lambda talk: talk.exchange(sender, action, members, answer or {})


def agreed(action: str, status: str = "Accepted", /, **members: Any) -> Conversation:
    """A CALL of the CSMS that is answered with a status."""
    return one("csms", action, {"status": status}, **members)


def unanswered(sender: Role, action: str, id: str = "unanswered", /, **members: Any) -> Conversation:
    """A CALL that gets no answer for so long that its sender has given up."""

    def conversation(talk: Talk) -> None:
        talk.session.observe(sender, frames.parse(frames.call(id, action, members).raw), talk.now)
        talk.session.time_out(id, talk.now, sender)

    return conversation


def refused(action: str, code: str, id: str = "refused", /, **members: Any) -> Conversation:
    """A CALL of the station that is answered with a CALLERROR."""

    def conversation(talk: Talk) -> None:
        told = {name: value(talk) if callable(value) else value for name, value in members.items()}
        sender: Role = "station"
        talk.session.observe(sender, frames.parse(frames.call(id, action, told).raw), talk.now)
        talk.session.observe(OTHER[sender], frames.parse(frames.error(id, code).raw), talk.now)

    return conversation


def change(key: str, value: str, status: str = "Accepted") -> Conversation:
    return agreed("ChangeConfiguration", status, key=key, value=value)


def asks_for(*keys: str, unknown: Any = (), **told: str) -> Conversation:
    """GetConfiguration for these keys, and what is told; a value that begins with ! is of a key that is read-only."""
    entries = [{"key": key, "readonly": value[:1] == "!", "value": value.lstrip("!")} for key, value in told.items()]
    answer: Payload = {"configurationKey": entries}
    if unknown:
        answer["unknownKey"] = list(unknown)
    return one("csms", "GetConfiguration", answer, **({"key": list(keys)} if keys else {}))


def authorizes(tag: str = "A1", status: str = "Accepted") -> Conversation:
    return one("station", "Authorize", {"idTagInfo": {"status": status}}, idTag=tag)


def starts(
    id: int = 7, *, connector: int = 1, tag: str = "A1", meter: int = 0, late: float = 0, status: str = "Accepted",
    **members: Any,
) -> Conversation:  # fmt: skip
    """StartTransaction; ``late``: how many seconds ago it began."""

    def conversation(talk: Talk) -> None:
        start = {"connectorId": connector, "idTag": tag, "meterStart": meter, "timestamp": stamp(talk, -late)}
        answer = {"transactionId": id, "idTagInfo": {"status": status}}
        talk.exchange("station", "StartTransaction", {**start, **members}, answer)

    return conversation


def stops(id: int = 7, *, meter: int = 100, late: float = 0, **members: Any) -> Conversation:
    """StopTransaction; ``late``: how many seconds ago it ended."""

    def conversation(talk: Talk) -> None:
        stop = {"transactionId": id, "meterStop": meter, "timestamp": stamp(talk, -late)}
        talk.exchange("station", "StopTransaction", {**stop, **members}, {})

    return conversation


def value(talk: Talk, *samples: Payload, late: float = 0) -> Payload:
    """Samples of one moment."""
    return {"timestamp": stamp(talk, -late), "sampledValue": list(samples)}


def meters(*samples: Payload | str, id: int | None = 7, connector: int = 1, late: float = 0) -> Conversation:
    """MeterValues; a text is a register in Wh, ``late`` how many seconds ago they were taken."""

    def conversation(talk: Talk) -> None:
        told = [{"value": sample} if isinstance(sample, str) else sample for sample in samples or ("10",)]
        members: Payload = {"connectorId": connector, "meterValue": [value(talk, *told, late=late)]}
        if id is not None:
            members["transactionId"] = id
        talk.exchange("station", "MeterValues", members, {})

    return conversation


def is_now(status: str, connector: int = 1, error: str = "NoError") -> Conversation:
    """StatusNotification."""
    return one("station", "StatusNotification", connectorId=connector, errorCode=error, status=status)


def changes_through(*statuses: str, connector: int = 1) -> Conversation:
    return after(passes(0), *(is_now(status, connector) for status in statuses))


def sets(id: int = 1, connector: int = 1, *, status: str = "Accepted", **changes: Any) -> Conversation:
    """SetChargingProfile."""
    action, members, _ = set_profile(connector, chargingProfileId=id, **changes)
    return agreed(action, status, **members)
