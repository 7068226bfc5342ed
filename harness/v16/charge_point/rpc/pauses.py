"""CALLs of a station that are left open for a while, and what it does meanwhile (OCPP-J 1.6 §4.1.1; errata 3.83).

It is a Heartbeat, as that says nothing and may be repeated; a TriggerMessage makes the station send it.
"""

from __future__ import annotations

import json
from typing import Any, Final

from harness.case.verdicts import Inconclusive
from harness.peers.counterpart import Request, now
from harness.v16.charge_point import states
from harness.v16.charge_point.csms import Csms
from harness.v16.charge_point.rpc import frames

_TIMEOUT: Final = "MessageTimeout"
_EARLY: Final = 0.75
"""The part of MessageTimeout after which a station may be through, as clocks differ."""


def heartbeat() -> dict[str, Any]:
    """The payload of a Heartbeat.conf."""
    return {"currentTime": now()}


def late_answer(held: Request) -> str:
    """The answer to a Heartbeat as a text."""
    return json.dumps([3, held.id, heartbeat()])


async def left_open(csms: Csms, *, gives_up: bool = False) -> Request:
    """The station has sent a Heartbeat that is not answered.

    ``gives_up``: it waits for the answer for only so long as ``keys.heartbeat_s`` says. Raises ``Inconclusive`` for one
    of which it is not known how long it waits.
    """
    if gives_up:
        if not await states.supports(csms, _TIMEOUT):
            raise Inconclusive(f"the station has no {_TIMEOUT}, so that it is not known when it gives up")
        await states.configures(csms, **{_TIMEOUT: str(csms.run.sut.keys.heartbeat_s)})
    csms.holds("Heartbeat")
    (await csms.sends("TriggerMessage", requestedMessage="Heartbeat")).shows(status="Accepted")
    return await csms.receives("Heartbeat")


async def gives_up(csms: Csms, held: Request, *, early: str | None = None, late: str | None = None) -> None:
    """The station waits no longer for the answer to this CALL: it sends what it was told to send meanwhile.

    ``early`` is the rule that it does not do so before MessageTimeout has passed, ``late`` that it does then.
    """
    seconds = csms.run.sut.keys.heartbeat_s
    (await csms.sends("TriggerMessage", requestedMessage="StatusNotification", connectorId=1)).shows(status="Accepted")
    sent = await csms.receives(
        "StatusNotification", rule=late, within=seconds + csms.run.sut.timeouts.message_s, connectorId=1
    )
    if early is not None:
        passed = (sent.seen.at - held.seen.at) / 1e9
        csms.wire.judges(
            early,
            passed >= _EARLY * seconds,
            expected=f"no CALL before the {seconds:g} s of {_TIMEOUT} have passed",
            actual=f"StatusNotification came {passed:.1f} s after the Heartbeat that is open",
            seen=sent.seen,
        )


async def goes_on(csms: Csms, *, rule: str) -> None:
    """The station can still be asked for a CALL, and sends it, on the connection that the case began with."""
    (await csms.sends("TriggerMessage", rule=rule, requestedMessage="Heartbeat")).shows(status="Accepted")
    await csms.receives("Heartbeat", rule=rule)
    frames.is_the_same(csms, rule=rule)
