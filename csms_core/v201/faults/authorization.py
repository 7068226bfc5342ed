"""Faults of what an idToken is worth, in AuthorizeResponse and in TransactionEventResponse (C01, C09, E03), and of the
cache (C11)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import (
    Condition,
    answer_to,
    asked,
    call_of,
    drop,
    fault,
    put,
    refused,
    replace,
    says,
    silence,
)
from csms_core.faults.model import Fault, Outgoing
from csms_core.v201.faults.words import while_charging

_accepted = says("idTokenInfo.status", "Accepted")
_refused = says("idTokenInfo.status", "Invalid", "Unknown", "Expired", "Blocked", "ConcurrentTx")


def _has_token(message: Outgoing) -> bool:
    return "idToken" in message.request


def _has_group(message: Outgoing) -> bool:
    return "groupIdToken" in message.payload.get("idTokenInfo", {})


def faults() -> Iterator[Fault]:
    """The faults of this block."""
    for name, what, where in (
        ("authorize", "AuthorizeResponse", (answer_to("Authorize"),)),
        (
            "authorize-while-charging",
            "AuthorizeResponse while the station charges",
            (answer_to("Authorize"), while_charging),
        ),
        ("transaction-event", "TransactionEventResponse", (answer_to("TransactionEvent", _has_token),)),
        (
            "stop-authorized",
            "TransactionEventResponse to StopAuthorized",
            (answer_to("TransactionEvent", _has_token, asked("triggerReason", "StopAuthorized")),),
        ),
    ):
        yield from _info(name, what, where)
    authorize = answer_to("Authorize")
    yield fault("authorize-unanswered", "Authorize gets no answer.", authorize, silence)
    yield fault("authorize-callerror", "Authorize gets a CALLERROR.", authorize, refused("InternalError"))
    yield fault("clear-cache-not-sent", "ClearCache is not sent.", call_of("ClearCache"), silence)
    yield fault(
        "clear-cache-with-extra-member",
        "ClearCache has a member the schema does not know.",
        call_of("ClearCache"),
        replace({"all": True}),
    )


def _info(name: str, what: str, conditions: tuple[Condition, ...]) -> Iterator[Fault]:
    def where(*more: Condition) -> Condition:
        return lambda message: all(holds(message) for holds in (*conditions, *more))

    info = f"the idTokenInfo of {what}"
    yield fault(
        f"{name}-invalid",
        f"A valid token is Invalid in {info}.",
        where(_accepted),
        put("idTokenInfo.status", "Invalid"),
    )
    yield fault(
        f"{name}-accepts-everyone",
        f"Every token is Accepted in {info}.",
        where(_refused),
        put("idTokenInfo.status", "Accepted"),
    )
    for status, other in (("Blocked", "Expired"), ("Expired", "Invalid"), ("Unknown", "Blocked")):
        yield fault(
            f"{name}-{status.lower()}-as-{other.lower()}",
            f"A token that is {status} is {other} in {info}.",
            where(says("idTokenInfo.status", status)),
            put("idTokenInfo.status", other),
        )
    yield fault(f"{name}-without-token-info", f"{what} lacks idTokenInfo.", where(), drop("idTokenInfo"))
    yield fault(f"{name}-without-status", f"{info} lacks status.", where(), drop("idTokenInfo.status"))
    yield fault(
        f"{name}-status-lower-case",
        f"The status in {info} is written in lower case.",
        where(),
        put("idTokenInfo.status", lambda message: message.payload["idTokenInfo"]["status"].lower()),
    )
    yield fault(
        f"{name}-without-group", f"{info} does not tell the group.", where(_has_group), drop("idTokenInfo.groupIdToken")
    )
    yield fault(
        f"{name}-wrong-group",
        f"{info} tells another group.",
        where(_has_group),
        put("idTokenInfo.groupIdToken.idToken", "WRONG-GROUP"),
    )
