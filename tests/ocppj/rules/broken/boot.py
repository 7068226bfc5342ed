"""Boot and registration (catalogue chapter 5)."""

from typing import Any, Final

from tests.ocppj.rules.broken.model import Breach, Conversation, after, exchange
from tests.ocppj.support.talk import NOW, STATUS, Talk, accepted, boot_answer


def booted(status: str = "Accepted") -> Conversation:
    return lambda talk: talk.booted(status)


def remote_stop(talk: Talk) -> None:
    talk.exchange("csms", "RemoteStopTransaction", {"transactionId": 7}, {"status": "Rejected"})


TRIGGER: Final = exchange("csms", *accepted("TriggerMessage", requestedMessage="BootNotification"))

RESET: Final = exchange("csms", *accepted("Reset", type="Hard"))


def beats(talk: Talk) -> None:
    talk.exchange("station", "Heartbeat", {}, {"currentTime": NOW})


def waits(seconds: float) -> Conversation:
    return lambda talk: talk.passes(seconds)


def statuses(*connectors: int) -> Conversation:
    """The station boots, tells the status of these connectors, and is there a minute later."""
    told = (exchange("station", "StatusNotification", {**STATUS, "connectorId": one}, {}) for one in connectors)
    return after(booted(), *told, waits(61), beats)


def keeps_beating(*pauses: float) -> Conversation:
    """The station boots, is to send a Heartbeat every 300 s, and does so after each of these pauses."""
    waiting: list[Any] = [step for pause in pauses for step in (waits(pause), beats)]
    return after(booted(), exchange("station", "StatusNotification", {**STATUS, "connectorId": 0}, {}), TOLD, *waiting)


TOLD: Final = exchange("station", "StatusNotification", STATUS, {})

BREACHES: Final = (
    Breach(
        "BOOT-01",
        "a Heartbeat after a boot that was Rejected",
        after(booted("Rejected"), booted("Pending"), beats),
        after(booted("Rejected"), beats),
    ),
    Breach(
        "BOOT-01",
        "a Heartbeat as the first CALL after a hard reset",
        after(booted(), RESET, Talk.reconnects, booted(), beats),
        after(booted(), RESET, Talk.reconnects, beats),
    ),
    Breach("BOOT-06", "no status of connector 1", statuses(0, 1), statuses(0)),
    Breach("BOOT-06", "no status of the station", statuses(0, 1), statuses(1)),
    Breach("BOOT-07", "two Heartbeats are left out", keeps_beating(300, 310), keeps_beating(300, 900)),
    Breach(
        "BOOT-05",
        "a remote stop while the registration is Pending",
        after(booted(), remote_stop),
        after(booted("Pending"), remote_stop),
    ),
    Breach(
        "BOOT-05",
        "the connection is closed while the registration is Pending",
        booted("Pending"),
        after(booted("Pending"), lambda talk: talk.session.close("csms", talk.now)),
        level="SHOULD",
    ),
    Breach(
        "BOOT-08",
        "a currentTime that is an hour ahead",
        exchange("station", *boot_answer()),
        exchange("station", *boot_answer(currentTime="2026-11-21T11:00:00Z")),
        level="SHOULD",
    ),
    Breach(
        "BOOT-08a",
        "an interval of -1 s",
        exchange("station", *boot_answer()),
        exchange("station", *boot_answer(interval=-1)),
    ),
    Breach(
        "BOOT-09",
        "a BootNotification is triggered after acceptance",
        after(booted("Pending"), TRIGGER),
        after(booted(), TRIGGER),
    ),
)
