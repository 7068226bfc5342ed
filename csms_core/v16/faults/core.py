"""Faults of the Core profile: what a CSMS may get wrong in OCPP 1.6 §4.1 to §4.10 and in its own requests, §5."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import (
    Condition,
    again,
    answer_to,
    asked,
    call_of,
    drop,
    fault,
    preceded_by,
    put,
    refused,
    replace,
    says,
    silence,
    slow,
)
from csms_core.faults.model import Fault, Outgoing

STATUSES = ("Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Reserved", "Unavailable", "Faulted")
REASONS = ("EVDisconnected", "Remote", "UnlockCommand", "PowerLoss", "DeAuthorized", "Local")

_refused_tag = says("idTagInfo.status", "Invalid", "Expired", "Blocked", "ConcurrentTx")
_accepted_tag = says("idTagInfo.status", "Accepted")
_accepted = says("status", "Accepted")


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    yield from _boot()
    yield from _tags()
    yield from _status()
    yield from _stop_and_meter()
    yield from _data_transfer()
    yield from _remote_start_and_stop()
    yield from _other_requests()


def _after_reset(message: Outgoing) -> bool:
    for past in reversed(message.history):
        if past.action == "BootNotification":
            return False
        if past.action == "Reset" and past.kind == "call":
            return True
    return False


def _while_charging(message: Outgoing) -> bool:
    for past in reversed(message.history):
        if past.action == "StopTransaction":
            return False
        if past.action == "StartTransaction":
            return True
    return False


def _was_something_else(message: Outgoing) -> bool:
    """Since the last boot, the connector was in another state than Available right before."""
    connector = message.request.get("connectorId")
    for past in reversed(message.history):
        if past.action == "BootNotification":
            return False
        if past.action == "StatusNotification" and past.kind == "call" and past.payload.get("connectorId") == connector:
            return bool(past.payload.get("status") != "Available")
    return False


def _third(message: Outgoing) -> bool:
    """Two CALLs of this action have been answered before, since faults were switched on."""
    return sum(past.action == message.action and past.kind == "result" for past in message.history) == 2


def _boot() -> Iterator[Fault]:
    boot = "BootNotification"
    yield fault(
        "boot-pending", "Every BootNotification is answered with Pending.", answer_to(boot), put("status", "Pending")
    )
    yield fault(
        "boot-rejected", "Every BootNotification is answered with Rejected.", answer_to(boot), put("status", "Rejected")
    )
    yield fault(
        "boot-after-reset-rejected",
        "The BootNotification that follows a Reset is answered with Rejected.",
        answer_to(boot, _accepted, _after_reset),
        put("status", "Rejected"),
    )
    yield fault(
        "boot-after-power-loss-rejected",
        "A BootNotification while a transaction is running is answered with Rejected.",
        answer_to(boot, _accepted, _while_charging),
        put("status", "Rejected"),
    )
    yield fault("boot-answer-without-status", "BootNotification.conf lacks status.", answer_to(boot), drop("status"))
    yield fault(
        "boot-answer-without-interval", "BootNotification.conf lacks interval.", answer_to(boot), drop("interval")
    )
    yield fault(
        "boot-answer-without-current-time",
        "BootNotification.conf lacks currentTime.",
        answer_to(boot),
        drop("currentTime"),
    )
    yield fault(
        "boot-answer-with-local-time",
        "currentTime in BootNotification.conf has no time zone.",
        answer_to(boot),
        put("currentTime", lambda message: message.payload["currentTime"].removesuffix("Z")),
    )
    yield fault("boot-unanswered", "BootNotification gets no answer.", answer_to(boot), silence)
    yield fault(
        "heartbeat-answer-without-current-time",
        "Heartbeat.conf lacks currentTime.",
        answer_to("Heartbeat"),
        drop("currentTime"),
    )
    yield fault(
        "heartbeat-answer-years-off",
        "currentTime in Heartbeat.conf is years off.",
        answer_to("Heartbeat"),
        put("currentTime", "2001-01-01T00:00:00.000Z"),
    )
    yield fault("heartbeat-unanswered", "Heartbeat gets no answer.", answer_to("Heartbeat"), silence)


def _tags() -> Iterator[Fault]:
    for action, name in (("Authorize", "authorize"), ("StartTransaction", "start-transaction")):
        info = f"the idTagInfo of {action}.conf"
        yield fault(
            f"{name}-invalid",
            f"A valid tag is Invalid in {info}.",
            answer_to(action, _accepted_tag),
            put("idTagInfo.status", "Invalid"),
        )
        yield fault(
            f"{name}-accepts-everyone",
            f"Every tag is Accepted in {info}.",
            answer_to(action, _refused_tag),
            put("idTagInfo.status", "Accepted"),
        )
        for status, other in (("Invalid", "Blocked"), ("Expired", "Invalid"), ("Blocked", "Expired")):
            yield fault(
                f"{name}-{status.lower()}-as-{other.lower()}",
                f"A tag that is {status} is {other} in {info}.",
                answer_to(action, says("idTagInfo.status", status)),
                put("idTagInfo.status", other),
            )
        yield fault(f"{name}-without-status", f"{info} lacks status.", answer_to(action), drop("idTagInfo.status"))
        yield fault(
            f"{name}-status-lower-case",
            f"The status in {info} is written in lower case.",
            answer_to(action),
            put("idTagInfo.status", lambda message: message.payload["idTagInfo"]["status"].lower()),
        )
        yield fault(f"{name}-unanswered", f"{action} gets no answer.", answer_to(action), silence)
        yield fault(f"{name}-callerror", f"{action} gets a CALLERROR.", answer_to(action), refused("InternalError"))
    yield fault("authorize-slow", "Authorize.conf leaves after five seconds.", answer_to("Authorize"), slow(5.0))
    yield fault(
        "authorize-third-slow",
        "The third Authorize.conf leaves after two seconds.",
        answer_to("Authorize", _third),
        slow(2.0),
    )
    yield fault(
        "start-transaction-without-id",
        "StartTransaction.conf lacks transactionId.",
        answer_to("StartTransaction"),
        drop("transactionId"),
    )
    yield fault(
        "start-transaction-same-id",
        "Every StartTransaction gets the transactionId 1.",
        answer_to("StartTransaction"),
        put("transactionId", 1),
    )
    yield fault(
        "start-transaction-negative-id",
        "Every StartTransaction gets a negative transactionId.",
        answer_to("StartTransaction"),
        put("transactionId", lambda message: -message.payload["transactionId"]),
    )
    yield fault(
        "start-transaction-id-as-text",
        "The transactionId of StartTransaction.conf is a string.",
        answer_to("StartTransaction"),
        put("transactionId", lambda message: str(message.payload["transactionId"])),
    )


def _status() -> Iterator[Fault]:
    action = "StatusNotification"
    cases: list[tuple[str, str, Condition]] = [
        ("status-notification", "StatusNotification", answer_to(action)),
        (
            "available-again",
            "StatusNotification of a connector that is Available again",
            answer_to(action, asked("status", "Available"), _was_something_else),
        ),
    ]
    for status in STATUSES:
        cases.append((status.lower(), f"StatusNotification with {status}", answer_to(action, asked("status", status))))
    for name, what, where in cases:
        yield fault(f"{name}-unanswered", f"{what} gets no answer.", where, silence)
        yield fault(
            f"{name}-answer-with-extra-member",
            f"The answer to {what} has a member the schema does not know.",
            where,
            put("status", "Accepted"),
        )
    yield fault(
        "status-notification-unknown-connector-callerror",
        "StatusNotification for a connectorId above 2 gets a CALLERROR.",
        answer_to(action, lambda message: message.request["connectorId"] > 2),
        refused("PropertyConstraintViolation"),
    )


def _stop_and_meter() -> Iterator[Fault]:
    stop = "StopTransaction"
    yield fault("stop-transaction-unanswered", "StopTransaction gets no answer.", answer_to(stop), silence)
    yield fault(
        "stop-transaction-callerror", "StopTransaction gets a CALLERROR.", answer_to(stop), refused("InternalError")
    )
    yield fault(
        "stop-transaction-answer-with-extra-member",
        "StopTransaction.conf has a member the schema does not know.",
        answer_to(stop),
        put("transactionId", lambda message: message.request["transactionId"]),
    )
    for reason in REASONS:
        yield fault(
            f"stop-{reason.lower()}-unanswered",
            f"StopTransaction with the reason {reason} gets no answer.",
            answer_to(stop, asked("reason", reason)),
            silence,
        )
    yield fault("meter-values-unanswered", "MeterValues gets no answer.", answer_to("MeterValues"), silence)
    yield fault(
        "meter-values-answer-with-extra-member",
        "MeterValues.conf has a member the schema does not know.",
        answer_to("MeterValues"),
        put("status", "Accepted"),
    )


def _data_transfer() -> Iterator[Fault]:
    where = answer_to("DataTransfer")
    yield fault("data-transfer-accepts-everything", "Every DataTransfer is Accepted.", where, put("status", "Accepted"))
    yield fault(
        "data-transfer-unknown-status",
        "DataTransfer.conf has a status that does not exist.",
        where,
        put("status", "Unknown"),
    )
    yield fault("data-transfer-callerror", "DataTransfer gets a CALLERROR.", where, refused("NotSupported"))
    yield fault("data-transfer-unanswered", "DataTransfer gets no answer.", where, silence)


def _remote_start_and_stop() -> Iterator[Fault]:
    start, stop = call_of("RemoteStartTransaction"), call_of("RemoteStopTransaction")
    yield fault(
        "remote-start-wrong-tag", "RemoteStartTransaction names another idTag.", start, put("idTag", "WRONG-TAG")
    )
    yield fault("remote-start-without-tag", "RemoteStartTransaction lacks idTag.", start, drop("idTag"))
    yield fault("remote-start-not-sent", "RemoteStartTransaction is not sent.", start, silence)
    yield fault(
        "remote-stop-wrong-transaction",
        "RemoteStopTransaction names another transactionId.",
        stop,
        put("transactionId", lambda message: message.payload["transactionId"] + 1),
    )
    yield fault(
        "remote-stop-without-transaction", "RemoteStopTransaction lacks transactionId.", stop, drop("transactionId")
    )
    yield fault(
        "remote-stop-transaction-as-text",
        "The transactionId of RemoteStopTransaction is a string.",
        stop,
        put("transactionId", lambda message: str(message.payload["transactionId"])),
    )
    yield fault("remote-stop-not-sent", "RemoteStopTransaction is not sent.", stop, silence)


def _other_requests() -> Iterator[Fault]:
    opposite = {"Hard": "Soft", "Soft": "Hard"}
    yield fault(
        "reset-type-swapped",
        "Reset asks for Soft instead of Hard, and the other way round.",
        call_of("Reset"),
        put("type", lambda message: opposite[message.payload["type"]]),
    )
    yield fault("reset-without-type", "Reset lacks type.", call_of("Reset"), drop("type"))
    yield fault(
        "unlock-without-connector",
        "UnlockConnector lacks connectorId.",
        call_of("UnlockConnector"),
        drop("connectorId"),
    )
    other_connector = put("connectorId", lambda message: message.payload["connectorId"] + 1)
    for name, sentence, edit in (
        ("wrong-connector", "UnlockConnector names another connectorId.", other_connector),
        ("again", "UnlockConnector is sent two times.", again),
        ("wrong-first", "UnlockConnector is sent for another connector before.", preceded_by(other_connector)),
    ):
        yield fault(f"unlock-{name}", sentence, call_of("UnlockConnector"), edit)
    get = call_of("GetConfiguration")
    yield fault(
        "get-configuration-wrong-key", "GetConfiguration asks for another key.", get, put("key", ["HeartbeatInterval"])
    )
    yield fault("get-configuration-without-keys", "GetConfiguration asks for all keys.", get, drop("key"))
    yield fault(
        "get-configuration-key-as-text",
        "The key of GetConfiguration is a string instead of a list.",
        get,
        put("key", "SupportedFeatureProfiles"),
    )
    change = call_of("ChangeConfiguration")
    yield fault(
        "change-configuration-wrong-key",
        "ChangeConfiguration names another key.",
        change,
        put("key", "HeartbeatInterval"),
    )
    yield fault(
        "change-configuration-wrong-value", "ChangeConfiguration sets another value.", change, put("value", "61")
    )
    yield fault("change-configuration-without-key", "ChangeConfiguration lacks key.", change, drop("key"))
    yield fault("change-configuration-without-value", "ChangeConfiguration lacks value.", change, drop("value"))
    yield fault(
        "change-configuration-value-as-number",
        "The value of ChangeConfiguration is a number.",
        change,
        put("value", 60),
    )
    yield fault(
        "change-availability-type-swapped",
        "ChangeAvailability asks for Operative instead of Inoperative, and the other way round.",
        call_of("ChangeAvailability"),
        put("type", lambda message: "Operative" if message.payload["type"] == "Inoperative" else "Inoperative"),
    )
    yield fault(
        "clear-cache-with-extra-member",
        "ClearCache has a member the schema does not know.",
        call_of("ClearCache"),
        replace({"all": True}),
    )
    for action, name in (
        ("Reset", "reset"),
        ("UnlockConnector", "unlock"),
        ("GetConfiguration", "get-configuration"),
        ("ChangeConfiguration", "change-configuration"),
        ("ChangeAvailability", "change-availability"),
        ("ClearCache", "clear-cache"),
    ):
        yield fault(f"{name}-not-sent", f"{action} is not sent.", call_of(action), silence)
